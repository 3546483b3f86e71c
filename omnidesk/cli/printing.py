"""The door out of the command line: what leaves here is harmless (promise 8), whatever is stored.

Every string passes `guard` before any colour is put around it, so no caller can forget to clean one.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO

from rich.cells import cell_len, set_cell_size

from omnidesk.text.clean import clean, one_line


@dataclass(frozen=True, slots=True)
class Styled:
    """Text with an SGR code (ECMA-48) that is used only where a terminal shows it."""

    text: str
    code: str


Piece = str | Styled


def bold(text: str) -> Styled:
    """Make text stand out."""
    return Styled(text, "1")


def dim(text: str) -> Styled:
    """Make text step back."""
    return Styled(text, "2")


def alarm(text: str) -> Styled:
    """Mark what is wrong; the words say it too."""
    return Styled(text, "1;31")


def guard(text: str) -> str:
    """Return text from anywhere without what steers a terminal or disguises its order."""
    return clean(text)


def guard_document(value: Any) -> Any:
    """Return a JSON value with every string in it guarded."""
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, Mapping):
        return {guard(str(key)): guard_document(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [guard_document(one) for one in value]
    return value


def when(at: int | None) -> str:
    """Write a time for people, in their own zone."""
    if at is None:
        return "-"
    return datetime.fromtimestamp(at / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def size(count: int) -> str:
    """Write a number of bytes for people."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}"
    return f"{count} B"


class Printer:
    """Writes lines for people, or one JSON document, to one stream."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.terminal = stream.isatty()
        self.colour = self.terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.width = shutil.get_terminal_size().columns if self.terminal else None

    def document(self, value: Any) -> None:
        """Write one JSON document on one line."""
        ascii_only = (self.stream.encoding or "utf-8").lower().replace("-", "") != "utf8"
        self.stream.write(json.dumps(guard_document(value), ensure_ascii=ascii_only) + "\n")
        self.stream.flush()

    def say(self, *pieces: Piece) -> None:
        """Write one line, or several where the text has several."""
        self.stream.write("".join(self._piece(piece) for piece in pieces) + "\n")

    def block(self, text: str, indent: str = "  ") -> None:
        """Write text with each line set in."""
        for line in guard(text).split("\n"):
            self.stream.write(f"{indent}{line}".rstrip() + "\n")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[Piece]]) -> None:
        """Write rows under heads in columns; on a terminal the last column is cut where the line ends."""
        cells = [[_one_line(piece) for piece in row] for row in rows]
        everything = [[bold(head) for head in heads], *cells]
        widths = [max(cell_len(row[column].text) for row in everything) for column in range(len(heads))]
        for row in everything:
            room = self.width
            line = []
            for column, cell in enumerate(row):
                last = column == len(heads) - 1
                text = cell.text if last else set_cell_size(cell.text, widths[column])
                if last and room is not None and cell_len(text) > max(room, 8):
                    text = set_cell_size(text, max(room, 8) - 1) + "…"
                line.append(self._piece(Styled(text, cell.code)))
                if room is not None:
                    room -= widths[column] + 2
            self.stream.write("  ".join(line).rstrip() + "\n")

    def _piece(self, piece: Piece) -> str:
        if isinstance(piece, str):
            return guard(piece)
        text = guard(piece.text)
        return f"\x1b[{piece.code}m{text}\x1b[0m" if self.colour and piece.code and text else text


def _one_line(piece: Piece) -> Styled:
    return Styled(one_line(piece), "") if isinstance(piece, str) else Styled(one_line(piece.text), piece.code)


def complain(words: str) -> None:
    """Write the one line on standard error that says what went wrong."""
    try:
        sys.stderr.write(f"omnidesk: {one_line(words, 2000)}\n")
        sys.stderr.flush()
    except OSError:
        return
