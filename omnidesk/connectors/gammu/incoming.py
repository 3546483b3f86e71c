"""What a text message of the modem, or news of one of ours, becomes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from omnidesk.connectors.base import Decoded, DecodeError, Delivery, Item, Party
from omnidesk.connectors.gammu import backup, folders, tables
from omnidesk.connectors.gammu.parts import Part, joined
from omnidesk.connectors.texting import consents
from omnidesk.text import sms
from omnidesk.text.clean import clean, one_line

_STATES = ("sent", "delivered", "failed")
_REPORTS = {"delivered": "delivered", "failed": "failed"}


def decoded(item: Item) -> Decoded | None:
    """Return the message or the news in an item, None where it is neither. Raises DecodeError."""
    try:
        if backup.MARK in item.raw and not item.raw.lstrip().startswith(b"{"):
            return _of_parts(backup.read(item.raw), item)
        said = json.loads(item.raw)
        if not isinstance(said, dict):
            raise ValueError("no document")
        if "key" in said:
            return _news(said)
        return _of_parts(folders.texts(said) if "files" in said else tables.texts(said), item)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DecodeError(f"this is no message of gammu-smsd: {error}") from error


def _of_parts(parts: Sequence[Part], item: Item) -> Decoded | None:
    if any(part.report for part in parts):
        return _report(parts[0], item)
    if not parts or all(part.binary for part in parts):
        return None
    sender = one_line(parts[0].number, 500)
    if not sender:
        raise DecodeError("a message says from whom it is")
    text = clean(joined(parts))
    return Decoded(
        external_id=item.source_id,
        sender=Party("phone", sender),
        text=text,
        reply_text=text,
        received_at=item.received_at,
        no_auto_answer=sms.keyword(text) is not None,
        consents=consents(text),
    )


def _report(part: Part, item: Item) -> Decoded | None:
    """A network's report is about the message that the reader found for it; one that is passing is no news."""
    status, key = _REPORTS.get(part.text.strip().lower()), item.headers.get("x-key", "")
    if status is None or not key:
        return None
    reason = "the network could not deliver it" if status == "failed" else ""
    return _about(key, status, part.number, reason)


def _news(said: Mapping[str, Any]) -> Decoded:
    if said["status"] not in _STATES:
        raise ValueError(f"{said['status']} is no news")
    reason = str(said.get("reason") or "the modem could not send it: the log of gammu-smsd says why")
    return _about(str(said["key"]), said["status"], str(said.get("number", "")), reason)


def _about(key: str, status: Any, number: str, reason: str) -> Decoded:
    detail = one_line(reason, 500) if status == "failed" else ""
    report = Delivery(status, key=key, recipient=number, detail=detail, permanent=False)
    return Decoded(external_id="", sender=None, deliveries=(report,))
