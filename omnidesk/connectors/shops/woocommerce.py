"""WooCommerce (REST v3): orders by poll and by webhook, notes on them.

Over HTTPS it takes key and secret as Basic authentication, over plain HTTP only OAuth 1.0a (RFC 5849, one-legged,
HMAC-SHA256 with the secret and `&`). https://woocommerce.github.io/woocommerce-rest-api-docs/
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any
from urllib.parse import quote, urlsplit

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    ConnectorError,
    Cursor,
    Decoded,
    Item,
    NotSent,
    Outgoing,
    Payload,
    SendResult,
    Sent,
    Unknown,
    Wanted,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.http import Answer, Client
from omnidesk.connectors.manifest import RELAY, RELAY_TOKEN, SHOP_PAGES, Manifest, Secret, Setting
from omnidesk.connectors.shops import common, reading, woo_order
from omnidesk.text.order_numbers import key as order_key

PER_PAGE = 100
_EARLIER = 5 * clock.MINUTE
"""How much earlier than we wrote it a note may have come by the shop's clock."""

MANIFEST = Manifest(
    kind="woocommerce",
    name="WooCommerce",
    badge="woo",
    inbound=("poll", "webhook"),
    outbound="none",
    threading="contact",
    idempotency="verify",
    identity_kinds=("email", "phone"),
    settings=(
        Setting("api_url", "Address of the shop", "such as https://shop.example.com", required=True),
        Setting("consumer_key", "Consumer key", "ck_ and letters: WooCommerce, Settings, Advanced, REST API",
                required=True),
        Setting("plain", "Plain permalinks", "the shop's pages have addresses such as ?p=123", "flag", False,
                advanced=True),
        common.HISTORY,
        *SHOP_PAGES,
        *RELAY,
    ),
    secrets=(
        Secret("consumer_secret", "Consumer secret", "cs_ and letters, shown once beside the key"),
        Secret("webhook_secret", "Secret of the webhook", "as it stands in the webhook's settings", required=False),
        RELAY_TOKEN,
    ),
    auth=("token",),
    about="Orders of a WooCommerce shop, beside the threads of those who placed them.",
    address=False,
    poll_seconds=60.0,
    commerce=True,
    looks_up=("number",),
    order_notes=True,
    privacy="The shop gets what agents write into notes on its orders, and is asked for orders by their number.",
)  # fmt: skip


