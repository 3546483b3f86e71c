"""The mail servers of the tests do what the tests rely on."""

from __future__ import annotations

import smtplib
import ssl

import pytest

from tests.servers import Mailbox, MailServer, simple_mail, until

pytestmark = pytest.mark.servers


def test_a_delivered_mail_lies_in_the_inbox(mailbox: Mailbox) -> None:
    mailbox.deliver(simple_mail("hello"))
    (raw,) = mailbox.messages()
    assert b"Subject: hello" in raw
    assert b"Delivered-To: " + mailbox.address.encode() in raw


def test_a_submitted_mail_reaches_the_other_account(mailbox: Mailbox) -> None:
    other = mailbox.server.mailbox()
    context = ssl.create_default_context(cafile=str(mailbox.server.certificate))
    with smtplib.SMTP("127.0.0.1", mailbox.server.smtp_port, timeout=10) as smtp:
        smtp.starttls(context=context)
        smtp.login(mailbox.address, mailbox.password)
        smtp.sendmail(mailbox.address, [other.address], simple_mail("to you"))
    assert b"Subject: to you" in until(other.messages, "the mail")[0]


def test_a_killed_server_comes_back_with_its_mails(own_mail_server: MailServer) -> None:
    mailbox = own_mail_server.mailbox()
    mailbox.deliver(simple_mail("kept"))
    own_mail_server.kill()
    own_mail_server.start()
    assert len(mailbox.messages()) == 1


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
def test_a_reset_gives_a_folder_a_new_uidvalidity(mailbox: Mailbox, folder: str) -> None:
    def uidvalidity() -> bytes:
        with mailbox.server.imap(mailbox.address) as client:
            client.select(folder, readonly=True)
            return bytes(client.untagged_responses["UIDVALIDITY"][0])

    mailbox.append(folder, simple_mail("one"))
    before = uidvalidity()
    mailbox.server.reset_uidvalidity(mailbox.address, folder)
    assert uidvalidity() != before
    assert len(mailbox.messages(folder)) == 1
