"""What a text message, or news of one of ours, becomes: as it was posted (a form) or as it stood in a list (JSON)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from omnidesk.connectors.base import Decoded, DecodeError, Delivery, File, Item, Party
from omnidesk.connectors.texting import consents
from omnidesk.connectors.twilio.account import moment, word
from omnidesk.text import sms
from omnidesk.text.clean import clean
from omnidesk.text.filename import extension

REPORTED = {"sent": "sent", "delivered": "delivered", "read": "read", "undelivered": "failed", "failed": "failed"}
"""The statuses of a message of ours that are news, and what they are."""
ERRORS = {
    "11200": "Twilio could not fetch the file: look whether public_url leads to `omnidesk serve`",
    "12300": "Twilio sends no files of this kind",
    "21211": "this is no number that can be written to",
    "21408": "the Twilio account may not write to this country: its geo permissions say which",
    "21610": "the customer sent STOP: Twilio lets nothing through until they send START",
    "21612": "there is no way from this channel's number to that one",
    "21614": "this number takes no text messages",
    "30003": "the phone is off or out of reach",
    "30004": "the phone or its network blocks messages",
    "30005": "the number is unknown or no longer in use",
    "30006": "it is a landline, or its network takes no messages",
    "30007": "the network took it for spam",
    "30034": "the sending number is not registered with the networks there",
}
"""What a provider's error means for people, by its number: https://www.twilio.com/docs/api/errors"""
_PASSING = ("30001", "30003", "30008")
"""Errors that may be over the next time."""


def decoded(item: Item) -> Decoded:
    """Return the message or the news in an item. Raises DecodeError."""
    said = read(item.raw)
    if not word(said, "sid"):
        raise DecodeError("a message of Twilio has a SID")
    if word(said, "direction") == "inbound":
        return _message(said, item)
    return _news(said)


def read(raw: bytes) -> Mapping[str, Any]:
    """Return a message of Twilio's as its lists have it, whichever way it came. Raises DecodeError."""
    try:
        text = raw.decode()
        found = json.loads(text) if text.lstrip()[:1] == "{" else _of_form(dict(parse_qsl(text, True)))
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is no message of Twilio: {error}") from error
    if not isinstance(found, dict):
        raise DecodeError("this is no message of Twilio")
    return found


def failure(code: str, words: str) -> str:
    """Return why a message cannot go, in our words where the error is known, else in Twilio's."""
    said = ERRORS.get(code) or words or "Twilio does not say why"
    return f"{said} (Twilio {code})" if code else said


def _of_form(form: Mapping[str, str]) -> dict[str, Any]:
    """A webhook's fields under the names of the API; a message that comes in has SmsStatus `received`."""
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    count = int(form.get("NumMedia") or 0)
    media = [
        {"uri": form.get(f"MediaUrl{place}", ""), "content_type": form.get(f"MediaContentType{place}", "")}
        for place in range(min(count, 20))
    ]
    return {
        "sid": form.get("MessageSid") or form.get("SmsSid"),
        "direction": "inbound" if status in ("received", "receiving") else "outbound-api",
        "status": status,
        "from": form.get("From"),
        "to": form.get("To"),
        "body": form.get("Body"),
        "error_code": form.get("ErrorCode"),
        "error_message": form.get("ErrorMessage"),
        "media": media,
    }


def _message(said: Mapping[str, Any], item: Item) -> Decoded:
    sender, body = word(said, "from"), said.get("body")
    if not sender:
        raise DecodeError("a message of Twilio says from whom it is")
    text = clean(body if isinstance(body, str) else "")
    at = moment(said, "date_sent", "date_created") or item.received_at
    media = said.get("media")
    return Decoded(
        external_id=word(said, "sid"),
        sender=Party("phone", sender),
        to=(Party("phone", word(said, "to")),) if word(said, "to") else (),
        text=text,
        reply_text=text,
        files=tuple(_file(one) for one in media if isinstance(one, dict)) if isinstance(media, list) else (),
        received_at=at,
        no_auto_answer=sms.keyword(text) is not None,
        consents=consents(text),
    )


def _file(said: Mapping[str, Any]) -> File:
    """A picture or the like; Twilio keeps it, under a name of its own."""
    reference = urlsplit(word(said, "uri")).path.removesuffix(".json")
    content_type = word(said, "content_type") or "application/octet-stream"
    return File(f"{reference.rpartition('/')[2] or 'file'}{extension(content_type)}", content_type, reference=reference)


def _news(said: Mapping[str, Any]) -> Decoded:
    status = REPORTED.get(word(said, "status"))
    if status is None:
        raise DecodeError(f"a message of ours is {word(said, 'status') or 'nothing'}, which is no news")
    code = word(said, "error_code")
    return Decoded(
        external_id="",
        sender=None,
        deliveries=(
            Delivery(
                status,  # type: ignore[arg-type]
                external_id=word(said, "sid"),
                recipient=word(said, "to"),
                detail=failure(code, word(said, "error_message")) if status == "failed" else "",
                permanent=code not in _PASSING,
            ),
        ),
    )
