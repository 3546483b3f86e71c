"""The played shops, a folder and a plain source of JSON, as the conformance suite asks for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from omnidesk import clock
from omnidesk.clock import to_rfc3339
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Asked, FakeProvider, Harness, Reply, Said
from omnidesk.connectors.testing.shops import (
    APP_SECRET,
    HOOK_SECRET,
    KEY,
    SECRET,
    TOKEN,
    FakeShopify,
    FakeWooCommerce,
)

_PLACED = "orders are asked for by the time of their change, and a time does not get lost"


class WooHarness(Harness):
    """A WooCommerce shop over plain HTTP."""

    kind = "woocommerce"
    address = ""
    secrets = {"consumer_secret": SECRET, "webhook_secret": HOOK_SECRET}  # noqa: RUF012
    not_applicable = {"lost_position": _PLACED}  # noqa: RUF012
    provider: FakeWooCommerce

    def __init__(self, plain: bool = False) -> None:
        self.provider = FakeWooCommerce(plain)

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"api_url": self.provider.url, "consumer_key": KEY}
        if self.provider.plain:
            self.settings["plain"] = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()

    def inject(self, *messages: Said) -> None:
        for said in messages:
            self.provider.place(said.text, said.sender, said.ago)

    def inject_raw(self, raw: bytes) -> None:
        self.provider.place(raw.decode("latin-1"), status=None)

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        return [self.provider.webhook(url, self.provider.place(said.text, said.sender, said.ago)) for said in messages]

    def webhook_raw(self, url: str, raw: bytes) -> WebhookRequest:
        return self.provider.webhook_raw(url, raw)


class ShopifyHarness(Harness):
    """A Shopify shop."""

    kind = "shopify"
    address = ""
    secrets = {"access_token": TOKEN, "app_secret": APP_SECRET}  # noqa: RUF012
    not_applicable = {"lost_position": _PLACED}  # noqa: RUF012
    provider: FakeShopify

    def __init__(self) -> None:
        self.provider = FakeShopify()

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"api_url": self.provider.url}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()

    def inject(self, *messages: Said) -> None:
        for said in messages:
            self.provider.place(said.text, said.sender, said.ago)

    def inject_raw(self, raw: bytes) -> None:
        self.provider.place(raw.decode("latin-1"), legacyResourceId=None)

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        return [self.provider.webhook(url, self.provider.place(said.text, said.sender, said.ago)) for said in messages]

    def webhook_raw(self, url: str, raw: bytes) -> WebhookRequest:
        return self.provider.webhook_raw(url, raw)


class FakeSource(FakeProvider):
    """A program that answers with JSON: a list of what changed, and orders by address or number."""

    def __init__(self) -> None:
        super().__init__(token="token-of-the-source")
        self.orders: list[dict[str, Any]] = []

    def place(self, note: str, email: str, ago: float = 0, **more: Any) -> dict[str, Any]:
        """Let a customer order something."""
        at = to_rfc3339(clock.now() - int(ago * clock.SECOND))
        order = {"orderNumber": f"E-{1000 + len(self.orders)}", "created": at, "updated": at, "note": note,
                 "customer": {"name": email.partition("@")[0], "email": email}, "total": 12.5,
                 "items": [{"title": "Boot", "qty": 1, "price": 12.5}], **more}  # fmt: skip
        self.orders.append(order)
        return order

    def answer(self, asked: Asked) -> Reply:
        """Answer what is asked."""
        if asked.path.startswith("/api/orders/"):
            number = asked.path.rpartition("/")[2]
            found = [one for one in self.orders if one["orderNumber"] == number]
            return Reply(found[0]) if found else Reply({"message": "not found"}, 404)
        rows = self.orders
        if email := asked.query.get("email"):
            rows = [one for one in rows if one["customer"]["email"] == email]
        if since := asked.query.get("since"):
            rows = [one for one in rows if one["updated"] >= since]
        page = int(asked.query.get("page", "1"))
        return Reply({"data": {"orders": rows[(page - 1) * 5 : page * 5]}})


class SourceHarness(Harness):
    """A plain source of JSON over HTTP."""

    kind = "http-json"
    address = ""
    secrets = {"token": "token-of-the-source"}  # noqa: RUF012
    not_applicable = {"lost_position": _PLACED}  # noqa: RUF012
    provider: FakeSource

    def __init__(self) -> None:
        self.provider = FakeSource()

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {
            "api_url": f"{self.provider.url}/api",
            "list": "orders?since={since}&page={page}",
            "by_email": "orders?email={email}",
            "by_number": "orders/{number}",
            "items": "data.orders",
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()

    def inject(self, *messages: Said) -> None:
        for said in messages:
            self.provider.place(said.text, said.sender, said.ago)

    def inject_raw(self, raw: bytes) -> None:
        self.provider.place(raw.decode("latin-1"), "x@y.example", orderNumber=None)


class FilesHarness(Harness):
    """A folder of JSON Lines."""

    kind = "order-files"
    address = ""
    secrets = {}  # noqa: RUF012
    not_applicable = {  # noqa: RUF012
        "retry_after": "a folder is never busy",
        "outage": "a folder is there or not",
        "freeze": "a folder answers or not",
        "token": "a folder needs no login",
    }

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.settings = {"folder": str(folder)}
        self._count = 0

    def inject(self, *messages: Said) -> None:
        for said in messages:
            self._count += 1
            at = to_rfc3339(clock.now() - int(said.ago * clock.SECOND))
            self._add(
                {"number": f"F-{self._count}", "date": at, "updated": at, "note": said.text, "email": said.sender}
            )

    def inject_raw(self, raw: bytes) -> None:
        with (self.folder / "orders.jsonl").open("ab") as file:
            file.write(raw + b"\n")

    def lose_position(self) -> None:
        (self.folder / "orders.jsonl").replace(self.folder / "moved.jsonl")

    def _add(self, line: dict[str, Any]) -> None:
        with (self.folder / "orders.jsonl").open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
