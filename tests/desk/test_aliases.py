"""A mailbox has more than one address: all are ours, and an answer leaves from the one that was written to."""

from __future__ import annotations

import pytest

from omnidesk.desk import channels, composing, planning
from omnidesk.words.kinds import Direction
from tests.desk.mailing import OFFICE, Mailroom
from tests.filling import ANNA, BRAM, Desk


@pytest.fixture
def room(desk: Desk) -> Mailroom:
    """A mailbox office@ with two aliases."""
    return Mailroom(desk, aliases="sales@shop.test, Info@Shop.test")


def answered(room: Mailroom, number: int) -> str:
    return composing.reply(room.desk.workspace, room.desk.me, number, "Yes").message.sender.address


def test_the_answer_leaves_from_the_alias_that_was_written_to(room: Mailroom) -> None:
    assert answered(room, room.gets("To: Sales <sales@shop.test>")) == "sales@shop.test"
    assert answered(room, room.gets("To: bram@example.test", "Cc: INFO@shop.test")) == "info@shop.test"
    assert answered(room, room.gets()) == OFFICE
    assert answered(room, room.gets("To: undisclosed-recipients:;")) == OFFICE


def test_the_answer_leaves_from_the_plus_address_that_was_written_to(room: Mailroom) -> None:
    assert answered(room, room.gets("To: office+returns@shop.test")) == "office+returns@shop.test"


def test_the_plus_address_of_our_token_is_no_address_to_write_from(room: Mailroom) -> None:
    number = room.gets("To: sales+returns@shop.test")
    token = room.desk.value("SELECT token FROM conversation WHERE id = ?", number)
    assert room.gets(f"To: sales+returns+{token}@shop.test", "Subject: again") == number
    assert answered(room, number) == "sales+returns@shop.test"


def test_what_goes_on_after_our_answer_leaves_from_the_same_address(room: Mailroom) -> None:
    number = room.gets("To: sales@shop.test")
    first = composing.reply(room.desk.workspace, room.desk.me, number, "One moment")
    room.gets("To: office@shop.test", f"In-Reply-To: {first.message.external_id}", "Auto-Submitted: auto-replied")
    assert answered(room, number) == "sales@shop.test"


def test_a_mail_from_an_alias_is_ours_and_no_alias_is_answered_or_becomes_a_customer(room: Mailroom) -> None:
    number = room.gets("From: sales@shop.test", f"To: {ANNA}", outbound=False)
    assert room.newest(number).direction is Direction.OUTBOUND
    asked = room.gets("To: info@shop.test, office+x@shop.test", f"Cc: sales@shop.test, {BRAM}")
    plan = planning.plan(room.desk.workspace, asked)
    assert [one.address for one in (*plan.to, *plan.cc)] == [ANNA, BRAM]
    assert room.desk.count("identity", "value LIKE '%@shop.test'") == 0


def test_an_alias_named_later_is_ours_from_then_on(room: Mailroom) -> None:
    room.gets("To: jobs@shop.test")
    assert room.desk.count("identity", "value = 'jobs@shop.test'") == 1
    channels.set_settings(room.desk.workspace, room.desk.me, "office", {"aliases": "jobs@shop.test"})
    number = room.gets("To: jobs@shop.test")
    assert answered(room, number) == "jobs@shop.test"


def test_the_mail_itself_says_the_alias(room: Mailroom) -> None:
    number = room.gets("To: sales@shop.test")
    sent = composing.reply(room.desk.workspace, room.desk.me, number, "Yes").message
    assert "<sales@shop.test>" in next(one for one in room.sent_mail(sent.id).split("\r\n") if one.startswith("From:"))
