"""Against real servers: Postfix (delivery reports, greylisting, 8BITMIME, SMTPUTF8) and Sieve's vacation (RFC 5230)."""

from __future__ import annotations

import asyncio
import os
import smtplib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from omnidesk.desk import channels, composing, letters, settings, threads, triage, views
from omnidesk.desk.acts import perform
from omnidesk.sync import secrets
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.kinds import Auto, MessageStatus, Status
from omnidesk.words.rows import PROGRAM
from tests import postfix
from tests.filling import Desk
from tests.postfix import Postfix
from tests.servers import Mailbox, MailServer, free_ports, simple_mail, until
from tests.servers import missing as no_dovecot
from tests.world import World

pytestmark = [pytest.mark.slow, pytest.mark.postfix, pytest.mark.servers]


class Real:
    """A desk with a mailbox on a real Dovecot that sends through a real Postfix, and the world beyond it."""

    def __init__(self, desk: Desk, server: MailServer, relay: Postfix) -> None:
        self.desk, self.server, self.relay, self.world = desk, server, relay, relay.world
        self.mailbox: Mailbox = server.mailbox()
        said = {**self.mailbox.settings, "smtp_port": relay.port}
        self.channel = desk.adds_channel("support", self.mailbox.address, "email", settings=said)
        secrets.store(self.channel.id, self.mailbox.secrets)

    def looks(self) -> bool:
        """Read the mailbox and send what is due, once."""
        found = channels.get(self.desk.workspace, "support")
        conf = settings.current(self.desk.workspace)
        done = asyncio.run(ChannelRun(self.desk.workspace, found, "test", conf, asyncio.to_thread).once())
        assert done.error is None, done.error
        return True

    def asked_by(self, sender: str, **headers: str) -> int:
        """Take a mail in; return its conversation."""
        self.mailbox.deliver(simple_mail(sender=f"Customer <{sender}>", to=self.mailbox.address, **headers), sender)
        self.looks()
        return int(self.desk.value("SELECT max(id) FROM conversation"))

    def answers(self, number: int, text: str = "It is on its way") -> int:
        """Answer at once; return the message."""
        queued = composing.reply(self.desk.workspace, self.desk.me, number, text, now=True)
        self.looks()
        return queued.message.id

    def status(self, message: int) -> MessageStatus:
        """Return the state of a message of ours."""
        return threads.message(self.desk.workspace, message).status

    def automatic(self, auto: Auto) -> int:
        """Look once, and count messages that machines wrote."""
        self.looks()
        return self.desk.count("message", f"auto = '{auto}' AND direction = 'inbound'")


@pytest.fixture
def real(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Real]:
    """Dovecot with Sieve, Postfix and the world."""
    if reason := no_dovecot() or postfix.missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    if os.getuid() != 0:
        pytest.skip("Postfix has to be started by root")
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    world = World(free_ports(1)[0])
    server = MailServer(world_port=world.port)
    relay = Postfix(server, world)
    try:
        server.start()
        world.lmtp_port = server.lmtp_port
        world.start()
        relay.start()
        yield Real(desk, server, relay)
    finally:
        relay.close()
        world.stop()
        server.close()


def test_postfix_reports_an_unknown_address_by_our_envelope_id(real: Real) -> None:
    real.world.unknown.add("ghost@outside.test")
    number = real.asked_by("ghost@outside.test")
    message = real.answers(number)
    triage.close(real.desk.workspace, real.desk.me, [number])
    until(lambda: real.automatic(Auto.BOUNCE), "the report")
    found = threads.message(real.desk.workspace, message)
    assert found.status is MessageStatus.FAILED and "5.1.1" in str(found.error)
    assert not real.desk.value("SELECT deliverable FROM identity WHERE value = 'ghost@outside.test'")
    assert real.desk.value("SELECT conversation_id FROM message WHERE auto = 'bounce'") == number
    assert threads.conversation(real.desk.workspace, number).status is Status.CLOSED
    assert views.ids(real.desk.workspace, "undelivered", None, 10) == [number]
    report = next(raw for raw in real.mailbox.messages() if b"multipart/report" in raw)
    uuid = real.desk.value("SELECT uuid FROM message WHERE id = ?", message)
    assert f"Original-Envelope-Id: {uuid}".encode() in report


