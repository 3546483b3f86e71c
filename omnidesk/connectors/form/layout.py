"""How a form looks and what it asks for, read from a channel's settings. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from omnidesk.connectors.form.manifest import LANGUAGES, MANIFEST
from omnidesk.text.clean import clean, one_line

LONGEST = {"name": 100, "email": 254, "phone": 40, "order": 60, "topic": 200, "subject": 200, "message": 20_000}
"""Characters that a field takes."""
MOST_FILES = 10
MOST_MEGABYTES = 50
_DEFAULTS = {setting.key: setting.default for setting in MANIFEST.settings}


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `choices` where one of them is to be chosen."""

    key: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A form. `file_bytes` is what its files may have together, 0 where it takes none; `wait_seconds` the time in
    which only a program can fill it in; `hourly` how many messages one address may send."""

    title: str
    intro: str
    thanks: str
    fields: tuple[Field, ...]
    file_bytes: int
    languages: tuple[str, ...]
    origins: tuple[str, ...]
    redirect: str
    answer_by: str
    acknowledgement: str
    wait_seconds: float
    hourly: int


def layout(settings: Mapping[str, Any]) -> Layout:
    """Return the form that these settings describe. Raises ValueError in words."""
    said = {**_DEFAULTS, **{key: value for key, value in settings.items() if value not in (None, "")}}
    megabytes = _number(said, "files_mb", 1, MOST_MEGABYTES)
    return Layout(
        title=one_line(str(said["title"] or ""), 200),
        intro=_text(said["intro"]),
        thanks=_text(said["thanks"]),
        fields=_fields(said),
        file_bytes=int(megabytes * 2**20) if said["files"] else 0,
        languages=_languages(str(said["languages"])),
        origins=tuple(_origin(one) for one in re.split(r"[\s,;]+", str(said["origins"] or "")) if one),
        redirect=_redirect(str(said["redirect"] or "")),
        answer_by=str(said["answer_by"] or ""),
        acknowledgement=_text(said["acknowledgement"]),
        wait_seconds=_number(said, "wait_seconds", 0, 600),
        hourly=int(_number(said, "hourly", 1, 100_000)),
    )


def _fields(said: Mapping[str, Any]) -> tuple[Field, ...]:
    topics = tuple(dict.fromkeys(one for part in str(said["topics"] or "").split(";") if (one := one_line(part, 200))))
    found = [Field("name", said["name"] == "required")] if said["name"] != "no" else []
    found.append(Field("email", required=True))
    found += [Field(key, said[key] == "required") for key in ("phone", "order") if said[key] != "no"]
    if topics:
        found.append(Field("topic", required=True, choices=topics))
    elif said["subject"] != "no":
        found.append(Field("subject", said["subject"] == "required"))
    found.append(Field("message", required=True))
    return tuple(found)


def _text(value: Any) -> str:
    return clean(str(value or "")).strip()[:5_000]


def _number(said: Mapping[str, Any], key: str, least: float, most: float) -> float:
    value = said[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{key} is a number from {least} to {most}, not {value}")
    return float(value)


def _languages(said: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.lower() for one in re.split(r"[\s,;]+", said) if one))
    strange = [one for one in found if one not in LANGUAGES]
    if strange or not found:
        raise ValueError(f"languages are {', '.join(LANGUAGES)}, not {', '.join(strange) or 'none'}")
    return found


def _origin(said: str) -> str:
    """Return an origin as browsers name it (RFC 6454): scheme, host and port."""
    host = r"(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
    if not re.fullmatch(rf"https?://{host}(?::\d{{1,5}})?/?", said):
        raise ValueError(f"origins are sites such as https://shop.example, not {one_line(said, 100)}")
    return said.rstrip("/").lower()


def _redirect(said: str) -> str:
    parts = urlsplit(said)
    if said and (parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"[\s<>\"\\;,']", said)):
        raise ValueError(f"redirect is an address such as https://shop.example/thanks, not {one_line(said, 100)}")
    return said
