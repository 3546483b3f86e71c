"""Moments as people say them, in English and Dutch: `2h`, `tomorrow`, `ma 9`, `vrijdagmiddag`, `2026-11-30 14:00`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from omnidesk import clock
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

MORNING, AFTERNOON, EVENING, END = (9, 0), (14, 0), (18, 0), (17, 0)
"""What a day, a part of it or its end means where no time is said: (hour, minute)."""
ON_THE_WALL = 12
"""Below this an hour of an afternoon or evening is meant as the clock on the wall shows it: `vrijdagmiddag 3`."""
FARTHEST = 10 * 366 * clock.DAY

_UNITS = {
    clock.MINUTE: ("m", "min", "mins", "minute", "minutes", "minuut", "minuten"),
    clock.HOUR: ("h", "hr", "hrs", "hour", "hours", "u", "uur", "uren"),
    clock.DAY: ("d", "day", "days", "dag", "dagen"),
    7 * clock.DAY: ("w", "week", "weeks", "weken"),
}
_UNIT = {word: length for length, words in _UNITS.items() for word in words}
_DURATION = re.compile(r"(\d{1,4}(?:[.,]\d)?)\s*(" + "|".join(sorted(_UNIT, key=len, reverse=True)) + r")(?![a-z])\s*")
_DAYS_ON = re.compile(r"(?:in |over )?(\d{1,4}) ?(d|day|days|dag|dagen|w|week|weeks|weken) (.+)")
_DAYS = {"today": 0, "vandaag": 0, "tomorrow": 1, "tmr": 1, "morgen": 1, "overmorgen": 2, "day after tomorrow": 2}
_PARTS = {
    "morning": MORNING,
    "ochtend": MORNING,
    "vroeg": MORNING,
    "noon": (12, 0),
    "midday": (12, 0),
    "afternoon": AFTERNOON,
    "middag": AFTERNOON,
    "evening": EVENING,
    "night": EVENING,
    "avond": EVENING,
    "end": END,
}
_SAME = (
    (r"'s (ochtend|middag|avond)s", r"\1"),
    (r"in the (morning|afternoon|evening)", r"\1"),
    (r"\b(maan|dins|woens|donder|vrij|zater|zon)dag(ochtend|middag|avond)\b", r"\1dag \2"),
    (r"\b(ma|di|wo|do|vr|za|zo)(ochtend|middag|avond)\b", r"\1 \2"),
    (r"\b(over)?morgen(ochtend|middag|avond)\b", r"\1morgen \2"),
    (r"^van(ochtend|middag|avond)\b", r"today \1"),
    (r"^tonight\b", "today evening"),
    (r"^this (morning|afternoon|evening)\b", r"today \1"),
    (r"\b(?:end of (?:the )?day|eod|einde? (?:van )?(?:de )?dag)\b", "end"),
    (r"^(?:end of (?:the )?week|eow|einde? (?:van )?(?:de )?week)\b", "fri end"),
    (r"^(?:after the weekend|na het weekend|begin(?:ning)? (?:of )?(?:volgende|next) week)\b", "next mon"),
    (r"^end\b", "today end"),
    (r"^(?:in |over )?(?:half an hour|an? half uur|half uur)$", "30 min"),
    (r"^(?:in |over )?anderhalf uur$", "90 min"),
    (r"^(?:in |over )?(?:an? |een )?(?:kwartier|quarter of an hour)$", "15 min"),
)
"""What means the same, step by step brought to one way of saying it."""
_WEEKDAYS = {
    word: place
    for place, words in enumerate(
        (
            ("mon", "monday", "ma", "maandag"),
            ("tue", "tues", "tuesday", "di", "dinsdag"),
            ("wed", "wednesday", "wo", "woensdag"),
            ("thu", "thur", "thurs", "thursday", "do", "donderdag"),
            ("fri", "friday", "vr", "vrijdag"),
            ("sat", "saturday", "za", "zaterdag"),
            ("sun", "sunday", "zo", "zondag"),
        )
    )
    for word in words
}
_MONTHS = {
    word: place
    for place, words in enumerate(
        (
            ("jan", "january", "januari"),
            ("feb", "february", "februari"),
            ("mar", "march", "mrt", "maart"),
            ("apr", "april"),
            ("may", "mei"),
            ("jun", "june", "juni"),
            ("jul", "july", "juli"),
            ("aug", "august", "augustus"),
            ("sep", "sept", "september"),
            ("oct", "october", "okt", "oktober"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        1,
    )
    for word in words
}
_TIME = re.compile(
    r"(?:at |om )?(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>am|pm)?\s*(?P<word>uur|u|h)?(?: precies)?"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t]+(.*))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})(?:[-/](\d{4}))?(?: (.*))?")
_DAY_MONTH = re.compile(r"(?:(\d{1,2}) ([a-z]{3,9})|([a-z]{3,9}) (\d{1,2}))\.?(?: (\d{4}))?(?: (.*))?")


def parse_when(text: str, now_ms: int, zone: tzinfo | None = None) -> int:
    """Return the moment said, in UTC milliseconds; `zone` is the speaker's, None for this machine's.

    Raises UsageError where it is not understood or lies in the past."""
    said = " ".join(re.sub(r",(?!\d)", " ", text.lower().replace("’", "'")).split())
    for pattern, same in _SAME:
        said = re.sub(pattern, same, said)
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    try:
        found = _duration(said, now_ms) or _exact(said) or _calendar(said, now)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise UsageError(_not_understood(text))
    if found <= now_ms:
        raise UsageError(_("{text!r} has passed: give a time in the future").format(text=text))
    if found > now_ms + FARTHEST:
        raise UsageError(_("{text!r} is more than ten years away: give an earlier time").format(text=text))
    return found


def _not_understood(text: str) -> str:
    bare = text.strip()
    if re.fullmatch(r"\d{1,2}", bare):
        return _(
            "{bare!r} is no time by itself: write {bare}:00 for a time, {bare}h for hours or {bare}d for days"
        ).format(bare=bare)
    return _("{text!r} is no time: write 2h, 30m, 3d, tomorrow, morgen 14:00, mon 9, 17:00 or 2026-11-30 09:00").format(
        text=text
    )


def _duration(said: str, now_ms: int) -> int | None:
    bare = re.sub(r"^(in|over|for) ", "", said)
    bare = re.sub(r"^(a|an|een|one) ", "1 ", bare)
    total, at = 0, 0
    while match := _DURATION.match(bare, at):
        total += int(float(match[1].replace(",", ".")) * _UNIT[match[2]])
        at = match.end()
    return now_ms + total if at == len(bare) and at else None


def _exact(said: str) -> int | None:
    """Read RFC 3339, which names its own zone."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d.*(z|[+-]\d\d:?\d\d)", said):
        return None
    return clock.from_datetime(datetime.fromisoformat(said.upper()))


