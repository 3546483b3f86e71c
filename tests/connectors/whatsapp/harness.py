"""One WhatsApp number, as the conformance suite asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Asked, Harness, Received, Reply, Said, post
from omnidesk.connectors.testing.meta import signed
from omnidesk.connectors.testing.whatsapp import (
    APP_SECRET,
    NUMBER,
    PHONE_ID,
    TOKEN,
    VERIFY_TOKEN,
    WABA_ID,
    FakeWhatsApp,
    Taken,
)
from tests.connectors.whatsapp import contract

_TYPES = {".txt": "text/plain", ".bin": "application/octet-stream", ".gif": "image/gif"}


class StrictWhatsApp(FakeWhatsApp):
    """Held to what Meta publishes of its API: what does not keep to it is a complaint."""

    def __init__(self) -> None:
        super().__init__()
        self.complaints: list[str] = []

    def answer(self, asked: Asked) -> Reply:
        reply = super().answer(asked)
        self.complaints += contract.problems(asked, reply)
        return reply


class WhatsAppHarness(Harness):
    """One number."""

    kind = "whatsapp"
    address = NUMBER
    secrets = {"token": TOKEN, "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN}  # noqa: RUF012
    provider: StrictWhatsApp

    def __init__(self) -> None:
        self.provider = StrictWhatsApp()

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"phone_number_id": PHONE_ID, "waba_id": WABA_ID, "api_url": self.provider.url}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()
        assert not self.provider.complaints, self.provider.complaints

    def said(self, said: Said) -> dict[str, Any]:
        """Return what a customer sends as a webhook has it; a file goes as a document with the text under it."""
        sender = number_of(said.sender)
        for name, data in said.files.items():
            kind = _TYPES[Path(name).suffix]
            media = self.provider.keep(name, kind, data)
            document = {"id": media, "mime_type": kind, "filename": name, "caption": said.text, "sha256": "x"}
            return self.provider.message(sender, "document", document, said.ago)
        return self.provider.message(sender, "text", {"body": said.text}, said.ago)

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        return [self.provider.webhook(url, [self.said(one)], one.sender) for one in messages]

    def webhook_raw(self, url: str, raw: bytes) -> WebhookRequest:
        return signed(url, raw, APP_SECRET)

    def received(self) -> list[Received]:
        return [self._received(one) for one in self.provider.taken]

    def _received(self, taken: Taken) -> Received:
        said = taken.said
        content = said[said["type"]]
        media = self.provider.media.get(content.get("id", ""), ("", "", b""))
        text = content.get("body") or content.get("caption") or ""
        if said["type"] == "template":
            parts = [part["parameters"] for part in content.get("components", ())]
            text = " ".join([content["name"], *(one["text"] for some in parts for one in some)])
        return Received(text, taken.key, taken.wamid, (media[0],) if media[0] else ())

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        taken = next(one for one in self.provider.taken if one.wamid == received.external_id)
        post(self.provider.webhook(self.hook_url, statuses=[self.provider.report(taken, status)]))


def number_of(sender: str) -> str:
    """Return a number of one's own for each customer, without +."""
    return f"316{int(hashlib.sha256(sender.encode()).hexdigest(), 16) % 10**8:08d}"