class WooCommerce(common.ShopConnector):
    """One shop."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._plain = bool(account.settings.get("plain"))
        self._key = str(account.settings.get("consumer_key") or "")
        secure = str(account.settings.get("api_url") or "").lower().startswith("https:")
        self._client = Client(account, "", self._basic if secure else None)
        self._oauth = not secure

    async def aclose(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    def _basic(self, secrets: Mapping[str, str]) -> Mapping[str, str]:
        said = f"{self._key}:{secrets.get('consumer_secret', '')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(said).decode()}"}

    async def _ask(self, method: Any, rest: str, params: Mapping[str, str] | None = None, **said: Any) -> Answer:
        path, asked = self._path(rest, params)
        return await self._client.request(method, path, params=self._signed(method, path, asked), **said)

    def _path(self, rest: str, params: Mapping[str, str] | None) -> tuple[str, dict[str, str]]:
        if self._plain:
            return "", {"rest_route": f"/wc/v3/{rest}", **(params or {})}
        return f"wp-json/wc/v3/{rest}", dict(params or {})

    def _signed(self, method: str, path: str, params: dict[str, str]) -> dict[str, str]:
        """Return parameters as they go: over plain HTTP with the signature of OAuth 1.0a."""
        if not self._oauth:
            return params
        said = params | {
            "oauth_consumer_key": self._key,
            "oauth_nonce": token_hex(16),
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(clock.now() // 1000),
        }
        secret = self._client.secrets.get("consumer_secret", "")
        return said | {"oauth_signature": signature(method, f"{self._client.base}/{path}", said, secret)}

    async def check(self) -> Checked:
        """Log in and count the orders."""
        answer = await self._ask("GET", "orders", {"per_page": "1"})
        total = answer.headers.get("x-wp-total", "")
        if not isinstance(answer.json(), list):
            raise ConnectorError(f"{self._client.host} answers with something else than orders: look at its address")
        warnings = ["the shop is spoken to without encryption: give its address with https"] if self._oauth else []
        if not self.account.secrets.get("webhook_secret"):
            warnings.append("without webhook_secret no webhooks are taken: changes are seen at the next poll")
        count = (f"{int(total)} orders",) if total.isdigit() else ()
        return Checked(self._client.host, self._client.host, details=count, warnings=tuple(warnings))

    # --- what comes in

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield the orders that changed since the last poll."""
        async for batch in reading.read(cursor, common.days(self.account.settings), self._page):
            yield batch

    async def _page(self, start: int, number: int) -> reading.Page:
        after = datetime.fromtimestamp(max(0, start // 1000 - 1), UTC)  # what changed in that second belongs to it
        params = {
            "modified_after": f"{after:%Y-%m-%dT%H:%M:%S}",
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": str(PER_PAGE),
            "page": str(number),
        }
        found = (await self._ask("GET", "orders", params)).json()
        if not isinstance(found, list):
            raise ConnectorError(f"{self._client.host} answers with something else than a list of orders")
        items = tuple(_item(one) for one in found if isinstance(one, dict))
        changed = [common.moment(one.get("date_modified_gmt")) or 0 for one in found if isinstance(one, dict)]
        return reading.Page(items, max(changed, default=None), len(found) >= PER_PAGE)

    async def look_up(self, wanted: Wanted) -> Sequence[Item]:
        """Return the orders with a number: `search` finds it among other things, and an id is often the number."""
        found = (await self._ask("GET", "orders", {"search": wanted.value, "per_page": "20"})).json()
        rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        digits = order_key(wanted.value)
        if not rows and digits.isdigit() and len(digits) < 16:
            answer = await self._ask("GET", f"orders/{int(digits)}", accept={404})
            one = answer.json() if answer.status == 200 else None
            rows = [one] if isinstance(one, dict) else []
        return [_item(one) for one in rows if order_key(common.word(one, "number", "id")) == digits]

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take an order that the shop posted and signed. What it posts to try the address has no signature."""
        signature = request.headers.get("x-wc-webhook-signature", "")
        if request.body.startswith(b"webhook_id=") and not signature:
            return WebhookAnswer()
        secret = self.account.secrets.get("webhook_secret")
        if not secret:
            raise ConnectorError("give the webhook's secret as `webhook_secret`: webhooks are signed with it")
        if not common.signed(request.body, secret, signature):
            return WebhookAnswer(401, b"wrong signature")
        said = common.document(request.body, "WooCommerce")
        if set(said) <= {"id"} or not request.headers.get("x-wc-webhook-topic", "order.").startswith("order."):
            return WebhookAnswer()  # an order that was deleted there stays known here; what is no order is not ours
        return WebhookAnswer(batch=Batch((_item(said, request.body),), {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one order. Raises DecodeError."""
        return (woo_order.decoded(item),)

    # --- notes

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make a note that only the shop's people see. Raises ValueError in words."""
        return common.note(outgoing)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Put a note on an order; WooCommerce has no key that would keep it from being there twice."""
        path, params = self._path(f"orders/{payload.envelope['order']}/notes", None)
        answer = await self._client.hand_over(
            committing, "POST", path, params=self._signed("POST", path, params),
            json={"note": payload.data.decode(), "customer_note": False},
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        try:
            return Sent((common.word(answer.json(), "id"),))
        except ConnectorError as error:
            return Unknown(str(error))

    async def verify(self, payload: Payload, key: str) -> Sent | NotSent | Unknown:
        """Look for the note among those of the order."""
        found = (await self._ask("GET", f"orders/{payload.envelope['order']}/notes")).json()
        since = int(payload.envelope["at"]) - _EARLIER
        for one in common.rows({"notes": found}, "notes"):
            at = common.moment(common.word(one, "date_created_gmt"))
            if common.holds(str(one.get("note") or ""), payload.data.decode()) and (at is None or at >= since):
                return Sent((common.word(one, "id"),))
        return NotSent()


def _item(said: Mapping[str, Any], raw: bytes | None = None) -> Item:
    return common.item(WooCommerce.decode, common.raw(said) if raw is None else raw)


def signature(method: str, url: str, params: Mapping[str, str], secret: str) -> str:
    """Return the signature of a request (RFC 5849 3.4), made with the consumer's secret alone."""
    parts = urlsplit(url)
    bare = f"{parts.scheme}://{parts.netloc}{parts.path}"
    pairs = sorted((quote(name, safe=""), quote(value, safe="")) for name, value in params.items())
    said = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(quote(one, safe="") for one in (method.upper(), bare, said))
    made = hmac.new(f"{secret}&".encode(), base.encode(), hashlib.sha256).digest()
    return base64.b64encode(made).decode()
