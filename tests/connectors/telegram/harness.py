"""One bot at the played Bot API server, as the conformance suite asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.telegram.hook import HEADER, secret
from omnidesk.connectors.testing import Harness, Received, Said
from omnidesk.connectors.testing.telegram import ANNA, TOKEN, FakeTelegram
from tests.connectors.telegram import contract

_TYPES = {".txt": "text/plain", ".bin": "application/octet-stream", ".gif": "image/gif"}


class TelegramHarness(Harness):
    """One bot. What it was asked is held against the published API when it ends."""

    kind = "telegram"
    address = "@shop_bot"
    secrets = {"bot_token": TOKEN}  # noqa: RUF012
    not_applicable = {  # noqa: RUF012
        "lost_position": "what was confirmed is forgotten there, and what was not comes again without a position",
    }
    provider: FakeTelegram

    def __init__(self) -> None:
        self.provider = FakeTelegram()

    def __enter__(self) -> Self:
        self.provider.start()
        self.settings = {"api_url": self.provider.url}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.provider.close()
        assert not (found := [problem for asked in self.provider.log for problem in contract.problems(asked)]), found

    def inject(self, *messages: Said) -> None:
        for said in messages:
            self.provider.writes(**self._said(said))

    def inject_raw(self, raw: bytes) -> None:
        self.provider.happens("message", {"text": raw.decode("latin-1")})

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        waiting = list(self.provider.waiting)
        updates = [self.provider.writes(**self._said(said)) for said in messages]
        self.provider.waiting = waiting  # posted, so nobody can ask for it
        return [self.provider.webhook(url, one, secret(TOKEN)) for one in updates]

    def webhook_raw(self, url: str, raw: bytes) -> WebhookRequest:
        return WebhookRequest("POST", url, {HEADER: secret(TOKEN)}, raw)

    def forgeries(self, request: WebhookRequest) -> Iterable[WebhookRequest]:
        """The secret proves who posts, and says nothing of what."""
        yield replace(request, headers={"content-type": "application/json"})
        yield replace(request, headers={**request.headers, HEADER: secret(f"{TOKEN}x")})
        yield replace(request, headers={**request.headers, HEADER: ""})

    def received(self) -> list[Received]:
        return [
            Received(
                one.text, external_id=f"{one.chat}/{one.message_ids[0]}", files=tuple(name for name, _ in one.files)
            )
            for one in self.provider.taken
        ]

    def _said(self, said: Said) -> dict[str, Any]:
        files = [
            self.provider.file(name, data, _TYPES["." + name.rpartition(".")[2]]) for name, data in said.files.items()
        ]
        where = {"document": files[0], "caption": said.text} if files else {"text": said.text}
        return {"user": user(said.sender), "ago": said.ago, **where}


def user(address: str) -> Mapping[str, Any]:
    """Return a user of one's own for each customer."""
    number = int(hashlib.sha256(address.encode()).hexdigest(), 16) % 10**9
    return {**ANNA, "id": 5_000_000_000 + number, "username": f"user{number}"}
