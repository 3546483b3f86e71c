"""One filled-in form: as it is kept, and the message that it says. Pure.

A raw item is one JSON document: `{"version": 1, "id": UUID, "language", "name", "email", "phone", "order", "topic",
"subject", "message", "files": [{"name", "content_type", "base64"}]}`. The page that was filled in made the id; the same
id with the same words is the same message however often it is posted, with others it is another.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors.base import Decoded, DecodeError, File, Item, Party
from omnidesk.connectors.form.words import LABELS
from omnidesk.text.clean import clean, one_line

MEDIA_TYPE = "application/vnd.omnidesk.form+json"
TEXTS = ("name", "email", "phone", "order", "topic", "subject", "message")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it was filled in, checked and clean; `texts` by key of `TEXTS`."""

    id: str
    language: str
    texts: Mapping[str, str]
    files: tuple[File, ...] = ()


def is_id(said: str) -> bool:
    """Say whether this is a form's id."""
    return _ID.fullmatch(said) is not None


def item(said: Submission, now: int, junk: bool = False) -> Item:
    """Return a form as it is kept; `now` in UTC milliseconds, `junk` where a program filled it in."""
    files = [
        {"name": file.name, "content_type": file.content_type, "base64": base64.b64encode(file.data).decode()}
        for file in said.files
    ]
    document = {"version": 1, "id": said.id, "language": said.language, **said.texts, "files": files}
    raw = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return Item(source_id(raw), raw, now, MEDIA_TYPE, junk=junk)


def source_id(raw: bytes) -> str:
    """Return what a form is known by: the id it came with, and a hash of what it holds."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        said = json.loads(raw)["id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return digest
    return f"{said}:{digest[:32]}" if isinstance(said, str) and is_id(said) else digest


def decode(item: Item) -> Decoded:
    """Return the message of a form. Raises DecodeError."""
    said = read(item.raw)
    texts = said.texts
    message = clean(texts["message"]).strip()
    facts = _facts(said)
    text = f"{message}\n\n{facts}" if facts else message
    phone = one_line(texts["phone"], 40)
    return Decoded(
        external_id=f"form:{said.id}",
        sender=Party("email", texts["email"], one_line(texts["name"], 100)),
        subject=one_line(texts["subject"] or texts["topic"] or message, 100),
        text=text,
        reply_text=text,
        files=said.files,
        content_hash=hashlib.sha256(item.raw).hexdigest(),
        received_at=item.received_at,
        also=(Party("phone", phone),) if phone else (),
    )


def _facts(said: Submission) -> str:
    """Return the fields that are neither address nor words, a line each, as the visitor saw them called."""
    labels = LABELS.get(said.language, LABELS["en"])
    shown = ("order", "phone", *(("topic",) if said.texts["subject"] else ()))
    return "\n".join(f"{labels[key]}: {value}" for key in shown if (value := one_line(said.texts[key], 200)))


def read(raw: bytes) -> Submission:
    """Return a form from what was kept. Raises DecodeError."""
    try:
        said = json.loads(raw)
        texts = {key: _string(said.get(key, "")) for key in TEXTS}
        files = tuple(_file(one) for one in said.get("files", ()))
        number, language = _string(said["id"]), _string(said.get("language", ""))
        if not texts["email"] or not is_id(number):
            raise ValueError("it has no address or no id")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DecodeError(f"this is no filled-in form ({type(error).__name__}: {one_line(str(error), 200)})") from error
    return Submission(number, language, texts, files)


def _file(said: Any) -> File:
    name, content_type = one_line(_string(said["name"]), 120), one_line(_string(said["content_type"]), 127)
    return File(name, content_type, base64.b64decode(_string(said["base64"]), validate=True))


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a field is no text")
    return value


__all__: Sequence[str] = ["MEDIA_TYPE", "TEXTS", "Submission", "decode", "is_id", "item", "read", "source_id"]
