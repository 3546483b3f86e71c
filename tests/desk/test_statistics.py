"""Statistics count what customers sent and how soon it was answered, each message under its own channel."""

from __future__ import annotations

import csv
import io

import pytest

from omnidesk import clock
from omnidesk.desk import composing, joining, settings, statistics, triage
from omnidesk.desk.statistics import Figures, Statistics, Waits
from omnidesk.words.errors import UsageError
from tests.filling import ANNA, BRAM, CARO, NOON, Clock, Desk, mail


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def counted(desk: Desk, by: str = "channel", since: str = "7d", until: str | None = None) -> Statistics:
    return statistics.count(desk.workspace, *statistics.period(since, until), by)


def group(found: Statistics, name: str) -> Figures:
    return next(one for one in found.groups if one.name == name)


def answer(desk: Desk, number: int, text: str = "Here it is") -> None:
    composing.reply(desk.workspace, desk.me, number, text)


def test_what_arrived_is_answered_waits_or_was_closed_without_an_answer(time: Clock, desk: Desk) -> None:
    one, two, three = desk.receives(mail("1"), mail("2", sender=BRAM), mail("3", sender=CARO))
    time.forward(minutes=10)
    answer(desk, one)
    triage.close(desk.workspace, desk.me, three)
    total = counted(desk).total
    assert (total.arrived, total.answered, total.waiting, total.closed_unanswered, total.replies) == (3, 1, 1, 1, 1)
    assert two


