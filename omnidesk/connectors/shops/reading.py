"""How far the orders of a shop were read: by the time of their last change, with some overlap.

A shop may list a change a moment after others that are later, and two in one second; so each poll asks again for what
changed shortly before the last one it saw. The cursor says which of that is known, by a short digest of each source id;
what it cannot know is read again, and its receipt says that it was there.

    {"version": 1, "since": 1790000000000, "known": "6f1c90ab12.."}
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.connectors.base import Batch, ConnectorError, Cursor, Item

OVERLAP = 2 * clock.MINUTE
MOST_PAGES = 20_000
_DIGITS = 12
_MOST_KNOWN = 200


class Position:
    """How far a shop was read; `start` is from which time on (UTC ms) to ask."""

    def __init__(self, cursor: Cursor, days: int) -> None:
        said, known = cursor.get("since"), cursor.get("known")
        self.latest = said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 0
        self.start = max(0, self.latest - OVERLAP if self.latest else clock.now() - days * clock.DAY)
        text = known if isinstance(known, str) else ""
        self._known = {text[at : at + _DIGITS]: self.latest for at in range(0, len(text), _DIGITS)}

    def fresh(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Return those of some items that are not known, which they are from now on."""
        found = []
        for one in items:
            mark = hashlib.sha256(one.source_id.encode()).hexdigest()[:_DIGITS]
            if mark not in self._known:
                found.append(one)
            self._known[mark] = one.received_at
            self.latest = max(self.latest, one.received_at)
        return tuple(found)

    @property
    def cursor(self) -> Cursor:
        """The cursor that holds once all this is committed."""
        lately = [(at, mark) for mark, at in self._known.items() if at >= self.latest - OVERLAP]
        newest = sorted(lately)[-_MOST_KNOWN:]
        return {"version": 1, "since": self.latest, "known": "".join(mark for _at, mark in newest)}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of orders, the earliest change first; `latest` is when the last of them changed."""

    items: tuple[Item, ...]
    latest: int | None
    more: bool


ReadPage = Callable[[int, int], Awaitable[Page]]
"""Reads a page (from 1) of the orders that changed at or after a time."""


async def read(cursor: Cursor, days: int, page: ReadPage) -> AsyncIterator[Batch]:
    """Yield all orders that changed since. Pages go on from the time of the last order seen, not by their number: what
    changes while it is read moves to the end, and would push others over the edge of a page."""
    position = Position(cursor, days)
    start, number = position.start, 1
    for _ in range(MOST_PAGES):
        found = await page(start, number)
        if items := position.fresh(found.items):
            yield Batch(items, position.cursor)
        if not found.more:
            return
        if found.latest is not None and found.latest > start:
            start, number = found.latest, 1
        else:
            number += 1
    raise ConnectorError("the shop lists orders without end: give fewer days of history")
