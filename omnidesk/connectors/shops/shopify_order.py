"""What an order of Shopify becomes: as GraphQL tells it, and as webhooks post it (in the words of REST). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnidesk.connectors.base import Decoded, DecodeError, Item
from omnidesk.connectors.shops import common
from omnidesk.connectors.shops.common import amount, inner, moment, postal, rows, summed, word
from omnidesk.text.clean import clean
from omnidesk.words.orders import Delivery, Order, OrderLine, OrderState, Parcel, Payment, Return

QUERY = """
query Orders($query: String, $after: String, $first: Int!) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      legacyResourceId name createdAt updatedAt cancelledAt closedAt displayFinancialStatus displayFulfillmentStatus
      currencyCode email phone note statusPageUrl paymentGatewayNames
      totalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } }
      customer { displayName }
      billingAddress { name company address1 address2 zip city province country phone }
      shippingAddress { name company address1 address2 zip city province country phone }
      shippingLine { title }
      lineItems(first: 40) { nodes { name sku quantity discountedTotalSet { shopMoney { amount } } } }
      fulfillments(first: 10) { createdAt displayStatus trackingInfo(first: 5) { company number url } }
      returns(first: 5) { nodes { name status } }
      refunds(first: 5) { createdAt note totalRefundedSet { shopMoney { amount } } }
    }
  }
}
"""
PAYMENT = {
    "paid": Payment.PAID, "pending": Payment.UNPAID, "authorized": Payment.UNPAID, "expired": Payment.UNPAID,
    "partially_paid": Payment.PART_PAID, "refunded": Payment.REFUNDED, "partially_refunded": Payment.PART_REFUNDED,
    "voided": Payment.FAILED,
}  # fmt: skip
DELIVERY = {
    "fulfilled": Delivery.SENT, "partially_fulfilled": Delivery.PART_SENT, "partial": Delivery.PART_SENT,
    "unfulfilled": Delivery.UNSENT, "in_progress": Delivery.UNSENT, "on_hold": Delivery.UNSENT,
    "open": Delivery.UNSENT, "pending_fulfillment": Delivery.UNSENT, "scheduled": Delivery.UNSENT,
    "restocked": Delivery.RETURNED,
}  # fmt: skip


def decoded(item: Item) -> Decoded:
    """Return how an order stands. Raises DecodeError."""
    said = common.document(item.raw, "Shopify")
    told = _of_rest(said) if "line_items" in said else said
    number = word(told, "name")
    if not word(told, "legacyResourceId") or not number:
        raise DecodeError("an order of Shopify has an id and a name")
    updated = moment(told.get("updatedAt")) or moment(told.get("createdAt")) or item.received_at
    billing, shipping = told.get("billingAddress") or {}, told.get("shippingAddress") or {}
    name = word(told.get("customer"), "displayName") or word(billing, "name") or word(shipping, "name")
    phone = word(told, "phone") or word(shipping, "phone") or word(billing, "phone")
    sender, also = common.customer(word(told, "email"), phone, name)
    financial, shipped = word(told, "displayFinancialStatus").lower(), word(told, "displayFulfillmentStatus").lower()
    parcels = _parcels(told)
    order = Order(
        number=number,
        at=moment(told.get("createdAt")) or updated,
        updated_at=updated,
        status=", ".join(one for one in (financial, shipped) if one).replace("_", " "),
        state=_state(told),
        payment=PAYMENT.get(financial, Payment.UNKNOWN),
        payment_method=", ".join(str(one) for one in told.get("paymentGatewayNames") or () if isinstance(one, str)),
        delivery=_delivery(shipped, parcels),
        delivery_method=word(told.get("shippingLine"), "title"),
        currency=word(told, "currencyCode"),
        total=_money(told, "totalPriceSet"),
        refunded=refunded if amount(refunded := _money(told, "totalRefundedSet")).strip("0.") else "",
        lines=tuple(
            OrderLine(word(one, "name"), word(one, "quantity") or "1", word(one, "sku"),
                      _money(one, "discountedTotalSet"))
            for one in rows(told, "lineItems")
        ),
        parcels=parcels,
        returns=_returns(told),
        billing=_address(billing),
        shipping=_address(shipping),
        note=clean(str(told.get("note") or "")),
        url=word(told, "adminUrl"),
    )  # fmt: skip
    return Decoded(word(told, "legacyResourceId"), sender, also=also, order=order, received_at=updated)


def _of_rest(said: Mapping[str, Any]) -> dict[str, Any]:
    """A webhook's order under the names of GraphQL."""
    refunds = rows(said, "refunds")
    fulfilments = rows(said, "fulfillments")
    return {
        "legacyResourceId": word(said, "id"),
        "name": word(said, "name"),
        "createdAt": said.get("created_at"),
        "updatedAt": said.get("updated_at"),
        "cancelledAt": said.get("cancelled_at"),
        "closedAt": said.get("closed_at"),
        "displayFinancialStatus": word(said, "financial_status"),
        "displayFulfillmentStatus": word(said, "fulfillment_status") or "unfulfilled",
        "currencyCode": word(said, "currency"),
        "email": word(said, "email", "contact_email"),
        "phone": word(said, "phone"),
        "note": said.get("note"),
        "paymentGatewayNames": said.get("payment_gateway_names"),
        "totalPriceSet": _set(word(said, "total_price")),
        "totalRefundedSet": _set(summed(*(_paid_back(each) for each in refunds))),
        "customer": {"displayName": _full(said.get("customer"))},
        "billingAddress": said.get("billing_address"),
        "shippingAddress": said.get("shipping_address"),
        "shippingLine": next(iter(rows(said, "shipping_lines")), None),
        "lineItems": [
            {
                "name": word(one, "name", "title"), "sku": word(one, "sku"), "quantity": word(one, "quantity"),
                "discountedTotalSet": _set(_line_total(one)),
            }
            for one in rows(said, "line_items")
        ],
        "fulfillments": [
            {
                "createdAt": one.get("created_at"),
                "displayStatus": word(one, "shipment_status", "status"),
                "trackingInfo": [{"company": word(one, "tracking_company"), "number": number, "url": link}
                                 for number, link in _tracks(one)],
            }
            for one in fulfilments
        ],
        "refunds": [
            {
                "createdAt": one.get("created_at"), "note": one.get("note"),
                "totalRefundedSet": _set(_paid_back(one)),
            }
            for one in refunds
        ],
    }  # fmt: skip


