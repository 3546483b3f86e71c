"""How far a list is read that can be asked for by days only: nothing is left out, nothing comes again and again."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.connectors import since
from omnidesk.connectors.base import Cursor
from omnidesk.connectors.since import Entry
from tests.filling import NOON, standing_clock


def entries(*times: int) -> list[Entry]:
    return [Entry(NOON - at * clock.SECOND, f"SM{place}", {}) for place, at in enumerate(times)]


def marks(found: list[Entry]) -> list[str]:
    return [one.mark for one in found]


def test_the_first_look_goes_back_so_many_days_and_later_ones_a_day() -> None:
    with standing_clock() as time:
        assert since.day({}, 30) == "2026-10-24"
        _, cursor = since.unread([], {})
        assert since.day(cursor, 30) == "2026-11-22"
        time.forward(days=9)
        assert since.day(cursor, 30) == "2026-11-22"


def test_a_cursor_that_cannot_be_read_begins_anew() -> None:
    with standing_clock():
        for broken in ({"day": 7}, {"day": "x", "known": 3, "hours": []}, {"version": 9}):
            assert since.day(broken, 1) == "2026-11-22"
            assert len(since.unread(entries(1, 2), broken)[0]) == 2


def test_what_happened_comes_oldest_first_and_once() -> None:
    with standing_clock():
        fresh, cursor = since.unread(entries(5, 90_000, 4_000), {})
        assert marks(fresh) == ["SM1", "SM2", "SM0"]
        assert since.unread(entries(5, 90_000, 4_000), cursor) == ([], cursor)


@given(st.lists(st.integers(0, 40 * 3600), min_size=1, max_size=300), st.integers(0, 300), st.randoms())
def test_whatever_is_listed_late_is_found(times: list[int], known: int, rng: random.Random) -> None:
    """However many there are and whenever they are listed, what was not there before comes."""
    with standing_clock():
        everything = entries(*times)
        rng.shuffle(everything)
        before, cursor = since.unread(everything[:known], {})
        after, last = since.unread(everything, cursor)
        assert set(marks(everything)) == set(marks(before)) | set(marks(after))
        assert since.unread(everything, last)[0] == []


def test_a_busy_account_has_a_small_cursor() -> None:
    with standing_clock():
        everything = entries(*range(0, 36 * 3600, 20))
        cursor: Cursor = since.unread(everything, {})[1]
        assert len(json.dumps(cursor)) < 4_096
        late = Entry(NOON - 30 * clock.HOUR, "late", {})
        fresh, _ = since.unread([*everything, late], cursor)
        assert "late" in marks(fresh) and len(fresh) <= 181
