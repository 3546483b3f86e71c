"""Text messages through a phone: read by poll and webhook, sent once, with what became of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors import since
from omnidesk.connectors.base import (
    Account,
    Batch,
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Cursor,
    Decoded,
    Failed,
    Item,
    Outgoing,
    Payload,
    SendResult,
    Sent,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.http import Answer, Client, Headers
from omnidesk.connectors.manifest import (
    REGION,
    RELAY,
    RELAY_TOKEN,
    Attachments,
    Manifest,
    RateLimit,
    Secret,
    Setting,
    TextRule,
)
from omnidesk.connectors.since import Entry
from omnidesk.connectors.sms_gateway import incoming, listing
from omnidesk.connectors.texting import text_message

MOST_CHARS = 1_600
BATCH = 50
LATEST_SIGNED = 5 * clock.MINUTE
"""How old a signature may be, either way; the phone signs anew each time it tries again."""
_NEVER_MIND = WebhookAnswer(body=b"nothing for us")

MANIFEST = Manifest(
    kind="sms-gateway",
    name="SMS (Android phone)",
    badge="sms",
    inbound=("poll", "webhook"),
    outbound="start_new",
    threading="contact",
    idempotency="key",
    identity_kinds=("phone",),
    settings=(
        Setting("api_url", "Address of the phone", "as the app shows it: http://192.168.1.20:8080", required=True),
        Setting("user", "User name", "as the app shows it", default="sms"),
        Setting("sim", "SIM card", "1, 2 or 3, where the phone has several and this channel is of one", "number"),
        Setting("history", "Days of history", "how many are read when the channel is new", "number", 30, advanced=True),
        REGION,
        *RELAY,
    ),
    secrets=(
        Secret("password", "Password", "as the app shows it"),
        Secret("signing_key", "Signing key", "for webhooks: in the app under Settings, Webhooks", required=False),
        RELAY_TOKEN,
    ),
    auth=("password",),
    attachments=Attachments(inbound=True),
    text=TextRule(max_length=MOST_CHARS, segments=True),
    rate_limits=(RateLimit("send", 1, 1.0),),
    receipts=("delivered",),
    target_minutes=60,
    about="Text messages of an Android phone in your network.",
    poll_seconds=15.0,
    history=True,
    privacy="The phone and its network get the customer's number and what is written to them; nobody else does.",
)  # fmt: skip


class SmsGateway(Connector):
    """One phone, or one of its SIM cards."""

    manifest = MANIFEST

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self.client = Client(account, "", _login(account.settings))
        self.lists = listing.Lists(self.client, _sim(account.settings))

    async def aclose(self) -> None:
        """Drop the connections."""
        await self.client.aclose()

    async def check(self) -> Checked:
        """Log in, count what came, and ask the phone how it does."""
        page = await self.client.get("inbox", params={"limit": 1}, accept=(404,))
        if page.status == 404:
            raise listing.too_old(self.client.host)
        page.json()
        health = (await self.client.get("health", accept=(500, 503))).json()
        said = health if isinstance(health, dict) else {}
        version = incoming.word(said, "version")
        return Checked(
            f"{self.account.settings.get('user') or 'sms'}@{self.client.host}",
            self.account.address,
            total=listing.total(page),
            details=(f"version {version} of the app",) if version else (),
            warnings=_complaints(said.get("checks")),
        )

    # --- what comes in

    async def pull(self, cursor: Cursor) -> AsyncIterator[Batch]:
        """Yield messages that came, and what became of ours, since the day before the last poll."""
        fresh, after = await self.lists.unread(cursor, since.days(self.account.settings))
        for start in range(0, len(fresh), BATCH):
            some = fresh[start : start + BATCH]
            done = start + len(some)
            whole = done == len(fresh)
            yield Batch(tuple(map(_item, some)), after if whole else cursor, done, len(fresh))
        if not fresh and after != cursor:
            yield Batch((), after)

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take a message, or what became of one of ours, that the phone signed."""
        if request.method != "POST":
            raise ValueError("webhooks of a phone are posted")
        key = self.account.secrets.get("signing_key")
        if not key:
            raise ConnectorError("give the app's signing key as `signing_key`: webhooks are signed with it")
        if not _signed(request, key):
            return WebhookAnswer(401, b"wrong signature")
        said = incoming.read(request.body)
        mark = incoming.mark(said)
        if not mark or not self.lists.ours(said):
            return _NEVER_MIND
        item = Item(mark, request.body, incoming.at(said) or clock.now(), "application/json")
        return WebhookAnswer(batch=Batch((item,), {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one message, or what became of one of ours. Raises DecodeError."""
        found = incoming.decoded(item)
        return () if found is None else (found,)

    async def fetch_blob(self, reference: str) -> AsyncIterator[bytes]:
        """Stream a picture that the phone keeps. Raises ConnectorError."""
        async for part in self.client.download(reference):
            yield part

    # --- what goes out

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Make the document that the phone takes. Raises ValueError in words."""
        text, warnings = text_message(outgoing, MOST_CHARS)
        if outgoing.files:
            raise ValueError("files cannot go by text message here: send a link, or answer on another channel")
        sim = _sim(settings)
        said = {
            "id": outgoing.key,
            "textMessage": {"text": text},
            "phoneNumbers": [outgoing.to[0].address],
            "withDeliveryReport": True,
            **({"simNumber": sim} if sim else {}),
        }
        return Payload(json.dumps(said, ensure_ascii=False).encode(), warnings=warnings)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Hand a message over; the phone knows it by our key, and says 409 where it has it already."""
        answer = await self.client.hand_over(
            committing, "POST", "messages", data=payload.data, accept=(400, 409),
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        if not isinstance(answer, Answer):
            return answer
        if answer.status == 400:
            return Failed(incoming.failure(answer.words()))
        return Sent()


def _login(settings: Mapping[str, Any]) -> Headers:
    """Return what makes the header of the app's login (RFC 7617)."""

    def headers(secrets: Mapping[str, str]) -> Mapping[str, str]:
        said = f"{settings.get('user') or 'sms'}:{secrets.get('password', '')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(said).decode()}"}

    return headers


def _sim(settings: Mapping[str, Any]) -> int:
    said = str(settings.get("sim") or "")
    return int(said) if said.isdigit() else 0


def _item(entry: Entry) -> Item:
    raw = json.dumps(entry.row, ensure_ascii=False, sort_keys=True).encode()
    return Item(entry.mark, raw, entry.at, "application/json")


def _signed(request: WebhookRequest, key: str) -> bool:
    """Say whether the phone signed a webhook, and lately: HMAC-SHA256 of the body with the seconds behind it."""
    when = request.headers.get("x-timestamp", "")
    if not when.isascii() or not when.isdigit() or len(when) > 12:
        return False
    made = hmac.new(key.encode(), request.body + when.encode(), hashlib.sha256).hexdigest().encode()
    fresh = abs(clock.now() - int(when) * clock.SECOND) <= LATEST_SIGNED
    return hmac.compare_digest(made, request.headers.get("x-signature", "").strip().lower().encode()) and fresh


def _complaints(checks: object) -> tuple[str, ...]:
    """Return in words what the phone finds wrong with itself."""
    rows = checks.items() if isinstance(checks, dict) else ()
    return tuple(
        f"the phone says: {incoming.word(row, 'description') or name}: {incoming.word(row, 'observedValue')}"
        for name, row in rows
        if isinstance(row, dict) and row.get("status") in ("warn", "fail")
    )
