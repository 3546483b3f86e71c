"""What is kept of an order, whatever a shop sends: clean words, amounts that are numbers, addresses that lead to web
pages. Pure."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from omnidesk.text.clean import clean, one_line
from omnidesk.words.orders import Order, OrderLine, Parcel, Return

MOST_LINES = 100
MOST_PARCELS = 30
LONGEST_NOTE = 4_000
_LONGEST = 200


def kept(order: Order) -> Order:
    """Return an order as it may be stored and shown."""
    return replace(
        order,
        number=_word(order.number, 60),
        status=_word(order.status, 60),
        payment_method=_word(order.payment_method, 80),
        delivery_method=_word(order.delivery_method, 80),
        currency=_word(order.currency, 8).upper(),
        total=amount(order.total),
        refunded=amount(order.refunded),
        lines=tuple(_line(one) for one in order.lines[:MOST_LINES]),
        parcels=tuple(_parcel(one) for one in order.parcels[:MOST_PARCELS]),
        returns=tuple(_return(one) for one in order.returns[:MOST_PARCELS]),
        billing=_address(order.billing),
        shipping=_address(order.shipping),
        note=clean(order.note)[:LONGEST_NOTE],
        url=web_page(order.url),
        return_url=web_page(order.return_url),
    )


def amount(said: str) -> str:
    """Return an amount as a decimal number, "" where it is none."""
    try:
        found = Decimal(said.strip())
    except (InvalidOperation, ValueError):
        return ""
    return f"{found:f}" if found.is_finite() and abs(found) < Decimal(10) ** 15 else ""


def web_page(said: str) -> str:
    """Return the address of a web page, "" where it is anything else."""
    found = _word(said, 2_000)
    try:
        parts = urlsplit(found)
        return found if parts.scheme in ("http", "https") and parts.hostname and " " not in found else ""
    except ValueError:
        return ""


def _line(one: OrderLine) -> OrderLine:
    return OrderLine(_word(one.name), amount(one.quantity) or "1", _word(one.sku, 80), amount(one.total))


def _parcel(one: Parcel) -> Parcel:
    return Parcel(_word(one.carrier, 80), _word(one.number, 80), web_page(one.url), _word(one.status, 120), one.at)


def _return(one: Return) -> Return:
    return Return(_word(one.number, 60), _word(one.status, 60), amount(one.total), _word(one.reason), one.at)


def _address(lines: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(said for one in lines[:12] if (said := _word(one)))


def _word(said: str, longest: int = _LONGEST) -> str:
    return one_line(said, longest)
