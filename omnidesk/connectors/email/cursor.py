"""How far a mailbox has been read: for each folder its UIDVALIDITY and the ranges of UIDs that were taken in.

    {"version": 1, "folders": {"INBOX": {"uidvalidity": 1794, "ranges": [[1, 4711], [4800, 4900]]}}}

A range holds every UID that existed within it; UIDs are never used again, so gaps between mails belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from omnidesk.connectors.base import Cursor

VERSION = 1
Range = tuple[int, int]


@dataclass(slots=True)
class FolderPosition:
    """What was read of one folder; `ranges` are ascending, apart, and inclusive."""

    uidvalidity: int = 0
    ranges: list[Range] = field(default_factory=list)
    listed: bool = False
    """What the folder holds was told once, for following what other programs do."""

    def add(self, ranges: Iterable[Range]) -> None:
        """Count these as read, too."""
        merged: list[Range] = []
        for low, high in sorted([*self.ranges, *ranges]):
            if low > high:
                continue
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        self.ranges = merged

    def gaps(self, top: int) -> list[Range]:
        """Return what is not read of 1 to `top`, ascending."""
        found, low = [], 1
        for first, last in self.ranges:
            if first > low:
                found.append((low, min(first - 1, top)))
            low = last + 1
        if low <= top:
            found.append((low, top))
        return [(low, high) for low, high in found if low <= high]

    @property
    def highest(self) -> int:
        """The highest UID read, 0 when none."""
        return self.ranges[-1][1] if self.ranges else 0


class Position:
    """What was read of all folders of a mailbox."""

    def __init__(self, cursor: Cursor) -> None:
        self._folders: dict[str, FolderPosition] = {}
        for name, said in dict(cursor.get("folders") or {}).items():
            ranges = [(int(low), int(high)) for low, high in said.get("ranges", ())]
            position = FolderPosition(int(said.get("uidvalidity", 0)), listed=bool(said.get("listed")))
            position.add(ranges)
            self._folders[name] = position

    def folder(self, name: str, uidvalidity: int) -> FolderPosition:
        """Return the position within a folder; under another UIDVALIDITY what was read is forgotten.

        The mails are then read again, and their receipts tell which are known."""
        known = self._folders.get(name)
        if known is None or known.uidvalidity != uidvalidity:
            known = self._folders[name] = FolderPosition(uidvalidity)
        return known

    def forget_listings(self) -> None:
        """Count no folder as listed: nobody follows it now."""
        for position in self._folders.values():
            position.listed = False

    def cursor(self) -> dict[str, Any]:
        """Return it as the engine stores it."""
        folders = {
            name: {
                "uidvalidity": position.uidvalidity,
                "ranges": [list(each) for each in position.ranges],
                **({"listed": True} if position.listed else {}),
            }
            for name, position in self._folders.items()
        }
        return {"version": VERSION, "folders": folders}
