"""A kind of channel that is told everything by signed webhooks, for measuring the web server's door."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import (
    Batch,
    Checked,
    Committing,
    Connector,
    Decoded,
    Item,
    Outgoing,
    Party,
    Payload,
    SendResult,
    Sent,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.manifest import Manifest

KIND, KEY = "bench-hook", b"bench"


def signature(body: bytes) -> str:
    """Return what a webhook's header must hold."""
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()


class HookConnector(Connector):
    """Verifies a body and keeps it."""

    manifest = Manifest(
        kind=KIND, name="Bench webhooks", badge="bh", inbound=("webhook",), outbound="reply_only",
        threading="native_thread", idempotency="key", identity_kinds=("phone",),
    )  # fmt: skip

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one body."""
        said = json.loads(item.raw)
        sender = Party("phone", said["from"], verified=True)
        return (Decoded(said["id"], sender, text=said["text"], thread=said["from"], content_hash=said["id"]),)

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Give the text."""
        return Payload(outgoing.text.encode())

    async def check(self) -> Checked:
        """Find nothing."""
        return Checked(account=self.account.address)

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Verify, then make an item."""
        if not hmac.compare_digest(request.headers.get("x-signature", ""), signature(request.body)):
            return WebhookAnswer(status=401)
        item = Item(json.loads(request.body)["id"], request.body, clock.now(), "application/json")
        return WebhookAnswer(batch=Batch((item,), {}))

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Take it."""
        await committing()
        return Sent((key,))


def install(folder: Path) -> Path:
    """Lay an installed distribution into `folder`, whose entry point names the connector; return `folder`."""
    info = folder / "bench_hook-1.0.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bench-hook\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[omnidesk.connectors]\n{KIND} = bench.hooked:HookConnector\n")
    return folder
