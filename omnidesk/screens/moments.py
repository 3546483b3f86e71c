"""Times as agents type them: `2h`, `tomorrow`, `mon 9`, `17:00`, `2026-01-31 14:00`; in the agent's own zone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from omnidesk import clock
from omnidesk.words.errors import UsageError

MORNING = 9
_UNITS = {"m": clock.MINUTE, "min": clock.MINUTE, "h": clock.HOUR, "d": clock.DAY, "w": 7 * clock.DAY}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR = re.compile(r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2}))?\Z")


def read(text: str) -> int:
    """Return the time meant, in UTC milliseconds, always ahead of now. Raises UsageError."""
    said = " ".join(text.lower().split())
    if length := re.fullmatch(r"(\d{1,4}) ?(min|m|h|d|w)", said):
        return clock.now() + int(length[1]) * _UNITS[length[2]]
    now = datetime.fromtimestamp(clock.now() / 1000).astimezone()
    day_said, _, hour_said = said.partition(" ") if not _HOUR.match(said) else ("today", "", said)
    day = _day(day_said, now)
    hour = _HOUR.match(hour_said) if hour_said else None
    if day is None or (hour_said and hour is None):
        raise UsageError(f"{text.strip()!r} is no time: write 2h, tomorrow, mon 9, 17:00 or 2026-01-31 14:00")
    try:
        chosen = day.replace(
            hour=int(hour["hour"]) if hour else MORNING, minute=int(hour["minute"] or 0) if hour else 0
        )
    except ValueError:
        raise UsageError(f"{hour_said} is no time of the day") from None
    if chosen <= now and day_said in _DAYS:
        chosen += timedelta(days=7)
    if chosen <= now:
        raise UsageError(f"{text.strip()} has passed already")
    return clock.from_datetime(chosen)


def _day(said: str, now: datetime) -> datetime | None:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if said in ("today", "tomorrow"):
        return midnight + timedelta(days=said == "tomorrow")
    if said[:3] in _DAYS and said.isalpha():
        return midnight + timedelta(days=(_DAYS.index(said[:3]) - now.weekday()) % 7)
    try:
        chosen = datetime.strptime(said, "%Y-%m-%d").astimezone()
    except ValueError:
        return None
    return chosen