def _calendar(said: str, now: datetime) -> int | None:
    """Read a day, a time, or both."""
    for words in sorted(_DAYS, key=len, reverse=True):
        if said == words or said.startswith(words + " "):
            time_of_day = _time(said[len(words) :].strip(), True)
            return None if time_of_day is None else _at(now + timedelta(days=_DAYS[words]), time_of_day)
    for step in (_week, _month, _weekday, _days_on, _date, _next_time):
        if (found := step(said, now)) is not None:
            return found
    return None


def _week(said: str, now: datetime) -> int | None:
    """Read `next week`, `volgende week vrijdag 14:00`, `vrijdag volgende week`: that day of the week after this one."""
    match = re.fullmatch(r"(?:(?P<before>[a-z]{2,9}) )?(?:next|volgende) week(?: (?P<rest>.+))?", said)
    if match is None:
        return None
    day, rest = match["before"] or "", match["rest"] or ""
    first = rest.partition(" ")[0].rstrip(".")
    if not day and first in _WEEKDAYS:
        day, rest = first, rest.partition(" ")[2]
    if day and day not in _WEEKDAYS:
        return None
    time_of_day = _time(rest, True)
    if time_of_day is None:
        return None
    return _at(now + timedelta(days=7 - now.weekday() + _WEEKDAYS.get(day, 0)), time_of_day)


