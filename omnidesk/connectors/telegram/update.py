"""One thing that happened, as Telegram tells it: an Update of the Bot API, read with suspicion.

Whatever is missing or of another type than it should be counts as not there; ids are numbers of at most 63 bits.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnidesk.connectors.base import DecodeError
from omnidesk.text.clean import one_line

MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
MEMBERSHIP = "my_chat_member"
ALLOWED = (*MESSAGES, MEMBERSHIP)
"""What Telegram is asked to tell us of."""
_LARGEST = 2**63
_LATEST = 2**38
"""Seconds; a later date is none."""
_FILE_ID = re.compile("[A-Za-z0-9_-]{1,300}")

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """`kind` is the part that it holds, "" where it holds none of those we ask for."""

    number: int
    kind: str = ""
    said: Said = field(default_factory=dict)

    @property
    def edited(self) -> bool:
        """Whether it is a message that was said before, in other words."""
        return self.kind.startswith("edited_")

    @property
    def at(self) -> int | None:
        """When it happened at Telegram (UTC ms), None where it does not say."""
        seconds = whole(self.said, "edit_date") if self.edited else None
        seconds = seconds or whole(self.said, "date")
        return seconds * 1000 if seconds is not None and 0 < seconds < _LATEST else None

    @property
    def source_id(self) -> str:
        """What it is, wherever it comes from.

        The number alone is not enough: after a quiet week Telegram begins anew anywhere, and each bot has its own."""
        chat = whole(inner(self.said, "chat"), "id")
        if self.kind not in ALLOWED:
            return f"{self.number}"
        what = whole(self.said, "message_id") if self.kind in MESSAGES else whole(self.said, "date")
        return f"{self.number}/{chat or 0}/{what or 0}"


def read(raw: bytes) -> Update:
    """Return the update that raw bytes hold. Raises DecodeError."""
    try:
        return of(json.loads(raw))
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"this is no update of Telegram: {type(error).__name__}") from None


def of(said: object) -> Update:
    """Return what was parsed as an update. Raises DecodeError."""
    number = whole(said, "update_id") if isinstance(said, dict) else None
    if number is None or not isinstance(said, dict):
        raise DecodeError("an update of Telegram has a number")
    kind = next((name for name in ALLOWED if name in said), "")
    if kind and not isinstance(said[kind], dict):
        raise DecodeError(f"{kind} of an update is an object")
    return Update(number, kind, said.get(kind) or {})


def source_id(raw: bytes) -> str:
    """Return what an update is, also for bytes that are none."""
    try:
        return read(raw).source_id
    except DecodeError:
        return hashlib.sha256(raw).hexdigest()


def inner(said: object, *path: str) -> Said:
    """Return an object within an object, an empty one where there is none."""
    for name in path:
        said = said.get(name) if isinstance(said, Mapping) else None
    return said if isinstance(said, Mapping) else {}


def whole(said: object, name: str) -> int | None:
    """Return a whole number of an object, None where it has none."""
    value = said.get(name) if isinstance(said, Mapping) else None
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < _LARGEST
    return value if fits else None


def real(said: object, name: str) -> float | None:
    """Return a number of an object, None where it has none that can be calculated with."""
    value = said.get(name) if isinstance(said, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < _LARGEST:
        return None
    return float(value)


def line(said: object, name: str, limit: int = 200) -> str:
    """Return a text of an object as one clean line, "" where it has none."""
    value = said.get(name) if isinstance(said, Mapping) else None
    return one_line(value, limit) if isinstance(value, str) else ""


def file_id(said: object) -> str:
    """Return by which name a file can be asked for, "" where it cannot."""
    value = said.get("file_id") if isinstance(said, Mapping) else None
    return value if isinstance(value, str) and _FILE_ID.fullmatch(value) else ""


def listed(said: object, name: str) -> list[Any]:
    """Return a list of an object, an empty one where it has none."""
    value = said.get(name) if isinstance(said, Mapping) else None
    return value if isinstance(value, list) else []
