"""Days gone by as people say them, in English and Dutch: `yesterday`, `7d`, `last week`, `ma`, `2026-11`, `23 nov`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from omnidesk import clock
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

_DAYS = {"today": 0, "vandaag": 0, "yesterday": 1, "gisteren": 1, "eergisteren": 2, "day before yesterday": 2}
_WEEKDAYS = ("mon|ma", "tue|di", "wed|wo", "thu|do", "fri|vr", "sat|za", "sun|zo")
_MONTHS = ("jan", "feb", "mar|mrt|maart", "apr", "may|mei", "jun", "jul", "aug", "sep", "oct|okt", "nov", "dec")
_AGO = re.compile(r"(\d{1,4}|an?|een)\s*(d|days?|dag(?:en)?|w|weeks?|we[ek]en|months?|maand(?:en)?)(?: ago| geleden)?")
_SPAN = re.compile(r"(this|last|deze|dit|vorige|vorig|afgelopen) (week|month|maand|year|jaar)")
_NUMBERS = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_NAMED = re.compile(r"(?:(\d{1,2}) ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2}))\.?(?: (\d{4}))?")


def span(text: str, name: str = "date") -> tuple[int, int]:
    """Return where what was said begins and ends, in UTC milliseconds: a day, week, month or year in this machine's
    zone; a full time (RFC 3339) is a moment. `name` is for the error. Raises UsageError."""
    said = " ".join(text.lower().replace(",", " ").split())
    today = datetime.fromtimestamp(clock.now() / 1000).astimezone().date()
    try:
        found = _ago(said, today) or _long(said, today) or _written(said, today)
        if found is not None:
            return _midnight(found[0]), _midnight(found[1])
        moment = clock.from_datetime(datetime.fromisoformat(text.strip()).astimezone(UTC))
    except (ValueError, OverflowError):
        raise UsageError(
            _(
                "{name}:{text} is no date: write 2026-11-23, 2026-11, 23 nov, mon, today, yesterday, 7d or last week"
            ).format(name=name, text=text)
        ) from None
    return moment, moment


def _ago(said: str, today: date) -> tuple[date, date] | None:
    if said in _DAYS:
        return _one(today - timedelta(days=_DAYS[said]))
    for place, words in enumerate(_WEEKDAYS):
        if re.fullmatch(rf"(?:last |vorige |afgelopen )?(?:{words})[a-z]*\.?", said) and _is_weekday(said):
            back = (today.weekday() - place) % 7
            return _one(today - timedelta(days=back or (7 if " " in said else 0)))
    match = _AGO.fullmatch(said)
    if match is None:
        return None
    count = int(match[1]) if match[1].isdigit() else 1
    if match[2].startswith("m"):
        return _one(_months(today, -count))
    return _one(today - timedelta(days=count * (7 if match[2].startswith("w") else 1)))


def _is_weekday(said: str) -> bool:
    word = said.rpartition(" ")[2].rstrip(".")
    return len(word) <= 4 or word.endswith("day") or word.endswith("dag")


def _long(said: str, today: date) -> tuple[date, date] | None:
    """Read `this week`, `last month`: from its first day to its end."""
    match = _SPAN.fullmatch(said)
    if match is None:
        return None
    back = 0 if match[1] in ("this", "deze", "dit") else 1
    if match[2] == "week":
        first = today - timedelta(days=today.weekday() + 7 * back)
        return first, first + timedelta(days=7)
    if match[2] in ("year", "jaar"):
        return date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1)
    first = _months(today.replace(day=1), -back)
    return first, _months(first, 1)


def _written(said: str, today: date) -> tuple[date, date] | None:
    """Read `2026`, `2026-11`, `2026-11-23`, `23-11-2026`, `23 nov`, `nov 23 2025`; without a year the last such day."""
    if match := _NUMBERS.fullmatch(said):
        year, month, day = (int(part) if part else 0 for part in match.groups())
        if day:
            return _one(date(year, month, day))
        first = date(year, month or 1, 1)
        return first, _months(first, 1 if month else 12)
    if match := _DAY_FIRST.fullmatch(said):
        return _one(date(int(match[3]), int(match[2]), int(match[1])))
    if match := _NAMED.fullmatch(said):
        word = match[2] or match[3]
        month = next((place for place, some in enumerate(_MONTHS, 1) if re.match(some, word)), 0)
        if month:
            found = date(int(match[5] or today.year), month, int(match[1] or match[4]))
            return _one(found if match[5] or found <= today else found.replace(year=found.year - 1))
    return None


def _one(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _months(day: date, months: int) -> date:
    """Return the same day some months later or earlier, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _midnight(day: date) -> int:
    return clock.from_datetime(datetime(day.year, day.month, day.day).astimezone())


_CLOCK = re.compile(r"(?:(.+?)[ t]+)?(\d{1,2})[:.](\d\d)")
_MINUTES_AGO = re.compile(r"(\d{1,4}) ?(m|min|minutes?|minuten|minuut|h|u|hours?|uur|uren)(?: ago| geleden)?")


def moment(text: str) -> int:
    """Return a moment that has passed, in UTC milliseconds: `14:03`, `yesterday 14:03`, `20 min`, RFC 3339, or a day
    as `span` reads them, which means its noon. Raises UsageError."""
    said = " ".join(text.lower().split())
    now = clock.now()
    if match := _MINUTES_AGO.fullmatch(said):
        found = now - int(match[1]) * (clock.MINUTE if match[2].startswith("m") else clock.HOUR)
    elif (match := _CLOCK.fullmatch(said)) and int(match[2]) < 24 and int(match[3]) < 60:
        day = datetime.fromtimestamp(span(match[1] or "today", "at")[0] / 1000).astimezone()
        found = clock.from_datetime(day.replace(hour=int(match[2]), minute=int(match[3])))
    else:
        begins, ends = span(text, "at")
        found = begins if begins == ends else max(begins, min(begins + 12 * clock.HOUR, now))
    if found > now:
        raise UsageError(_("{text!r} is yet to come: give a time that has passed").format(text=text))
    return found
