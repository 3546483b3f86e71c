"""A forwarded mail: its inner author is offered as the customer, and is answered once they are."""

from __future__ import annotations

import pytest

from omnidesk.desk import forwards, planning, suspicion, threads, undo
from omnidesk.words.errors import NotFoundError, RefusedError
from tests.desk.mailing import Mailroom
from tests.filling import ANNA, BRAM, Desk

PASSED = (
    "Can you take this?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Bram Bos <bram@example.test>\r\n"
    "Date: Mon, 2 Nov 2026 10:00\r\nSubject: My shoes\r\nTo: <anna@example.test>\r\n\r\nThey are broken.\r\n"
)


@pytest.fixture
def room(desk: Desk) -> Mailroom:
    """A mailbox to which Anna forwarded a mail by Bram."""
    room = Mailroom(desk)
    assert room.gets("Subject: Fwd: My shoes", text=PASSED) == 1
    return room


def offers(room: Mailroom, number: int = 1) -> list[str]:
    judged = suspicion.judged(room.desk.workspace, threads.messages(room.desk.workspace, number))
    return [code for one in judged for code in one.warnings if code.startswith("passed-on")]


def test_the_inner_author_is_offered_until_they_are_the_customer_and_undo_brings_the_offer_back(room: Mailroom) -> None:
    assert offers(room) == [f"passed-on:{BRAM}"]
    act, found = forwards.take_author(room.desk.workspace, room.desk.me, 1)
    assert (found.name, found.address) == ("Bram Bos", BRAM)
    assert room.conversation(1).customer == "Bram Bos" and offers(room) == []
    undo.undo(room.desk.workspace, room.desk.me, act.id)
    assert room.conversation(1).customer == "Anna" and offers(room) == [f"passed-on:{BRAM}"]


def test_the_answer_is_for_the_customer_and_no_longer_for_who_forwarded(room: Mailroom) -> None:
    assert [one.address for one in planning.plan(room.desk.workspace, 1).to] == [ANNA]
    forwards.take_author(room.desk.workspace, room.desk.me, 1)
    plan = planning.plan(room.desk.workspace, 1)
    assert ([one.address for one in plan.to], plan.cc) == ([BRAM], ())
    room.gets(f"From: Bram <{BRAM}>", "In-Reply-To: <m1@example.test>")
    assert not room.newest(1).stranger


def test_the_author_of_a_mail_attached_is_offered_as_well(room: Mailroom) -> None:
    number = room.takes(
        b"From: Anna <anna@example.test>\r\nTo: office@shop.test\r\nSubject: FW: shoes\r\nMessage-ID: <f@x.test>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nSee below\r\n--b\r\n'
        b"Content-Type: message/rfc822\r\n\r\nFrom: Caro <caro@example.test>\r\nSubject: x\r\n\r\nhi\r\n--b--\r\n"
    )
    assert offers(room, number) == ["passed-on:caro@example.test"]
    assert forwards.take_author(room.desk.workspace, room.desk.me, number)[1].name == "Caro"


def test_what_passes_nothing_on_or_a_mail_of_our_own_offers_nobody(room: Mailroom) -> None:
    plain = room.gets(text="> On Monday Bram wrote:\r\n> hi")
    ours = room.gets("Subject: Fwd: x", text=PASSED.replace("bram@example.test", "office@shop.test"))
    own = room.gets(f"From: {BRAM}", "Subject: Fwd: x", text=PASSED)
    for number in (plain, ours, own):
        assert offers(room, number) == []
        with pytest.raises(RefusedError):
            forwards.take_author(room.desk.workspace, room.desk.me, number)


def test_a_message_of_another_conversation_is_not_found(room: Mailroom) -> None:
    other = room.gets()
    with pytest.raises(NotFoundError):
        forwards.take_author(room.desk.workspace, room.desk.me, 1, room.newest(other).id)
