"""Which field of a source's documents is what: by the setting `fields`, else by what they are called. Pure.

    number=orderNumber; email=customer.email; lines=items; line.name=title; line.quantity=qty

The right side is a path of names; what is not named is guessed from the names, in Dutch, English and German.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from omnidesk.connectors.base import Decoded, DecodeError, Item
from omnidesk.connectors.manifest import Setting
from omnidesk.connectors.shops import common
from omnidesk.connectors.shops.common import amount, moment, postal
from omnidesk.text import headings
from omnidesk.text.clean import clean, one_line
from omnidesk.words.orders import Delivery, Order, OrderLine, OrderState, Parcel, Payment, Return

FIELDS = Setting(
    "fields", "Fields", "which field is what, where the names do not tell: number=orderNr; email=customer.mail; "
    "lines=items; line.name=title", advanced=True,
)  # fmt: skip
ROWS = "omnidesk rows"
"""The one name of a document that is made of the rows of a table."""
_DEEPEST = 3
_MOST_NAMES = 400
_PAID = {
    Payment.REFUNDED: r"refunded|terugbetaald|erstattet|r(ue|u)ckerstattet",
    Payment.UNPAID: r"unpaid|pending|open|openstaand|niet betaald|onbetaald|offen|unbezahlt|no|nee|nein|false|0",
    Payment.PAID: r"paid|betaald|bezahlt|yes|ja|true|1|captured|completed",
    Payment.FAILED: r"failed|mislukt|fehlgeschlagen|declined|geweigerd",
}
_SENT = {
    Delivery.RETURNED: r"returned|geretourneerd|retour|zuruckgesendet|retourniert",
    Delivery.DELIVERED: r"delivered|bezorgd|afgeleverd|geleverd|zugestellt|geliefert|ausgeliefert",
    Delivery.PART_SENT: r"part(ial|ially)? (sent|shipped|fulfilled)|deels verzonden|teilweise versandt",
    Delivery.SENT: r"sent|shipped|verzonden|verstuurd|versandt|versendet|fulfilled|dispatched|onderweg|unterwegs",
    Delivery.UNSENT: r"unsent|unshipped|unfulfilled|processing|in behandeling|niet verzonden|in bearbeitung|open|new",
}
_DONE = {
    OrderState.CANCELLED: r"cancell?ed|geannuleerd|annul\w*|storniert|abgebrochen",
    OrderState.DONE: r"completed?|closed|afgerond|afgehandeld|voltooid|abgeschlossen|erledigt",
}


def names(said: str) -> dict[str, str]:
    """Return the fields that a setting names. Raises ValueError in words."""
    found: dict[str, str] = {}
    for one in re.split(r"[;\n]", said):
        field, equals, path = (part.strip() for part in one.partition("="))
        if not field and not path:
            continue
        if not equals or field not in headings.ORDER:
            known = ", ".join(headings.ORDER)
            raise ValueError(f"fields are given as number=orderNr; email=..: {field!r} is none of {known}")
        found[field] = path
    return found


def decoded(item: Item) -> Decoded:
    """Return how an order stands, by a document or by the rows of a table. Raises DecodeError."""
    said = common.document(item.raw, "this source")
    try:
        given = names(item.headers.get("fields", ""))
    except ValueError as error:
        raise DecodeError(str(error)) from error
    table = said.get(ROWS)
    rows = [one for one in table if isinstance(one, Mapping)] if isinstance(table, list) else []
    one = _Document(rows[0] if rows else said, given)
    number = one.word("number") or one.word("id")
    if not number:
        raise DecodeError("no field is an order number: name it in the setting fields, as in number=orderNr")
    at = moment(one.word("at"))
    updated = moment(one.word("updated_at")) or item.received_at or 0
    name = one.word("name") or f"{one.word('first_name')} {one.word('last_name')}".strip() or one.word("company")
    sender, also = common.customer(one.word("email"), one.word("phone"), name)
    status = one.word("status")
    town = f"{one.word('postcode')} {one.word('city')}".strip()
    address = postal(name, one.word("company"), one.word("street"), town, one.word("country"))
    order = Order(
        number=number,
        at=updated if at is None else at,
        updated_at=updated,
        status=status,
        state=_among(_DONE, status) or OrderState.OPEN,
        payment=_among(_PAID, one.word("payment")) or _among(_PAID, status) or Payment.UNKNOWN,
        payment_method=one.word("payment_method"),
        delivery=_among(_SENT, one.word("delivery")) or _among(_SENT, status) or Delivery.UNKNOWN,
        delivery_method=one.word("delivery_method"),
        currency=one.word("currency") or _symbol(one.word("total")),
        total=amount(one.word("total")),
        refunded=amount(one.word("refunded")),
        lines=tuple(_lines(rows, one, given)),
        parcels=_parcels(rows or [said], given),
        returns=_returns(one),
        billing=address if len(address) > 1 else (),
        note=clean(one.word("note")),
        url=one.word("url"),
        return_url=one.word("return_url"),
    )
    return Decoded(one.word("id") or number, sender, also=also, order=order, received_at=updated or None)


class _Document:
    """One document, asked by field."""

    def __init__(self, said: Mapping[str, Any], given: Mapping[str, str], within: str = "") -> None:
        self._said = said
        self._given = given
        flat = list(_flat(said))
        vocabulary = {
            name.removeprefix(within): words for name, words in headings.ORDER.items() if name.startswith(within)
        }
        # The whole path first (`customer.name`), then its last name (`number`), the shallowest one first.
        by_path = headings.guess([path for path, _value in flat], vocabulary)
        by_name = headings.guess([path.rpartition(".")[2] for path, _value in flat], vocabulary)
        self._found = {
            field: [flat[place][1] for place in by_path.get(field, [])]
            or [value for _depth, value in sorted(((flat[place][0].count("."), place), flat[place][1])
                                                  for place in by_name.get(field, []))]
            for field in {*by_path, *by_name}
        }  # fmt: skip

    def value(self, field: str) -> Any:
        """Return what a field holds, None where there is none."""
        if field in self._given:
            return common.inner(self._said, *self._given[field].split("."))
        return next((one for one in self._found.get(field, ()) if one not in (None, "")), None)

    def word(self, field: str) -> str:
        """Return what a field holds as one line."""
        found = self.value(field)
        if isinstance(found, bool):
            return "yes" if found else "no"
        return one_line(str(found), 2_000) if isinstance(found, str | int | float) else ""


def _flat(said: Any, before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the paths of a document to what is no document itself."""
    for name, value in list(said.items())[:_MOST_NAMES]:
        path = f"{before}{name}"
        if isinstance(value, Mapping):
            if depth < _DEEPEST:
                yield from _flat(value, f"{path}.", depth + 1)
        elif isinstance(name, str):
            yield path, value


