"""Text messages by the played Twilio, as the conformance suite asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Harness, Received, Said
from tests.connectors.numbers import number_of
from tests.connectors.twilio.fake import ACCOUNT, NUMBER, TOKEN, FakeTwilio, posted, signed

_TYPES = {".txt": "text/plain", ".bin": "application/octet-stream", ".gif": "image/gif"}


class SmsHarness(Harness):
    """One number at Twilio."""

    kind = "twilio-sms"
    address = NUMBER
    secrets = {"auth_token": TOKEN}  # noqa: RUF012
    not_applicable = {"lost_position": "its lists are asked for by day, and a day does not get lost"}  # noqa: RUF012
    provider: FakeTwilio

    def __init__(self) -> None:
        self.provider = FakeTwilio()

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"account_sid": ACCOUNT, "api_url": self.provider.url}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()
        assert not self.provider.complaints, self.provider.complaints

    def inject(self, *messages: Said) -> None:
        for said in messages:
            files = {name: (_TYPES[Path(name).suffix], data) for name, data in said.files.items()}
            self.provider.receives(said.text, number_of(said.sender), said.ago, **files)

    def inject_raw(self, raw: bytes) -> None:
        self.provider.receives(raw.decode("latin-1"))["from"] = None

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        self.inject(*messages)
        rows = self.provider.rows["messages"][-len(messages) :]
        return [signed(url, posted(row, self.provider)) for row in rows]

    def received(self) -> list[Received]:
        rows = [row for row in self.provider.rows["messages"] if row["direction"] == "outbound-api"]
        return [
            Received(
                row["body"],
                external_id=row["sid"],
                files=tuple(name for name, *_ in self.provider.fetched.get(row["sid"], ())),
            )
            for row in rows
        ]

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        self.provider.advance(received.external_id, status)


class VoiceHarness(SmsHarness):
    """The same number, for calls."""

    kind = "twilio-voice"
