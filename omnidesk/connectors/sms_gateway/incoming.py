"""What a text message, or news of one of ours, becomes: as the phone lists it, or as it posts it. Pure.

The phone's id of what came is a hash that two messages may share, so the time is put behind it. A webhook writes the
same hash in another way (`a1b2` for `text:41394`), or names what it is the hash of (pictures): it is put as the list
has it. The id of a message of ours is our key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from omnidesk import clock
from omnidesk.connectors.base import Decoded, DecodeError, Delivery, File, Item, Party
from omnidesk.connectors.texting import consents
from omnidesk.text import sms
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filename import safe_name

TEXT, PICTURE = "SMS", "MMS_DOWNLOADED"
"""The types of what came that are messages; the others are announcements of pictures, and data for programs."""
REPORTED: Final = {"Sent": "sent", "Delivered": "delivered", "Failed": "failed", "Cancelled": "failed"}
"""The states of a message of ours that are news, and what they are."""
_EVENTS: Final = {
    "sms:sent": "Sent", "sms:delivered": "Delivered", "sms:failed": "Failed", "sms:cancelled": "Cancelled",
}  # fmt: skip
_NOTHING_WRITTEN: Final = "MMS content"
"""What the phone lists where a picture came without a word."""
_CAUSES: Final = {
    "invalid phone number type": "this number takes no text messages",
    "invalid phone number": "this is no number that can be written to",
    "radio_off": "the phone is in flight mode",
    "no_service": "the phone has no network",
    "limit_exceeded": "the phone lets nothing more out for now: raise its limit, or send less",
    "sim_absent": "the phone has no SIM card",
    "ttl expired": "it waited on the phone for too long",
}
"""What the phone's reasons mean for people."""
_LASTING: Final = ("invalid phone number",)


def decoded(item: Item) -> Decoded | None:
    """Return the message or the news in an item, None where it is neither. Raises DecodeError."""
    said = read(item.raw)
    if "recipients" in said:
        return _news(said)
    if is_message(said):
        return _message(said, item)
    return None


def read(raw: bytes) -> Mapping[str, Any]:
    """Return what the phone says as its lists have it, whichever way it came. Raises DecodeError."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is nothing of an SMS gateway: {error}") from error
    if not isinstance(found, dict):
        raise DecodeError("this is nothing of an SMS gateway")
    return _of_event(found) if "event" in found else found


def is_message(said: Mapping[str, Any]) -> bool:
    """Say whether something that came is a message of a person."""
    return said.get("type") in (TEXT, PICTURE)


def mark(said: Mapping[str, Any]) -> str:
    """Return what names a row of a list and its state, "" where it is no news."""
    name = word(said, "id")
    if "recipients" in said:
        state = word(said, "state")
        return f"{name}/{state}" if name and state in REPORTED else ""
    return f"{name}/{moment(said.get('createdAt')) or 0}" if name and is_message(said) else ""


def at(said: Mapping[str, Any]) -> int | None:
    """Return when a row of a list happened (UTC ms), None where it does not say."""
    states = said.get("states")
    if isinstance(states, dict):
        return moment(states.get(said.get("state"))) or moment(states.get("Pending"))
    return moment(said.get("createdAt"))


def moment(said: object) -> int | None:
    """Read an ISO time as UTC milliseconds."""
    with suppress(ValueError, TypeError, OverflowError):
        found = datetime.fromisoformat(str(said))
        return clock.from_datetime(found) if found.tzinfo else None
    return None


def word(said: Mapping[str, Any], name: str) -> str:
    """Return a field as one clean line, "" where it has none."""
    value = said.get(name)
    return one_line(str(value), 500) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _of_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a webhook tells under the names of the lists."""
    payload = event.get("payload")
    if not isinstance(payload, dict):
        raise DecodeError("a webhook of an SMS gateway says what happened")
    kind, name = word(event, "event"), word(payload, "messageId")
    if kind in _EVENTS:
        recipient = {"phoneNumber": word(payload, "recipient") or word(payload, "phoneNumber")}
        state = {"state": _EVENTS[kind], "error": payload.get("reason")}
        return {"id": name, **state, "recipients": [recipient | state], "simNumber": payload.get("simNumber")}
    said = {
        "sender": payload.get("sender") or payload.get("phoneNumber"),
        "recipient": payload.get("recipient"),
        "simNumber": payload.get("simNumber"),
        "createdAt": payload.get("receivedAt"),
    }
    if kind == "sms:received":
        return said | {"id": _text_id(name), "type": TEXT, "contentPreview": payload.get("message")}
    if kind == "mms:downloaded":
        words = payload.get("body") or payload.get("subject") or ""
        files = payload.get("attachments")
        return said | {"id": f"mms:{_java_hash(name)}", "type": PICTURE, "contentPreview": words, "attachments": files}
    return {"type": kind}


