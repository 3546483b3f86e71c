"""A played page and a played account, as the conformance suite asks for them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Harness, Received, Said
from omnidesk.connectors.testing.messenger import PAGE, SECRET, TOKEN, VERIFY, FakePage, Person
from omnidesk.connectors.testing.meta import signed

_TYPES = {".txt": "text/plain", ".bin": "application/octet-stream", ".gif": "image/gif"}


class PageHarness(Harness):
    """A Facebook page."""

    kind = "messenger"
    address = PAGE
    secrets = {"token": TOKEN, "app_secret": SECRET, "verify_token": VERIFY}  # noqa: RUF012
    not_applicable = {  # noqa: RUF012
        "lost_position": "its lists are asked for by time, and a time does not get lost",
        "receipts": "they come by webhook alone, and here messages are asked for: test_program has them",
    }
    provider: FakePage

    def __init__(self) -> None:
        self.provider = FakePage(kind=self.kind)  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"api_url": self.provider.url}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()
        assert not self.provider.complaints, self.provider.complaints

    def inject(self, *messages: Said) -> None:
        for said in messages:
            files = {name: (_TYPES[Path(name).suffix], data) for name, data in said.files.items()}
            self.provider.says(said.text, person_of(said.sender), said.ago, **files)

    def remark(self, *messages: Said) -> None:
        for said in messages:
            self.provider.remarks(said.text, person_of(said.sender), said.ago)

    def inject_raw(self, raw: bytes) -> None:
        self.provider.says_raw(raw)

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        self.inject(*messages)
        return [self.provider.heard(url, *self.provider.spoken[-len(messages) :])]

    def webhook_raw(self, url: str, raw: bytes) -> WebhookRequest:
        return signed(url, raw, SECRET)

    def received(self) -> list[Received]:
        return [
            Received(one.text, one.metadata, one.id, tuple(self.provider.files[name][0] for name in one.files))
            for one in self.provider.spoken
            if one.ours
        ]

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        raise AssertionError("receipts come by webhook")


class AccountHarness(PageHarness):
    """An Instagram account."""

    kind = "instagram"


def person_of(sender: str) -> Person:
    """Return a page-scoped id of one's own for each customer."""
    return f"64{int(hashlib.sha256(sender.encode()).hexdigest(), 16) % 10**12:012d}", sender.partition("@")[0].title()
