"""Reads about orders; each names the index it rides on."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.words.orders import (
    Delivery,
    NoteState,
    Order,
    OrderLine,
    OrderNote,
    OrderState,
    Parcel,
    Payment,
    Return,
    ShopOrder,
)

_LAST = (1 << 63) - 1
_OF_CUSTOMER = (
    "FROM identity i JOIN shop_order_address a ON a.kind = i.kind AND a.value = i.value "
    "WHERE i.customer_id IN ({}) AND i.scope = ''"
)
"""Rides on identity_customer and the key of shop_order_address."""


def orders(connection: Connection, ids: Iterable[int], notable: Iterable[int] = ()) -> list[ShopOrder]:
    """Return these orders, in this order; by primary key, addresses by shop_order_address_order. `notable` are the
    channels that take notes."""
    wanted, takes = list(dict.fromkeys(ids)), frozenset(notable)
    addresses: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows_in(
        connection, "SELECT order_id, kind, value FROM shop_order_address WHERE order_id IN ({})", wanted
    ):
        addresses[row[0]].append((row[1], row[2]))
    found = {
        row["id"]: ShopOrder(
            id=row["id"],
            channel=row["channel"],
            channel_id=row["channel_id"],
            source_id=row["source_id"],
            name=row["name"],
            addresses=tuple(sorted(addresses[row["id"]])),
            heard_at=row["heard_at"],
            order=read(row["document_json"]),
            can_note=row["channel_id"] in takes,
        )
        for row in rows_in(
            connection,
            "SELECT o.*, channel.name AS channel FROM shop_order o JOIN channel ON channel.id = o.channel_id "
            "WHERE o.id IN ({})",
            wanted,
        )
    }
    return [found[number] for number in wanted if number in found]


def of_customers(connection: Connection, customers: Sequence[int], limit: int) -> list[int]:
    """Return the newest orders that bear an address of these customers, the newest first."""
    if not customers:
        return []
    marks = ", ".join(str(int(one)) for one in customers)
    rows = connection.all(
        f"SELECT o.id, o.at FROM (SELECT DISTINCT a.order_id {_OF_CUSTOMER.format(marks)}) found "
        "JOIN shop_order o ON o.id = found.order_id ORDER BY o.at DESC, o.id DESC LIMIT ?",
        (limit,),
    )
    return [row[0] for row in rows]


def counts(connection: Connection, customers: Sequence[int]) -> dict[int, int]:
    """Return how many orders bear an address of each of these customers."""
    if not customers:
        return {}
    marks = ", ".join(str(int(one)) for one in customers)
    rows = connection.all(
        f"SELECT i.customer_id, count(DISTINCT a.order_id) {_OF_CUSTOMER.format(marks)} GROUP BY i.customer_id"
    )
    return {row[0]: row[1] for row in rows}


def customers_of(connection: Connection, order: int) -> list[int]:
    """Return whose an order is: the customers who use an address that it bears."""
    rows = connection.all(
        "SELECT DISTINCT i.customer_id FROM shop_order_address a JOIN identity i ON i.kind = a.kind AND i.scope = '' "
        "AND i.value = a.value WHERE a.order_id = ? ORDER BY i.customer_id",
        (order,),
    )
    return [row[0] for row in rows]


def by_keys(connection: Connection, keys: Iterable[str]) -> list[tuple[str, int]]:
    """Return the orders with these numbers: key and order; rides on shop_order_number."""
    rows = rows_in(connection, "SELECT number_key, id FROM shop_order WHERE number_key IN ({})", list(keys))
    return [(row[0], row[1]) for row in rows]


def begun(connection: Connection, key: str, limit: int) -> list[int]:
    """Return orders whose number begins so; rides on shop_order_number."""
    rows = connection.all(
        "SELECT id FROM shop_order WHERE number_key >= ? AND number_key < ? ORDER BY number_key, id LIMIT ?",
        (key, key + "\U0010ffff", limit),
    )
    return [row[0] for row in rows]


def bearing(connection: Connection, kind: str, begins: str, limit: int) -> list[int]:
    """Return orders that bear an address that begins so; rides on the key of shop_order_address."""
    rows = connection.all(
        "SELECT order_id FROM shop_order_address WHERE kind = ? AND value >= ? AND value < ? "
        "ORDER BY value, order_id LIMIT ?",
        (kind, begins, begins + "\U0010ffff", limit),
    )
    return [row[0] for row in rows]


def page(connection: Connection, limit: int, before: tuple[int, int] | None, channel: int | None) -> list[int]:
    """Return the newest orders before a place (at, id); rides on shop_order_at."""
    values = list(before or (_LAST, _LAST))
    where = "(at, id) < (?, ?)"
    if channel is not None:
        where += " AND channel_id = ?"
        values.append(channel)
    rows = connection.all(
        f"SELECT id FROM shop_order WHERE {where} ORDER BY at DESC, id DESC LIMIT ?", (*values, limit)
    )
    return [row[0] for row in rows]


def notes(connection: Connection, order: int) -> list[OrderNote]:
    """Return our notes for an order, oldest first; rides on order_note_order."""
    rows = connection.all("SELECT * FROM order_note WHERE order_id = ? ORDER BY id", (order,))
    return [
        OrderNote(row["id"], row["text"], row["author"], NoteState(row["state"]), row["error"], row["created_at"])
        for row in rows
    ]


def written(order: Order) -> str:
    """Return an order as it is stored."""
    return json.dumps(asdict(order), ensure_ascii=False, separators=(",", ":"))


def read(document: str) -> Order:
    """Return an order from how it is stored; what a newer program added is left out."""
    said: Mapping[str, Any] = json.loads(document)
    known: dict[str, Any] = {name: said[name] for name in _FIELDS if name in said}
    for name, kind in _KINDS.items():
        known[name] = kind(known.get(name, ""))
    for name, row in _ROWS.items():
        known[name] = tuple(row(**one) for one in known.get(name, ()))
    return Order(**known | {name: tuple(known.get(name, ())) for name in ("billing", "shipping")})


_FIELDS = tuple(Order.__dataclass_fields__)
_KINDS: Mapping[str, Any] = {"state": OrderState, "payment": Payment, "delivery": Delivery}
_ROWS: Mapping[str, Any] = {"lines": OrderLine, "parcels": Parcel, "returns": Return}