def test_greylisting_delays_and_is_no_failure(real: Real) -> None:
    real.world.greylisted["slow@outside.test"] = 2
    message = real.answers(real.asked_by("slow@outside.test"))
    until(lambda: real.world.taken, "the third try", 60)
    real.looks()
    assert real.world.refused["slow@outside.test"] == 2
    assert len(real.world.taken) == 1
    assert real.status(message) is MessageStatus.SENT


def test_our_letters_outside_ascii_and_addresses_that_need_smtputf8_arrive_whole(real: Real) -> None:
    number = real.asked_by("anna@outside.test")
    text = "Tak for sidst: æøå 漢字 🧦"
    to = ["Søren <søren@outside.test>"]
    composing.reply(real.desk.workspace, real.desk.me, number, text, to=to, now=True)
    real.looks()
    taken = until(lambda: real.world.taken, "the mail")[0]
    assert taken.recipients == ["søren@outside.test"]
    assert any("SMTPUTF8" in option for option in taken.options)
    real.mailbox.append("Sent", taken.raw)
    real.looks()
    assert real.desk.count("message", "direction = 'outbound'") == 1  # its copy is the same message
    assert threads.messages(real.desk.workspace, number)[-1].text == text


def test_eight_bit_mail_comes_through_postfix_as_it_was_written(real: Real) -> None:
    raw = (
        f"From: Zoë <zoe@example.test>\r\nTo: {real.mailbox.address}\r\nSubject: Größe über\r\n"
        "Message-ID: <8bit@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln\r\n"
    ).encode()
    with smtplib.SMTP("127.0.0.1", real.relay.port, timeout=20) as client:
        client.login(real.mailbox.address, real.mailbox.password)
        client.sendmail("zoe@example.test", [real.mailbox.address], raw, ["BODY=8BITMIME"])
    until(lambda: real.looks() and real.desk.count("message"), "the mail")
    found = threads.messages(real.desk.workspace, 1)[0]
    assert (found.sender.name, found.subject, found.text.strip()) == ("Zoë", "Größe über", "Grüße aus Köln")


def test_vacation_answers_a_person_once_and_opens_and_answers_nothing(real: Real) -> None:
    anna, _password = real.server.add_user()
    real.server.vacation(anna, "Away", "I am in the sun")
    number = real.asked_by(anna)
    real.answers(number)
    triage.close(real.desk.workspace, real.desk.me, [number])
    until(lambda: real.automatic(Auto.AUTO_REPLY), "the vacation notice")
    notice = threads.messages(real.desk.workspace, number)[-1]
    assert (notice.auto, notice.text.strip()) == (Auto.AUTO_REPLY, "I am in the sun")
    assert real.desk.value("SELECT no_auto_answer FROM message WHERE id = ?", notice.id)
    assert threads.conversation(real.desk.workspace, number).status is Status.CLOSED
    assert composing.reply(real.desk.workspace, real.desk.me, number, "Enjoy").message.to[0].address == anna


def test_vacation_keeps_silent_to_what_our_machines_write(real: Real) -> None:
    anna, _password = real.server.add_user()
    real.server.vacation(anna, "Away", "I am in the sun")
    number = real.asked_by(anna)
    letter = composing.reply_letter(real.desk.workspace, real.desk.me, number, "We got your mail")
    asked = threads.messages(real.desk.workspace, number)[0]
    letter = replace(letter, auto=True, answers=asked)
    perform(
        real.desk.workspace, PROGRAM, "reply",
        partial(letters.queue_in, number=number, letter=letter, due_at=0, status=None),
    )  # fmt: skip
    real.looks()
    until(lambda: any(b"We got your mail" in raw for raw in real.server.folder_messages(anna)), "our mail")
    other = real.server.add_user()[0]  # what comes after a mail that is answered has left before
    real.server.vacation(other, "Away too", "In the snow")
    second = real.asked_by(other)
    real.answers(second)
    until(lambda: real.automatic(Auto.AUTO_REPLY), "the other's notice")
    assert real.automatic(Auto.AUTO_REPLY) == 1
    assert not any(b"in the sun" in one.raw for one in real.world.taken)
