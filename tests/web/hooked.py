"""A provider that posts signed webhooks and nothing else, and its connector."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

SECRET = "a secret of the tests"

CONNECTOR = """
import hashlib, hmac, json
from omnidesk.connectors.base import (
    Batch, Checked, Connector, Decoded, DecodeError, Item, Party, Payload, Sent, WebhookAnswer,
)
from omnidesk.connectors.manifest import RELAY, RELAY_TOKEN, Manifest, Secret

class TheConnector(Connector):
    manifest = Manifest(
        kind="hooked", name="Hooked", badge="hk", inbound=("webhook",), outbound="reply_only",
        threading="native_thread", idempotency="none", identity_kinds=("handle",), settings=RELAY,
        secrets=(Secret("signing", "Signing secret"), RELAY_TOKEN), poll_seconds=0.2,
    )

    @staticmethod
    def decode(item):
        said = json.loads(item.raw)
        if "from" not in said:
            raise DecodeError("this is no message")
        return (Decoded(said["id"], Party("handle", said["from"], verified=True), text=said["text"],
                        reply_text=said["text"], thread=said["from"], received_at=item.received_at),)

    @staticmethod
    def prepare(outgoing, settings):
        return Payload(outgoing.text.encode())

    async def check(self):
        return Checked(account="hooked")

    async def send(self, payload, key, committing):
        await committing()
        return Sent()

    async def handle_webhook(self, request):
        if request.method == "GET":
            return WebhookAnswer(body=b"hello")
        made = hmac.new(self.account.secrets["signing"].encode(), request.url.encode() + request.body, hashlib.sha256)
        if not hmac.compare_digest(made.hexdigest(), request.headers.get("x-signature", "")):
            return WebhookAnswer(status=401)
        said = json.loads(request.body)
        try:
            items = [Item(one["id"], json.dumps(one).encode(), one["at"], "application/json") for one in said]
        except (LookupError, TypeError):  # the provider says something new: kept, for quarantine
            items = [Item(self.identify(request.body), request.body, 0, "application/json")]
        return WebhookAnswer(batch=Batch(tuple(items), {}))
"""


def signed(url: str, body: bytes) -> dict[str, str]:
    """Return the headers that the provider sends with a body."""
    return {"X-Signature": hmac.new(SECRET.encode(), url.encode() + body, hashlib.sha256).hexdigest()}


def body(*messages: Any) -> bytes:
    """Return what the provider posts for messages (id, text)."""
    said = [{"id": key, "from": "anna", "text": text, "at": 1_790_000_000_000} for key, text in messages]
    return json.dumps(said).encode()
