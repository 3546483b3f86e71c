"""What an order of WooCommerce becomes: as the REST API (v3) lists it, and as its webhooks post it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from omnidesk.connectors.base import Decoded, DecodeError, Item
from omnidesk.connectors.shops import common
from omnidesk.connectors.shops.common import amount, moment, postal, rows, summed, word
from omnidesk.text.clean import clean
from omnidesk.words.orders import Delivery, Order, OrderLine, OrderState, Parcel, Payment, Return

STATES = {
    "completed": OrderState.DONE, "refunded": OrderState.DONE, "cancelled": OrderState.CANCELLED,
    "failed": OrderState.CANCELLED, "trash": OrderState.CANCELLED,
}  # fmt: skip
TRACKING = ("_wc_shipment_tracking_items", "_vi_wot_order_item_tracking_data")
"""The fields in which the usual extensions keep tracking numbers."""


def decoded(item: Item) -> Decoded:
    """Return how an order stands. Raises DecodeError."""
    said = common.document(item.raw, "WooCommerce")
    number, status = word(said, "number", "id"), word(said, "status")
    if not word(said, "id") or not status:
        raise DecodeError("an order of WooCommerce has an id and a status")
    billing, shipping = said.get("billing") or {}, said.get("shipping") or {}
    updated = moment(said.get("date_modified_gmt")) or moment(said.get("date_created_gmt")) or item.received_at
    parcels = _parcels(said)
    name = _name(billing) or _name(shipping)
    sender, also = common.customer(word(billing, "email"), word(billing, "phone"), name)
    refunds = rows(said, "refunds")
    order = Order(
        number=number,
        at=moment(said.get("date_created_gmt")) or updated,
        updated_at=updated,
        status=status,
        state=STATES.get(status, OrderState.OPEN),
        payment=_payment(said, status, bool(refunds)),
        payment_method=word(said, "payment_method_title"),
        delivery=_delivery(status, bool(parcels)),
        delivery_method=", ".join(word(one, "method_title") for one in rows(said, "shipping_lines")),
        currency=word(said, "currency"),
        total=amount(said.get("total")),
        refunded=summed(*(word(one, "total").lstrip("-") for one in refunds)),
        lines=tuple(_line(one) for one in rows(said, "line_items")),
        parcels=parcels,
        returns=tuple(
            Return(word(one, "id"), "refunded", word(one, "total").lstrip("-"), word(one, "reason")) for one in refunds
        ),
        billing=_address(billing),
        shipping=_address(shipping),
        note=clean(str(said.get("customer_note") or "")),
        url=_page(said),
    )
    return Decoded(word(said, "id"), sender, also=also, order=order, received_at=updated)


def _payment(said: Mapping[str, Any], status: str, refunds: bool) -> Payment:
    if status == "refunded":
        return Payment.REFUNDED
    if status == "failed":
        return Payment.FAILED
    if refunds:
        return Payment.PART_REFUNDED
    if said.get("date_paid_gmt") or said.get("date_paid"):
        return Payment.PAID
    return Payment.UNPAID if status in ("pending", "on-hold") else Payment.UNKNOWN


def _delivery(status: str, sent: bool) -> Delivery:
    if status in ("cancelled", "failed", "refunded", "trash"):
        return Delivery.UNKNOWN
    return Delivery.SENT if sent or status == "completed" else Delivery.UNSENT


def _line(one: Mapping[str, Any]) -> OrderLine:
    total = summed(word(one, "total"), word(one, "total_tax"))
    return OrderLine(word(one, "name"), word(one, "quantity") or "1", word(one, "sku"), total)


def _parcels(said: Mapping[str, Any]) -> tuple[Parcel, ...]:
    found = []
    for meta in rows(said, "meta_data"):
        if meta.get("key") in TRACKING:
            found += [
                Parcel(
                    word(one, "custom_tracking_provider", "tracking_provider", "carrier_name"),
                    word(one, "tracking_number"),
                    word(one, "custom_tracking_link", "tracking_link", "carrier_url"),
                    at=moment(one.get("date_shipped")),
                )
                for one in rows(meta, "value")
            ]
    return tuple(found)


def _name(one: Mapping[str, Any]) -> str:
    return f"{word(one, 'first_name')} {word(one, 'last_name')}".strip()


def _address(one: Mapping[str, Any]) -> tuple[str, ...]:
    town = f"{word(one, 'postcode')} {word(one, 'city')}".strip()
    return postal(
        _name(one), word(one, "company"), word(one, "address_1"), word(one, "address_2"), town, word(one, "state"),
        word(one, "country"),
    )  # fmt: skip


def _page(said: Mapping[str, Any]) -> str:
    """The page where those who work in the shop see the order, by the address of the API that told of it."""
    link = word(next(iter(rows(said.get("_links"), "self")), {}), "href")
    parts = urlsplit(link) if link.startswith("http") else None
    if parts is None or not parts.netloc:
        return ""
    folder = parts.path.partition("/wp-json/")[0].rstrip("/") if "/wp-json/" in parts.path else ""
    return f"{parts.scheme}://{parts.netloc}{folder}/wp-admin/post.php?post={word(said, 'id')}&action=edit"
