"""Splits a mail into its parts (RFC 5322, 2045, 2046), tolerantly: any bytes become a tree, nothing is dropped.

Works on positions within the raw mail: a leaf's bytes are copied once, when they are asked for.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field

from omnidesk.connectors.email.header import Parameters, as_text, parameters

DEEPEST = 40
MOST_PARTS = 1_000
LARGE_HEADER = 200_000

_FIELD = re.compile(
    rb"([!-9;-~]{1,200})[ \t]*:[ \t]*([^\r\n]*(?:\r?\n[ \t][^\r\n]*|\r(?!\n)[ \t][^\r\n]*)*)(?:\r?\n|\r|\Z)"
)
_FIELD_NAME = re.compile(rb"[!-9;-~]{1,200}[ \t]*\Z")
_BLANK = re.compile(rb"\r?\n|\r(?!\n)")
_CONTENT_FIELD = re.compile(rb"(?i)content-[a-z-]{2,30}[ \t]*:")
_KNOWN_FIELD = re.compile(
    rb"(?i)(?:subject|to|cc|date|from|sender|reply-to|message-id|in-reply-to|references|mime-version|received|"
    rb"return-path|(?:content|x|list|dkim|arc)-[a-z-]{1,40})[ \t]*:"
)
_LEADING = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]{0,200}(?=[A-Za-z][A-Za-z0-9-]{1,60}[ \t]*:)")
_SPACED_FROM = re.compile(rb"From[ \t]+:")
_FOLD = re.compile(rb"[\r\n]+(?=[ \t])")
_GUESSED_BOUNDARY = re.compile(
    rb"(?:^|(?<=\n))--(?:([^\s-][^\r\n]{0,198}?)[ \t]*\r?\n(?:[A-Za-z-]{3,60}[ \t]*:|\r?\n)|"
    rb"(-{1,30}[^\s-][^\r\n]{0,198}?)[ \t]*\r?\n[Cc]ontent-[Tt])"
)
_PLAIN_TYPE = Parameters("text/plain", {})
_BEFORE_HEADER = (b"\xef", b"\r", b"\n", b" ", b"\t")
_NAMES: dict[bytes, str] = {}
Fields = dict[str, list[bytes]]


@dataclass(slots=True)
class Part:
    """One entity: its header fields (names in lower case, values unfolded), type, and where its body lies."""

    raw: bytes
    fields: Fields
    start: int
    end: int
    type: Parameters = _PLAIN_TYPE
    parts: list[Part] = field(default_factory=list)
    damaged: bool = False
    charset: str | None = None
    """What the first text of the mail declares; raw 8-bit header fields are read by it."""

    def get(self, name: str) -> str:
        """Return the first field of this name as text, without decoding its encoded words; "" when missing."""
        values = self.fields.get(name)
        return self._text(values[0]) if values else ""

    def all(self, name: str) -> list[str]:
        """Return all fields of this name as text."""
        return [self._text(value) for value in self.fields.get(name, ())]

    def _text(self, value: bytes) -> str:
        return value.decode("ascii") if value.isascii() else as_text(value, self.charset)

    @property
    def kind(self) -> str:
        """The media type, in lower case."""
        return self.type.value

    @property
    def disposition(self) -> Parameters:
        """Content-Disposition; its value is "" when missing."""
        values = self.fields.get("content-disposition")
        return parameters(self._text(values[0])) if values else Parameters("", {})

    def encoded(self) -> bytes:
        """The body as it arrived."""
        return self.raw[self.start : self.end]

    @property
    def encoding(self) -> bytes:
        """Content-Transfer-Encoding, in lower case."""
        values = self.fields.get("content-transfer-encoding")
        return values[0].strip(b" \t\"'").lower() if values else b""

    def content(self) -> bytes:
        """The body without its transfer encoding; damaged encodings give what can be had of them."""
        data = self.encoded()
        encoding = self.encoding
        if encoding.startswith(b"base64"):
            return _from_base64(data)
        if encoding.startswith(b"quoted-printable"):
            return binascii.a2b_qp(data)
        if encoding in (b"x-uuencode", b"uuencode", b"x-uue"):
            return from_uuencode(data)
        return data


def parse(raw: bytes) -> Part:
    """Return the tree of a mail. Never raises; time is linear in the length of `raw`."""
    if b"\r\r\n" in raw[:4_000]:
        raw = raw.replace(b"\r\r\n", b"\r\n")
    mail = _entity(raw, begin_of(raw), len(raw), 0, [MOST_PARTS], _PLAIN_TYPE)
    parts = _all_parts(mail)
    charset = next((said for part in parts if (said := part.type.values.get("charset"))), None)
    for part in parts:
        part.charset = charset
    return mail


def begin_of(raw: bytes) -> int:
    """Where the header of a mail begins: behind the line that an mbox file puts above it."""
    if not raw.startswith((b"From ", b">From ")) or _SPACED_FROM.match(raw):
        found = _LEADING.match(raw) if raw[:1] in _BEFORE_HEADER else None
        return found.end() if found else 0
    envelope = _BLANK.search(raw)
    return envelope.end() if envelope else 0


def _all_parts(mail: Part) -> list[Part]:
    """The mail and all its parts, in their order; forwarded mails are not looked into."""
    found: list[Part] = []
    stack = [mail]
    while stack:
        part = stack.pop()
        found.append(part)
        stack += reversed(part.parts)
    return found


def fields_of(raw: bytes, start: int, end: int) -> tuple[Fields, int]:
    """Return the header fields from `start` and the position of the body behind them."""
    stop = raw.find(b"\r\n\r\n", start, end)
    if start < stop < start + LARGE_HEADER and (fields := _regular_fields(raw[start:stop])) is not None:
        return fields, stop + 4
    fields, position, name_of_last = {}, start, ""
    while position < end:
        found = _FIELD.match(raw, position, end)
        if found is None:
            # A blank line, or one that is no header: with it the body begins, and loses nothing.
            blank = _BLANK.match(raw, position, end)
            line_end = None if blank or not fields else _BLANK.search(raw, position, min(end, position + 2_000))
            if line_end is None or not _KNOWN_FIELD.match(raw, line_end.end(), end):
                return fields, blank.end() if blank else position
            # A line that goes on without being indented: the header goes on behind it.
            fields[name_of_last][-1] += b" " + raw[position : line_end.start()]
            position = line_end.end()
            continue
        name, value = found.groups()
        name_of_last = _name(name)
        fields.setdefault(name_of_last, []).append(_FOLD.sub(b"", value))
        position = found.end()
    return fields, end


def _regular_fields(head: bytes) -> Fields | None:
    """The fields of a header without faults, which is three times as fast; None when there is any fault."""
    lines = head.count(b"\n")
    if lines != head.count(b"\r\n") or lines != head.count(b"\r"):
        return None
    if b"\n " in head or b"\n\t" in head:
        head = _FOLD.sub(b"", head)
    fields: Fields = {}
    for line in head.split(b"\r\n"):
        name, colon, value = line.partition(b":")
        key = _NAMES.get(name) or _name(name)
        if not colon or not key:
            return None
        fields.setdefault(key, []).append(value.lstrip(b" \t"))
    return fields


def _name(name: bytes) -> str:
    """A field's name in lower case, "" when it is none; remembered, for a mailbox knows a few hundred of them."""
    if not _FIELD_NAME.match(name):
        return ""
    tidy = name.rstrip(b" \t").decode("ascii").lower()
    if len(_NAMES) < 5_000:
        _NAMES[name] = tidy
    return tidy


