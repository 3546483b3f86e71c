"""The provider's side of a channel, as the suite asks for it."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from abc import ABC
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing.fake import FakeProvider
from omnidesk.connectors.testing.program import PATIENCE

_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
EXCUSES = (
    "retry_after",
    "outage",
    "freeze",
    "lost_position",
    "token",
    "lost_answer",
    "refusal",
    "echo",
    "receipts",
    "signature",
)
"""What a harness may name as `not_applicable`."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message a customer sends: the text is unique, `files` maps names to contents, `ago` is its age in seconds.

    A channel that knows customers otherwise than by e-mail makes one of its own of each `sender`."""

    text: str
    subject: str = "A question"
    sender: str = "anna@customer.example"
    files: Mapping[str, bytes] = field(default_factory=dict)
    ago: float = 0.0


@dataclass(frozen=True, slots=True)
class Received:
    """One message that the provider took from us; `key` is the idempotency key as it came, "" where it takes none."""

    text: str
    key: str = ""
    external_id: str = ""
    files: tuple[str, ...] = ()


class Harness(ABC):
    """The provider's side of one channel: a real server where there is one, else a faithful fake.

    Give what the kind's manifest makes necessary: `inject` and `inject_raw` where messages are fetched; `webhook` and
    `webhook_raw` where the provider posts them; `received` where messages go out; and the moods of a provider, or the
    reason in `not_applicable` why this one has none. Secrets should be long enough to be found in a log."""

    kind: str
    address: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    not_applicable: ClassVar[Mapping[str, str]] = {}
    """What this provider has no way to meet, each with the reason; the names are those of EXCUSES."""
    provider: FakeProvider | None = None
    """What plays the provider, where it is played: its moods are then the harness's."""
    hook_url: str = ""
    """Where the provider posts what happens; set by the suite while `omnidesk serve` runs."""

    # --- what customers do

    def inject(self, *messages: Said) -> None:
        """Let customers send these messages, in this order. The usual way is by webhook."""
        for request in self.webhook(self.hook_url, *messages):
            post(request)

    def remark(self, *messages: Said) -> None:
        """Let customers say these where everybody reads it."""
        raise self._missing("remark")

    def inject_raw(self, raw: bytes) -> None:
        """Put bytes at the source that are no proper message."""
        post(self.webhook_raw(self.hook_url, raw), patient=False)

    def webhook(self, url: str, *messages: Said) -> Sequence[WebhookRequest]:
        """Return what the provider posts to `url` for these messages, signed as it signs."""
        raise self._missing("webhook")

    def webhook_raw(self, url: str, raw: bytes) -> WebhookRequest:
        """Return a properly signed request with a body that is no proper message."""
        raise self._missing("webhook_raw")

    def forgeries(self, request: WebhookRequest) -> Iterable[WebhookRequest]:
        """Return requests that only look like this one: each must be refused.

        Where the signature covers less than the body, say so by another list."""
        kept = {name: value for name, value in request.headers.items() if name in ("content-type", "content-length")}
        yield replace(request, headers=kept)
        yield replace(request, body=request.body + b" ")

    # --- what the provider got

    def received(self) -> Sequence[Received]:
        """Return every message that the provider took from us, oldest first."""
        raise self._missing("received")

    def report(self, received: Received, status: Literal["delivered", "read"]) -> None:
        """Let the provider report what became of a message of ours."""
        raise self._missing("report", "receipts")

    # --- moods

    def lose_position(self) -> None:
        """Make every cursor invalid without losing a message (UIDVALIDITY, a new epoch)."""
        raise self._missing("lose_position", "lost_position")

    def busy(self, seconds: int) -> AbstractContextManager[Callable[[], int]]:
        """Answer «come back after `seconds`» within the block; gives a function that counts requests."""
        return self._played("busy", "retry_after").busy(seconds)

    def outage(self) -> AbstractContextManager[Callable[[], int]]:
        """Fail every request within the block; gives a function that counts them."""
        return self._played("outage", "outage").outage()

    def freeze(self) -> AbstractContextManager[None]:
        """Stop answering without closing connections within the block (SIGSTOP)."""
        return self._played("freeze", "freeze").freeze()

    def expire_token(self) -> AbstractContextManager[Callable[[], int]]:
        """Let one more request in within the block, then refuse the login; gives a function that counts requests.

        Where the login can be made anew, what was made anew is let in."""
        return self._played("expire_token", "token").expire_token()

    def lose_answer(self) -> AbstractContextManager[None]:
        """Take the next message within the block, but break off instead of saying so."""
        return self._played("lose_answer", "lost_answer").lose_answer()

    def refuse(self) -> AbstractContextManager[object]:
        """Refuse for good every message within the block."""
        return self._played("refuse", "refusal").refuse()

    def _played(self, mood: str, excuse: str) -> FakeProvider:
        if self.provider is None:
            raise self._missing(mood, excuse)
        return self.provider

    def _missing(self, method: str, excuse: str = "") -> NotImplementedError:
        other = f", or name {excuse} as not applicable with the reason" if excuse else ""
        return NotImplementedError(f"{type(self).__name__} must have {method}{other}")


def post(request: WebhookRequest, patient: bool = True) -> int:
    """Post a webhook as a provider does, again and again until it is taken; return the status.

    One that is not `patient` posts once."""
    end = time.monotonic() + PATIENCE
    while True:
        status = _once(request)
        if 200 <= status < 300 or not patient:
            return status
        assert time.monotonic() < end, f"a webhook is answered with {status} for {PATIENCE:.0f} s"
        time.sleep(0.1)


def _once(request: WebhookRequest) -> int:
    asked = urllib.request.Request(
        request.url, data=request.body or None, headers=dict(request.headers), method=request.method
    )
    try:
        with _DIRECTLY.open(asked, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
