"""Opening hours: one calendar in an IANA zone, and counting minutes in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from omnidesk import clock
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+(?P<begin>\d{1,2}:\d\d)-(?P<end>\d{1,2}:\d\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """When the desk is open: for each weekday (Monday first) the (begin, end) times in `zone`."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[time, time], ...], ...]


@lru_cache(maxsize=4)
def parse(text: str) -> Hours | None:
    """Read `Europe/Amsterdam mon-fri 09:00-17:30, sat 10:00-16:00`; empty means always open. Raises UsageError."""
    if not text.strip():
        return None
    name, _space, spans = text.strip().partition(" ")
    week: list[list[tuple[time, time]]] = [[] for _day in DAYS]
    try:
        zone = ZoneInfo(name)
        for span in spans.lower().split(","):
            match = _SPAN.fullmatch(span.strip())
            if match is None:
                raise ValueError(span)
            first = DAYS.index(match["first"])
            last = DAYS.index(match["last"] or match["first"])
            begin, end = (time.fromisoformat(match[part].zfill(5)) for part in ("begin", "end"))
            if end <= begin or last < first:
                raise ValueError(span)
            for weekday in range(first, last + 1):
                week[weekday].append((begin, end))
    except (ValueError, OSError, KeyError):
        raise UsageError(
            _(
                "opening hours {text!r} are not understood: write `Europe/Amsterdam mon-fri 09:00-17:30, sat "
                "10:00-16:00`"
            ).format(text=text)
        ) from None
    return Hours(zone, tuple(tuple(sorted(spans_of_day)) for spans_of_day in week))


def later(hours: Hours | None, at: int, minutes: float) -> int:
    """Return the time `minutes` of opening hours after `at`; both in UTC milliseconds."""
    if hours is None or not any(hours.week):
        return at + int(minutes * clock.MINUTE)
    left = minutes * clock.MINUTE
    day = datetime.fromtimestamp(at / 1000, hours.zone).date()
    while True:
        for begin, end in hours.week[day.weekday()]:
            opens, closes = _moment(hours, day, begin), _moment(hours, day, end)
            start = max(opens, at)
            if closes - start >= left:
                return int(start + left)
            left -= max(0, closes - start)
        day += timedelta(days=1)


def _moment(hours: Hours, day: date, at: time) -> int:
    return clock.from_datetime(datetime.combine(day, at, hours.zone).astimezone(UTC))


def is_open(hours: Hours | None, at: int) -> bool:
    """Say whether a moment (UTC ms) lies within the hours; without a calendar, or with an empty one, always."""
    return between(hours, at, at + 1) > 0


def between(hours: Hours | None, begin: int, end: int) -> int:
    """Return how many milliseconds of opening hours lie between two times (UTC ms); without a calendar, all."""
    if hours is None or not any(hours.week):
        return max(0, end - begin)
    total = 0
    day = datetime.fromtimestamp(begin / 1000, hours.zone).date()
    last = datetime.fromtimestamp(end / 1000, hours.zone).date()
    while day <= last:
        for opens, closes in hours.week[day.weekday()]:
            total += max(0, min(end, _moment(hours, day, closes)) - max(begin, _moment(hours, day, opens)))
        day += timedelta(days=1)
    return total
