"""A phone that runs SMS Gateway for Android, played as the app's documents and source describe it.

with FakePhone() as phone:
    phone.receives("Where is my order?")      # GET {phone.url}/inbox lists it, and webhooks tell of it
    phone.advance(message_id, "Delivered")
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing.fake import Asked, FakeProvider, Reply
from omnidesk.connectors.testing.harness import post

USER, PASSWORD, SIGNING_KEY = "sms", "password-of-the-phone", "signing-key-of-the-phone"
NUMBER, CUSTOMER = "+31657000000", "+31612345678"
DEVICE = "ffffffffceb0b1db00000"
Complaining = Callable[[Asked, Reply], list[str]]
_EVENTS = {"Sent": ("sms:sent", "sentAt"), "Delivered": ("sms:delivered", "deliveredAt"),
           "Failed": ("sms:failed", "failedAt"), "Cancelled": ("sms:cancelled", "cancelledAt")}  # fmt: skip


@dataclass
class _Kept:
    """One message that came, as the app keeps it; `text` of a picture may be None."""

    id: str
    type: str
    sender: str | None
    text: str | None
    at: int
    sim: int | None
    files: list[tuple[int, str, str, bytes]] = field(default_factory=list)
    native: str = ""
    """What a webhook calls it."""

    def row(self, with_files: bool) -> dict[str, Any]:
        """Return how the list shows it."""
        files = [
            {"partId": part, "name": name, "size": len(data), "contentType": content_type}
            for part, name, content_type, data in self.files
        ]
        return {
            "id": self.id, "type": self.type, "sender": self.sender, "recipient": NUMBER, "simNumber": self.sim,
            "contentPreview": self.text or "MMS content", "createdAt": written(self.at),
            "attachments": files if with_files else [],
        }  # fmt: skip

    def payload(self) -> dict[str, Any]:
        """Return what a webhook tells of it."""
        said = {"messageId": self.native, "sender": self.sender, "recipient": NUMBER, "simNumber": self.sim,
                "phoneNumber": self.sender, "receivedAt": written(self.at)}  # fmt: skip
        if self.type == "SMS":
            return said | {"message": self.text}
        files = [
            {"partId": part, "contentType": content_type, "name": name, "size": len(data),
             "data": base64.b64encode(data).decode()}
            for part, name, content_type, data in self.files
        ]  # fmt: skip
        return said | {"body": self.text, "subject": None, "attachments": files}


class FakePhone(FakeProvider):
    """One phone. `complaining` says what is wrong with a request or an answer; `complaints` holds what it said."""

    def __init__(self, complaining: Complaining | None = None) -> None:
        super().__init__(PASSWORD)
        self.inbox: list[_Kept] = []
        self.sent: dict[str, dict[str, Any]] = {}
        self.hooks: dict[str, tuple[str, str]] = {}
        self.complaints: list[str] = []
        self.battery = 94
        self._complaining = complaining or (lambda *_: [])
        self._count = itertools.count(1)

    # --- what happens

    def receives(
        self,
        text: str,
        sender: str | None = CUSTOMER,
        ago: float = 0.0,
        sim: int | None = 1,
        **files: tuple[str, bytes],
    ) -> _Kept:
        """Let somebody send a message, with files by name as (media type, content); who asked for it is told."""
        at = clock.now() - int(ago * 1000)
        if self.inbox and not ago:
            at = max(at, self.inbox[-1].at + 1)  # two of one moment have no order
        if files:
            kept = self._picture(text or None, sender, at, sim, files)
        else:
            hashed = java_hash(f"{sender} {at} {text} {next(self._count)}")
            kept = _Kept(f"text:{hashed}", "SMS", sender, text, at, sim, native=f"{hashed & 0xFFFFFFFF:x}")
        self.inbox.append(kept)
        self._tell(event_of(kept), kept.payload())
        return kept

    def _picture(
        self, text: str | None, sender: str | None, at: int, sim: int | None, files: Mapping[str, tuple[str, bytes]]
    ) -> _Kept:
        native = str(next(self._count))
        parts = [(next(self._count), name, kind, data) for name, (kind, data) in files.items()]
        at -= at % 1000  # the time of a picture has whole seconds
        return _Kept(f"mms:{java_hash(native)}", "MMS_DOWNLOADED", sender, text, at, sim, parts, native)

    def advance(self, name: str, state: str, reason: str = "") -> None:
        """Let a message of ours get on; who asked for it is told."""
        message = self.sent[name]
        message |= {"state": state, "states": message["states"] | {state: written()}}
        for recipient in message["recipients"]:
            recipient |= {"state": state, "error": reason or None}
        if state in _EVENTS:
            event, when = _EVENTS[state]
            number = message["recipients"][0]["phoneNumber"]
            told = {"messageId": name, "sender": NUMBER, "recipient": number, "phoneNumber": number, "simNumber": 1,
                    when: written(), "partsCount": 1, "reason": reason or None}  # fmt: skip
            self._tell(event, told)

    def _tell(self, event: str, payload: Mapping[str, Any]) -> None:
        for name, (wanted, url) in list(self.hooks.items()):
            if wanted == event:
                post(signed(url, event, payload, name))

    # --- what it answers

    def authorized(self, asked: Asked) -> bool:
        """The user and password that the app shows (RFC 7617); the page on its health asks for none."""
        said = base64.b64encode(f"{USER}:{self.token}".encode()).decode()
        return asked.path == "/health" or asked.headers.get("authorization") == f"Basic {said}"

    def says_refused(self) -> Reply:
        """What it says where a number is none."""
        return Reply({"message": "Invalid phone number"}, 400)

    def says_expired(self) -> Reply:
        """It names its realm, and says nothing else."""
        return Reply(b"", 401, {"WWW-Authenticate": "Basic realm=Access to SMS Gateway"})

    def answer(self, asked: Asked) -> Reply:
        """Answer a request, and hold it and its answer against what is published."""
        reply = self._answered(asked, asked.path.strip("/").split("/"))
        self.complaints += self._complaining(asked, reply)
        return reply

    def _answered(self, asked: Asked, parts: list[str]) -> Reply:
        match asked.method, parts:
            case "GET", ["health"]:
                return self._health()
            case "POST", ["messages"]:
                return self._take(asked.json())
            case "GET", ["messages"]:
                rows = [row for row in self.sent.values() if _between(_moment(row["states"]["Pending"]), asked.query)]
                return _page(rows[::-1], asked.query)
            case "GET", ["inbox"]:
                kept = [one for one in self.inbox if _between(one.at, asked.query)]
                kept.sort(key=lambda one: (one.at, one.id), reverse=True)
                whole = asked.query.get("includeAttachments") == "true"
                return _page([one.row(whole) for one in kept], asked.query)
            case "GET", ["inbox", name, "attachments", part]:
                found = [data for one in self.inbox if one.id == unquote(name) for number, *_, data in one.files
                         if str(number) == part]  # fmt: skip
                return Reply(found[0]) if found else Reply(b"", 404)
            case "POST", ["webhooks"]:
                said = asked.json()
                name = said.get("id") or f"hook-{next(self._count)}"
                self.hooks[name] = said["event"], said["url"]
                return Reply({"id": name, "url": said["url"], "event": said["event"]}, 201)
        return Reply(b"", 404)

    def _health(self) -> Reply:
        low = self.battery < 25
        check = {"description": "Battery level in percent", "observedUnit": "percent", "observedValue": self.battery,
                 "status": "warn" if low else "pass"}  # fmt: skip
        return Reply(
            {"status": check["status"], "version": "1.66.1", "releaseId": 96, "checks": {"battery:level": check}}
        )

    def _take(self, said: Mapping[str, Any]) -> Reply:
        """Queue a message: an id that is there already is a conflict, what is not whole a bad request."""
        text = (said.get("textMessage") or {}).get("text")
        if not text:
            return Reply({"message": "Text message is empty"}, 400)
        if not said.get("phoneNumbers"):
            return Reply({"message": "Empty phone numbers list"}, 400)
        name = said.get("id") or f"message-{next(self._count)}"
        if name in self.sent:
            return Reply({"message": None}, 409)
        row = {
            "id": name, "deviceId": DEVICE, "state": "Pending", "isHashed": False, "isEncrypted": False,
            "textMessage": {"text": text}, "states": {"Pending": written()},
            "recipients": [{"phoneNumber": one, "state": "Pending", "error": None} for one in said["phoneNumbers"]],
        }  # fmt: skip
        self.sent[name] = row
        return Reply(_bare(row), 202)


def signed(url: str, event: str, payload: Mapping[str, Any], hook: str = "hook", key: str = SIGNING_KEY,
           at: int | None = None) -> WebhookRequest:  # fmt: skip
    """Return a webhook as the app posts it."""
    said = {"id": "Ey6ECgOkVVFjz3CL48B8C", "webhookId": hook, "event": event, "deviceId": DEVICE, "payload": payload}
    body, when = json.dumps(_bare(said)).encode(), str((clock.now() if at is None else at) // 1000)
    made = hmac.new(key.encode(), body + when.encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-timestamp": when, "x-signature": made}
    return WebhookRequest("POST", url, headers, body)


def event_of(kept: _Kept) -> str:
    """Return the event that tells of a message that came."""
    return "sms:received" if kept.type == "SMS" else "mms:downloaded"


def written(at: int | None = None) -> str:
    """Return a time as the app writes it (ISO 8601 with milliseconds)."""
    moment = datetime.fromtimestamp((clock.now() if at is None else at) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds")


def java_hash(words: str) -> int:
    """Return `String.hashCode()` of Java."""
    found = 0
    units = words.encode("utf-16-be")
    for high, low in zip(units[::2], units[1::2], strict=True):
        found = (31 * found + (high << 8 | low)) & 0xFFFFFFFF
    return found - 2**32 if found >= 2**31 else found


def _moment(said: str) -> int:
    return clock.from_datetime(datetime.fromisoformat(said))


def _between(at: int, query: Mapping[str, str]) -> bool:
    return (_moment(query["from"]) if "from" in query else 0) <= at <= (_moment(query["to"]) if "to" in query else at)


def _page(rows: list[dict[str, Any]], query: Mapping[str, str]) -> Reply:
    """Return one page; how many there are in all is in a header."""
    start = int(query.get("offset", 0))
    return Reply(_bare(rows)[start : start + int(query.get("limit", 50))], headers={"X-Total-Count": str(len(rows))})


def _bare(said: Any) -> Any:
    """Return a document without what is null: the app leaves that out."""
    if isinstance(said, dict):
        return {name: _bare(value) for name, value in said.items() if value is not None}
    return [_bare(one) for one in said] if isinstance(said, list) else said
