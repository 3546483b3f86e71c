"""Gammu's format of messages in a file: one section a part, texts in hexadecimal digits of UTF-16. Pure.

[SMSBackup000]
; Where is my order?
PDU = Deliver
Number = "+31612345678"
Text00 = 0057006800650072..
Coding = Default
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from omnidesk import clock
from omnidesk.connectors.gammu.parts import Part
from omnidesk.text.measure import is_gsm7

MARK = b"[SMSBackup"
_SECTION = re.compile(r"^\[SMSBackup", re.MULTILINE)
_LINE = re.compile(r"^\s*([A-Za-z0-9]+)\s*=\s*(.*?)\s*$")
_TEXT = re.compile(r"Text\d+", re.IGNORECASE)
_MOST_DIGITS = 200
"""In a line of text, as Gammu writes it."""


def read(raw: bytes) -> list[Part]:
    """Return the parts in a file. Raises ValueError where there are none."""
    sections = _SECTION.split(raw.decode("utf-8", "replace"))[1:]
    found = [_part(_fields(section)) for section in sections]
    if not found:
        raise ValueError("this is no message of Gammu")
    return found


def _fields(section: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    text = []
    for line in section.split("\n"):  # a letter of the text may be another end of a line
        found = _LINE.match(line)
        if found is None or line.lstrip()[:1] in ("#", ";"):
            continue
        if _TEXT.fullmatch(found[1]):
            text.append(found[2])
        else:
            fields[found[1].lower()] = found[2].strip('"')
    return fields | {"text": "".join(text)}


def _part(fields: Mapping[str, str]) -> Part:
    number = decoded(fields.get("numberunicode", "")) or fields.get("number", "")
    binary = fields.get("coding", "").lower() == "8bit"
    report = fields.get("pdu", "").lower() == "status_report"
    text = "" if binary else decoded(fields["text"])
    return Part(number, text, fields.get("udh", ""), binary, report, _moment(fields.get("datetime", "")))


def _moment(said: str) -> int | None:
    """Read a time as Gammu writes it: in UTC with a Z behind it, else in the time of this machine."""
    with suppress(ValueError):
        return clock.from_datetime(datetime.fromisoformat(said).astimezone())
    return None


def decoded(digits: str) -> str:
    """Return what hexadecimal digits of UTF-16 say. Raises ValueError."""
    return bytes.fromhex(digits).decode("utf-16-be", "replace")


def encoded(text: str) -> str:
    """Return a text in hexadecimal digits of UTF-16."""
    return text.encode("utf-16-be", "surrogatepass").hex().upper()


def coding(messages: Sequence[tuple[str, str]]) -> str:
    """Return how the parts of a message are coded: all alike."""
    return "Default" if all(is_gsm7(text) for _, text in messages) else "Unicode"


def written(number: str, messages: Sequence[tuple[str, str]]) -> bytes:
    """Return the file of a message that goes out in these parts (header and words), with a report asked for."""
    kind = coding(messages)
    return "\n".join(_section(place, number, kind, *one) for place, one in enumerate(messages)).encode()


def _section(place: int, number: str, kind: str, header: str, text: str) -> str:
    digits = encoded(text)
    lines = [digits[start : start + _MOST_DIGITS] for start in range(0, len(digits), _MOST_DIGITS)]
    return "\n".join(
        (
            f"[SMSBackup{place:03}]",
            "PDU = Status_Report",
            "State = UnSent",
            f'Number = "{number}"',
            f"NumberUnicode = {encoded(number)}",
            *((f"UDH = {header}",) if header else ()),
            *(f"Text{line:02} = {words}" for line, words in enumerate(lines)),
            f"Coding = {kind}",
            f"Length = {len(digits) // 4}",
            "Class = -1",
            "",
        )
    )
