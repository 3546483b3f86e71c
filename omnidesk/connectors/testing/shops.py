"""Shops that are played: WooCommerce (REST v3, OAuth 1.0a as over plain HTTP) and Shopify (GraphQL).

They do what the connectors of `omnidesk.connectors.shops` ask for, with the habits that matter: times in whole seconds,
pages, an answer of status 200 that says no, webhooks that are signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing.fake import Asked, FakeProvider, Reply

KEY, SECRET, HOOK_SECRET = "ck_0123456789abcdef", "cs_fedcba9876543210", "the-webhooks-own-secret"
TOKEN, APP_SECRET = "shpat_0123456789abcdef", "the-apps-own-secret"


def signed(url: str, body: bytes, secret: str, headers: Mapping[str, str], name: str) -> WebhookRequest:
    """Return a webhook as both shops sign it: HMAC-SHA256 of the body, in base64."""
    made = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    return WebhookRequest("POST", url, {"content-type": "application/json", name: made, **headers}, body)


class FakeWooCommerce(FakeProvider):
    """One shop. `orders` and `notes` (by order) are what it holds; `plain` makes its addresses `/?rest_route=..`."""

    def __init__(self, plain: bool = False) -> None:
        super().__init__()
        self.plain = plain
        self.orders: list[dict[str, Any]] = []
        self.notes: dict[int, list[dict[str, Any]]] = {}
        self._nonces: set[str] = set()

    def place(
        self, note: str = "", email: str = "anna@customer.example", ago: float = 0, **more: Any
    ) -> dict[str, Any]:
        """Let a customer order something, so many seconds ago; `more` are fields as the API has them."""
        number = more.pop("id", 10_000 + len(self.orders))
        at = _seconds(clock.now() - int(ago * clock.SECOND))
        name = email.partition("@")[0].title()
        order = {
            "id": number,
            "number": str(number),
            "status": "processing",
            "currency": "EUR",
            "date_created_gmt": at,
            "date_modified_gmt": at,
            "date_paid_gmt": at,
            "total": "84.95",
            "payment_method_title": "iDEAL",
            "customer_note": note,
            "billing": {"first_name": name, "last_name": "", "email": email, "phone": "", "address_1": "Dam 1",
                        "postcode": "1012 JS", "city": "Amsterdam", "country": "NL"},
            "shipping": {},
            "shipping_lines": [{"method_title": "PostNL"}],
            "line_items": [{"name": "Boot 42", "quantity": 1, "sku": "B-42", "total": "70.21", "total_tax": "14.74"}],
            "refunds": [],
            "meta_data": [],
            **more,
        }  # fmt: skip
        order["_links"] = {"self": [{"href": f"{self.url}/wp-json/wc/v3/orders/{number}"}]}
        self.orders.append(order)
        return order

    def change(self, order: dict[str, Any], later: float = 0, **fields: Any) -> dict[str, Any]:
        """Let an order change; its time is now, or so many seconds later."""
        order.update({"date_modified_gmt": _seconds(clock.now() + int(later * clock.SECOND)), **fields})
        return order

    def ship(self, order: dict[str, Any], number: str, carrier: str = "PostNL") -> dict[str, Any]:
        """Let an order be sent, as the usual extension for tracking numbers has it."""
        parcel = {
            "tracking_provider": carrier,
            "tracking_number": number,
            "custom_tracking_link": f"https://track.example/{number}",
            "date_shipped": str(clock.now() // 1000),
        }
        tracking = [{"key": "_wc_shipment_tracking_items", "value": [parcel]}]
        return self.change(order, status="completed", meta_data=tracking)

    def webhook(self, url: str, order: Mapping[str, Any]) -> WebhookRequest:
        """Return what the shop posts when an order changes."""
        return self.webhook_raw(url, json.dumps(order).encode())

    @staticmethod
    def webhook_raw(url: str, body: bytes) -> WebhookRequest:
        """Return a webhook with any body."""
        topic = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-delivery-id": "17"}
        return signed(url, body, HOOK_SECRET, topic, "x-wc-webhook-signature")

    def authorized(self, asked: Asked) -> bool:
        """OAuth 1.0a (RFC 5849): Basic and query keys are refused over plain HTTP."""
        said = dict(asked.query)
        signature, nonce = said.pop("oauth_signature", ""), said.get("oauth_nonce", "")
        if said.get("oauth_consumer_key") != KEY or not nonce or nonce in self._nonces:
            return False
        self._nonces.add(nonce)
        pairs = sorted((quote(name, "~"), quote(value, "~")) for name, value in said.items())
        base = f"{asked.method}&{quote(self.url + asked.path, '~')}&" + quote(
            "&".join(f"{name}={value}" for name, value in pairs), "~"
        )
        made = base64.b64encode(hmac.new(f"{SECRET}&".encode(), base.encode(), hashlib.sha256).digest()).decode()
        return hmac.compare_digest(made, signature)

    def says_expired(self) -> Reply:
        """As WooCommerce words it."""
        return Reply({"code": "woocommerce_rest_authentication_error", "message": "Consumer key is invalid."}, 401)

    def answer(self, asked: Asked) -> Reply:
        """Answer what is asked of orders and their notes."""
        route = asked.query.get("rest_route", "") if self.plain else asked.path.removeprefix("/wp-json")
        parts = route.removeprefix("/wc/v3/").strip("/").split("/")
        if parts[0] != "orders" or route == asked.path:
            return Reply({"code": "rest_no_route", "message": "No route was found matching the URL"}, 404)
        if len(parts) == 1:
            return self._list(asked.query)
        found = next((one for one in self.orders if str(one["id"]) == parts[1]), None)
        if found is None:
            return Reply({"code": "woocommerce_rest_shop_order_invalid_id", "message": "Invalid ID."}, 404)
        if len(parts) == 2:
            return Reply(found)
        notes = self.notes.setdefault(found["id"], [])
        if asked.method == "POST":
            said = asked.json()
            notes.append({"id": 500 + len(notes), "note": f"<p>{said['note']}</p>", "customer_note": False,
                          "date_created_gmt": _seconds(clock.now())})  # fmt: skip
            return Reply(notes[-1], 201)
        return Reply(notes)

    def _list(self, query: Mapping[str, str]) -> Reply:
        rows = list(self.orders)
        if after := query.get("modified_after"):
            assert query.get("dates_are_gmt") == "true", "without it the times are the shop's own"
            rows = [one for one in rows if str(one.get("date_modified_gmt")) > after]
        if sought := query.get("search"):
            rows = [one for one in rows if sought.lower() in json.dumps(one).lower()]
        if query.get("orderby") == "modified":
            rows.sort(key=lambda one: str(one.get("date_modified_gmt")), reverse=query.get("order") != "asc")
        size, page = int(query.get("per_page", "10")), int(query.get("page", "1"))
        pages = -(-len(rows) // size)
        heads = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
        return Reply(rows[(page - 1) * size : page * size], headers=heads)


class FakeShopify(FakeProvider):
    """One shop; `orders` in the words of GraphQL."""

    def __init__(self) -> None:
        super().__init__(token=TOKEN)
        self.orders: list[dict[str, Any]] = []

    def place(
        self, note: str = "", email: str = "anna@customer.example", ago: float = 0, **more: Any
    ) -> dict[str, Any]:
        """Let a customer order something, so many seconds ago; `more` are fields of GraphQL's."""
        at = _seconds(clock.now() - int(ago * clock.SECOND)) + "Z"
        address = {"name": email.partition("@")[0].title(), "address1": "Dam 1", "zip": "1012 JS", "city": "Amsterdam",
                   "country": "Netherlands", "phone": None}  # fmt: skip
        order = {
            "legacyResourceId": str(5_000_000 + len(self.orders)),
            "name": f"#{1001 + len(self.orders)}",
            "createdAt": at,
            "updatedAt": at,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "UNFULFILLED",
            "currencyCode": "EUR",
            "email": email,
            "phone": None,
            "note": note,
            "paymentGatewayNames": ["shopify_payments"],
            "totalPriceSet": {"shopMoney": {"amount": "84.95"}},
            "totalRefundedSet": {"shopMoney": {"amount": "0.0"}},
            "customer": {"displayName": address["name"]},
            "billingAddress": address,
            "shippingAddress": address,
            "shippingLine": {"title": "Standard"},
            "lineItems": {"nodes": [{"name": "Boot - 42", "sku": "B-42", "quantity": 1,
                                     "discountedTotalSet": {"shopMoney": {"amount": "84.95"}}}]},
            "fulfillments": [],
            "returns": {"nodes": []},
            "refunds": [],
            **more,
        }  # fmt: skip
        self.orders.append(order)
        return order

    def change(self, order: dict[str, Any], later: float = 0, **fields: Any) -> dict[str, Any]:
        """Let an order change; its time is now, or so many seconds later."""
        order.update({"updatedAt": _seconds(clock.now() + int(later * clock.SECOND)) + "Z", **fields})
        return order

    def webhook(self, url: str, order: Mapping[str, Any]) -> WebhookRequest:
        """Return what Shopify posts when an order changes: in the words of REST."""
        billing = order["billingAddress"] or {}
        said = {
            "id": int(order["legacyResourceId"]),
            "name": order["name"],
            "created_at": order["createdAt"],
            "updated_at": order["updatedAt"],
            "financial_status": str(order["displayFinancialStatus"]).lower(),
            "fulfillment_status": None,
            "currency": order["currencyCode"],
            "email": order["email"],
            "note": order["note"],
            "payment_gateway_names": order["paymentGatewayNames"],
            "total_price": order["totalPriceSet"]["shopMoney"]["amount"],
            "customer": {"first_name": billing.get("name"), "last_name": ""},
            "billing_address": billing,
            "shipping_address": order["shippingAddress"],
            "shipping_lines": [order["shippingLine"]],
            "line_items": [
                {"name": one["name"], "sku": one["sku"], "quantity": one["quantity"],
                 "price": one["discountedTotalSet"]["shopMoney"]["amount"]}
                for one in order["lineItems"]["nodes"]
            ],
            "fulfillments": [],
            "refunds": [],
        }  # fmt: skip
        return self.webhook_raw(url, json.dumps(said).encode())

    @staticmethod
    def webhook_raw(url: str, body: bytes) -> WebhookRequest:
        """Return a webhook with any body."""
        heads = {"x-shopify-topic": "orders/updated", "x-shopify-webhook-id": "b54557e4"}
        return signed(url, body, APP_SECRET, heads, "x-shopify-hmac-sha256")

    def authorized(self, asked: Asked) -> bool:
        """By the token of a custom app."""
        return asked.headers.get("x-shopify-access-token") == self.token

    def says_expired(self) -> Reply:
        """As Shopify words it."""
        return Reply({"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}, 401)

    def says_busy(self, seconds: int) -> Reply:
        """The bucket of points is empty: status 200, and when there are enough again."""
        status = {"currentlyAvailable": 0, "maximumAvailable": 2000.0, "restoreRate": 100.0}
        cost = {"requestedQueryCost": 100 * seconds, "throttleStatus": status}
        errors = [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
        return Reply({"errors": errors, "extensions": {"cost": cost}})

    def answer(self, asked: Asked) -> Reply:
        """Answer the questions that the connector asks."""
        if not re.fullmatch(r"/admin/api/\d{4}-\d\d/graphql\.json", asked.path) or asked.method != "POST":
            return Reply({"errors": "Not Found"}, 404)
        said = asked.json()
        query, given = said["query"], said["variables"]
        if "ordersCount" in query:
            shop = {"name": "Boots", "myshopifyDomain": "boots.myshopify.com"}
            return Reply({"data": {"shop": shop, "ordersCount": {"count": len(self.orders)}}})
        if "orderUpdate" in query:
            one = self._order(given["input"]["id"])
            if one is None:
                errors = [{"message": "Order does not exist"}]
                return Reply({"data": {"orderUpdate": {"order": None, "userErrors": errors}}})
            self.change(one, note=given["input"]["note"])
            return Reply({"data": {"orderUpdate": {"order": {"id": given["input"]["id"]}, "userErrors": []}}})
        if "order(id:" in query:
            one = self._order(given["id"])
            return Reply({"data": {"order": one and {"id": given["id"], "note": one["note"]}}})
        return self._list(given)

    def _order(self, gid: str) -> dict[str, Any] | None:
        return next((one for one in self.orders if gid.endswith(f"/{one.get('legacyResourceId')}")), None)

    def _list(self, given: Mapping[str, Any]) -> Reply:
        asked = str(given.get("query") or "")
        rows = sorted(self.orders, key=lambda one: str(one["updatedAt"]))
        if since := re.fullmatch(r"updated_at:>='(.+)'", asked):
            rows = [one for one in rows if str(one["updatedAt"]) >= since[1]]
        elif name := re.fullmatch(r"name:'#?(.+)'", asked):
            rows = [one for one in rows if str(one.get("name", "")).lstrip("#") == name[1]]
        first, start = int(given["first"]), int(given.get("after") or 0)
        page = {"hasNextPage": start + first < len(rows), "endCursor": str(start + first)}
        return Reply({"data": {"orders": {"pageInfo": page, "nodes": rows[start : start + first]}}})


def _seconds(at: int) -> str:
    return f"{datetime.fromtimestamp(at // 1000, UTC):%Y-%m-%dT%H:%M:%S}"
