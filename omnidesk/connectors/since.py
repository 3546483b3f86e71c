"""How far a list has been read that has no order of arrival, and is asked for by days.

What happened late in a day may be listed late; so each poll lists from the day before the last one on. The cursor says
which of it is known: the newest entries by a short digest each, and all of an hour by one digest of the hour. What it
cannot know is read again, and its receipt says that it was there.

    {"version": 1, "day": "2026-11-28", "known": "6f1c..", "hours": {"498214": "90ab.."}}
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Cursor

_DIGITS = 12
"""Of a digest: two entries of a day share one once in a million years of busy days."""
_MOST_KNOWN = 80
_OVERLAP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a list: when it happened (UTC ms), what names it and its state, and what it is."""

    at: int
    mark: str
    row: Mapping[str, Any]


def days(settings: Mapping[str, Any]) -> int:
    """Return of how many days history is read first: the setting `history`."""
    try:
        return max(0, min(int(settings.get("history", 30)), 400))
    except (TypeError, ValueError):
        return 30


def day(cursor: Cursor, days: int) -> str:
    """Return the day from which to list (UTC, `2026-11-28`): at first so many days ago."""
    try:
        return date.fromisoformat(cursor["day"]).isoformat()
    except (KeyError, TypeError, ValueError):
        return (_today() - timedelta(days=days)).isoformat()


def unread(entries: Sequence[Entry], cursor: Cursor) -> tuple[list[Entry], Cursor]:
    """Return what a cursor does not know of all that is listed now, oldest first, and the cursor that knows it."""
    ordered = sorted(entries, key=lambda entry: entry.at)
    hours: dict[str, list[str]] = defaultdict(list)
    for entry in ordered:
        hours[_hour(entry)].append(_digest(entry.mark))
    whole = {hour: _digest(*sorted(marks)) for hour, marks in hours.items()}
    known, before = _known(cursor)
    fresh = [
        entry
        for entry in ordered
        if before.get(_hour(entry)) != whole[_hour(entry)] and _digest(entry.mark) not in known
    ]
    first = _today() - _OVERLAP
    earliest = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) // 3600
    newest = [_digest(entry.mark) for entry in ordered[-_MOST_KNOWN:]]
    return fresh, {
        "version": 1,
        "day": first.isoformat(),
        "known": "".join(newest),
        "hours": {hour: digest for hour, digest in whole.items() if int(hour) >= earliest},
    }


def _known(cursor: Cursor) -> tuple[frozenset[str], Mapping[str, str]]:
    said, hours = cursor.get("known"), cursor.get("hours")
    text = said if isinstance(said, str) else ""
    marks = frozenset(text[at : at + _DIGITS] for at in range(0, len(text), _DIGITS))
    return marks, hours if isinstance(hours, dict) else {}


def _hour(entry: Entry) -> str:
    return str(entry.at // clock.HOUR)


def _digest(*words: str) -> str:
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:_DIGITS]


def _today() -> date:
    return datetime.fromtimestamp(clock.now() / 1000, UTC).date()
