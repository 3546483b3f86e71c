"""Asides: a third party is asked beside the customer, who neither sees it nor is answered by it."""

from __future__ import annotations

import pytest

from omnidesk.desk import composing, outbox, planning, threads, undo
from omnidesk.desk.composing import When
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Status
from tests.filling import ANNA, SUPPORT, Desk, mail

CARRIER = "claims@carrier.test"


def asked(desk: Desk, text: str = "Where is 3SABC?", **said: object) -> composing.Queued:
    return composing.forward(desk.workspace, desk.me, 1, [CARRIER], text, **said)  # type: ignore[arg-type]


@pytest.fixture
def waiting(desk: Desk) -> Desk:
    """Anna waits for an answer in conversation 1."""
    desk.receives(mail("1"))
    return desk


def test_a_question_to_a_third_party_answers_nobody(waiting: Desk) -> None:
    before = threads.conversation(waiting.workspace, 1)
    queued = asked(waiting)
    after = threads.conversation(waiting.workspace, 1)
    assert queued.message.aside == queued.message.id
    assert queued.message.subject == "Fwd: Subject 1"
    assert (after.status, after.waiting_since) == (Status.ON_HOLD, before.waiting_since)
    assert after.hold_for == CARRIER
    assert CARRIER not in {one.address for one in after.participants}


def test_it_has_thread_ids_of_its_own_and_quotes_nothing(waiting: Desk) -> None:
    out = outbox.outgoing(waiting.workspace, asked(waiting).message.id)
    assert (out.in_reply_to, out.references, out.token, out.quoted) == ("", (), "", None)
    assert out.to[0].address == CARRIER


def test_the_third_partys_answer_joins_it_and_wakes_the_conversation(waiting: Desk) -> None:
    asked(waiting, when=When(status=Status.ON_HOLD, for_whom="the carrier"))
    waiting.sends_all()
    ours = waiting.value("SELECT external_id FROM message WHERE aside_id IS NOT NULL")
    held = threads.conversation(waiting.workspace, 1)
    assert (held.status, held.hold_for) == (Status.ON_HOLD, "the carrier")
    (number,) = waiting.receives(mail("c1", "In Utrecht", sender=CARRIER, answers=ours))
    here = threads.conversation(waiting.workspace, 1)
    answer = threads.messages(waiting.workspace, 1)[-1]
    assert number == 1
    assert answer.aside == waiting.value("SELECT min(aside_id) FROM message")
    assert not answer.stranger
    assert here.status is Status.OPEN
    assert here.last_inbound_at == threads.messages(waiting.workspace, 1)[0].at
    assert CARRIER not in {one.address for one in here.participants}


def test_the_customer_is_answered_as_if_it_were_not_there(waiting: Desk) -> None:
    asked(waiting)
    waiting.sends_all()
    ours = waiting.value("SELECT external_id FROM message WHERE aside_id IS NOT NULL")
    waiting.receives(mail("c1", "In Utrecht, the dog ate it", sender=CARRIER, answers=ours))
    planned = planning.plan(waiting.workspace, 1)
    assert [one.address for one in planned.to] == [ANNA]
    assert planned.cc == ()
    assert planned.flagged == ()
    queued = composing.reply(waiting.workspace, waiting.me, 1, "Dear Anna")
    out = outbox.outgoing(waiting.workspace, queued.message.id)
    assert out.references == ("<1@example.test>",)
    assert out.quoted is not None
    assert "dog" not in out.quoted.text


def test_an_outsider_who_names_it_is_a_stranger(waiting: Desk) -> None:
    asked(waiting)
    waiting.sends_all()
    ours = waiting.value("SELECT external_id FROM message WHERE aside_id IS NOT NULL")
    waiting.receives(mail("x", "I am the carrier, honest", sender="evil@elsewhere.test", answers=ours))
    assert threads.messages(waiting.workspace, 1)[-1].stranger


def test_asking_the_same_people_again_goes_on_with_it(waiting: Desk) -> None:
    first = asked(waiting)
    waiting.sends_all()
    ours = waiting.value("SELECT external_id FROM message WHERE aside_id IS NOT NULL")
    waiting.receives(mail("c1", "Which one?", sender=CARRIER, answers=ours))
    again = asked(waiting, "3SABC")
    out = outbox.outgoing(waiting.workspace, again.message.id)
    assert again.message.aside == first.message.id
    assert out.in_reply_to == "<c1@example.test>"
    assert again.message.subject.startswith("Re:")
    other = composing.forward(waiting.workspace, waiting.me, 1, ["repairs@makers.test"], "Can you mend it?")
    assert other.message.aside == other.message.id


def test_an_answer_of_the_customer_stays_out_of_it(waiting: Desk) -> None:
    asked(waiting)
    waiting.receives(mail("2", "Any news?", answers="1"))
    assert threads.messages(waiting.workspace, 1)[-1].aside is None
    assert waiting.value("SELECT waiting_since FROM conversation WHERE id = 1") is not None


def test_it_can_be_taken_back_and_is_a_draft_again(waiting: Desk) -> None:
    asked(waiting)
    undo.undo(waiting.workspace, waiting.me)
    assert waiting.value("SELECT sort || ': ' || text FROM draft") == "aside: Where is 3SABC?"


def test_without_a_channel_that_can_write_first_it_is_refused(waiting: Desk) -> None:
    waiting.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = 0"))
    with pytest.raises(RefusedError, match="no channel can write to a third party"):
        asked(waiting)
    assert SUPPORT