def _entity(raw: bytes, start: int, end: int, depth: int, left: list[int], default: Parameters) -> Part:
    fields, body = fields_of(raw, start, end)
    part = Part(raw, fields, body, end)
    if depth and fields and body >= end and not any(name.startswith("content-") for name in fields):
        part.fields = fields = {}  # a part without a header, whose text has colons
        part.start = start
    values = fields.get("content-type")
    part.type = parameters(as_text(values[0])) if values else default
    if "/" not in part.type.value:
        part.type = Parameters(default.value, part.type.values)
    if part.kind.startswith("multipart/") and depth < DEEPEST:
        _split(part, depth, left)
    return part


def _split(part: Part, depth: int, left: list[int]) -> None:
    raw, start, end = part.raw, part.start, part.end
    boundary = part.type.values.get("boundary", "").encode("utf-8", "surrogateescape").rstrip()
    marks = _delimiters(raw, start, end, boundary) if boundary else []
    if not marks:
        guessed = _GUESSED_BOUNDARY.search(raw, start, end)
        marks = _delimiters(raw, start, end, guessed[1] or guessed[2]) if guessed else []
        part.damaged = True
    default = Parameters("message/rfc822", {}) if part.kind == "multipart/digest" else _PLAIN_TYPE
    for index, (_, behind, closing) in enumerate(marks):
        if left[0] <= 0:
            break
        if closing:
            if index + 1 < len(marks) and not _CONTENT_FIELD.match(raw, marks[index + 1][1], end):
                break  # behind the end only what is surely a part counts
            continue
        left[0] -= 1
        stop = marks[index + 1][0] if index + 1 < len(marks) else end
        part.parts.append(_entity(raw, behind, stop, depth + 1, left, default))
    if marks and not any(closing for _, _, closing in marks):
        part.damaged = True


def _delimiters(raw: bytes, start: int, end: int, boundary: bytes) -> list[tuple[int, int, bool]]:
    """Where parts are divided: (end of what is before, start of what is behind, whether it closes)."""
    found: list[tuple[int, int, bool]] = []
    mark = b"--" + boundary
    position = raw.find(mark, start, end)
    while position >= 0:
        behind = position + len(mark)
        closing = raw[behind : behind + 2] == b"--"
        line_end = raw.find(b"\n", behind, end)
        if line_end < 0:
            line_end = end - 1
        rest = raw[behind + 2 * closing : line_end + 1]
        at_line = position == start or raw[position - 1] in b"\r\n"
        # A mark glued to the last line of text divides when it closes or a part follows; others stand alone.
        alone = closing or _CONTENT_FIELD.match(raw, line_end + 1, end)
        if (not rest.strip() or (closing and at_line)) and (at_line or (alone and len(boundary) > 8)):
            before = position
            if at_line and before > start and raw[before - 1 : before] == b"\n":
                before -= 1
            if at_line and before > start and raw[before - 1 : before] == b"\r":
                before -= 1
            found.append((before, line_end + 1, closing))
            if len(found) > MOST_PARTS:
                break
            behind = line_end + 1
            # The line end before the next mark may be this very one: two marks in a row enclose an empty part.
            position = raw.find(mark, max(start, behind), end)
            continue
        position = raw.find(mark, behind, end)
    return found


def _from_base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        pass
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(data) % 4 == 1:
        data = data[:-1]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def from_uuencode(data: bytes) -> bytes:
    """Return what uuencoded lines hold; lines that are none are passed over."""
    decoded = bytearray()
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            decoded += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders count wrongly or lose trailing spaces: take as many bytes as the line says.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                decoded += binascii.a2b_uu(line[:length].ljust(length))
            except binascii.Error:
                continue
    return bytes(decoded)
