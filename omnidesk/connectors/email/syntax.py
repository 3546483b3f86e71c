"""What IMAP servers answer and how it is written (RFC 3501 section 9): values, dates, sets of UIDs, folder names."""

from __future__ import annotations

import base64
import re
from calendar import timegm
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.text.clean import one_line

_DATE = re.compile(rb"\s?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_USUAL_MAIL = re.compile(rb'\* \d+ FETCH \(UID (\d+) INTERNALDATE "([^"]*)" BODY\[\](?:<\d+>)? \{\d+\}\Z')
_TOKEN = re.compile(rb'([()])|"((?:[^"\\]|\\.)*+)"|(\{\d+\+?\})|([^\s()"\[{]*+\[[^\]]*+\][^\s()"]*+|[^\s()"]+)')
CODE = re.compile(rb"\[([A-Za-z-]+)(?: ([^\]]*))?\]")
"""A response code such as `[UIDNEXT 12]`."""
COUNT = re.compile(rb"\* (\d+) (EXISTS|RECENT|EXPUNGE|FETCH)\b", re.IGNORECASE)
"""What a server may say at any time about the open folder."""
MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
Value = bytes | None | list[Any]
"""An atom or string, NIL, or a parenthesised list of values."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail read: its bytes, or their beginning where more was not asked for."""

    uid: int
    raw: bytes
    received_at: int


def parse_values(pieces: list[bytes], start: int = 0) -> list[Value]:
    """Return the values of an answer, from position `start` of its first piece; damaged ends are forgiven."""
    top: list[Value] = []
    stack: list[list[Value]] = [top]
    for index in range(0, len(pieces), 2):
        text = pieces[index]
        for token in _TOKEN.finditer(text, start if index == 0 else 0):
            bracket, string, literal, atom = token.groups()
            if bracket == b"(":
                inner: list[Value] = []
                stack[-1].append(inner)
                stack.append(inner)
            elif bracket == b")":
                if len(stack) > 1:
                    stack.pop()
            elif string is not None:
                stack[-1].append(re.sub(rb"\\(.)", rb"\1", string) if b"\\" in string else string)
            elif literal is not None:
                if index + 1 < len(pieces) and token.end() == len(text):
                    stack[-1].append(pieces[index + 1])
            else:
                stack[-1].append(None if atom == b"NIL" or atom == b"nil" else atom)
    return top


def uid_set(uids: Iterable[int]) -> str:
    """Return UIDs as IMAP writes them, neighbours as ranges: `3:5,9`."""
    parts: list[tuple[int, int]] = []
    for uid in sorted(uids):
        if parts and parts[-1][1] == uid - 1:
            parts[-1] = (parts[-1][0], uid)
        else:
            parts.append((uid, uid))
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in parts)


def from_utf7(name: str) -> str:
    """Return a folder's name as people read it (modified UTF-7, RFC 3501 section 5.1.3)."""

    def plain(run: re.Match[str]) -> str:
        if not run[1]:
            return "&"
        data = run[1].replace(",", "/")
        try:
            return base64.b64decode(data + "=" * (-len(data) % 4)).decode("utf-16-be")
        except ValueError:
            return run[0]

    return one_line(re.sub(r"&([A-Za-z0-9+,]*)-", plain, name), 500)


def fetched(pieces: list[bytes]) -> Fetched | None:
    """Return the mail of a FETCH answer, None when it holds none."""
    if len(pieces) == 3 and pieces[2] == b")" and (usual := _USUAL_MAIL.match(pieces[0])):
        at = internal_date(usual[2])
        return Fetched(int(usual[1]), pieces[1], clock.now() if at is None else at)
    said = attributes(pieces)
    uid = said.get("UID")
    body = next((value for key, value in said.items() if key.startswith("BODY[")), None)
    if not isinstance(uid, bytes) or not uid.isdigit() or "BODY[]" not in {key.partition("<")[0] for key in said}:
        return None
    date = said.get("INTERNALDATE")
    at = internal_date(date) if isinstance(date, bytes) else None
    return Fetched(int(uid), body if isinstance(body, bytes) else b"", clock.now() if at is None else at)


def attributes(pieces: list[bytes]) -> dict[str, Value]:
    """Return what a FETCH answer says, by attribute in upper case; empty for other answers."""
    found = COUNT.match(pieces[0])
    if found is None or found[2].upper() != b"FETCH":
        return {}
    values = parse_values(pieces, found.end())
    if not values or not isinstance(values[0], list):
        return {}
    pairs = zip(values[0][::2], values[0][1::2], strict=False)
    return {key.decode("ascii", "replace").upper(): value for key, value in pairs if isinstance(key, bytes)}


def internal_date(value: bytes) -> int | None:
    """Return INTERNALDATE as UTC milliseconds, None when it is not one."""
    found = _DATE.match(value)
    if found is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
    position = MONTHS.find(month.decode().lower())
    if position < 0:
        return None
    zone = (int(hours) * 3600 + int(minutes) * 60) * (1 if sign == b"+" else -1)
    at = timegm((int(year), position // 3 + 1, int(day), int(hour), int(minute), int(second))) - zone
    return at * 1000


def quoted(text: str) -> str:
    """Return a quoted string (RFC 3501 section 4.3). Line ends cannot be part of one: nothing can be smuggled in."""
    return '"' + re.sub(r"[\r\n\0]", "", text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def human_text(line: bytes) -> str:
    """Return what a server says to people, without its response code."""
    return one_line(CODE.sub(b"", line).decode("utf-8", "replace"), 300)