def _month(said: str, now: datetime) -> int | None:
    """Read `next month`: its first day."""
    if said not in ("next month", "volgende maand"):
        return None
    return _at((now.replace(day=1) + timedelta(days=32)).replace(day=1), MORNING)


def _days_on(said: str, now: datetime) -> int | None:
    """Read `3d 9:00`, `over 2 weken 14:00`: that many days on, at a time."""
    match = _DAYS_ON.fullmatch(said)
    if match is None or (time_of_day := _time(match[3], True)) is None:
        return None
    return _at(now + timedelta(days=int(match[1]) * (7 if match[2].startswith("w") else 1)), time_of_day)


def _weekday(said: str, now: datetime) -> int | None:
    """Read `mon`, `ma 9`, `vrijdag middag`, `next friday 14:00`: the next such moment, with `next` never today."""
    match = re.fullmatch(r"(?P<next>next |volgende )?(?P<day>[a-z]{2,9})\.?(?: (?P<time>.+))?", said)
    if match is None or match["day"] not in _WEEKDAYS:
        return None
    time_of_day = _time(match["time"] or "", True)
    if time_of_day is None:
        return None
    days = (_WEEKDAYS[match["day"]] - now.weekday()) % 7
    found = _at(now + timedelta(days=days), time_of_day)
    if days == 0 and (match["next"] or found <= _at(now, (now.hour, now.minute))):
        found = _at(now + timedelta(days=7), time_of_day)
    return found


def _date(said: str, now: datetime) -> int | None:
    """Read `2026-11-30 14:00`, `30-11-2026`, `30/11`, `30 nov 9:00`, `nov 30`; without a year the next."""
    year: int | None
    if match := _ISO.fullmatch(said):
        year, month, day, rest = int(match[1]), int(match[2]), int(match[3]), match[4]
    elif match := _DAY_FIRST.fullmatch(said):
        year, month, day, rest = int(match[3]) if match[3] else None, int(match[2]), int(match[1]), match[4]
    elif (match := _DAY_MONTH.fullmatch(said)) and (match[2] or match[3]) in _MONTHS:
        month, day = _MONTHS[match[2] or match[3]], int(match[1] or match[4])
        year, rest = int(match[5]) if match[5] else None, match[6]
    else:
        return None
    time_of_day = _time((rest or "").strip(), True)
    if time_of_day is None:
        return None
    if year is not None:
        return _at(now.replace(year=year, month=month, day=day), time_of_day)
    found = _at(now.replace(month=month, day=day), time_of_day)
    return found if found > _at(now, (now.hour, now.minute)) else _at(
        now.replace(year=now.year + 1, month=month, day=day), time_of_day
    )  # fmt: skip


def _next_time(said: str, now: datetime) -> int | None:
    """Read `17:00`: the next time the clock shows it."""
    time_of_day = _time(said, False)
    if time_of_day is None:
        return None
    found = _at(now, time_of_day)
    return found if found > _at(now, (now.hour, now.minute)) else _at(now + timedelta(days=1), time_of_day)


def _time(said: str, after_day: bool) -> tuple[int, int] | None:
    """Read a time of day or a part of one; nothing means the morning, and a bare hour counts only behind a day."""
    if not said:
        return MORNING if after_day else None
    part, _, rest = said.partition(" ")
    if part in _PARTS:
        usual = _PARTS[part]
        if not rest:
            return usual if after_day or part in ("noon", "midday") else None
        exact = _time(rest, True)
        late = exact is not None and usual >= AFTERNOON and exact[0] < ON_THE_WALL
        return (exact[0] + 12, exact[1]) if exact is not None and late else exact
    if said == "12 noon":
        return 12, 0
    match = _TIME.fullmatch(said)
    if match is None:
        return None
    clear = match["minute"] or match["half"] or said.startswith(("at ", "om "))
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    if not (clear or after_day) or hour > 23 or minute > 59:
        return None
    return hour, minute


def _at(day: datetime, time_of_day: tuple[int, int]) -> int:
    moment = day.replace(hour=time_of_day[0], minute=time_of_day[1], second=0, microsecond=0, fold=0)
    return int(moment.timestamp() * 1000)
