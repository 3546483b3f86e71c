"""Mails in one file, one behind another: mbox as RFC 4155 has it, with `>From ` in texts as mboxrd writes it."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from omnidesk.text.address import valid_email

_MARK = b"From "
_DATED = re.compile(rb"From .{0,300}\d{1,2}:\d\d.{0,60}\d{4}", re.DOTALL)
_FIELD = re.compile(rb"(?:>From |[!-9;-~]{1,100}[ \t]*:)")
_LONGEST = 1_000
"""Bytes of a line that are looked at to tell whether a mail begins there."""
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_TO_ESCAPE = re.compile(rb"^(>*From )", re.MULTILINE)


def read(path: Path) -> Iterator[tuple[bytes, int]]:
    """Return each mail of a file, with CRLF line ends, and how many bytes of the file lie behind its end.

    Holds one mail at a time. Nothing comes from a file that does not begin with `From `. Raises OSError."""
    with path.open("rb") as file:
        if not path.stat().st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as box:
            if not box[: len(_MARK)].startswith(_MARK):
                return
            start = 0
            while start < len(box):
                stop = _next(box, start + len(_MARK))
                head = box.find(b"\n", start, stop)
                if head >= 0:
                    yield _mail(box[head + 1 : stop], last=stop == len(box)), stop
                start = stop + 1


def _next(box: mmap.mmap, start: int) -> int:
    """Return where the line end lies before the next mail, or where the file ends."""
    place = start
    while (place := box.find(b"\n" + _MARK, place)) >= 0:
        blank = box[max(0, place - 1) : place] == b"\n" or box[max(0, place - 3) : place] == b"\r\n\r"
        line, _, below = box[place + 1 : place + 1 + _LONGEST].partition(b"\n")
        dated = _DATED.match(line) is not None
        if _FIELD.match(below) and ((dated and blank) or (blank and len(line.split()) <= 2) or _is_asctime(line)):
            return place
        place += 1
    return len(box)


def _is_asctime(line: bytes) -> bool:
    """Say whether a line ends as those that programs write, which lets it begin a mail without a blank line before."""
    return re.search(rb" [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]?\d \d\d:\d\d(:\d\d)?.{0,12} \d{4}\r?$", line) is not None


def _mail(raw: bytes, last: bool) -> bytes:
    """Return a mail as it was sent; the blank line behind it is no part of it."""
    if last and raw.endswith((b"\n\n", b"\n\r\n")):
        raw = raw[:-1]
    raw = raw.removesuffix(b"\r")
    if b">From " in raw:
        raw = _ESCAPED.sub(rb"\1", raw)
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n")
    return raw.replace(b"\n", b"\r\n")


def written(raw: bytes, sender: str, at: int) -> bytes:
    """Return a mail as it stands in a file: below a line that says who wrote it and when (UTC ms)."""
    who = sender if valid_email(sender) else "MAILER-DAEMON"
    when = datetime.fromtimestamp(at / 1000, UTC).strftime("%a %b %d %H:%M:%S %Y")
    body = raw.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n"
    return f"From {who} {when}\n".encode() + _TO_ESCAPE.sub(rb">\1", body) + b"\n"