def _among(words: Mapping[Any, str], said: str) -> Any:
    bare = headings.plain(said)
    return next((state for state, shape in words.items() if bare and re.fullmatch(shape, bare)), None)


def _symbol(said: str) -> str:
    return next((code for sign, code in (("€", "EUR"), ("£", "GBP"), ("$", "USD")) if sign in said), "")


def _lines(rows: Sequence[Mapping[str, Any]], one: _Document, given: Mapping[str, str]) -> Iterator[OrderLine]:
    found: Any = rows or one.value("lines")
    inner = {field.removeprefix("line."): path for field, path in given.items() if field.startswith("line.")}
    for each in found if isinstance(found, Sequence) and not isinstance(found, str) else ():
        if isinstance(each, Mapping):
            line = _Document(each, inner, "line.")
            name = line.word("name") or ("" if rows else _Document(each, inner).word("name"))
            if name:
                total = amount(line.word("total"))
                yield OrderLine(name, amount(line.word("quantity")) or "1", line.word("sku"), total)


def _parcels(rows: Sequence[Mapping[str, Any]], given: Mapping[str, str]) -> tuple[Parcel, ...]:
    found: dict[str, Parcel] = {}
    for each in rows:
        one = _Document(each, given)
        number = one.word("tracking")
        if number or one.word("parcel_status"):
            found[number] = Parcel(one.word("carrier"), number, one.word("tracking_url"), one.word("parcel_status"))
    return tuple(found.values())


def _returns(one: _Document) -> tuple[Return, ...]:
    number, status = one.word("return_number"), one.word("return_status")
    return (Return(number, status),) if number or status else ()