def test_first_and_next_replies_are_timed_from_the_oldest_message_without_an_answer(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    time.forward(minutes=5)
    desk.receives(mail("2", answers="1"))
    time.forward(minutes=5)
    answer(desk, number)
    assert counted(desk).total.first_reply_time == Waits(1, 600, 600)
    time.forward(hours=1)
    desk.receives(mail("3", answers="1"))
    time.forward(minutes=2)
    answer(desk, number)
    time.forward(minutes=9)
    answer(desk, number, "And another thing")
    total = counted(desk).total
    assert total.first_reply_time == Waits(1, 600, 600)
    assert total.next_reply_time == Waits(1, 120, 120)
    assert (total.arrived, total.answered, total.replies) == (3, 3, 3)


def test_the_median_and_the_ninetieth_percentile() -> None:
    assert statistics.waits([]) == Waits()
    assert statistics.waits([7000]) == Waits(1, 7, 7)
    assert statistics.waits(range(1000, 11_000, 1000)) == Waits(10, 6, 9)
    assert statistics.waits([1000, 2000, 100_000]) == Waits(3, 2, 100)


def test_a_message_counts_under_its_own_channel(time: Clock, desk: Desk) -> None:
    sales = desk.adds_channel("sales", "sales@shop.test")
    (one,) = desk.receives(mail("1"))
    (two,) = desk.receives(mail("2"), channel=sales)
    joining.merge(desk.workspace, desk.me, two, one)
    time.forward(minutes=3)
    answer(desk, one)
    found = counted(desk)
    assert {one.name: (one.arrived, one.answered) for one in found.groups} == {"demo": (1, 1), "sales": (1, 1)}
    assert found.total.arrived == 2 and found.total.first_reply_time.count == 1


def test_automatic_messages_asides_notes_spam_and_deleted_count_nowhere(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    desk.receives(mail("2", answers="1", auto="auto_reply"))
    spam, gone = desk.receives(mail("3", sender=BRAM), mail("4", sender=CARO))
    triage.spam(desk.workspace, desk.me, spam)
    triage.delete(desk.workspace, desk.me, gone)
    composing.note(desk.workspace, desk.me, number, "Who knows?")
    desk.receives(mail("5", answers="1"))
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE message SET aside_id = 1 WHERE external_id = '<5@example.test>'")
    )
    total = counted(desk).total
    assert (total.arrived, total.answered, total.waiting, total.replies) == (1, 0, 1, 0)


def test_an_automatic_answer_stops_no_clock_and_a_failed_one_neither(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    answer(desk, number)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE message SET status = 'failed' WHERE uuid IS NOT NULL"))
    assert counted(desk).total.answered == 0
    desk.workspace.database.write(
        lambda tx: tx.execute("UPDATE message SET status = 'sent', auto = 'auto_reply' WHERE uuid IS NOT NULL")
    )
    assert counted(desk).total.answered == 0


def test_history_counts_nowhere_and_an_old_answer_makes_a_reply_a_next_one(time: Clock, desk: Desk) -> None:
    day = clock.DAY
    long_ago = NOON - 30 * day
    desk.receives(mail("1", at=long_ago), imported=True)
    desk.receives(mail("2", answers="1", at=long_ago + day, sender="support@shop.test", outbound=True), imported=True)
    assert counted(desk, since="2026").total == Figures("all")
    (number,) = desk.receives(mail("3", answers="2"))
    time.forward(minutes=1)
    answer(desk, number)
    total = counted(desk, since="2026").total
    assert (total.arrived, total.first_reply_time.count, total.next_reply_time.count) == (1, 0, 1)


def test_groups_by_agent_tag_and_day(time: Clock, desk: Desk) -> None:
    time.forward(days=-2)
    bram = desk.another_agent("bram")
    one, two = desk.receives(mail("1"), mail("2", sender=BRAM))
    triage.tag(desk.workspace, desk.me, one, ["late", "boots"])
    time.forward(minutes=1)
    composing.reply(desk.workspace, bram, one, "Soon")
    time.forward(days=2)
    desk.receives(mail("3", sender=CARO))
    triage.assign(desk.workspace, desk.me, two, "sanne")
    agents = {one.name: (one.arrived, one.answered, one.waiting) for one in counted(desk, "agent").groups}
    assert agents == {"bram": (1, 1, 0), "sanne": (1, 0, 1), "nobody": (1, 0, 1)}
    tags = {one.name: one.arrived for one in counted(desk, "tag").groups}
    assert tags == {"boots": 1, "late": 1, "untagged": 2}
    days = [(one.name, one.arrived, one.replies) for one in counted(desk, "day", "2d").groups]
    assert days == [("2026-11-21", 2, 1), ("2026-11-22", 0, 0), ("2026-11-23", 1, 0)]
    with pytest.raises(UsageError, match="use channel, agent, tag, day"):
        counted(desk, "moon")


def test_hours_and_days_are_the_agents_own(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM, at=NOON - 3 * clock.HOUR))
    found = counted(desk, since="yesterday")
    assert {slot.name: slot.arrived for slot in found.hours if slot.arrived} == {"9": 1, "12": 1}
    assert len(found.hours) == 24
    assert [(slot.name, slot.arrived) for slot in found.days] == [("2026-11-22", 0), ("2026-11-23", 2)]


def test_waits_count_in_opening_hours_where_they_are_set(time: Clock, desk: Desk) -> None:
    settings.put(desk.workspace, "opening_hours", "UTC mon-fri 09:00-17:00")
    time.forward(hours=4, minutes=30)
    (number,) = desk.receives(mail("1"))
    time.forward(days=1, hours=-6)
    answer(desk, number)
    found = counted(desk, since="2d", until="2026-11-24")
    assert found.total.first_reply_time == Waits(1, 2 * 3600, 2 * 3600)  # 16:30 to 17:00 and 9:00 to 10:30
    assert "UTC mon-fri 09:00-17:00" in found.clock


def test_a_period_begins_with_its_first_day_and_ends_with_its_last(time: Clock) -> None:
    day, midnight = clock.DAY, NOON - 12 * clock.HOUR
    assert statistics.period(None, None) == (midnight - 6 * day, midnight + day)
    assert statistics.period("yesterday", "yesterday") == (midnight - day, midnight)
    assert statistics.period("last week", "last week") == (midnight - 7 * day, midnight)
    assert statistics.period("2026-10", "2026-10") == (midnight - 53 * day, midnight - 22 * day)
    assert statistics.period(None, "yesterday") == (midnight - 7 * day, midnight)
    with pytest.raises(UsageError, match="lies before"):
        statistics.period("today", "yesterday")
    with pytest.raises(UsageError, match="since:soon is no date"):
        statistics.period("soon", None)


def test_what_came_outside_the_period_is_not_counted_though_its_answer_is(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1", at=NOON - 8 * clock.DAY, sender=ANNA))
    answer(desk, number)
    total = counted(desk, since="today").total
    assert (total.arrived, total.answered, total.replies) == (0, 0, 1)
    assert total.first_reply_time.count == 0


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", '=1,"x"', "＝1"])
def test_csv_holds_no_formula(time: Clock, desk: Desk, evil: str) -> None:
    (number,) = desk.receives(mail("1"))
    triage.tag(desk.workspace, desk.me, number, ["x"])
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE tag SET name = ?", (evil,)))
    text = statistics.as_csv(counted(desk, "tag"))
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    head, row = csv.reader(io.StringIO(text))
    assert head[:3] == ["tag", "arrived", "answered"] and row[:3] == [f"'{evil}", "1", "0"]
    assert len(head) == len(row)


def test_every_figure_has_a_definition() -> None:
    assert set(statistics.DEFINITIONS) == {*statistics.COUNTS, *statistics.TIMES}
