"""DMARC, SPF and DKIM count as our own server says them; who is NOT PROVEN changes nothing."""

from __future__ import annotations

import pytest

from omnidesk.desk import channels, composing, planning, suspicion, threads
from omnidesk.words.kinds import Auth, Status
from omnidesk.words.rows import Message
from tests.desk.mailing import SERVER, Mailroom
from tests.filling import ANNA, BRAM, Desk

PASS = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.test"
FAIL = f"Authentication-Results: {SERVER}; dmarc=fail (p=reject) header.from=example.test"


@pytest.fixture
def room(desk: Desk) -> Mailroom:
    """A mailbox whose server is known by name."""
    return Mailroom(desk, authserv_id=SERVER)


def newest(room: Mailroom, number: int) -> Message:
    return suspicion.judged(room.desk.workspace, [room.newest(number)])[0]


def test_the_word_of_another_server_counts_for_nothing(room: Mailroom) -> None:
    number = room.gets("Authentication-Results: mx.evil.test; dmarc=pass header.from=example.test")
    assert room.newest(number).auth is Auth.NONE
    assert room.desk.count("identity", "verified") == 0


def test_a_sender_our_server_vouches_for_is_verified_and_one_nobody_spoke_of_is_no_suspect(room: Mailroom) -> None:
    proven, silent = room.gets(PASS), room.gets(f"From: {BRAM}")
    assert [room.conversation(one).unproven for one in (proven, silent)] == [False, False]
    assert room.desk.value("SELECT verified FROM identity WHERE value = ?", ANNA)


@pytest.mark.parametrize("field", [FAIL, "X-Nothing: said"])
def test_a_forged_answer_joins_only_flagged_though_in_reply_to_fits(room: Mailroom, field: str) -> None:
    number = room.gets(PASS)
    ours = composing.reply(room.desk.workspace, room.desk.me, number, "Where shall it go?").message
    assert room.gets(field, f"In-Reply-To: {ours.external_id}", "Cc: mallory@evil.test", text="To me") == number
    forged = newest(room, number)
    assert forged.unproven and {"auth-failed", "not-proven"} & set(forged.warnings)
    assert room.conversation(number).unproven
    assert "mallory@evil.test" not in {one.address for one in room.conversation(number).participants}
    assert room.desk.value("SELECT no_auto_answer FROM message WHERE id = ?", forged.id)


def test_it_opens_the_conversation_for_somebody_to_look(room: Mailroom) -> None:
    number = room.gets(PASS)
    ours = composing.reply(room.desk.workspace, room.desk.me, number, "Yes").message
    assert room.conversation(number).status is Status.PENDING
    room.gets(FAIL, f"In-Reply-To: {ours.external_id}")
    assert room.conversation(number).status is Status.OPEN


def test_it_changes_no_fact_and_no_address(room: Mailroom) -> None:
    number = room.gets(PASS, f"From: {ANNA}")
    desk = room.desk
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE identity SET deliverable = ?", (False,)))
    before = tuple(desk.workspace.database.reader.one("SELECT name, deliverable, verified FROM identity"))
    room.gets(FAIL, f"From: Not Anna <{ANNA}>", "In-Reply-To: <m1@example.test>")
    assert tuple(desk.workspace.database.reader.one("SELECT name, deliverable, verified FROM identity")) == before
    room.gets(PASS, f"From: Anna de Vries <{ANNA}>", "In-Reply-To: <m1@example.test>")
    after = tuple(desk.workspace.database.reader.one("SELECT name, deliverable, verified FROM identity"))
    assert after == ("Anna de Vries", 1, 1)
    assert not room.conversation(number).unproven


def test_the_answer_goes_to_who_was_proven_and_never_to_the_forgers_reply_to(room: Mailroom) -> None:
    number = room.gets(PASS)
    room.gets(FAIL, "In-Reply-To: <m1@example.test>", "Reply-To: mallory@evil.test", "Cc: mallory@evil.test")
    plan = planning.plan(room.desk.workspace, number)
    assert [one.address for one in (*plan.to, *plan.cc)] == [ANNA]
    assert any("NOT PROVEN" in words for words in plan.flagged)
    alone = room.gets(FAIL, "Reply-To: mallory@evil.test")
    plan = planning.plan(room.desk.workspace, alone)
    assert [one.address for one in plan.to] == [ANNA]
    assert any("NOT PROVEN" in words for words in plan.flagged)


