"""Moments as people say them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.text.when import parse_when
from omnidesk.words.errors import UsageError

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=AMSTERDAM)  # a Monday


def said(text: str, now: datetime = NOW) -> str:
    found = parse_when(text, clock.from_datetime(now), AMSTERDAM)
    return datetime.fromtimestamp(found / 1000, AMSTERDAM).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", "2026-11-23 12:30"),
        ("30m", "2026-11-23 11:00"),
        ("3d", "2026-11-26 10:30"),
        ("1w", "2026-11-30 10:30"),
        ("1h30m", "2026-11-23 12:00"),
        ("in 2 hours", "2026-11-23 12:30"),
        ("over 2 uur", "2026-11-23 12:30"),
        ("2 uur", "2026-11-23 12:30"),
        ("over een week", "2026-11-30 10:30"),
        ("half uur", "2026-11-23 11:00"),
        ("tomorrow", "2026-11-24 09:00"),
        ("Morgen", "2026-11-24 09:00"),
        ("morgen 14:00", "2026-11-24 14:00"),
        ("morgen om 9 uur", "2026-11-24 09:00"),
        ("overmorgen 8.15", "2026-11-25 08:15"),
        ("tomorrow 5pm", "2026-11-24 17:00"),
        ("tomorrow afternoon", "2026-11-24 14:00"),
        ("vanavond", "2026-11-23 18:00"),
        ("today 17:00", "2026-11-23 17:00"),
        ("mon 9", "2026-11-30 09:00"),
        ("ma 9", "2026-11-30 09:00"),
        ("mon 11", "2026-11-23 11:00"),
        ("next monday 11", "2026-11-30 11:00"),
        ("di", "2026-11-24 09:00"),
        ("friday 16:30", "2026-11-27 16:30"),
        ("vr. 16:30", "2026-11-27 16:30"),
        ("volgende week", "2026-11-30 09:00"),
        ("17:00", "2026-11-23 17:00"),
        ("9:00", "2026-11-24 09:00"),
        ("om 17 uur", "2026-11-23 17:00"),
        ("2026-11-30", "2026-11-30 09:00"),
        ("2026-11-30 14:05", "2026-11-30 14:05"),
        ("2026-11-30T14:05", "2026-11-30 14:05"),
        ("2026-11-30T14:05Z", "2026-11-30 15:05"),
        ("30-11-2026 8:00", "2026-11-30 08:00"),
        ("30/11", "2026-11-30 09:00"),
        ("1/2", "2027-02-01 09:00"),
        ("30 nov 14:00", "2026-11-30 14:00"),
        ("3 maart", "2027-03-03 09:00"),
        ("dec 24", "2026-12-24 09:00"),
        ("1 dec", "2026-12-01 09:00"),
        ("31-12 14:00", "2026-12-31 14:00"),
        ("vrijdagmiddag", "2026-11-27 14:00"),
        ("vrijdagmiddag 3", "2026-11-27 15:00"),
        ("friday afternoon", "2026-11-27 14:00"),
        ("woavond", "2026-11-25 18:00"),
        ("tonight 8", "2026-11-23 20:00"),
        ("maandag 's ochtends", "2026-11-30 09:00"),
        ("einde van de dag", "2026-11-23 17:00"),
        ("end of the day", "2026-11-23 17:00"),
        ("eod", "2026-11-23 17:00"),
        ("friday end of day", "2026-11-27 17:00"),
        ("end of the week", "2026-11-27 17:00"),
        ("volgende week vrijdag", "2026-12-04 09:00"),
        ("vrijdag volgende week", "2026-12-04 09:00"),
        ("next week friday 14:00", "2026-12-04 14:00"),
        ("na het weekend", "2026-11-30 09:00"),
        ("next month", "2026-12-01 09:00"),
        ("over een kwartier", "2026-11-23 10:45"),
        ("anderhalf uur", "2026-11-23 12:00"),
        ("1,5 uur", "2026-11-23 12:00"),
        ("1.5h", "2026-11-23 12:00"),
        ("3d 9:00", "2026-11-26 09:00"),
        ("over 2 weken 14:00", "2026-12-07 14:00"),
        ("noon", "2026-11-23 12:00"),
        ("30 nov, 14:00", "2026-11-30 14:00"),
    ],
)
def test_a_moment_is_read_as_people_say_it(text: str, moment: str) -> None:
    assert said(text) == moment


def test_a_day_keeps_its_wall_time_over_the_change_of_clocks() -> None:
    saturday = datetime(2026, 10, 24, 9, 0, tzinfo=AMSTERDAM)
    assert said("tomorrow 9:00", saturday) == "2026-10-25 09:00"
    assert said("mon 9", saturday) == "2026-10-26 09:00"


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "9", "soon", "25:00", "12:60", "tomorrow 25", "2026-02-30", "31/2", "13pm", "yesterday",
        "2025-01-01", "today 9:00", "2099-01-01", "9999d", "99999999h", "mon mon", "-2h", "0m", "\x1b[31m2h",
    ],
)  # fmt: skip
def test_what_is_no_moment_ahead_is_refused_in_words(text: str) -> None:
    with pytest.raises(UsageError):
        said(text)


def test_a_bare_number_is_asked_back() -> None:
    with pytest.raises(UsageError, match="write 9:00 for a time, 9h for hours or 9d for days"):
        said("9")


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_a_moment_ahead_or_a_usage_error(text: str) -> None:
    now = clock.from_datetime(NOW)
    try:
        found = parse_when(text, now, AMSTERDAM)
    except UsageError:
        return
    assert found > now


def test_without_a_zone_the_machine_s_own_is_used() -> None:
    now = clock.now()
    found = datetime.fromtimestamp(parse_when("tomorrow 9:00", now) / 1000)  # noqa: DTZ006  the machine's own zone
    assert (found.hour, found.minute) == (9, 0)
