"""When a conversation is due: targets in opening hours, promises of time, and its place in the queue."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk import clock
from omnidesk.desk import composing, due, hours, rules, threads, triage, views
from omnidesk.desk import settings as workspace_settings
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.kinds import DueReason, Priority, Status
from tests.filling import BRAM, CARO, NOON, Clock, Desk, mail
from tests.sync import scripted

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEK = "Europe/Amsterdam mon-fri 09:00-17:30, sat 10:00-16:00"


def local(text: str) -> int:
    return clock.from_datetime(datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM))


def here(desk: Desk, number: int) -> threads.Conversation:
    return threads.conversation(desk.workspace, number)


def ids(desk: Desk, view: str = "open") -> list[int]:
    return [row.id for row in views.page(desk.workspace, view, desk.me.agent_id, 20)]


# --- opening hours ---


@pytest.mark.parametrize(
    ("begin", "minutes", "end"),
    [
        ("2026-11-23 12:00", 60, "2026-11-23 13:00"),  # a Monday
        ("2026-11-23 03:00", 60, "2026-11-23 10:00"),
        ("2026-11-23 17:00", 60, "2026-11-24 09:30"),
        ("2026-11-23 16:30", 60, "2026-11-23 17:30"),
        ("2026-11-27 17:00", 60, "2026-11-28 10:30"),  # into Saturday
        ("2026-11-28 15:30", 60, "2026-11-30 09:30"),  # over Sunday
        ("2026-11-29 12:00", 30, "2026-11-30 09:30"),
        ("2026-03-28 15:00", 120, "2026-03-30 10:00"),  # over the night that has no 02:30
        ("2026-10-24 15:00", 120, "2026-10-26 10:00"),  # over the night that has it twice
        ("2026-11-23 09:00", 48 * 60, "2026-11-28 15:30"),
        ("2026-11-23 12:00", 0, "2026-11-23 12:00"),
    ],
)
def test_minutes_are_counted_while_the_desk_is_open(begin: str, minutes: float, end: str) -> None:
    assert hours.later(hours.parse(WEEK), local(begin), minutes) == local(end)


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-07", 24)])
def test_a_day_without_an_hour_or_with_one_more_is_counted_as_it_passes(day: str, length: int) -> None:
    calendar = hours.parse("Europe/Amsterdam mon-sun 00:00-23:59")
    start = local(f"{day} 00:00")
    assert hours.later(calendar, start, length * 60 - 1) == local(f"{day} 23:59")


def test_without_opening_hours_every_minute_counts() -> None:
    assert hours.later(hours.parse(""), NOON, 90.5) == NOON + 90 * clock.MINUTE + 30 * clock.SECOND


@given(at=st.integers(NOON - 10**11, NOON + 10**11), minutes=st.integers(0, 5000), more=st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_more_minutes_never_end_earlier_and_always_while_open(at: int, minutes: int, more: int) -> None:
    calendar = hours.parse(WEEK)
    assert calendar is not None
    end = hours.later(calendar, at, minutes)
    assert end >= at + minutes * clock.MINUTE
    later = hours.later(calendar, at, minutes + more)
    assert later >= end + more * clock.MINUTE
    assert later == hours.later(calendar, end, more)
    moment = datetime.fromtimestamp(later / 1000, AMSTERDAM)
    assert any(begin <= moment.time() <= close for begin, close in calendar.week[moment.weekday()])


@pytest.mark.parametrize(
    "text",
    ["Europe/Nowhere mon 09:00-17:00", "Europe/Amsterdam", "UTC mon 17:00-09:00", "UTC fri-mon 9:00-10:00", "UTC x"],
)
def test_opening_hours_that_are_not_understood_are_refused_with_an_example(desk: Desk, text: str) -> None:
    with pytest.raises(UsageError, match="write `Europe/Amsterdam mon-fri"):
        workspace_settings.put(desk.workspace, "opening_hours", text)
    assert workspace_settings.current(desk.workspace).opening_hours == ""


def test_settings_are_known_by_name_and_kind(desk: Desk) -> None:
    act = workspace_settings.put(desk.workspace, "lease_seconds", "2.5", desk.me)
    assert (act.actor, act.kind) == (desk.me.name, "setting")
    assert workspace_settings.current(desk.workspace).lease_seconds == 2.5
    with pytest.raises(UsageError, match="takes a number"):
        workspace_settings.put(desk.workspace, "lease_seconds", "soon")
    with pytest.raises(NotFoundError, match="no setting colour; settings are lease_seconds"):
        workspace_settings.put(desk.workspace, "colour", "red")


@pytest.mark.parametrize(
    ("name", "value"),
    [("undo_seconds", "nan"), ("undo_seconds", "-5"), ("undo_seconds", "1e9"), ("poll_seconds", "inf"),
     ("lease_seconds", "0"), ("reopen_days", "-1"), ("bulk_per_minute", "-inf"), ("when_closed", "maybe"),
     ("after_reply", "")],
)  # fmt: skip
def test_settings_have_bounds(desk: Desk, name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        workspace_settings.put(desk.workspace, name, value)
    assert workspace_settings.current(desk.workspace) == workspace_settings.Settings()


def test_minus_one_leaves_the_undo_window_to_the_channel(desk: Desk) -> None:
    workspace_settings.put(desk.workspace, "undo_seconds", "3")
    workspace_settings.put(desk.workspace, "undo_seconds", "-1")
    assert workspace_settings.current(desk.workspace).undo_seconds == -1


# --- targets ---


def test_a_question_is_due_after_the_target_of_its_kind(scripted_kinds: None, time: Clock, desk: Desk) -> None:
    slow = desk.adds_channel("slow", "slow@shop.test", "scripted-none")
    desk.receives(mail("1"))
    (other,) = desk.receives(scripted.item("2", sender=BRAM), channel=slow)
    assert here(desk, 1).next_due_at == NOON + 60 * clock.MINUTE
    assert here(desk, other).next_due_at == NOON + 480 * clock.MINUTE
    assert here(desk, 1).due_reason is DueReason.ANSWER
    assert due.target_minutes("a kind that is not installed", Priority.NORMAL) == due.OTHER_MINUTES


def test_urgent_halves_the_target_and_undone_it_is_whole_again(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    triage.set_priority(desk.workspace, desk.me, 1, Priority.URGENT)
    assert here(desk, 1).next_due_at == NOON + 30 * clock.MINUTE
    triage.set_priority(desk.workspace, desk.me, 1, Priority.HIGH)
    assert here(desk, 1).next_due_at == NOON + 60 * clock.MINUTE


def test_targets_count_in_opening_hours(time: Clock, desk: Desk) -> None:
    workspace_settings.put(desk.workspace, "opening_hours", "UTC mon-fri 09:00-12:30")
    desk.receives(mail("1"))
    assert here(desk, 1).next_due_at == NOON + 30 * clock.MINUTE + int(20.5 * clock.HOUR) + 30 * clock.MINUTE


def test_a_reply_window_that_shuts_before_the_target_makes_it_due(time: Clock, desk: Desk) -> None:
    workspace_settings.put(desk.workspace, "opening_hours", "UTC sun 10:00-11:00")
    chat = desk.adds_channel("wa", "+31851234567", "sample-whatsapp")
    (number,) = desk.receives(mail("1", sender="+31611111111"), channel=chat)
    assert here(desk, number).due_reason is DueReason.WINDOW
    assert here(desk, number).next_due_at == NOON + clock.DAY - rules.SAFETY
    time.forward(minutes=30)
    desk.receives(mail("2", "Hello?", sender="+31611111111", at=time.at), channel=chat)
    assert here(desk, number).next_due_at == time.at + clock.DAY - rules.SAFETY
    composing.reply(desk.workspace, desk.me, number, "Here it is", now=True)
    assert here(desk, number).due_reason is None


def test_a_conversation_waits_since_its_oldest_unanswered_message(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    time.forward(minutes=30)
    desk.receives(mail("2", answers="1"))
    assert here(desk, 1).next_due_at == NOON + 60 * clock.MINUTE
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    assert here(desk, 1).next_due_at is None
    time.forward(minutes=30)
    desk.receives(mail("3", answers="2"))
    assert here(desk, 1).next_due_at == NOON + 120 * clock.MINUTE


def test_what_nothing_waits_for_sorts_last(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM), mail("3", sender=CARO))
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna", status=Status.OPEN)
    triage.set_priority(desk.workspace, desk.me, 3, Priority.URGENT)
    assert here(desk, 1).next_due_at is None
    assert ids(desk) == [3, 2, 1]


def test_a_snoozed_conversation_is_due_when_it_wakes(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    wake = NOON + 3 * clock.HOUR
    triage.snooze(desk.workspace, desk.me, 1, wake)
    found = here(desk, 1)
    assert (found.next_due_at, found.due_reason) == (wake, DueReason.WAKE)
    assert (ids(desk), ids(desk, "snoozed")) == ([], [1])
    assert triage.wake_due(desk.workspace, desk.me) == 0
    time.forward(hours=3)
    assert triage.wake_due(desk.workspace, desk.me) == 1
    assert triage.wake_due(desk.workspace, desk.me) == 0
    found = here(desk, 1)
    assert (found.status, found.unread, found.snoozed_until) == (Status.OPEN, True, None)
    assert found.next_due_at == NOON + clock.HOUR


def test_what_waits_for_a_named_party_wakes_too(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    triage.set_status(desk.workspace, desk.me, 1, Status.ON_HOLD, "DHL\x1b[2J", NOON + 1000)
    assert here(desk, 1).hold_for == "DHL"
    time.forward(seconds=2)
    assert triage.wake_due(desk.workspace, desk.me) == 1
    assert here(desk, 1).hold_for is None


def test_nothing_wakes_that_was_merged_or_deleted(time: Clock, desk: Desk) -> None:
    from omnidesk.desk import joining, undo

    desk.receives(mail("1"), mail("2"), mail("3"))
    triage.snooze(desk.workspace, desk.me, [2, 3], NOON + 1000)
    merged = joining.merge(desk.workspace, desk.me, 2, 1)
    deleted = triage.delete(desk.workspace, desk.me, 3)
    time.forward(seconds=2)
    assert triage.wake_due(desk.workspace, desk.me) == 0
    for act in (deleted, merged):
        undo.undo(desk.workspace, desk.me, act.id)
    assert [here(desk, number).status for number in (2, 3)] == [Status.SNOOZED, Status.SNOOZED]


def test_what_is_closed_is_not_due(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    time.forward(hours=2)
    assert views.overdue(desk.workspace) == 1
    triage.close(desk.workspace, desk.me, 1)
    assert here(desk, 1).next_due_at is None
    assert views.overdue(desk.workspace) == 0


def test_a_time_that_has_passed_is_refused(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    with pytest.raises(UsageError, match="that time has passed"):
        triage.snooze(desk.workspace, desk.me, 1, NOON)
    with pytest.raises(UsageError, match="needs a time"):
        triage.set_status(desk.workspace, desk.me, 1, Status.SNOOZED)


def test_a_time_is_within_the_hours_or_not() -> None:
    week = hours.parse("Europe/Amsterdam mon-fri 09:00-17:30")
    noon = NOON
    assert hours.is_open(week, noon) and hours.is_open(None, noon)
    assert not hours.is_open(week, noon + 6 * clock.HOUR) and not hours.is_open(week, noon + 5 * clock.DAY)
