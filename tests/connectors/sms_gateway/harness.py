"""A phone as gateway, played, as the conformance suite asks for it; held to what the app publishes of its API."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Harness, Received, Said, wait_for
from omnidesk.connectors.testing.sms_gateway import (
    NUMBER,
    PASSWORD,
    SIGNING_KEY,
    FakePhone,
    event_of,
    signed,
)
from omnidesk.text.filename import type_of
from tests.connectors.contract import Contract
from tests.connectors.numbers import number_of

CONTRACT = Contract(Path(__file__).with_name("openapi.json"), "http://phone.example:8080")


class GatewayHarness(Harness):
    """One phone."""

    kind = "sms-gateway"
    address = NUMBER
    secrets = {"password": PASSWORD, "signing_key": SIGNING_KEY}  # noqa: RUF012
    not_applicable = {"lost_position": "its lists are asked for by time, and a time does not get lost"}  # noqa: RUF012
    provider: FakePhone

    def __init__(self) -> None:
        self.provider = FakePhone(CONTRACT.problems)

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
            if said.files and self.provider.inbox:  # the time of a picture has whole seconds
                before = self.provider.inbox[-1].at // 1000
                wait_for(lambda before=before: clock.now() // 1000 > before, "the next second")  # type: ignore[misc]
            files = {name: (type_of(name), data) for name, data in said.files.items()}
            self.provider.receives(said.text, number_of(said.sender), said.ago, **files)

    def inject_raw(self, raw: bytes) -> None:
        self.provider.receives(raw.decode("latin-1"), sender="")

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        self.inject(*messages)
        return [signed(url, event_of(kept), kept.payload()) for kept in self.provider.inbox[-len(messages) :]]

    def received(self) -> list[Received]:
        rows = self.provider.sent.values()
        return [Received(row["textMessage"]["text"], row["id"], row["id"]) for row in rows]

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        self.provider.advance(received.external_id, "Delivered")
