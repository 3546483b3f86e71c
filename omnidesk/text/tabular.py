"""Tables that people export from other programs (CSV): their encoding and delimiter are told from what they hold. Pure.

Spreadsheets write Windows-1252 with semicolons where Europe's settings are, UTF-8 with or without a mark at its start,
UTF-16 with tabs; none of them says which.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

LARGEST_CELL = 1_000_000
DELIMITERS = ";\t,|"
LOOKED_AT = 64_000
_SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds: its headings, and each row with the number of the line that it begins on."""

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    encoding: str
    delimiter: str


def read(data: bytes, encoding: str = "", delimiter: str = "") -> Table:
    """Return the table in a file; told, not guessed, where encoding or delimiter are given.

    Raises ValueError in words where it is none."""
    text, found = (_told(data, encoding), encoding) if encoding else decoded(data)
    chosen = delimiter or guessed_delimiter(text)
    rows = list(_rows(text, chosen))
    if not rows:
        raise ValueError("it is empty: its first row must hold the headings")
    headings = tuple(one.strip() for one in rows[0][1])
    if len([one for one in headings if one]) < 1:
        raise ValueError("its first row holds no headings")
    return Table(headings, tuple(rows[1:]), found, chosen)


def _told(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff").replace("\x00", "")
    except LookupError:
        raise ValueError(f"there is no encoding {encoding}: such as utf-8 or windows-1252") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not in {encoding}: byte {error.start + 1} cannot be read") from None


def decoded(data: bytes) -> tuple[str, str]:
    """Return the text of a file and the encoding it was found in."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").replace("\x00", ""), "utf-16"
    try:
        return data.decode("utf-8-sig").replace("\x00", ""), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252").replace("\x00", ""), "windows-1252"
    except UnicodeDecodeError:  # five bytes of it stand for nothing
        return data.decode("cp1252", "replace").replace("\x00", ""), "windows-1252"


def guessed_delimiter(text: str) -> str:
    """Return what stands between the cells: what divides the rows into the same number, the most of them."""
    first = text[:LOOKED_AT]
    if first.lower().startswith("sep=") and len(first) > 4:  # what Excel writes for itself
        return first[4]
    best, chosen = (0.0, 0.0), ","
    for one in DELIMITERS:
        widths = [len(row) for _number, row in _first(first, one)]
        usual = median(widths) if widths else 1
        if usual <= 1:
            continue
        even = sum(width == usual for width in widths) / len(widths)
        if (even, usual) > best:
            best, chosen = (even, usual), one
    return chosen


def _first(text: str, delimiter: str) -> list[tuple[int, tuple[str, ...]]]:
    found = []
    for row in _rows(text, delimiter):
        found.append(row)
        if len(found) == _SAMPLE:
            break
    return found[:-1] if len(found) > 2 and len(found) < _SAMPLE and len(text) == LOOKED_AT else found


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that hold anything, each with the number of its first line."""
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    began = 1
    try:
        for row in reader:
            line, began = began, reader.line_num + 1
            if line == 1 and len(row) <= 2 and row and row[0].lower().startswith("sep="):
                continue
            if any(cell.strip() for cell in row):
                yield line, tuple(row)
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} cannot be read as a table: {error}") from None