def _text_id(name: str) -> str:
    """`f6a1b2c3` is `text:-157175101`: one hash, here without its sign in sixteens, there in tens."""
    with suppress(ValueError):
        number = int(name, 16)
        return f"text:{number - 2**32 if number >= 2**31 else number}"
    return name


def _java_hash(words: str) -> int:
    """Return `String.hashCode()` of Java, by which the phone's list names a picture."""
    found = 0
    for letter in words:
        found = (31 * found + ord(letter)) & 0xFFFFFFFF
    return found - 2**32 if found >= 2**31 else found


def _message(said: Mapping[str, Any], item: Item) -> Decoded:
    sender, body, name = word(said, "sender"), said.get("contentPreview"), mark(said)
    if not sender or not name:
        raise DecodeError("a message of an SMS gateway has an id and says from whom it is")
    picture = said.get("type") == PICTURE
    text = clean(body if isinstance(body, str) else "")
    text = "" if picture and text == _NOTHING_WRITTEN else text
    recipient = word(said, "recipient")
    return Decoded(
        external_id=name,
        sender=Party("phone", sender),
        to=(Party("phone", recipient),) if recipient else (),
        text=text,
        reply_text=text,
        files=_files(said) if picture else (),
        received_at=at(said) or item.received_at,
        no_auto_answer=sms.keyword(text) is not None,
        consents=consents(text),
    )


def _files(said: Mapping[str, Any]) -> tuple[File, ...]:
    rows = said.get("attachments")
    listed: Sequence[Any] = rows if isinstance(rows, list) else ()
    return tuple(_file(row, word(said, "id"), number) for number, row in enumerate(listed, 1) if isinstance(row, dict))


def _file(row: Mapping[str, Any], message: str, number: int) -> File:
    """A picture or the like, with its bytes where a webhook brought it, else where the phone keeps it."""
    content_type = word(row, "contentType").partition(";")[0].strip() or "application/octet-stream"
    name = safe_name(word(row, "name"), content_type, number)
    data = row.get("data")
    if isinstance(data, str):
        try:
            return File(name, content_type, base64.b64decode(data, validate=True))
        except ValueError as error:
            raise DecodeError(f"a file of this message cannot be read: {error}") from error
    size = row.get("size")
    reference = f"inbox/{quote(message, safe='')}/attachments/{word(row, 'partId')}"
    return File(name, content_type, reference=reference, size=size if isinstance(size, int) else 0)


def _news(said: Mapping[str, Any]) -> Decoded:
    state = word(said, "state")
    status = REPORTED.get(state)
    if status is None or not word(said, "id"):
        raise DecodeError(f"a message of ours is {state or 'nothing'}, which is no news")
    rows = said.get("recipients")
    recipient = next((row for row in rows if isinstance(row, dict)), {}) if isinstance(rows, list) else {}
    reason = word(recipient, "error") or word(said, "error")
    if state == "Cancelled":
        reason = "somebody cancelled it on the phone"
    return Decoded(
        external_id="",
        sender=None,
        deliveries=(
            Delivery(
                status,  # type: ignore[arg-type]
                key=word(said, "id"),
                recipient=word(recipient, "phoneNumber"),
                detail=failure(reason) if status == "failed" else "",
                permanent=any(one in reason.lower() for one in _LASTING),
            ),
        ),
    )


def failure(reason: str) -> str:
    """Return why a message did not go, in our words where the reason is known, with the phone's own behind them."""
    said = next((words for name, words in _CAUSES.items() if name in reason.lower()), "")
    return f"{said} ({reason})" if said else reason or "the phone does not say why"