def test_it_ties_no_conversations_together(room: Mailroom) -> None:
    one, other = room.gets(PASS, "Message-ID: <a@x.test>"), room.gets(PASS, "Message-ID: <b@x.test>")
    room.gets(FAIL, "In-Reply-To: <a@x.test>", "References: <b@x.test> <a@x.test>")
    assert threads.current(room.desk.workspace, other) == other != one
    assert room.desk.count("event", "kind = 'join_offered'") == 2


def test_a_forged_bounce_makes_no_address_undeliverable(room: Mailroom) -> None:
    number = room.gets(PASS)
    ours = composing.reply(room.desk.workspace, room.desk.me, number, "Yes").message
    room.desk.sends_all(room.channel)
    report = (
        f"From: MAILER-DAEMON@example.test\r\nTo: office@shop.test\r\nSubject: Undelivered\r\n{FAIL}\r\n"
        "Message-ID: <r@example.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nfailed\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {ANNA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {ours.external_id}\r\n\r\n--b--\r\n"
    )
    assert room.takes(report.encode()) == number
    assert room.desk.count("identity", "NOT deliverable") == 0
    assert room.desk.value("SELECT undelivered FROM conversation WHERE id = ?", number) == 1


def test_old_mail_that_nobody_spoke_of_is_no_suspect(room: Mailroom) -> None:
    room.gets(PASS)
    number = room.gets("Date: Mon, 02 Nov 2020 10:00:00 +0100", "Subject: old", imported=True)
    assert not room.newest(number).unproven


# --- learning who our server is


def setting(room: Mailroom) -> str | None:
    return channels.get(room.desk.workspace, "office").settings.get("authserv_id")


def delivered(room: Mailroom, count: int, server: str = "mx.google.com", senders: int = 4, **more: object) -> None:
    for place in range(count):
        field = f"Authentication-Results: {server.replace('#', str(place))}; spf=none\r\nAuthentication-Results: "
        room.gets(f"{field}relay{place}.test; spf=pass", f"From: a@s{place % senders}.test", **more)  # type: ignore[arg-type]


def test_the_server_is_learned_from_what_it_delivered_first(desk: Desk) -> None:
    room = Mailroom(desk)
    delivered(room, 4)
    assert setting(room) is None
    delivered(room, 1)
    assert setting(room) == "mx.google.com"
    assert "authserv_id" in channels.log(desk.workspace, "office")[0].said


@pytest.mark.parametrize(
    ("server", "learned"),
    [("mx#.messagingengine.com", "*.messagingengine.com"), ("spf=pass smtp.mailfrom=x.test", "-")],
)
def test_servers_that_take_turns_and_one_without_a_name_are_learned(desk: Desk, server: str, learned: str) -> None:
    room = Mailroom(desk)
    delivered(room, 6, server)
    assert setting(room) == learned


def test_what_does_not_agree_or_comes_from_few_senders_or_from_our_own_teaches_nothing(desk: Desk) -> None:
    room = Mailroom(desk)
    delivered(room, 8, "mx.s#.test")
    delivered(room, 8, "mx.google.com", senders=2)
    delivered(room, 8, "mx.google.com", folder="Sent", outbound=True)
    delivered(room, 8, "mx.google.com", folder="Junk", junk=True)
    delivered(room, 8, "mx.google.com", imported=True)
    assert setting(room) is None


def test_a_name_somebody_typed_stays_and_a_learned_one_follows_the_server(desk: Desk) -> None:
    room = Mailroom(desk, authserv_id="mine.shop.test")
    delivered(room, 8)
    assert setting(room) == "mine.shop.test"
    channels.set_settings(desk.workspace, desk.me, "office", {"authserv_id": None})
    delivered(room, 8)
    assert setting(room) == "mx.google.com"
    delivered(room, 8, "mx.new.test")
    assert setting(room) == "mx.new.test"
