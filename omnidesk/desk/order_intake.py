"""Orders that shops tell of: each telling brings one row up to date, and an older one than is known changes nothing.

An order makes nobody a customer and proves nothing about anybody: it keeps the addresses it bears, and is the
customer's who uses one of them (`store/orders.py`). So nothing has to follow when customers are merged or parted.
"""

from __future__ import annotations

from dataclasses import replace

from omnidesk.connectors.base import Party
from omnidesk.desk import log, order_contents
from omnidesk.desk.batch import Arrival, Batch
from omnidesk.desk.contents import LONGEST_NAME, Kept
from omnidesk.store import orders
from omnidesk.store.ids import new_id
from omnidesk.text.address import normalise_identity, valid_email
from omnidesk.text.clean import one_line
from omnidesk.text.order_numbers import key
from omnidesk.text.phone import valid_phone
from omnidesk.words.orders import Order

MOST_ADDRESSES = 10
_told: set[int] = set()
"""Channels of which this process has said that their tellings go backwards."""


def hear(batch: Batch, arrival: Arrival, kept: Kept, order: Order) -> None:
    """Take one telling of an order in, within the filing of a batch. The newer wins, whatever comes last."""
    act, decoded = batch.act, kept.message
    tx = act.tx
    source = one_line(decoded.external_id, 200) or arrival.item.source_id
    order = order_contents.kept(order)
    order = replace(order, at=min(order.at, act.at), updated_at=min(order.updated_at, act.at))
    known = tx.one(
        "SELECT id, updated_at, document_json FROM shop_order WHERE channel_id = ? AND source_id = ?",
        (arrival.channel_id, source),
    )
    if known is not None and order.updated_at < known["updated_at"]:
        batch.again += 1
        _say_backwards(batch, arrival.channel_id)
        return
    document = orders.written(order)
    if known is not None and known["document_json"] == document:
        batch.again += 1
    name = _name(decoded.sender, order)
    fields = {
        "number": order.number or source,
        "number_key": key(order.number or source),
        "name": name,
        "at": order.at,
        "updated_at": order.updated_at,
        "heard_at": act.at,
        "document_json": document,
        "raw_item_id": arrival.raw_id,
    }
    if known is None:
        number = new_id()
        tx.insert("shop_order", id=number, channel_id=arrival.channel_id, source_id=source, **fields)
    else:
        number = known["id"]
        columns = ", ".join(f"{column} = ?" for column in fields)
        tx.execute(f"UPDATE shop_order SET {columns} WHERE id = ?", (*fields.values(), number))
        tx.execute("DELETE FROM shop_order_address WHERE order_id = ?", (number,))
    people = (*([decoded.sender] if decoded.sender is not None else []), *decoded.also)
    tx.execute_many(
        "INSERT INTO shop_order_address (kind, value, order_id) VALUES (?, ?, ?)",
        [(kind, value, number) for kind, value in _addresses(batch, people)],
    )
    before = {} if known is None else {"status": orders.read(known["document_json"]).status}
    whose = orders.customers_of(tx, number)
    act.event(
        "ordered" if known is None else "order_changed",
        customer=whose[0] if len(whose) == 1 else None,
        before=before,
        after={"order": number, "status": order.status},
    )


def _addresses(batch: Batch, people: tuple[Party, ...]) -> list[tuple[str, str]]:
    """Return the addresses by which an order is found: those that work and are not our own, in normal form."""
    found: dict[tuple[str, str], None] = {}
    for party in people:
        value = normalise_identity(party.kind, party.value, batch.policy.region)
        usable = {"email": valid_email, "phone": valid_phone}.get(party.kind)
        if usable is not None and usable(value) and not batch.ours(party):
            found[party.kind, value] = None
    return list(found)[:MOST_ADDRESSES]


def _name(sender: Party | None, order: Order) -> str:
    said = "" if sender is None else one_line(sender.name, LONGEST_NAME)
    return said or one_line(next(iter((*order.billing, *order.shipping)), ""), LONGEST_NAME)


def _say_backwards(batch: Batch, channel_id: int) -> None:
    if channel_id in _told:
        return
    _told.add(channel_id)
    name = batch.tx.value("SELECT name FROM channel WHERE id = ?", (channel_id,))
    log.warn("the shop told of an order as it was before: the newer state stays; this is said once", channel=name)
