"""What a browser or another program posted to a form: read whatever its type, then checked field by field."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from omnidesk.connectors.base import File
from omnidesk.connectors.form.layout import LONGEST, MOST_FILES, Layout
from omnidesk.connectors.form.submission import TEXTS
from omnidesk.text.address import normalise_email, valid_email
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filekind import FileKind, kind_of
from omnidesk.text.filename import safe_name

HONEYPOT = "extra"
"""A field that people do not see."""
TAKEN = frozenset((FileKind.PICTURE, FileKind.TEXT, FileKind.PDF, FileKind.MAIL, FileKind.DOCUMENT, FileKind.MEDIA,
                   FileKind.ARCHIVE))  # fmt: skip
"""Kinds of file that are taken: none that a machine could run."""
BESIDES = 256 * 1024
"""Bytes that the texts and the wrapping of a form take at most."""
_FORM, _PARTS, _JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"


class UnreadableError(Exception):
    """What was posted is no form."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A form as it came. `texts` and `files` are the visitor's; the rest is what the page put in: the form's `id`, the
    `proof` of when it was shown, its language. `trapped`: a field was filled in that people do not see."""

    texts: Mapping[str, str]
    files: tuple[File, ...] = ()
    id: str = ""
    proof: str = ""
    language: str = ""
    trapped: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a field: the name of the words, and what goes into them."""

    words: str
    parts: Mapping[str, str] = field(default_factory=dict)


def most_bytes(form: Layout, content_type: str) -> int:
    """Return how large what is posted may be."""
    as_text = 4 / 3 if _type(content_type) == _JSON else 1.02
    return BESIDES + int(form.file_bytes * as_text)


def is_json(content_type: str) -> bool:
    """Say whether a program posted this."""
    return _type(content_type) == _JSON


async def read(content_type: str, body: bytes) -> Posted:
    """Read what was posted. Raises UnreadableError."""
    kind = _type(content_type)
    if kind == _JSON:
        return _from_json(body)
    if kind not in (_FORM, _PARTS):
        raise UnreadableError(f"{one_line(kind, 60) or 'nothing'} is no form")
    headers = Headers({"content-type": content_type})

    async def stream() -> AsyncIterator[bytes]:
        yield body

    try:
        if kind == _FORM:
            found = await FormParser(headers, stream(), max_fields=50).parse()  # type: ignore[arg-type]
        else:
            parts = MultiPartParser(
                headers,
                stream(),  # type: ignore[arg-type]
                max_files=MOST_FILES * 2,
                max_fields=50,
                max_part_size=BESIDES,
            )
            found = await parts.parse()
    except (MultiPartException, ValueError, LookupError, KeyError) as error:
        raise UnreadableError(type(error).__name__) from error
    try:
        return await _from_form(found)
    finally:
        await found.close()


async def _from_form(found: FormData) -> Posted:
    files: list[File] = []
    for one in found.getlist("files"):
        if isinstance(one, UploadFile) and (one.filename or one.size):
            data = await one.read()
            files.append(_file(one.filename or "", one.content_type or "", data, len(files)))
    said = {key: value for key, value in found.multi_items() if isinstance(value, str)}
    return _posted(said, tuple(files))


def _from_json(body: bytes) -> Posted:
    try:
        said = json.loads(body)
        if not isinstance(said, dict):
            raise UnreadableError("a JSON object is wanted")
        files = tuple(_file_in_json(one, place) for place, one in enumerate(said.get("files") or ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise UnreadableError(f"this is no JSON of a form ({type(error).__name__})") from error
    strange = [key for key, value in said.items() if key != "files" and value is not None and not _is_plain(value)]
    if strange:
        raise UnreadableError(f"{one_line(str(strange[0]), 60)} is to be a text")
    return _posted({str(key): str(value) for key, value in said.items() if _is_plain(value)}, files)


def _file_in_json(said: Any, place: int) -> File:
    data = base64.b64decode(said["base64"], validate=True)
    return _file(str(said["name"]), str(said.get("content_type", "")), data, place)


def _is_plain(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _posted(said: Mapping[str, str], files: tuple[File, ...]) -> Posted:
    texts = {key: _tidy(key, _whole(said.get(key, ""))) for key in TEXTS}
    return Posted(
        texts,
        files,
        id=said.get("id", "")[:100],
        proof=said.get("proof", "")[:200],
        language=said.get("lang", "")[:10],
        trapped=bool(said.get(HONEYPOT, "").strip()),
    )


def _whole(text: str) -> str:
    """Return a text without halves of characters, which JSON can hold and nothing can store."""
    return text.encode("utf-8", "replace").decode()


def _tidy(key: str, text: str) -> str:
    if key == "message":
        return clean(text).strip()
    return one_line(text, 1_000)


def _file(name: str, content_type: str, data: bytes, place: int) -> File:
    return File(safe_name(name, content_type, place + 1), one_line(content_type, 127), data)


def _type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def faults(form: Layout, posted: Posted, ours: Collection[str]) -> dict[str, Wrong]:
    """Return what is wrong with a form, by field, in the form's order; `ours` are our own mail addresses."""
    found: dict[str, Wrong] = {}
    for one in form.fields:
        value = posted.texts[one.key]
        if not value:
            if one.required:
                words = "missing_email" if one.key == "email" else "topic" if one.choices else "missing"
                found[one.key] = Wrong(words)
        elif len(value) > LONGEST[one.key]:
            found[one.key] = Wrong("too_long", {"most": str(LONGEST[one.key])})
        elif one.key == "email" and not (valid_email(value) and "." in value.rpartition("@")[2]):
            found[one.key] = Wrong("email")
        elif one.key == "email" and normalise_email(value) in ours:
            found[one.key] = Wrong("own_email")
        elif one.key == "phone" and not _is_phone(value):
            found[one.key] = Wrong("phone")
        elif one.choices and value not in one.choices:
            found[one.key] = Wrong("topic")
    wrong = _file_fault(form, posted.files)
    return {**found, "files": wrong} if wrong is not None else found


def _is_phone(value: str) -> bool:
    digits = sum(character.isdigit() for character in value)
    return 5 <= digits <= 20 and all(character.isdigit() or character in "+()/.- " for character in value)


def _file_fault(form: Layout, files: tuple[File, ...]) -> Wrong | None:
    most = str(form.file_bytes // 2**20)
    if len(files) > MOST_FILES:
        return Wrong("too_many_files", {"most": str(MOST_FILES)})
    if sum(len(file.data) for file in files) > form.file_bytes:
        return Wrong("files_too_large", {"mb": most})
    bad = next((file for file in files if kind_of(file.name, file.content_type, file.data) not in TAKEN), None)
    return None if bad is None else Wrong("file_kind", {"name": bad.name})


def kept_texts(form: Layout, posted: Posted) -> dict[str, str]:
    """Return the texts that the form asks for; what else was posted is left."""
    asked = {one.key for one in form.fields}
    texts = {key: value if key in asked else "" for key, value in posted.texts.items()}
    return {**texts, "email": normalise_email(texts["email"])}
