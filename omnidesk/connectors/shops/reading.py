"""How far the orders of a shop were read: by the time of their last change, with some overlap.

A shop may list a change a moment after others that are later, and two in one second; so each poll reads again what
changed shortly before the last one it saw. Receipts sort out what is known.

    {"version": 1, "since": 1790000000000}
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.connectors.base import Batch, ConnectorError, Cursor, Item

OVERLAP = 2 * clock.MINUTE
MOST_PAGES = 20_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page of orders, the earliest change first; `latest` is when the last of them changed."""

    items: tuple[Item, ...]
    latest: int | None
    more: bool


ReadPage = Callable[[int, int], Awaitable[Page]]
"""Reads a page (from 1) of the orders that changed at or after a time."""


def since(cursor: Cursor, days: int) -> int:
    """Return from which time on to read."""
    said = cursor.get("since")
    if isinstance(said, int) and not isinstance(said, bool):
        return max(0, said - OVERLAP)
    return max(0, clock.now() - days * clock.DAY)


async def read(cursor: Cursor, days: int, page: ReadPage) -> AsyncIterator[Batch]:
    """Yield all orders that changed since. Pages go on from the time of the last order seen, not by their number: what
    changes while it is read moves to the end, and would push others over the edge of a page."""
    start, number = since(cursor, days), 1
    latest = max(int(cursor.get("since") or 0), 0)
    seen: frozenset[str] = frozenset()
    for _ in range(MOST_PAGES):
        found = await page(start, number)
        fresh = tuple(one for one in found.items if one.source_id not in seen)
        latest = max(latest, min(found.latest or 0, clock.now()))
        after = {"version": 1, "since": latest}
        if fresh:
            yield Batch(fresh, after)
        if not found.more:
            return
        seen = frozenset(one.source_id for one in found.items)
        if found.latest is not None and found.latest > start:
            start, number = found.latest, 1
        else:
            number += 1
    raise ConnectorError("the shop lists orders without end: give fewer days of history")
