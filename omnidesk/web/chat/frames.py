"""Frames: the JSON objects that a visitor's page and we exchange, the same over a WebSocket and over plain HTTP.

    from the page   hello{token, page, language}  post{id, text, name, email, page, language, files}  typing{on, page}
                    got{keys}  seen{keys}
    from us         welcome{token, online, messages}  messages{messages}  posted{id}  refused{id, status, reason, after}
                    staff{typing, looking}  online{online}  end{reason}

`got` and `seen` name messages of ours that arrived and that were looked at.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors.base import File
from omnidesk.connectors.chat.manifest import LONGEST, MAX_FILE_BYTES, MAX_FILES
from omnidesk.connectors.chat.settings import origin_of
from omnidesk.text.address import valid_email
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filekind import DANGEROUS, FileKind, kind_of
from omnidesk.text.filename import safe_name, type_of

MOST_KEYS = 100
Frame = Mapping[str, Any]
"""A frame of ours."""


class FrameError(Exception):
    """A frame that is not taken; `status` as in HTTP, `reason` a word that the page translates, `key` of what post."""

    def __init__(self, reason: str, status: int = 400, key: str = "", after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.status, self.key, self.after = reason, status, key, after

    def frame(self) -> Frame:
        """Return it as it is told."""
        told = {"type": "refused", "status": self.status, "reason": self.reason}
        return told | ({"id": self.key} if self.key else {}) | ({"after": round(self.after, 1)} if self.after else {})


@dataclass(frozen=True, slots=True)
class Hello:
    """Who the page says it is, and where."""

    token: str
    page: str
    language: str


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the visitor."""

    id: str
    text: str
    name: str
    email: str
    page: str
    language: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Typing:
    """Whether the visitor types."""

    on: bool
    page: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Which messages of ours arrived, or were `seen`."""

    keys: tuple[str, ...]
    seen: bool


Said = Hello | Post | Typing | Reached


def parse(raw: str | bytes) -> dict[str, Any]:
    """Return the JSON object that a page sent. Raises FrameError."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise FrameError("unreadable") from None
    if not isinstance(said, dict):
        raise FrameError("unreadable")
    return said


def read(said: Any) -> Said:
    """Read a frame of a page. Raises FrameError."""
    if not isinstance(said, dict):
        raise FrameError("unreadable")
    kind = said.get("type")
    if kind == "hello":
        return Hello(_word(said, "token", 200), page_of(said), _word(said, "language", 20))
    if kind == "post":
        return post(said)
    if kind == "typing":
        return Typing(said.get("on") is True, page_of(said))
    if kind in ("got", "seen"):
        keys = said.get("keys")
        if not isinstance(keys, list) or len(keys) > MOST_KEYS:
            raise FrameError("unreadable")
        return Reached(tuple(key for key in keys if isinstance(key, str)), kind == "seen")
    raise FrameError("unreadable")


def post(said: Mapping[str, Any]) -> Post:
    """Read a message of a visitor. Raises FrameError: for no text, a text too long, a file that is not taken."""
    try:
        key = str(uuid.UUID(_word(said, "id", 40)))
    except ValueError:
        raise FrameError("unreadable") from None
    text = said.get("text", "")
    if not isinstance(text, str):
        raise FrameError("unreadable", key=key)
    if len(text) > LONGEST:
        raise FrameError("too-long", 413, key)
    text = clean(text).strip()
    files = _files(said.get("files") or [], key)
    if not text and not files:
        raise FrameError("empty", 422, key)
    email = _word(said, "email", 254).strip()
    if email and not valid_email(email):
        raise FrameError("email-wrong", 422, key)
    name = one_line(_word(said, "name", 400), 100)
    return Post(key, text, name, email, page_of(said), one_line(_word(said, "language", 20)), files)


def page_of(said: Mapping[str, Any]) -> str:
    """Return the address of the page a visitor looks at, without its query, where secrets stand."""
    url = _word(said, "page", 2_000)
    return one_line(url.partition("?")[0].partition("#")[0], 500) if origin_of(url) else ""


def _word(said: Mapping[str, Any], key: str, most: int) -> str:
    value = said.get(key, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise FrameError("unreadable")
    return value


def _files(said: Any, key: str) -> tuple[File, ...]:
    if not isinstance(said, list):
        raise FrameError("unreadable", key=key)
    if len(said) > MAX_FILES:
        raise FrameError("too-many-files", 413, key)
    found = tuple(_file(one, key, place) for place, one in enumerate(said, 1))
    if sum(len(file.data) for file in found) > MAX_FILE_BYTES:
        raise FrameError("file-too-large", 413, key)
    return found


def _file(said: Any, key: str, place: int) -> File:
    """Read a file: its name without a path, its type by its name and bytes. What could do harm is not taken."""
    try:
        data = base64.b64decode(said["data"], validate=True)
        named = str(said["name"])[:500]
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise FrameError("unreadable", key=key) from None
    name = safe_name(named, number=place)
    kind = kind_of(name, type_of(name), data)
    if kind in DANGEROUS:
        raise FrameError("file-kind", 415, key)
    return File(name, "application/octet-stream" if kind is FileKind.UNKNOWN else type_of(name), data)
