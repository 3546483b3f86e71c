"""The values of header fields: encoded words (RFC 2047), parameters (RFC 2231), dates, message ids. Nothing raises."""

from __future__ import annotations

import binascii
import re
from calendar import timegm
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from omnidesk.connectors.email.charset import codec, header_to_text, to_text
from omnidesk.text.clean import one_line

MOST_WORDS = 2_000
LONGEST = 200_000
EARLIEST, LATEST = 315_532_800_000, 4_102_444_800_000
"""1980 and 2100: a date outside is a mistake."""

_DATE = re.compile(  # what nearly every mail has; the rest is for the standard library
    r"\s*(?:[A-Za-z]{3},\s*)?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d):(\d\d):(\d\d) ([+-])(\d\d)([0-5]\d)(?:\s*\([^()]*\))?\s*\Z"
)
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_WORD = re.compile(r"=\?([^?\s*]{0,60})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,20})\?=")
_BETWEEN = re.compile(r"(?<=\?=)\s+(?==\?)")
_MESSAGE_ID = re.compile(r"<([^<>]{1,900})>")
_BARE_ID = re.compile(r"[^\s<>,;\"]{1,400}@[^\s<>,;\"]{1,400}")
_PARAMETER = re.compile(  # a bare value goes on behind a ; that begins no other parameter: filename=a;b.pdf
    r';\s*([^\s=;"]{1,80})\s*=\s*'
    r'("(?:[^"\\]|\\.|"(?!\s{0,20}(?:[;(]|\Z|[\w*-]{1,40}=)))*+"?'  # a quote mark within the quoted is its own
    r"|(?:=\?[^?;\s]{0,60}\?[bBqQ]\?[^?]{0,400}\?=|[^;]"
    r'|;(?=[^\s=;])(?![^\s=;"]{1,80}\s*=)|;(?=[^;="]{1,200}\.[A-Za-z0-9]{1,5}\s{0,20}(?:;|\Z)))*+)'
)
_SECTION = re.compile(r"([^*]+)\*(?:(\d{1,4})(\*)?)?\Z")
_EXTENDED = re.compile(r"([A-Za-z0-9_.:-]{2,40})'[A-Za-z-]{0,20}'(?=.{0,1000}%[0-9A-Fa-f]{2})")
_SPLIT_BYTE = re.compile(rb"=([0-9A-Fa-f])\s+(?=[0-9A-Fa-f](?![0-9A-Za-z]))")


@dataclass(frozen=True, slots=True)
class Parameters:
    """A field such as Content-Type: its value and its parameters, both with names in lower case. Shared: read only."""

    value: str
    values: dict[str, str]


def as_text(value: bytes, charset: str | None = None) -> str:
    """Return the bytes of a field as text; raw 8-bit ones by the charset of the mail's body where it fits."""
    return value.decode("ascii") if value.isascii() else header_to_text(value, charset)


def unword(value: str) -> str:
    """Decode the encoded words of a field, put adjacent ones together, and return clean text on one line."""
    if "=?" not in value:
        return one_line(value, 2000)
    value = _BETWEEN.sub("", value[:LONGEST])
    pieces: list[str] = []
    run: list[re.Match[str]] = []
    position = 0
    for count, word in enumerate(_WORD.finditer(value)):
        if count >= MOST_WORDS:
            break
        if run and (word.start() != position or word[1].lower() != run[0][1].lower()):
            pieces.append(_said(run))
            run = []
        pieces.append(value[position : word.start()])
        run.append(word)
        position = word.end()
    if run:
        pieces.append(_said(run))
    pieces.append(value[position:])
    return one_line("".join(pieces), 2000)


def _said(run: list[re.Match[str]]) -> str:
    """The text of adjacent words of one charset: a character may be split over two of them, and careless programs
    even split the base64 of one."""
    data = b""
    pending = ""
    for word in run:
        if word[2] in "bB":
            pending += word[3].strip()
            if len(pending) % 4 == 0 or pending.endswith("="):
                data, pending = data + _word_bytes("b", pending), ""
        else:
            data, pending = data + _word_bytes("b", pending) + _word_bytes("q", word[3]), ""
    return to_text(data + _word_bytes("b", pending), run[0][1].lower())


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        if b" " in data:
            data = _SPLIT_BYTE.sub(rb"=\1", data)  # folded within the word
        return binascii.a2b_qp(data + b"3D" if data.endswith(b"=") else data, header=True)
    data = data.replace(b"-", b"+").replace(b"_", b"/")  # the alphabet for addresses of web pages
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(data) % 4 == 1:
        data = data[:-1]
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return data


