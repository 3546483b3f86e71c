"""Telephone systems that tell of their calls by webhook: the generic CTI events that many send to Zammad.

A call is told of by `newCall`, `answer` and `hangup`, as a form or as JSON, with `from`, `to`, `direction` (in or out),
`callId`, and where they are known `user[]`, `answeringNumber`, `queue` and `cause`. The address that is typed into the
telephone system ends with the channel's token, which is all that proves who posts.
Source: https://docs.zammad.org/en/latest/api/generic-cti/
"""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from omnidesk import clock
from omnidesk.connectors.base import (
    Batch,
    Call,
    Checked,
    Committing,
    Connector,
    ConnectorError,
    Decoded,
    DecodeError,
    Failed,
    Item,
    Outgoing,
    Party,
    Payload,
    SendResult,
    WebhookAnswer,
    WebhookRequest,
)
from omnidesk.connectors.manifest import REGION, RELAY, RELAY_TOKEN, Manifest, Secret, Setting
from omnidesk.text.clean import clean, one_line

MANIFEST = Manifest(
    kind="cti",
    name="Telephone system (CTI events)",
    badge="tel",
    inbound=("webhook",),
    outbound="none",
    threading="contact",
    idempotency="none",
    identity_kinds=("phone",),
    settings=(
        Setting(
            "numbers",
            "Numbers without +",
            "whether 493055571600 is written with its country, or as it is dialled here",
            "choice",
            "international",
            ("international", "national"),
        ),
        REGION,
        *RELAY,
    ),
    secrets=(
        Secret("token", "Token", "a long word of your choice that ends the address you type there"),
        RELAY_TOKEN,
    ),
    joins="never",
    target_minutes=30,
    about="Calls that your telephone system tells of.",
    privacy="Nothing leaves this machine: the telephone system posts numbers and times of calls here.",
)

_OUTCOMES = {"busy": "busy", "noAnswer": "missed", "congestion": "failed", "notFound": "failed"}
_WITH_COUNTRY = re.compile("[1-9][0-9]{7,14}")
"""A number of E.164 without its +; what is shorter is an extension."""
_NOBODY = ("", "anonymous", "unknown", "restricted", "private", "unavailable")


class CtiConnector(Connector):
    """A telephone system that posts newCall, answer and hangup."""

    manifest = MANIFEST

    async def check(self) -> Checked:
        """See that there is a token; the telephone system cannot be asked anything."""
        if len(self.account.secrets.get("token", "")) < 12:
            raise ConnectorError("the token is too short: take at least 12 letters and digits that nobody guesses")
        return Checked(account=f"waits for calls at /hooks/{self.account.name}?token=..")

    async def handle_webhook(self, request: WebhookRequest) -> WebhookAnswer:
        """Take one event whose address bears the token (or an Authorization header does)."""
        said = parse_qs(urlsplit(request.url).query).get("token", [""])[0]
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        token = self.account.secrets["token"].encode()
        if not (hmac.compare_digest(said.encode(), token) or hmac.compare_digest(bearer.encode(), token)):
            return WebhookAnswer(401, b"wrong token")
        if request.method != "POST":
            return WebhookAnswer(405, b"events are posted")
        headers = {
            "content-type": request.headers.get("content-type", ""),
            "numbers": str(self.account.settings.get("numbers") or "international"),
        }
        event = _read(request.body, headers["content-type"])
        source = "/".join(_word(event, key) for key in ("callId", "event", "answeringNumber", "cause")).strip("/")
        item = Item(source or self.identify(request.body), request.body, clock.now(), headers["content-type"], headers)
        return WebhookAnswer(batch=Batch((item,), {}))

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        """Read one event as news of its call. Raises DecodeError."""
        try:
            event = _read(item.raw, item.headers.get("content-type", item.media_type))
        except ValueError as error:
            raise DecodeError(f"this is no CTI event: {error}") from error
        call_id, sort = _word(event, "callId"), _word(event, "event")
        if not call_id or sort not in ("newCall", "answer", "hangup"):
            raise DecodeError("a CTI event has a callId and is newCall, answer or hangup")
        outbound = _word(event, "direction") == "out"
        number = _word(event, "to" if outbound else "from")
        if item.headers.get("numbers", "international") == "international" and _WITH_COUNTRY.fullmatch(number):
            number = f"+{number}"
        withheld = number.lower() in _NOBODY
        return (
            Decoded(
                external_id=call_id,
                sender=None if withheld else Party("phone", number),
                subject=_word(event, "queue"),
                received_at=item.received_at,
                kind="call",
                outbound=outbound,
                call=_call(event, sort, item.received_at),
            ),
        )

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        """Refuse: nothing is written to a telephone."""
        raise ValueError("nothing can be written to a telephone: call back, or answer on another channel")

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        """Refuse, as `prepare` does."""
        return Failed("nothing can be written to a telephone")


def _call(event: Mapping[str, Any], sort: str, at: int) -> Call:
    if sort == "newCall":
        return Call("ringing", at)
    if sort == "answer":
        return Call("talking", at, answered_at=at, taken_by=_word(event, "answeringNumber") or _user(event))
    return Call("ended", at, ended_at=at, outcome=_OUTCOMES.get(_word(event, "cause"), ""))  # type: ignore[arg-type]


def _read(body: bytes, content_type: str) -> Mapping[str, Any]:
    """Return an event's fields from JSON or a form. Raises ValueError."""
    text = body.decode("utf-8")
    if "json" in content_type or text.lstrip()[:1] == "{":
        try:
            said = json.loads(text)
        except RecursionError as error:
            raise ValueError("it is nested without end") from error
        if not isinstance(said, dict):
            raise ValueError("it is no object")
        return said
    found = parse_qs(text, max_num_fields=200)
    if not found:
        raise ValueError("it is neither JSON nor a form")
    return {name: values if name.endswith("[]") else values[0] for name, values in found.items()}


def _word(event: Mapping[str, Any], key: str) -> str:
    value = event.get(key)
    return one_line(clean(str(value)), 250) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _user(event: Mapping[str, Any]) -> str:
    users = event.get("user[]") or event.get("user") or ()
    first = users if isinstance(users, str) else next((one for one in users if isinstance(one, str)), "")
    return one_line(clean(first), 250)
