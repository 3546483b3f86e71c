"""Machines that answer machines: what is automatic opens nothing, no machine of ours answers it, and even what passes
for a person's mail opens a conversation only so often a day."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from omnidesk.desk import automatic, composing, letters, threads, triage
from omnidesk.desk.acts import perform
from omnidesk.desk.automatic import ANSWERS_IN_A_CONVERSATION, ANSWERS_TO_AN_ADDRESS, REOPENINGS
from omnidesk.sync.now import send_now
from omnidesk.words.kinds import MessageStatus, Status
from omnidesk.words.rows import PROGRAM
from tests.desk.mailing import Mailroom
from tests.filling import ANNA, Clock, Desk, mail, sent_lines


@pytest.fixture
def room(time: Clock, desk: Desk) -> Mailroom:
    """A mailbox, and a clock that stands."""
    return Mailroom(desk)


def objection(room: Mailroom, number: int) -> str | None:
    asked = room.desk.value("SELECT max(id) FROM message WHERE conversation_id = ? AND direction = 'inbound'", number)
    return automatic.objection(room.desk.workspace.database.reader, asked)


def machine_answers(room: Mailroom, number: int) -> int:
    """Queue an automatic answer to the newest message, as a rule would; return its message."""
    letter = composing.reply_letter(room.desk.workspace, room.desk.me, number, "We got your mail")
    letter = replace(letter, auto=True, answers=room.newest(number))
    work = partial(letters.queue_in, number=number, letter=letter, due_at=0, status=None)
    return perform(room.desk.workspace, PROGRAM, "reply", work)[1][1]


@pytest.mark.parametrize(
    "field",
    [
        "Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "Precedence: bulk",
        "List-Id: <news.example.test>", "X-Auto-Response-Suppress: All", "Return-Path: <>",
        "X-OmniDesk-Loop: shop.test", "From: MAILER-DAEMON@example.test", "From: no-reply@example.test", "X-Loop: a",
    ],
)  # fmt: skip
def test_no_machine_answers_a_machine_a_list_or_who_takes_no_answer(room: Mailroom, field: str) -> None:
    assert objection(room, room.gets(field)) is not None


def test_a_machine_may_answer_a_person(room: Mailroom) -> None:
    assert objection(room, room.gets()) is None


def test_no_machine_answers_who_is_blocked_or_not_proven(room: Mailroom) -> None:
    number = room.gets()
    triage.block(room.desk.workspace, room.desk.me, ANNA)
    assert objection(room, number) is not None
    room.desk.workspace.database.write(lambda tx: tx.execute("UPDATE identity SET blocked_at = NULL"))
    room.desk.workspace.database.write(lambda tx: tx.execute("UPDATE message SET unproven = ?", (True,)))
    assert objection(room, number) is not None


def test_automatic_answers_are_capped_in_a_conversation_and_to_an_address(room: Mailroom, time: Clock) -> None:
    number = room.gets()
    for _place in range(ANSWERS_IN_A_CONVERSATION):
        assert objection(room, number) is None
        machine_answers(room, number)
    assert objection(room, number) is not None
    for _place in range(ANSWERS_TO_AN_ADDRESS - ANSWERS_IN_A_CONVERSATION):
        other = room.gets()
        assert objection(room, other) is None
        machine_answers(room, other)
    assert objection(room, room.gets()) is not None
    assert objection(room, room.gets("From: bram@example.test")) is None
    time.forward(days=1, minutes=1)
    assert objection(room, number) is None


def test_an_automatic_answer_is_marked_and_answers_nobody_who_waits(room: Mailroom) -> None:
    number = room.gets()
    before = room.conversation(number)
    sent = room.sent_mail(machine_answers(room, number))
    assert "Auto-Submitted: auto-replied" in sent and "X-OmniDesk-Loop: shop.test" in sent
    after = room.conversation(number)
    assert (after.status, after.waiting_since, after.owner) == (before.status, before.waiting_since, None)


@pytest.mark.parametrize("field", ["Auto-Submitted: auto-replied", "X-OmniDesk-Loop: shop.test", "Return-Path: <>"])
def test_what_is_automatic_reopens_nothing_and_starts_no_clock(room: Mailroom, field: str) -> None:
    number = room.gets()
    triage.close(room.desk.workspace, room.desk.me, [number])
    waits = room.conversation(number).waiting_since
    assert room.gets(field, "In-Reply-To: <m1@example.test>") == number
    now = room.conversation(number)
    assert (now.status, now.waiting_since, now.unread) == (Status.CLOSED, waits, False)


def test_an_address_reopens_a_conversation_only_so_often_a_day(room: Mailroom, time: Clock) -> None:
    number = room.gets()
    for _place in range(REOPENINGS):
        triage.close(room.desk.workspace, room.desk.me, [number])
        room.gets("In-Reply-To: <m1@example.test>")
        assert room.conversation(number).status is Status.OPEN
    triage.close(room.desk.workspace, room.desk.me, [number])
    room.gets("In-Reply-To: <m1@example.test>")
    capped = room.conversation(number)
    assert (capped.status, capped.unread) == (Status.CLOSED, True)
    room.gets("From: bram@example.test", "In-Reply-To: <m1@example.test>")
    assert room.conversation(number).status is Status.OPEN
    triage.close(room.desk.workspace, room.desk.me, [number])
    time.forward(days=1, minutes=1)
    room.gets("In-Reply-To: <m1@example.test>")
    assert room.conversation(number).status is Status.OPEN


def test_the_outbox_says_no_as_well(desk: Desk) -> None:
    """One was queued before the mail it answers was known to be automatic, or by a rule that did not ask."""
    refused, taken = desk.receives(mail("1", auto="auto_reply"), mail("2"))
    for number in (refused, taken):
        letter = composing.reply_letter(desk.workspace, desk.me, number, "We got your mail", to=[ANNA])
        asked = threads.messages(desk.workspace, number)[0]
        work = partial(letters.queue_in, number=number, letter=replace(letter, auto=True, answers=asked), due_at=0,
                       status=None)  # fmt: skip
        perform(desk.workspace, PROGRAM, "reply", work)
    send_now(desk.workspace, "demo")
    states = dict(tuple(row) for row in desk.workspace.database.reader.all("SELECT conversation_id, state FROM outbox"))
    assert states == {refused: MessageStatus.FAILED, taken: MessageStatus.SENT}
    assert len(sent_lines(desk.folder)) == 1