@lru_cache(maxsize=2_000)
def parameters(field: str) -> Parameters:
    """Return a structured field's value (lower case) and parameters, with RFC 2231 and encoded words decoded."""
    value, semicolon, _ = field.partition(";")
    if "=" in value:  # the ; is missing, or the value: `attachment filename=a.pdf`, `filename=a.pdf`
        first, _, rest = value.strip().replace("\t", " ").partition(" ")
        value, rest = ("", value) if "=" in first else (first, rest)
        field, semicolon = f"{value};{rest}{field[field.find(';') :] if semicolon else ''}", ";"
    value = value.strip().lower()
    if not semicolon:
        return Parameters(value, {})
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for found in _PARAMETER.finditer(field[:LONGEST], len(field.partition(";")[0])):
        name, said = found[1].lower(), found[2].strip()
        if said.startswith('"'):
            said = re.sub(r"\\([\\\"])", r"\1", said[1:-1] if len(said) > 1 and said.endswith('"') else said[1:])
        elif len(said) > 2 and said[0] == said[-1] == "'":
            said = said[1:-1]
        if "*" in name and (section := _SECTION.match(name)):
            number = int(section[2]) if section[2] else 0
            encoded = bool(section[3]) or section[2] is None
            sections.setdefault(section[1], {}).setdefault(number, (said, encoded))
        else:
            plain.setdefault(name, said)
    values = {name: _plain(said) for name, said in plain.items()}
    for name, numbered in sections.items():
        values[name] = _joined(numbered)
    return Parameters(value, values)


def _plain(said: str) -> str:
    """A parameter without sections, which some write as if it had them (`filename="utf-8''caf%C3%A9.pdf"`)."""
    if "=?" in said:
        cut_off = said.startswith("=?") and said.count("?") in (3, 4) and not said.endswith("?=")
        return unword(f"{said.rstrip('?')}?=" if cut_off else said)
    return _joined({0: (said, True)}) if "%" in said and _EXTENDED.match(said) else said


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    data, charset = b"", "utf-8"
    if not any(encoded for _, encoded in numbered.values()):
        whole = "".join(numbered[number][0] for number in sorted(numbered))
        if "=?" in whole:
            return unword(whole)
        if "%" in whole and _EXTENDED.match(whole):
            numbered = {0: (whole, True)}
    for number in sorted(numbered):
        said, encoded = numbered[number]
        if encoded and number == min(numbered):
            if said.count("'") >= 2:
                charset, _, said = said.split("'", 2)
            elif "'" in said and codec(said.partition("'")[0]):
                charset, _, said = said.partition("'")
        data += unquote_to_bytes(said) if encoded else said.encode("utf-8", "surrogateescape")
    return to_text(data, charset or "utf-8")


def date(value: str) -> int | None:
    """Return a Date field as UTC milliseconds, None when it is missing or impossible."""
    try:
        if found := _DATE.match(value):
            day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
            zone = (int(hours) * 60 + int(minutes)) * (60 if sign == "+" else -60)
            if int(hour) > 23 or int(minute) > 59 or not 1 <= int(day) <= 31:
                return None
            number = _MONTHS.index(month) // 3 + 1
            at = timegm((int(year), number, int(day), int(hour), int(minute), int(second))) - zone
        else:
            parsed = parsedate_tz(value[:200])
            if parsed is None:
                return None
            at = int(mktime_tz(parsed))
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
    return at * 1000 if EARLIEST <= at * 1000 <= LATEST else None


def message_ids(value: str) -> tuple[str, ...]:
    """Return the message ids of References, In-Reply-To or Message-ID, with brackets, in order, each once."""
    value = value[:LONGEST]
    found = _MESSAGE_ID.findall(value) or _BARE_ID.findall(value)
    ids = dict.fromkeys(f"<{tidy}>" for each in found if (tidy := "".join(one_line(each, 900).split())))
    return tuple(ids)
