"""Calls, visits and letters written down by hand: what they do to the clock, and that they can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import customers, logbook, settings, threads, undo
from omnidesk.desk.logbook import ONLY_OPEN, Entry
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Direction, MessageStatus, Place, Status
from omnidesk.words.rows import Contact, Conversation, Message
from tests.filling import Clock, Desk, mail

pytestmark = pytest.mark.databases

MISSED = Contact("in", "missed")
TAKEN = Contact("in", "answered", 252, "sanne")
NUMBER = "06 12345678"


def log(
    desk: Desk, kind: str, contact: Contact, key: str | None = None, **more: object
) -> tuple[Message, Conversation]:
    files = more.pop("files", ())
    entry = Entry(kind, contact, **more)  # type: ignore[arg-type]
    message = logbook.log(desk.workspace, desk.me, entry, files, key).message  # type: ignore[arg-type]
    return message, threads.conversation(desk.workspace, message.conversation_id)


def test_a_missed_call_is_a_conversation_to_call_back_within_half_an_hour(time: Clock, desk: Desk) -> None:
    message, matter = log(desk, "call", MISSED, number=NUMBER)
    assert (message.kind, message.direction, message.channel) == ("call", Direction.INBOUND, "desk")
    assert matter.subject == "Missed call from +31 6 12345678: call back"
    assert (matter.status, matter.owner) == (Status.OPEN, None)
    assert (matter.waiting_since, matter.next_due_at) == (clock.now(), clock.now() + 30 * clock.MINUTE)


def test_an_answered_call_answers_and_waits_for_the_customer(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    assert threads.conversation(desk.workspace, number).waiting_since is not None
    message, matter = log(desk, "call", TAKEN, number=NUMBER, conversation=number, text="Comes on Thursday.")
    assert matter.id == number
    assert (message.direction, message.author.name) == (Direction.OUTBOUND, "Sanne")
    assert (message.sender.address, message.contact) == ("+31612345678", TAKEN)
    assert (matter.status, matter.owner, matter.waiting_since) == (Status.PENDING, "sanne", None)
    assert "+31612345678" in [one.address for one in matter.participants]


def test_a_call_that_nobody_took_over_there_answers_nothing(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    before = threads.conversation(desk.workspace, number)
    message, matter = log(desk, "call", Contact("out", "busy"), number=NUMBER, conversation=number)
    assert message.direction is Direction.INTERNAL
    assert (matter.status, matter.waiting_since) == (before.status, before.waiting_since)


def test_the_agent_may_say_what_becomes_of_the_conversation(desk: Desk) -> None:
    _, matter = log(desk, "call", TAKEN, number=NUMBER, status=Status.CLOSED)
    assert matter.status is Status.CLOSED


def test_a_caller_is_known_by_the_number_however_it_is_written_and_never_verified(desk: Desk) -> None:
    first, _ = log(desk, "call", MISSED, number=NUMBER)
    second, _ = log(desk, "call", MISSED, number="+31 (0)6-1234 5678")
    assert first.customer_id == second.customer_id
    assert first.conversation_id != second.conversation_id
    (customer,) = customers.find(desk.workspace, "0031612345678")
    (identity,) = customer.identities
    assert (identity.kind, identity.value, identity.verified) == ("phone", "+31612345678", False)


def test_the_region_is_a_setting_of_the_workspace(desk: Desk) -> None:
    settings.put(desk.workspace, "region", "be")
    message, _ = log(desk, "call", MISSED, number="0478 12 34 56")
    assert message.sender.address == "+32478123456"
    with pytest.raises(UsageError, match="two letters"):
        settings.put(desk.workspace, "region", "Holland")


def test_a_withheld_number_is_no_identity(desk: Desk) -> None:
    message, matter = log(desk, "call", MISSED)
    assert (message.customer_id, matter.customer_id, matter.participants) == (None, None, ())
    assert matter.subject == "Missed call from a withheld number: call back"
    assert desk.count("identity") == 0


def test_the_only_open_conversation_is_joined_when_the_agent_says_so(desk: Desk) -> None:
    first, _ = log(desk, "call", MISSED, number=NUMBER)
    second, matter = log(desk, "call", TAKEN, number=NUMBER, conversation=ONLY_OPEN, text="Called again.")
    assert second.conversation_id == first.conversation_id
    assert matter.waiting_since is None
    log(desk, "call", MISSED, number=NUMBER)
    with pytest.raises(RefusedError, match="not exactly one"):
        log(desk, "call", TAKEN, number=NUMBER, conversation=ONLY_OPEN)


def test_a_number_of_another_customer_is_refused_and_one_that_is_new_becomes_theirs(desk: Desk) -> None:
    first, _ = log(desk, "call", MISSED, number=NUMBER)
    other, _ = log(desk, "call", TAKEN, number="020 123 4567")
    with pytest.raises(RefusedError, match="another customer"):
        log(desk, "call", TAKEN, number=NUMBER, customer_id=other.customer_id)
    third, _ = log(desk, "call", TAKEN, number="010 123 4567", customer_id=first.customer_id)
    assert third.customer_id == first.customer_id
    with pytest.raises(NotFoundError):
        log(desk, "call", TAKEN, customer_id=77)


def test_a_visit_answers_and_names_shop_and_order(desk: Desk) -> None:
    message, matter = log(desk, "visit", Contact(shop="Utrecht", order="NL-10234"), number=NUMBER, text="Boots pinch.")
    assert (message.kind, message.direction, matter.status) == ("visit", Direction.OUTBOUND, Status.PENDING)
    assert matter.subject == "Visit in Utrecht, order NL-10234"


def test_a_letter_waits_with_its_scan_and_is_found_by_its_address(desk: Desk, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4 scan")
    who = "Anna Jansen, Dorpsstraat 1, 3511 AB Utrecht"
    message, matter = log(desk, "letter", Contact(order="NL-1"), who=who, files=[scan])
    assert (message.direction, matter.status, matter.customer) == (Direction.INBOUND, Status.OPEN, "Anna Jansen")
    (file,) = message.attachments
    assert threads.attachment_bytes(desk.workspace, file.id)[1] == b"%PDF-1.4 scan"
    again, _ = log(desk, "letter", Contact("out"), who=who, text="Dear Anna")
    assert (again.customer_id, again.direction) == (message.customer_id, Direction.OUTBOUND)
    with pytest.raises(UsageError, match="scan"):
        log(desk, "letter", Contact(), who="Piet")


def test_two_letters_of_one_name_are_not_one_customer(desk: Desk) -> None:
    first, _ = log(desk, "letter", Contact(), who="Piet Smit", text="a")
    second, _ = log(desk, "letter", Contact(), who="Piet Smit", text="b")
    assert first.customer_id != second.customer_id


def test_a_video_call_has_a_safe_link(desk: Desk) -> None:
    message, _ = log(desk, "video", Contact("out", "answered", link="https://meet.example/x"), number=NUMBER)
    assert message.kind == "video"
    with pytest.raises(UsageError, match="no link"):
        log(desk, "video", Contact(link="javascript:alert(1)"), number=NUMBER)


def test_the_same_key_is_logged_once_and_undo_takes_all_of_it_back(time: Clock, desk: Desk) -> None:
    entry = Entry("call", MISSED, number=NUMBER)
    first = logbook.log(desk.workspace, desk.me, entry, key="a")
    second = logbook.log(desk.workspace, desk.me, entry, key="a")
    assert (first.act.id, first.message.id) == (second.act.id, second.message.id)
    assert desk.count("message") == 1
    time.forward(seconds=1)
    undo.undo(desk.workspace, desk.me)
    message = threads.message(desk.workspace, first.message.id)
    matter = threads.conversation(desk.workspace, message.conversation_id)
    assert (message.status, matter.place) == (MessageStatus.CANCELLED, Place.DELETED)


def test_undo_of_a_call_in_a_conversation_lets_the_customer_wait_again(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    before = threads.conversation(desk.workspace, number)
    time.forward(minutes=1)
    log(desk, "call", TAKEN, number=NUMBER, conversation=number)
    undo.undo(desk.workspace, desk.me)
    after = threads.conversation(desk.workspace, number)
    assert (after.status, after.owner, after.waiting_since) == (before.status, before.owner, before.waiting_since)


def test_a_call_that_was_earlier_stands_where_it_was(time: Clock, desk: Desk) -> None:
    at = clock.now() - clock.HOUR
    message, matter = log(desk, "call", MISSED, number=NUMBER, at=at)
    assert (message.at, matter.waiting_since) == (at, at)
