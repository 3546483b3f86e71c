"""What the desk does with a bounce of its own mail: joins it, marks delivery and address, opens and answers nothing."""

from __future__ import annotations

import pytest

from omnidesk.desk import composing, planning, threads, triage, views
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Auto, MessageStatus, Status
from omnidesk.words.rows import Message
from tests.connectors.email.test_bounces import SERVERS
from tests.desk.mailing import OFFICE, Mailroom
from tests.filling import ANNA, BRAM, Desk, standing_clock

DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example.test>\r\nTo: office@shop.test\r\nReturn-Path: <>\r\n"


class Post:
    """A mailbox in which Anna was answered; `sent` is our answer."""

    def __init__(self, desk: Desk) -> None:
        self.room = Mailroom(desk)
        self.desk = desk
        self.number = self.room.gets("Cc: " + BRAM)
        self.sent = self.answers()

    def answers(self, **said: object) -> Message:
        """Answer, and bring it out."""
        made = composing.reply(self.desk.workspace, self.desk.me, self.number, "Here it is", now=True, **said)  # type: ignore[arg-type]
        self.desk.sends_all(self.room.channel)
        return made.message

    def reported(self, *recipients: tuple[str, str, str], envid: bool = True, returned: bool = True) -> int:
        """Take in a report (RFC 3464) of (address, action, status); return its conversation."""
        blocks = "\r\n\r\n".join(
            f"Final-Recipient: rfc822; {who}\r\nAction: {action}\r\nStatus: {code}\r\n"
            f"Diagnostic-Code: smtp; 550 {code} {who} is not here"
            for who, action, code in recipients
        )
        head = f"Original-Envelope-Id: {self.sent_key}\r\n" if envid else ""
        back = f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {self.sent.external_id}\r\n\r\n"
        raw = (
            f"{DAEMON}Message-ID: <r{self.desk.count('message')}@mx.example.test>\r\nSubject: Undelivered\r\n"
            'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
            "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            f"Reporting-MTA: dns; mx.example.test\r\n{head}\r\n{blocks}\r\n\r\n{back if returned else ''}--b--\r\n"
        )
        return self.room.takes(raw.encode())

    @property
    def sent_key(self) -> str:
        """The delivery's id, as it went out as ENVID."""
        return str(self.desk.value("SELECT uuid FROM message WHERE id = ?", self.sent.id))

    def state(self) -> tuple[str, str | None]:
        """Return our answer's status and error."""
        found = threads.message(self.desk.workspace, self.sent.id)
        return found.status, found.error

    def deliverable(self, address: str) -> bool:
        """Say whether an address can be written to."""
        return bool(self.desk.value("SELECT deliverable FROM identity WHERE value = ?", address))

    def undelivered(self) -> list[int]:
        """Return the conversations of the view `undelivered`."""
        workspace = self.desk.workspace
        return views.ids(workspace, "undelivered", None, 10)


@pytest.fixture
def post(desk: Desk) -> Post:
    """A mailbox in which Anna was answered."""
    return Post(desk)


@pytest.mark.parametrize(("envid", "returned"), [(True, True), (True, False), (False, True), (False, False)])
def test_a_report_joins_the_conversation_of_the_mail_and_marks_mail_and_address(
    post: Post, envid: bool, returned: bool
) -> None:
    assert post.reported((ANNA, "failed", "5.1.1"), envid=envid, returned=returned) == post.number
    status, error = post.state()
    assert status == MessageStatus.FAILED and error is not None and "5.1.1" in error
    assert not post.deliverable(ANNA) and post.deliverable(BRAM)
    assert post.room.newest(post.number).auto is Auto.BOUNCE


@pytest.mark.parametrize("server", sorted(SERVERS))
def test_a_bounce_in_words_does_the_same_whatever_the_server(post: Post, server: str) -> None:
    words = SERVERS[server].replace("anna@x.nl", ANNA).replace("\n", "\r\n")
    subject, _, body = words.partition("\r\n\r\n")
    back = f"Message-ID: {post.sent.external_id}\r\nFrom: {OFFICE}\r\nTo: {ANNA}\r\nSubject: Re: Question"
    raw = f"{DAEMON}Message-ID: <w@mx.example.test>\r\n{subject}\r\n\r\n{body}\r\n{back}\r\n\r\nHere it is\r\n"
    assert post.room.takes(raw.encode()) == post.number
    assert post.state()[0] == MessageStatus.FAILED
    assert not post.deliverable(ANNA)


