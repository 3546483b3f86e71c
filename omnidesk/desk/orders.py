"""Orders: looked up by number and customer, and shown beside the conversations that name them.

That a message names an order is found when it is read, by the orders there are then: it matters not which of the two
came first, and nothing is to be moved when messages are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import quote

from omnidesk.connectors import registry
from omnidesk.desk import order_contents, phones
from omnidesk.store import orders
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.order_numbers import Named, key, named
from omnidesk.text.phone import begun_phone, could_be_phone
from omnidesk.words.errors import NotFoundError
from omnidesk.words.orders import Beside, OrderNote, OrdersBeside, ShopOrder
from omnidesk.words.speech import _

SHOWN = 20
"""Orders of a customer that stand beside a conversation."""
LOOKED_AT = 100
"""Messages of a conversation, the newest, in which order numbers are looked for."""
CHARACTERS = 4_000
FEWEST = 3
"""Letters and digits from which a number is looked up while it is typed."""


def get(workspace: Workspace, order_id: int) -> ShopOrder:
    """Return one order. Raises NotFoundError."""
    found = read(workspace.database.reader, [order_id])
    if not found:
        raise NotFoundError(_("there is no order {number}").format(number=order_id))
    return found[0]


def read(connection: Connection, ids: Iterable[int]) -> list[ShopOrder]:
    """Return these orders, in this order."""
    wanted = list(ids)
    return _with_pages(connection, orders.orders(connection, wanted, _noting(connection))) if wanted else []


def find(workspace: Workspace, number: str) -> list[ShopOrder]:
    """Return the orders that have a number, or are known here by it. Raises NotFoundError."""
    reader = workspace.database.reader
    compared = key(number)
    ids = [one for _key, one in orders.by_keys(reader, [compared])] if compared else []
    found = read(reader, ids or ([int(number)] if number.isascii() and number.isdigit() and len(number) < 17 else []))
    if not found:
        raise NotFoundError(
            _("there is no order {number}; `omnidesk order list` shows them").format(number=one_line(number, 60))
        )
    return found


def page(
    workspace: Workspace,
    limit: int,
    before: tuple[int, int] | None = None,
    channel: int | None = None,
    customer: int | None = None,
    number: str = "",
) -> list[ShopOrder]:
    """Return orders, the newest first: all before a place (at, id), those of a channel, of a customer, or the first
    whose number begins so."""
    reader = workspace.database.reader
    if number:
        return read(reader, orders.begun(reader, key(number), limit) if key(number) else ())
    if customer is not None:
        return read(reader, orders.of_customers(reader, [customer], limit))
    return read(reader, orders.page(reader, limit, before, channel))


def notes(workspace: Workspace, order_id: int) -> list[OrderNote]:
    """Return our notes for an order, oldest first."""
    return orders.notes(workspace.database.reader, order_id)


def customers_of(workspace: Workspace, order_id: int) -> list[int]:
    """Return the customers who use an address that an order bears."""
    return orders.customers_of(workspace.database.reader, order_id)


def any_known(connection: Connection) -> bool:
    """Say whether there are any orders; rides on shop_order_at."""
    return connection.value("SELECT 1 FROM shop_order WHERE at > -1 ORDER BY at LIMIT 1") is not None


def beside(workspace: Workspace, number: int, customer: int | None) -> OrdersBeside:
    """Return the orders to show beside a conversation: those that it names, the newest message first, then those of
    its customer. One that bears no address of theirs is not theirs, whatever they wrote."""
    reader = workspace.database.reader
    if not any_known(reader):
        return OrdersBeside()
    theirs = [] if customer is None else orders.of_customers(reader, [customer], SHOWN)
    said = _named_in(reader, number)
    found: dict[int, Beside] = {}
    ids = {one: compared for compared, one in orders.by_keys(reader, said)}
    rows = {one.id: one for one in read(reader, [*ids, *theirs])}
    mine = set(theirs) | (set() if customer is None else _of(reader, customer, ids))
    newest_first = sorted(ids, key=lambda one: (-said[ids[one]][1], one))
    for one in newest_first:
        word, at, message, kind = said[ids[one]]
        if one in rows and (one in mine or word.certain):
            found[one] = Beside(rows[one], one in mine, message, at, kind)
    for one in theirs:
        found.setdefault(one, Beside(rows[one], True))
    count = 0 if customer is None else orders.counts(reader, [customer]).get(customer, 0)
    return OrdersBeside(tuple(found.values())[:SHOWN], count)


def _of(reader: Connection, customer: int, ids: Iterable[int]) -> set[int]:
    return {one for one in ids if customer in orders.customers_of(reader, one)}


def _named_in(reader: Connection, number: int) -> dict[str, tuple[Named, int, int, str]]:
    """Return what the newest messages of a conversation may mean as order numbers, by key: the word, when, in which
    message and of which kind; rides on message_thread. The first that is certain counts, and goes before any other."""
    found: dict[str, tuple[Named, int, int, str]] = {}
    for row in reader.all(
        f"SELECT id, at, kind, subject, substr(text, 1, {CHARACTERS}) AS words, contact_json FROM message "
        "WHERE conversation_id = ? AND status <> 'cancelled' ORDER BY at DESC, id DESC LIMIT ?",
        (number, LOOKED_AT),
    ):
        said = [*named(row["subject"]), *named(row["words"])]
        if row["contact_json"] != "{}":
            said += [Named(one.key, one.said, True) for one in named(_order_of(row["contact_json"]))]
        for word in said:
            known = found.get(word.key)
            if known is None or (word.certain and not known[0].certain):
                found[word.key] = (word, row["at"], row["id"], row["kind"])
    return found


def _order_of(contact: str) -> str:
    return str(json.loads(contact).get("order") or "")


def typed(workspace: Workspace, said: str, limit: int) -> list[ShopOrder]:
    """Return the orders that what is typed at the telephone or the counter may mean: by the begin of their number,
    of a telephone number or of an e-mail address."""
    reader = workspace.database.reader
    compared = key(said)
    ids: list[int] = []
    if " " not in said.strip() and "@" not in said and len(compared) >= FEWEST and any(map(str.isdigit, compared)):
        exact = [one for _key, one in orders.by_keys(reader, [compared])]
        ids += [*exact, *orders.begun(reader, compared, limit)]
    if could_be_phone(said):
        ids += orders.bearing(reader, "phone", begun_phone(said, phones.region(reader)), limit)
    elif "@" in said:
        ids += orders.bearing(reader, "email", said.strip().lower(), limit)
    return read(reader, list(dict.fromkeys(ids))[:limit])


def _noting(connection: Connection) -> list[int]:
    """Return the channels that take notes on orders."""
    rows = connection.all("SELECT id, kind FROM channel WHERE removed_at IS NULL AND enabled AND NOT read_only")
    return [row["id"] for row in rows if _takes_notes(row["kind"])]


def _takes_notes(kind: str) -> bool:
    try:
        return registry.manifest(kind).order_notes
    except NotFoundError:
        return False


def _with_pages(connection: Connection, found: list[ShopOrder]) -> list[ShopOrder]:
    """Return orders with the pages that their channel's settings name, where the shop names none."""
    settings = {
        row["id"]: json.loads(row["settings_json"])
        for row in rows_in(
            connection, "SELECT id, settings_json FROM channel WHERE id IN ({})", [one.channel_id for one in found]
        )
    }
    return [
        replace(
            one,
            order=replace(
                one.order,
                url=one.order.url or filled(str(settings[one.channel_id].get("order_url") or ""), one),
                return_url=one.order.return_url or filled(str(settings[one.channel_id].get("return_url") or ""), one),
            ),
        )
        for one in found
    ]


def filled(template: str, one: ShopOrder) -> str:
    """Return the address of a page with what it says of an order filled in; "" where it is none."""
    known = {
        "number": one.order.number,
        "id": one.source_id,
        "email": next((value for kind, value in one.addresses if kind == "email"), ""),
        "postcode": _postcode((*one.order.billing, *one.order.shipping)),
    }
    said = template
    for name, value in known.items():
        said = said.replace(f"{{{name}}}", quote(value, safe=""))
    return order_contents.web_page(said)


def _postcode(lines: tuple[str, ...]) -> str:
    found = (re.match(r"(\d{4} ?[A-Z]{2}|\d{4,5})\b", line) for line in lines)
    return next((one[1] for one in found if one is not None), "")
