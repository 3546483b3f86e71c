"""What the phone lists, and how far it has been read.

The list of what came is ordered by when each message was sent, not by when it came: what waited for a phone that was
off arrives days back. So each poll reads from the day before the last one on, and counts what lies in the two weeks
before that: where the count is another, these are read as well, and receipts sort out what is known.

    {"version": 1, "day": "2026-11-28", "known": "6f1c..", "hours": {..}, "first": "2026-10-30", "late": 214}

`first` is the day with which reading began: nothing from before it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from omnidesk import clock
from omnidesk.connectors import since
from omnidesk.connectors.base import ConnectorError, Cursor
from omnidesk.connectors.http import Answer, Client
from omnidesk.connectors.since import Entry
from omnidesk.connectors.sms_gateway import incoming

PAGE = 100
MOST_PAGES = 1_000
LATEST = timedelta(days=14)
"""How long networks keep a message for a phone that is off, and some more."""
Row = Mapping[str, Any]


class Lists:
    """The lists of one phone; with a SIM card's number, what came to another card is left out."""

    def __init__(self, client: Client, sim: int = 0) -> None:
        self._client = client
        self._sim = sim

    async def unread(self, cursor: Cursor, days: int) -> tuple[list[Entry], Cursor]:
        """Return what a cursor does not know, oldest first, and the cursor that knows it. Raises ConnectorError."""
        day = since.day(cursor, days)
        first = _day(cursor.get("first")) or day
        following = str(since.unread([], cursor)[1]["day"])
        late = await self.count(first, following)
        before = late if day == following else await self.count(first, day)
        rows = [*await self.came(day), *await self._listed("messages", {"from": _midnight(day)})]
        if before != cursor.get("late", before):
            rows += await self.came(_start(first, day), day)
        entries = [entry for row in rows if (entry := self._entry(row))]
        fresh, after = since.unread(entries, cursor)
        growing = await self._growing(fresh)
        if growing:
            fresh, after = since.unread([one for one in entries if one.mark not in growing], cursor)
        return fresh, {**after, "first": first, "late": late}

    async def came(self, day: str, before: str = "") -> list[Row]:
        """Return what came from a day on, or between two. Raises ConnectorError."""
        params = {"from": _midnight(day), "includeAttachments": "true"}
        return await self._listed("inbox", params | ({"to": _midnight(before)} if before else {}))

    async def count(self, first: str, day: str) -> int:
        """Return how many of what came lie in the two weeks before a day, and not before the first one."""
        start = _start(first, day)
        if start >= day:
            return 0
        params = {"from": _midnight(start), "to": _midnight(day), "limit": "1"}
        return total(await self._page("inbox", params))

    def _entry(self, row: Row) -> Entry | None:
        mark = incoming.mark(row)
        if not mark or not self.ours(row):
            return None
        return Entry(incoming.at(row) or clock.now(), mark, row)

    def ours(self, row: Row) -> bool:
        """Say whether something came to our SIM card, or may have."""
        return not self._sim or row.get("simNumber") in (None, self._sim)

    async def _growing(self, fresh: list[Entry]) -> frozenset[str]:
        """Return the pictures that look different a moment later: the phone lists a message before it has stored all
        of its files."""
        pictures = {one.mark: one for one in fresh if one.row.get("type") == incoming.PICTURE}
        if not pictures:
            return frozenset()
        earliest = min(one.at for one in pictures.values())
        day = datetime.fromtimestamp(earliest / 1000, UTC).date().isoformat()
        again = {incoming.mark(row): row for row in await self.came(day)}
        return frozenset(mark for mark, one in pictures.items() if again.get(mark, one.row) != one.row)

    async def _listed(self, path: str, params: Mapping[str, str]) -> list[Row]:
        rows: list[Row] = []
        for page in range(MOST_PAGES):
            place = {"limit": str(PAGE), "offset": str(page * PAGE)}
            found = (await self._page(path, {**params, **place})).json()
            if not isinstance(found, list):
                raise ConnectorError(f"{self._client.host} answers with something else than a list of messages")
            rows += [row for row in found if isinstance(row, dict)]
            if len(found) < PAGE:
                return rows
        raise ConnectorError(f"{self._client.host} lists messages without end: give fewer days of history")

    async def _page(self, path: str, params: Mapping[str, str]) -> Answer:
        answer = await self._client.get(path, params=params, accept=(404,))
        if answer.status == 404:
            raise too_old(self._client.host)
        return answer


def too_old(host: str) -> ConnectorError:
    """Return what to say to a phone that has no list."""
    return ConnectorError(
        f"{host} has no list of messages that came: it must be the address of the app's local server, and the app "
        "1.59 or newer"
    )


def total(answer: Answer) -> int:
    """Return how many there are of what one page was asked for."""
    said = answer.headers.get("x-total-count", "")
    return int(said) if said.isdigit() else 0


def _start(first: str, day: str) -> str:
    return max(first, (date.fromisoformat(day) - LATEST).isoformat())


def _day(said: object) -> str:
    try:
        return date.fromisoformat(str(said)).isoformat()
    except ValueError:
        return ""


def _midnight(day: str) -> str:
    return f"{day}T00:00:00Z"
