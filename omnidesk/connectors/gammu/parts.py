"""Text messages as networks carry them: a long one in parts, each with a header that says which it is. Pure.

The header is that of 3GPP TS 23.040 9.2.3.24.1: a number that all parts share, how many there are, and which this is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from omnidesk.text import measure

_SHORT, _LONG = 0x00, 0x08
"""The information elements of parts, whose common number has one byte or two."""
MISSING = "[..]"
"""What stands for a part that never came."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message as a network carries it, its header in hexadecimal digits; or a `report` on one of ours, which the
    network had at a time (`at`, UTC ms)."""

    number: str
    text: str
    header: str = ""
    binary: bool = False
    report: bool = False
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Which part one is: of which long message, of how many."""

    common: int
    count: int
    position: int


def place(header: str) -> Place | None:
    """Read where a part belongs; None for a message that is whole."""
    with suppress(ValueError, IndexError):
        data = bytes.fromhex(header)
        at, end = 1, min(data[0] + 1, len(data))
        while at + 1 < end:
            kind, size = data[at], data[at + 1]
            said = data[at + 2 : at + 2 + size]
            if kind in (_SHORT, _LONG) and size == len(said) == (3 if kind == _SHORT else 4):
                found = Place(int.from_bytes(said[:-2], "big"), said[-2], said[-1])
                return found if 1 <= found.position <= found.count and found.count > 1 else None
            at += 2 + size
    return None


def joined(parts: Sequence[Part]) -> str:
    """Return the text of the parts of one message, in their order; what did not come is marked."""
    places = [(place(part.header), part.text) for part in parts]
    known = {found.position: text for found, text in places if found is not None}
    if not known:
        return "".join(text for _, text in places)
    count = max(found.count for found, _ in places if found is not None)
    return "".join(known.get(number, MISSING) for number in range(1, count + 1))


def divided(text: str, key: str) -> list[tuple[str, str]]:
    """Divide a text into what goes as one message each: its header ("" for one alone) and its words."""
    found = measure.messages(text)
    if len(found) == 1:
        return [("", text)]
    common = hashlib.sha256(key.encode()).digest()[0]
    return [(f"050003{common:02X}{len(found):02X}{number:02X}", words) for number, words in enumerate(found, 1)]


def grouped(parts: Iterable[tuple[int, Part]]) -> list[list[tuple[int, Part]]]:
    """Put numbered parts together to messages, in the order in which these began."""
    groups: list[list[tuple[int, Part]]] = []
    growing: dict[tuple[str, int, int], tuple[list[tuple[int, Part]], set[int]]] = {}
    for number, part in parts:
        found = place(part.header)
        if found is None:
            groups.append([(number, part)])
            continue
        name = part.number, found.common, found.count
        group, positions = growing.get(name, ([], set()))
        if not group or found.position in positions:  # some phones give all their long messages one number
            group, positions = [], set()
            groups.append(group)
            growing[name] = group, positions
        group.append((number, part))
        positions.add(found.position)
        if len(positions) == found.count:
            del growing[name]
    return groups


def whole(parts: Sequence[Part]) -> bool:
    """Say whether a message has all its parts."""
    found = place(parts[0].header)
    return found is None or len(parts) == found.count
