"""What a merge would do, moving messages, and refusing what is offered."""

from __future__ import annotations

import pytest

from omnidesk.desk import joining, merging, threads, triage, undo
from omnidesk.words.errors import RefusedError, UsageError
from tests.filling import BRAM, Desk, mail


def messages(desk: Desk, number: int) -> list[int]:
    return [message.id for message in threads.messages(desk.workspace, number)]


@pytest.fixture
def offered(desk: Desk) -> tuple[int, int]:
    """Two conversations that agents worked on, and a message that names both."""
    first, second = desk.receives(mail("1"), mail("2"))
    triage.assign(desk.workspace, desk.me, [first, second], "sanne")
    desk.receives(mail("3", references=("1", "2")))
    return first, second


def test_a_preview_says_what_stays_what_goes_and_that_customers_differ(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2"), mail("3", answers="2"), mail("4", sender=BRAM))
    found = merging.preview(desk.workspace, [2, 1])
    assert (found.kept.id, [one.id for one in found.gone], found.messages, found.strangers) == (1, [2], 2, False)
    assert merging.preview(desk.workspace, [1], 3).strangers
    assert threads.conversation(desk.workspace, 2).merged_into is None
    with pytest.raises(RefusedError, match="#1 is that conversation itself"):
        merging.preview(desk.workspace, [1], 1)


def test_a_message_moves_to_another_conversation_and_back_by_undo(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", answers="1"), mail("3", sender=BRAM))
    stays, goes = messages(desk, 1)
    there = messages(desk, 2)
    act = joining.move(desk.workspace, desk.me, 1, [goes], 2)
    assert act.summary == "moved a message of #1 to #2"
    assert (messages(desk, 1), set(messages(desk, 2))) == ([stays], {*there, goes})
    assert threads.conversation(desk.workspace, 2).message_count == 2
    undo.undo(desk.workspace, desk.me)
    assert (messages(desk, 1), messages(desk, 2)) == ([stays, goes], there)


def test_what_would_leave_nothing_or_is_not_inside_is_refused(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    (only,), (other,) = messages(desk, 1), messages(desk, 2)
    with pytest.raises(RefusedError, match="merge it instead"):
        joining.move(desk.workspace, desk.me, 1, [only], 2)
    with pytest.raises(UsageError, match=f"#1 holds no message {other}"):
        joining.move(desk.workspace, desk.me, 1, [other], 2)
    with pytest.raises(RefusedError, match="in #1 already"):
        joining.move(desk.workspace, desk.me, 1, [only], 1)


def test_a_refused_suggestion_does_not_return_though_a_message_ties_them_again(
    desk: Desk, offered: tuple[int, int]
) -> None:
    first, second = offered
    assert threads.offers(desk.workspace, first) == [second] or threads.offers(desk.workspace, second) == [first]
    joining.refuse(desk.workspace, desk.me, first, second)
    desk.receives(mail("4", references=("2", "1")))
    assert threads.offers(desk.workspace, first) == threads.offers(desk.workspace, second) == []


def test_a_refusal_can_be_taken_back(desk: Desk, offered: tuple[int, int]) -> None:
    before = [threads.offers(desk.workspace, number) for number in offered]
    joining.refuse(desk.workspace, desk.me, *offered)
    undo.undo(desk.workspace, desk.me)
    assert [threads.offers(desk.workspace, number) for number in offered] == before
