"""Rows of a list as they were painted: kept for when they come into sight again, as long as they say the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from textual.strip import Strip

from omnidesk.words.rows import QueueRow

KEPT = 2_000
"""Painted lines that are kept."""


class Company(NamedTuple):
    """Who is at a conversation: in a word or two, as a sentence, and whether that is said loud: a colleague answers
    it, or somebody waits whom nobody answers."""

    brief: str
    said: str
    loud: bool


class Look(NamedTuple):
    """What a line of a row looks like: which line, and what lies on it."""

    row: int
    line: int
    focused: bool
    cursor: bool
    marked: bool


class PaintedRows:
    """What was painted of each row, and who else is at it."""

    def __init__(self) -> None:
        self.company: Mapping[int, Company] = {}
        self._kept: dict[Look, tuple[QueueRow, Company | None, Strip]] = {}

    def line(self, row: QueueRow, look: Look, paint: Callable[[QueueRow, Look], Strip]) -> Strip:
        """Return a line as it was painted, or paint it where the row or the company changed."""
        company = self.company.get(row.id)
        found = self._kept.get(look)
        if found is None or (found[0] is not row and found[0] != row) or found[1] != company:
            found = self._kept[look] = (row, company, paint(row, look))
        return found[2]

    def meet(self, company: Mapping[int, Company]) -> set[int]:
        """Take who is where now; return the conversations whose rows say something else then."""
        before, self.company = self.company, company
        return {number for number in {*before, *company} if before.get(number) != company.get(number)}

    def tidy(self) -> None:
        """Forget what was painted, where that has become much."""
        if len(self._kept) > KEPT:
            self.clear()

    def clear(self) -> None:
        """Forget what was painted."""
        self._kept.clear()
