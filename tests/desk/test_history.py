"""History is not news (promise 14)."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import composing, threads, views
from omnidesk.words.kinds import Direction, Status
from tests.filling import ANNA, NOON, SUPPORT, Clock, Desk, mail


def days_ago(days: float) -> int:
    return int(NOON - days * clock.DAY)


def here(desk: Desk, number: int) -> threads.Conversation:
    return threads.conversation(desk.workspace, number)


def state(desk: Desk, number: int) -> tuple[Status, bool, bool]:
    found = here(desk, number)
    return found.status, found.unread, found.waiting_since is not None


CLOSED, WAITING = (Status.CLOSED, False, False), (Status.OPEN, True, True)


def test_a_mail_older_than_the_window_arrives_closed_and_read(time: Clock, desk: Desk) -> None:
    """Promise 14."""
    (number,) = desk.receives(mail("1", at=days_ago(14.1)))
    assert state(desk, number) == CLOSED
    assert here(desk, number).next_due_at is None
    assert threads.messages(desk.workspace, number)[0].at == days_ago(14.1)


def test_an_unanswered_mail_inside_the_window_arrives_open(time: Clock, desk: Desk) -> None:
    """Promise 14."""
    (number,) = desk.receives(mail("1", at=days_ago(13.9)))
    assert state(desk, number) == WAITING
    assert here(desk, number).waiting_since == days_ago(13.9)


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_mail_that_was_answered_from_the_old_desk_arrives_closed(time: Clock, desk: Desk, newest_first: bool) -> None:
    """Promise 14: Sent folders are read too."""
    mails = [
        mail("1", at=days_ago(3)),
        mail("2", sender=SUPPORT, to=[ANNA], answers="1", at=days_ago(2), outbound=True),
    ]
    numbers = desk.receives(*(mails[::-1] if newest_first else mails))
    assert numbers[0] == numbers[1]
    assert state(desk, numbers[0]) == CLOSED
    assert threads.messages(desk.workspace, numbers[0])[1].direction is Direction.OUTBOUND


@pytest.mark.parametrize("newest_first", [True, False])
def test_asked_again_after_the_answer_it_waits(time: Clock, desk: Desk, newest_first: bool) -> None:
    """Promise 14."""
    mails = [
        mail("1", at=days_ago(30)),
        mail("2", sender=SUPPORT, to=[ANNA], answers="1", at=days_ago(20), outbound=True),
        mail("3", answers="2", at=days_ago(1)),
    ]
    for one in mails[::-1] if newest_first else mails:
        (number,) = desk.receives(one)
    assert state(desk, number) == WAITING
    assert here(desk, number).waiting_since == days_ago(1)


def test_an_old_question_never_answered_is_no_work(time: Clock, desk: Desk) -> None:
    """Promise 14: whatever its age says, it starts no clock."""
    (number,) = desk.receives(mail("1", at=days_ago(40)))
    desk.receives(mail("2", answers="1", at=days_ago(35)))
    assert state(desk, number) == CLOSED
    assert views.count(desk.workspace, "open", None) == 0
    assert views.overdue(desk.workspace) == 0


def test_old_mail_changes_nothing_of_what_is_being_worked_on(time: Clock, desk: Desk) -> None:
    """Promise 14: no status, clock, owner or notification."""
    desk.receives(mail("5", answers="1"))
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    desk.sends_all()
    before = here(desk, 1)
    desk.receives(mail("1", at=days_ago(60)))
    after = here(desk, 1)
    assert (after.status, after.owner, after.unread, after.waiting_since, after.next_due_at) == (
        before.status,
        before.owner,
        before.unread,
        before.waiting_since,
        before.next_due_at,
    )
    assert after.message_count == 3


def test_what_arrives_while_we_were_away_is_news(time: Clock, desk: Desk) -> None:
    """Promise 14 is about the first sync: mail since then counts, whatever its age."""
    time.forward(days=40)
    (number,) = desk.receives(mail("1", at=NOON + clock.DAY))
    assert state(desk, number) == WAITING


@pytest.mark.parametrize(("days", "expected"), [(0, CLOSED), (3, CLOSED), (5, WAITING), (36_500, WAITING)])
def test_the_window_is_the_channels(time: Clock, desk: Desk, days: int, expected: tuple[Status, bool, bool]) -> None:
    """Promise 14."""
    other = desk.adds_channel("other", "other@shop.test", history_days=days)
    (number,) = desk.receives(mail("1", at=days_ago(4)), channel=other)
    assert state(desk, number) == expected


def test_what_is_imported_is_history_whatever_its_age(time: Clock, desk: Desk) -> None:
    """Promise 14: an import changes nothing; an unanswered question inside the window is still work."""
    time.forward(days=100)
    now = clock.now()
    old = mail("1", at=now - 50 * clock.DAY)
    answered = [
        mail("2", at=now - 3 * clock.DAY),
        mail("3", sender=SUPPORT, to=[ANNA], answers="2", at=now - clock.DAY),
    ]
    recent = mail("4", at=now - 2 * clock.DAY)
    numbers = desk.receives(old, *answered, recent, imported=True)
    assert [state(desk, number) for number in numbers] == [CLOSED, CLOSED, CLOSED, WAITING]
    assert threads.messages(desk.workspace, numbers[0])[0].at == now - 50 * clock.DAY


def test_a_second_mailbox_first_read_does_not_disturb_the_first(time: Clock, desk: Desk) -> None:
    """Promises 2 and 14."""
    desk.receives(mail("1"))
    time.forward(days=1)
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    desk.sends_all()
    sales = desk.adds_channel("sales", "sales@shop.test")
    assert desk.receives(mail("1", at=NOON), channel=sales) == [1]
    assert here(desk, 1).status is Status.PENDING


def test_auto_replies_in_the_backlog_are_no_work(time: Clock, desk: Desk) -> None:
    """Promises 1 and 14."""
    (number,) = desk.receives(mail("1", at=days_ago(1), auto="auto_reply"))
    assert state(desk, number) == CLOSED
