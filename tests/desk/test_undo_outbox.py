"""Undo of what was decided in the outbox, and of a merge that took drafts along."""

from __future__ import annotations

import pytest

from omnidesk.desk import composing, drafts, joining, outbox, triage
from omnidesk.desk.undo import undo
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import MessageStatus, Priority
from tests.filling import BRAM, Clock, Desk, hold, mail


def answered(desk: Desk, text: str = "Tomorrow") -> tuple[int, int]:
    """Return a conversation and the answer queued in it."""
    (number,) = desk.receives(mail("1"))
    return number, composing.reply(desk.workspace, desk.me, number, text).message.id


def failed(desk: Desk) -> tuple[int, int]:
    """Return a conversation and the answer in it that could not be sent."""
    number, message = answered(desk)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE outbox SET due_at = 0"))
    held = hold(desk.workspace, desk.channel)
    assert outbox.claim(desk.workspace, desk.channel.id, held) is not None
    outbox.finish(desk.workspace, message, held, MessageStatus.FAILED, "refused")
    return number, message


def state(desk: Desk, message: int) -> str:
    """Return where a message is on its way."""
    return str(desk.value("SELECT state FROM outbox WHERE message_id = ?", message))


def test_u_after_a_rewrite_queues_the_answer_again_and_takes_the_draft_away(desk: Desk) -> None:
    number, message = answered(desk)
    triage.set_priority(desk.workspace, desk.me, number, Priority.HIGH)  # an older act, which must stay
    act, _number = outbox.edit(desk.workspace, desk.me, message)
    done = undo(desk.workspace, desk.me)
    assert done.undone.id == act.id
    assert state(desk, message) == "queued"
    assert drafts.get(desk.workspace, desk.me, number, "reply") is None
    assert desk.value("SELECT priority FROM conversation WHERE id = ?", number) == "high"


def test_u_after_it_was_sent_after_all_makes_it_failed_again_with_its_reason(desk: Desk) -> None:
    number, message = failed(desk)
    outbox.resolve(desk.workspace, desk.me, message, "sent")
    assert desk.value("SELECT undelivered FROM conversation WHERE id = ?", number) == 0
    undo(desk.workspace, desk.me)
    assert state(desk, message) == "failed"
    assert desk.value("SELECT error FROM outbox WHERE message_id = ?", message) == "refused"
    assert desk.value("SELECT undelivered FROM conversation WHERE id = ?", number) == 1


def test_u_after_another_try_stops_it_while_it_waits(desk: Desk) -> None:
    _number, message = failed(desk)
    outbox.retry(desk.workspace, desk.me, message)
    undo(desk.workspace, desk.me)
    assert state(desk, message) == "failed"
    assert desk.sends_all() == []


def test_another_try_that_left_is_not_taken_back(desk: Desk) -> None:
    _number, message = failed(desk)
    act = outbox.retry(desk.workspace, desk.me, message)
    assert len(desk.sends_all()) == 1
    with pytest.raises(RefusedError, match="went its own way"):
        undo(desk.workspace, desk.me, act.id)
    assert state(desk, message) == "sent"


def test_what_only_goes_sooner_is_no_act_for_u(desk: Desk) -> None:
    number, message = answered(desk)
    outbox.retry(desk.workspace, desk.me, message)
    done = undo(desk.workspace, desk.me)
    assert done.undone.kind == "reply" and state(desk, message) == "cancelled"
    assert number


def test_a_rewritten_answer_that_is_queued_again_waits_out_the_undo_window(time: Clock, desk: Desk) -> None:
    _number, message = answered(desk)
    outbox.edit(desk.workspace, desk.me, message)
    time.forward(minutes=1)
    undo(desk.workspace, desk.me)
    assert desk.value("SELECT due_at FROM outbox WHERE message_id = ?", message) > time.at


def test_u_after_a_rewrite_of_what_failed_makes_it_work_again(desk: Desk) -> None:
    number, message = failed(desk)
    outbox.edit(desk.workspace, desk.me, message)
    assert desk.value("SELECT undelivered FROM conversation WHERE id = ?", number) == 0
    undo(desk.workspace, desk.me)
    assert (state(desk, message), desk.count("draft")) == ("failed", 0)
    assert desk.value("SELECT undelivered FROM conversation WHERE id = ?", number) == 1


