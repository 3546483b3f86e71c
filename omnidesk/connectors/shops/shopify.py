"""Shopify (GraphQL Admin API): orders by poll and by webhook, a note on them.

Each version of the API lives a year, a new one comes each quarter. Requests cost points of a bucket that fills again;
who has none left is told so in an answer of status 200. https://shopify.dev/docs/api/admin-graphql
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    ConnectorError,
    Cursor,
    Decoded,
    Failed,
    Item,
    LoginError,
    NotSent,
    Outgoing,
    Payload,
    Retry,
    RetryAfterError,
    SendResult,
    Sent,
    Unknown,
    Wanted,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.http import Answer, Client
from omnidesk.connectors.manifest import RELAY, RELAY_TOKEN, SHOP_PAGES, Manifest, Secret, Setting
from omnidesk.connectors.shops import common, reading, shopify_order
from omnidesk.text.order_numbers import key as order_key

VERSION = "2026-10"
FIRST = 10
"""Orders of a page: with all their lines they cost well under the thousand points that one query may."""
_SHOP = "query Shop { shop { name myshopifyDomain } ordersCount { count } }"
_NOTE = "query Note($id: ID!) { order(id: $id) { id note } }"
_UPDATE = "mutation Note($input: OrderInput!) { orderUpdate(input: $input) { order { id } userErrors { message } } }"

MANIFEST = Manifest(
    kind="shopify",
    name="Shopify",
    badge="shfy",
    inbound=("poll", "webhook"),
    outbound="none",
    threading="contact",
    idempotency="verify",
    identity_kinds=("email", "phone"),
    settings=(
        Setting("api_url", "Address of the shop", "such as https://your-shop.myshopify.com", required=True),
        Setting("version", "Version of the API", default=VERSION, advanced=True),
        common.HISTORY,
        *SHOP_PAGES,
        *RELAY,
    ),
    secrets=(
        Secret("access_token", "Access token", "shpat_ and letters: of a custom app that may read and write orders"),
        Secret("app_secret", "Secret of the app", "webhooks are signed with it", required=False),
        RELAY_TOKEN,
    ),
    auth=("token",),
    about="Orders of a Shopify shop, beside the threads of those who placed them.",
    address=False,
    poll_seconds=60.0,
    commerce=True,
    looks_up=("number",),
    order_notes=True,
    privacy="Shopify gets what agents write into notes on orders, and is asked for orders by their number.",
)


class Shopify(common.ShopConnector):
    """One shop."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._client = Client(account, "", lambda secrets: {"X-Shopify-Access-Token": secrets.get("access_token", "")})
        version = str(account.settings.get("version") or VERSION)
        self._path = f"admin/api/{version if re.fullmatch('[a-z0-9-]+', version) else VERSION}/graphql.json"

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    async def _ask(self, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        """Return the data of an answer. Raises ConnectorError, also for what status 200 says of itself."""
        answer = await self._client.post(self._path, json={"query": query, "variables": variables or {}})
        return self._data(answer)

    def _data(self, answer: Answer) -> Any:
        said = answer.json()
        errors = common.rows(said, "errors")
        if any(common.inner(one, "extensions", "code") == "THROTTLED" for one in errors):
            wait = _refill(common.inner(said, "extensions", "cost"))
            raise RetryAfterError(f"{self._client.host} wants fewer questions; it is asked again in {wait:.0f} s", wait)
        if errors:
            words = self._client.masked(common.word(errors[0], "message"))
            denied = common.inner(errors[0], "extensions", "code") == "ACCESS_DENIED"
            raise (LoginError if denied else ConnectorError)(f"{self._client.host} says: {words}")
        if isinstance(said, dict) and isinstance(said.get("errors"), str):
            raise ConnectorError(f"{self._client.host} says: {self._client.masked(said['errors'])}")
        return common.inner(said, "data")

    async def check(self) -> Checked:
        """Log in and count the orders."""
        found = await self._ask(_SHOP)
        name = common.word(common.inner(found, "shop"), "name")
        if not name:
            raise ConnectorError(f"{self._client.host} answers with something else than a shop: look at its address")
        count = common.inner(found, "ordersCount", "count")
        warnings = []
        if not self.account.secrets.get("app_secret"):
            warnings.append("without app_secret no webhooks are taken: changes are seen at the next poll")
        if common.days(self.account.settings) > 60:
            warnings.append("orders of more than 60 days ago come only where the app has the scope read_all_orders")
        domain = common.word(common.inner(found, "shop"), "myshopifyDomain")
        counted = (f"{count} orders",) if isinstance(count, int) else ()
        return Checked(name, domain, details=counted, warnings=tuple(warnings))

    # --- what comes in

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield the orders that changed since the last poll."""
        position = reading.Position(cursor, common.days(self.account.settings))
        since = f"{datetime.fromtimestamp(position.start // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
        after = None
        for _ in range(reading.MOST_PAGES):
            asked = {"query": f"updated_at:>='{since}'", "after": after, "first": FIRST}
            found = common.inner(await self._ask(shopify_order.QUERY, asked), "orders")
            if items := position.fresh([_item(one) for one in common.rows({"orders": found}, "orders")]):
                yield Batch(items, position.cursor)
            after = common.inner(found, "pageInfo", "endCursor")
            if not common.inner(found, "pageInfo", "hasNextPage") or not after:
                return
        raise ConnectorError("the shop lists orders without end: give fewer days of history")

    async def look_up(self, wanted: Wanted) -> Sequence[Item]:
        """Return the orders with a number."""
        name = re.sub(r"[^\w#./ -]", "", wanted.value)
        asked = {"query": f"name:'{name}'", "after": None, "first": FIRST}
        found = common.rows(await self._ask(shopify_order.QUERY, asked), "orders")
        return [_item(one) for one in found if order_key(common.word(one, "name")) == order_key(wanted.value)]

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take an order that Shopify posted and signed."""
        secret = self.account.secrets.get("app_secret")
        if not secret:
            raise ConnectorError("give the app's secret as `app_secret`: webhooks are signed with it")
        if not common.signed(request.body, secret, request.headers.get("x-shopify-hmac-sha256", "")):
            return WebhookAnswer(401, b"wrong signature")
        said = common.document(request.body, "Shopify")
        topic = request.headers.get("x-shopify-topic", "orders/updated")
        if not topic.startswith("orders/") or topic in ("orders/delete", "orders/edited"):
            return WebhookAnswer()  # what was deleted there stays known here; an edit is told as an update too
        return WebhookAnswer(batch=Batch((_item(said, request.body),), {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one order. Raises DecodeError."""
        return (shopify_order.decoded(item),)

    # --- notes

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make a line for the order's note, which only the shop's people see. Raises ValueError in words."""
        return common.note(outgoing)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Add a line to the order's one note, unless it is there."""
        line, order = payload.data.decode(), _gid(payload)
        found = common.inner(await self._ask(_NOTE, {"id": order}), "order")
        if found is None:
            return Failed("the shop does not know this order any more")
        before = str(common.inner(found, "note") or "")
        if common.holds(before, line):
            return Sent()
        said = {"input": {"id": order, "note": f"{before}\n{line}".strip()}}
        answer = await self._client.hand_over(
            committing, "POST", self._path, json={"query": _UPDATE, "variables": said}
        )
        if not isinstance(answer, Answer):
            return answer
        try:
            done = common.inner(self._data(answer), "orderUpdate")
        except RetryAfterError as error:
            return Retry(str(error), error.seconds)
        except LoginError as error:
            return Failed(str(error))
        except ConnectorError as error:
            return Unknown(str(error))
        wrong = common.rows(done, "userErrors")
        return Failed(common.word(wrong[0], "message")) if wrong else Sent()

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Look for the line in the order's note."""
        found = common.inner(await self._ask(_NOTE, {"id": _gid(payload)}), "order", "note")
        return Sent() if common.holds(str(found or ""), payload.data.decode()) else NotSent()


def _gid(payload: Payload) -> str:
    return f"gid://shopify/Order/{payload.envelope['order']}"


def _item(said: Mapping[str, Any], raw: bytes | None = None) -> Item:
    return common.item(Shopify.decode, common.raw(said) if raw is None else raw)


def _refill(cost: Any) -> float:
    """Return the seconds until the bucket holds what a question costs."""
    wanted = common.inner(cost, "requestedQueryCost")
    there = common.inner(cost, "throttleStatus", "currentlyAvailable")
    rate = common.inner(cost, "throttleStatus", "restoreRate")
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (wanted, there, rate))
    if not numbers or rate <= 0:
        return 2.0
    return max(1.0, min(float((wanted - there) / rate), 60.0))