def test_each_failed_recipient_is_named_with_its_own_reason(post: Post) -> None:
    post.reported((ANNA, "failed", "5.1.1"), (BRAM, "failed", "5.2.1"))
    error = post.state()[1]
    assert error is not None and all(word in error for word in ("5.1.1", BRAM, "5.2.1"))
    assert not post.deliverable(ANNA) and not post.deliverable(BRAM)


def test_a_delay_is_no_failure(post: Post) -> None:
    post.reported((ANNA, "delayed", "4.4.1"))
    assert post.state()[0] == MessageStatus.SENT
    assert post.deliverable(ANNA) and post.undelivered() == []


def test_giving_up_after_days_is_a_failure_and_the_address_stays_usable(post: Post) -> None:
    post.reported((ANNA, "failed", "4.4.7"))
    assert post.state()[0] == MessageStatus.FAILED
    assert post.deliverable(ANNA) and post.undelivered() == [post.number]


def test_a_mail_too_large_says_nothing_of_the_address(post: Post) -> None:
    post.reported((ANNA, "failed", "5.3.4"))
    assert post.state()[0] == MessageStatus.FAILED and post.deliverable(ANNA)


@pytest.mark.parametrize("status", [Status.OPEN, Status.PENDING, Status.CLOSED, Status.ON_HOLD])
def test_it_does_not_reopen_and_stands_in_undelivered_whatever_the_status(post: Post, status: Status) -> None:
    triage.set_status(post.desk.workspace, post.desk.me, [post.number], status)
    post.reported((ANNA, "failed", "5.1.1"))
    assert post.room.conversation(post.number).status is status
    assert post.undelivered() == [post.number]


def test_it_is_never_what_an_answer_goes_to_and_the_address_is_refused(post: Post) -> None:
    post.reported((ANNA, "failed", "5.1.1"))
    plan = planning.plan(post.desk.workspace, post.number)
    assert plan.answers is not None and plan.answers.auto is None
    assert not any("MAILER-DAEMON" in one.address.upper() for one in (*plan.to, *plan.cc))
    assert post.desk.value("SELECT no_auto_answer FROM message WHERE auto = 'bounce'")
    with pytest.raises(RefusedError):
        composing.reply(post.desk.workspace, post.desk.me, post.number, "Again")
    assert "mailer-daemon@mx.example.test" not in {
        one.address for one in post.room.conversation(post.number).participants
    }


def test_an_address_can_be_written_to_again_once_they_write(post: Post) -> None:
    post.reported((ANNA, "failed", "5.1.1"))
    post.room.gets("In-Reply-To: <m1@example.test>")
    assert post.deliverable(ANNA)


def test_a_report_about_somebody_we_did_not_write_to_marks_nobody(post: Post) -> None:
    post.room.gets("From: caro@example.test")
    post.reported(("caro@example.test", "failed", "5.1.1"))
    assert post.deliverable("caro@example.test")


def test_a_report_without_any_id_is_not_taken_for_an_old_mail(desk: Desk) -> None:
    with standing_clock() as time:
        post = Post(desk)
        time.forward(days=8)
        assert post.reported((ANNA, "failed", "5.1.1"), envid=False, returned=False) != post.number
        assert post.state()[0] == MessageStatus.SENT


def test_a_bounce_of_what_was_asked_of_a_third_party_stays_beside_the_customer(post: Post) -> None:
    when, who = composing.When(now=True), (post.desk.workspace, post.desk.me)
    post.sent = composing.forward(*who, post.number, ["x@carrier.test"], "Where?", when=when).message
    post.desk.sends_all(post.room.channel)
    post.reported(("x@carrier.test", "failed", "5.1.1"))
    bounce = post.room.newest(post.number)
    assert bounce.aside == post.sent.id
    assert post.undelivered() == [post.number]
