"""Opens winmail.dat, in which Outlook packs a mail's files and sometimes its text (TNEF, [MS-OXTNEF]).

Any bytes give what can be had of them; nothing raises, and time and memory are bounded by the input's length.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SIGNATURE = b"\x78\x9f\x3e\x22"
MOST_FILES = 500

# Attributes, by the lower half of their id ([MS-OXTNEF] section 2.1.3.1).
_BODY, _MESSAGE = 0x800C, 0x9003
_BEGINS_FILE, _TITLE, _DATA, _FILE = 0x9002, 0x8010, 0x800F, 0x9005
# MAPI properties ([MS-OXPROPS]).
_PR_BODY, _PR_HTML = 0x1000, 0x1013
_PR_DATA, _PR_NAME, _PR_LONG_NAME, _PR_TYPE, _PR_CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x370E, 0x3712
_FIXED = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x000A: 4, 0x000B: 4, 0x0014: 8,
          0x0040: 8, 0x0048: 16}  # fmt: skip
"""Bytes of property types that are not counted."""
_TEXT, _WIDE_TEXT, _OBJECT, _BINARY = 0x001E, 0x001F, 0x000D, 0x0102
_MANY = 0x1000


@dataclass(slots=True)
class Packed:
    """A file of the pack."""

    name: str = ""
    content_type: str = ""
    content_id: str = ""
    data: bytes = b""


@dataclass(slots=True)
class Pack:
    """What a winmail.dat holds: its files, and the text where it has one (plain, and HTML as bytes)."""

    files: list[Packed] = field(default_factory=list)
    text: str = ""
    html: bytes = b""


def unpack(data: bytes) -> Pack | None:
    """Return what a winmail.dat holds, None when these bytes are none."""
    if not data.startswith(SIGNATURE):
        return None
    pack = Pack()
    for attribute, value in _attributes(data):
        if attribute == _BEGINS_FILE and len(pack.files) < MOST_FILES:
            pack.files.append(Packed())
        elif attribute == _BODY:
            pack.text = pack.text or value.rstrip(b"\0").decode("cp1252", "replace")
        elif attribute == _MESSAGE:
            _read_message(pack, value)
        elif pack.files:
            _read_file(pack.files[-1], attribute, value)
    pack.files = [file for file in pack.files if file.data or file.name]
    return pack


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (id, value) of each attribute: level, id, length, value, checksum."""
    position = 6
    while position + 9 <= len(data):
        _, attribute, _, length = struct.unpack_from("<BHHI", data, position)
        position += 9
        yield attribute, data[position : position + length]
        position += length + 2


def _read_message(pack: Pack, value: bytes) -> None:
    for tag, said in _properties(value):
        if tag == _PR_BODY and isinstance(said, str):
            pack.text = said
        elif tag == _PR_HTML and isinstance(said, bytes):
            pack.html = said


def _read_file(file: Packed, attribute: int, value: bytes) -> None:
    if attribute == _TITLE:
        file.name = file.name or value.rstrip(b"\0").decode("cp1252", "replace")
    elif attribute == _DATA:
        file.data = value
    elif attribute == _FILE:
        for tag, said in _properties(value):
            if tag == _PR_DATA and isinstance(said, bytes):
                file.data = file.data or said
            elif isinstance(said, str) and said:
                if tag == _PR_LONG_NAME or (tag == _PR_NAME and not file.name):
                    file.name = said
                elif tag == _PR_TYPE:
                    file.content_type = said
                elif tag == _PR_CONTENT_ID:
                    file.content_id = said


def _properties(value: bytes) -> Iterator[tuple[int, str | bytes | None]]:
    """Yield (tag, value) of each MAPI property; numbers and times come as None. Ends where the bytes make no sense."""
    position = 4
    for _ in range(min(struct.unpack_from("<I", value)[0], 10_000) if len(value) >= 4 else 0):
        if position + 4 > len(value):
            return
        kind, tag = struct.unpack_from("<HH", value, position)
        position += 4
        if tag >= 0x8000:  # a named property: its set, and a number or a name
            if position + 24 > len(value):
                return
            named, length = struct.unpack_from("<II", value, position + 16)
            position += 24 + (_padded(length) if named == 1 else 0)
        many, kind = bool(kind & _MANY), kind & ~_MANY
        said: str | bytes | None = None
        if kind in _FIXED and not many:
            position += _FIXED[kind]
        else:
            if position + 4 > len(value):
                return
            (count,) = struct.unpack_from("<I", value, position)
            position += 4
            for _ in range(min(count, 10_000)):
                if kind in _FIXED:
                    position += _FIXED[kind]
                    continue
                if position + 4 > len(value):
                    return
                (length,) = struct.unpack_from("<I", value, position)
                said = _value(kind, value[position + 4 : position + 4 + length])
                position += 4 + _padded(length)
        yield tag, said


def _value(kind: int, data: bytes) -> str | bytes | None:
    if kind == _WIDE_TEXT:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    if kind == _TEXT:
        return data.rstrip(b"\0").decode("cp1252", "replace")
    if kind == _OBJECT:
        return data[16:]  # behind the interface's id
    return data if kind == _BINARY else None


def _padded(length: int) -> int:
    return length + -length % 4