def test_a_rewrite_whose_draft_was_changed_is_not_taken_back(desk: Desk) -> None:
    number, message = answered(desk)
    outbox.edit(desk.workspace, desk.me, message)
    drafts.save(desk.workspace, desk.me, number, "reply", "Better: on Friday")
    with pytest.raises(RefusedError, match="changed, sent or thrown away"):
        undo(desk.workspace, desk.me)
    assert state(desk, message) == "cancelled"
    kept = drafts.get(desk.workspace, desk.me, number, "reply")
    assert kept is not None and kept.text == "Better: on Friday"


def test_a_rewrite_that_was_sent_is_not_sent_twice(desk: Desk) -> None:
    number, message = answered(desk)
    act, _number = outbox.edit(desk.workspace, desk.me, message)
    composing.reply(desk.workspace, desk.me, number, "Tomorrow", now=True)
    with pytest.raises(RefusedError):
        undo(desk.workspace, desk.me, act.id)
    assert state(desk, message) == "cancelled"


def test_what_was_begun_before_a_rewrite_stays_when_it_is_taken_back(desk: Desk) -> None:
    number, message = answered(desk)
    drafts.save(desk.workspace, desk.me, number, "reply", "And one thing more")
    outbox.edit(desk.workspace, desk.me, message)
    undo(desk.workspace, desk.me)
    kept = drafts.get(desk.workspace, desk.me, number, "reply")
    assert kept is not None and kept.text == "And one thing more"
    assert state(desk, message) == "queued"


def test_u_after_a_dismissal_makes_it_work_again(desk: Desk) -> None:
    number, message = failed(desk)
    act = outbox.resolve(desk.workspace, desk.me, message, "dismiss")
    assert undo(desk.workspace, desk.me).undone.id == act.id
    assert desk.value("SELECT undelivered FROM conversation WHERE id = ?", number) == 1
    assert desk.value("SELECT dismissed_at FROM outbox WHERE message_id = ?", message) is None


def test_a_dismissal_of_what_was_sent_again_since_is_not_taken_back(desk: Desk) -> None:
    _number, message = failed(desk)
    act = outbox.resolve(desk.workspace, desk.me, message, "dismiss")
    outbox.retry(desk.workspace, desk.me, message)
    with pytest.raises(RefusedError, match="went its own way"):
        undo(desk.workspace, desk.me, act.id)


def test_u_after_taking_a_message_out_of_the_outbox_queues_it_again(desk: Desk) -> None:
    _number, message = answered(desk)
    outbox.cancel(desk.workspace, desk.me, message)
    undo(desk.workspace, desk.me)
    assert state(desk, message) == "queued"


def test_a_draft_follows_its_conversation_into_another_and_back(desk: Desk) -> None:
    gone, kept = desk.receives(mail("1"), mail("2", sender=BRAM))
    drafts.save(desk.workspace, desk.me, gone, "reply", "Half a senten")
    joining.merge(desk.workspace, desk.me, gone, kept)
    moved = drafts.get(desk.workspace, desk.me, kept, "reply")
    assert moved is not None and moved.text == "Half a senten"
    drafts.save(desk.workspace, desk.me, gone, "reply", "Half a sentence")  # the composer was open on it
    assert [one.conversation_id for one in drafts.waiting(desk.workspace, desk.me)] == [kept]
    undo(desk.workspace, desk.me)
    back = drafts.get(desk.workspace, desk.me, gone, "reply")
    assert back is not None and back.text == "Half a sentence"


def test_two_drafts_are_not_mixed_by_a_merge_and_the_second_is_offered_after_the_first(desk: Desk) -> None:
    gone, kept = desk.receives(mail("1"), mail("2", sender=BRAM))
    drafts.save(desk.workspace, desk.me, gone, "reply", "to the one")
    drafts.save(desk.workspace, desk.me, kept, "reply", "to the other")
    joining.merge(desk.workspace, desk.me, gone, kept)
    assert {one.text for one in drafts.waiting(desk.workspace, desk.me)} == {"to the one", "to the other"}
    drafts.drop(desk.workspace, desk.me, kept, "reply")
    drafts.offer_merged(desk.workspace, desk.me, kept, "reply")
    moved = drafts.get(desk.workspace, desk.me, kept, "reply")
    assert moved is not None and moved.text == "to the one"
