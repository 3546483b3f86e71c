"""Orders for tests of the desk, taken in as a shop's connector would bring them."""

from __future__ import annotations

import json
from typing import Any

from omnidesk import clock
from omnidesk.clock import to_rfc3339
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.connectors.shops import common
from omnidesk.desk import orders
from omnidesk.words.orders import ShopOrder
from omnidesk.words.rows import Channel
from tests.filling import ANNA, Desk


class Shop:
    """A shop that tells of orders."""

    def __init__(self, desk: Desk, name: str = "erp", kind: str = "order-files", **settings: Any) -> None:
        self.desk = desk
        given = {"folder": str(desk.folder)} if kind == "order-files" else {"api_url": "http://127.0.0.1:1"}
        self.channel: Channel = desk.adds_channel(name, "", kind, settings=given | settings)

    def item(self, number: str = "NL-10234", email: str = ANNA, changed: int | None = None, **more: Any) -> Item:
        """Return an order as an item; `changed` is when it changed (UTC ms)."""
        at = clock.now() if changed is None else changed
        said = {"number": number, "date": to_rfc3339(at), "updated": to_rfc3339(at), "email": email, "name": "Anna Bos",
                "total": "84.95", "currency": "EUR", "payment status": "paid", "delivery status": "sent",
                "lines": [{"product": "Boot 42", "quantity": 1, "price": "79.95"}], **more}  # fmt: skip
        decode = registry.connector("order-files").decode
        return common.item(decode, json.dumps(said).encode())

    def tells(self, *items: Item) -> None:
        """Take items in."""
        self.desk.receives(*items, channel=self.channel)

    def orders(self) -> list[ShopOrder]:
        """Return all orders, the newest first."""
        return orders.page(self.desk.workspace, 100)

    @property
    def one(self) -> ShopOrder:
        """The only order."""
        (found,) = self.orders()
        return found