def _paid_back(refund: Mapping[str, Any]) -> str:
    return summed(*(word(one, "amount") for one in rows(refund, "transactions")))


def _tracks(one: Mapping[str, Any]) -> list[tuple[str, str]]:
    numbers = [str(each) for each in one.get("tracking_numbers") or () if isinstance(each, str)]
    numbers = numbers or [word(one, "tracking_number")]
    links = [str(each) for each in one.get("tracking_urls") or () if isinstance(each, str)] or [
        word(one, "tracking_url")
    ]
    links += [""] * (len(numbers) - len(links))
    return [(number, link) for number, link in zip(numbers, links, strict=False) if number]


def _line_total(one: Mapping[str, Any]) -> str:
    price, quantity = amount(word(one, "price")), amount(word(one, "quantity")) or "1"
    off = amount(word(one, "total_discount")) or "0"
    from decimal import Decimal

    return f"{Decimal(price) * Decimal(quantity) - Decimal(off):f}" if price else ""


def _full(one: Any) -> str:
    return f"{word(one, 'first_name')} {word(one, 'last_name')}".strip()


def _set(said: str) -> dict[str, Any]:
    return {"shopMoney": {"amount": said}}


def _money(said: Mapping[str, Any], name: str) -> str:
    return amount(inner(said, name, "shopMoney", "amount"))


def _state(told: Mapping[str, Any]) -> OrderState:
    if told.get("cancelledAt"):
        return OrderState.CANCELLED
    return OrderState.DONE if told.get("closedAt") else OrderState.OPEN


def _parcels(told: Mapping[str, Any]) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(
            word(track, "company"), word(track, "number"), word(track, "url"),
            word(one, "displayStatus").lower().replace("_", " "), moment(one.get("createdAt")),
        )
        for one in rows(told, "fulfillments")
        for track in rows(one, "trackingInfo") or [{}]
    )  # fmt: skip


def _delivery(shipped: str, parcels: tuple[Parcel, ...]) -> Delivery:
    if parcels and all(one.status == "delivered" for one in parcels) and shipped == "fulfilled":
        return Delivery.DELIVERED
    return DELIVERY.get(shipped, Delivery.UNKNOWN)


def _returns(told: Mapping[str, Any]) -> tuple[Return, ...]:
    back = [Return(word(one, "name"), word(one, "status").lower()) for one in rows(told, "returns")]
    paid = [
        Return(
            "", "refunded", _money(one, "totalRefundedSet"), word(one, "note"), moment(one.get("createdAt")),
        )
        for one in rows(told, "refunds")
    ]  # fmt: skip
    return (*back, *paid)


def _address(one: Mapping[str, Any]) -> tuple[str, ...]:
    town = f"{word(one, 'zip')} {word(one, 'city')}".strip()
    return postal(
        word(one, "name"), word(one, "company"), word(one, "address1"), word(one, "address2"), town,
        word(one, "province"), word(one, "country"),
    )  # fmt: skip
