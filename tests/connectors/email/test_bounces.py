"""Bounces without a part for machines, in the words of many servers: each failed recipient with its reason."""

from __future__ import annotations

import pytest

from omnidesk.connectors.base import Delivery, Item
from omnidesk.connectors.email.decode import decode
from omnidesk.words.kinds import Auto

HEAD = "From: Mail Delivery System <MAILER-DAEMON@mx.x.nl>\nTo: shop@y.nl\nReturn-Path: <>\n"
RETURNED = "\nReceived: from mx\nMessage-ID: <our.1@y.nl>\nFrom: shop@y.nl\nTo: anna@x.nl\nSubject: Re: order\n\nHello"
SERVERS = {
    "qmail": """Subject: failure notice

Hi. This is the qmail-send program at mx.x.nl.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@x.nl>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 User unknown

--- Below this line is a copy of the message.
""",
    "Exim": """Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  anna@x.nl
    host mx.x.nl [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<anna@x.nl>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------
""",
    "Postfix": """Subject: Undelivered Mail Returned to Sender

This is the mail system at host mx.y.nl.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<anna@x.nl>: host mx.x.nl[192.0.2.1] said: 550 5.1.1 <anna@x.nl>: User unknown
    (in reply to RCPT TO command)
""",
    "Exchange": """Subject: Undeliverable: Re: order

Delivery has failed to these recipients or groups:

anna@x.nl<mailto:anna@x.nl>
The email address you entered couldn't be found.

Remote Server returned '550 5.1.1 User unknown'

Original message headers:
""",
    "a Dutch one": """Subject: Onbestelbaar: Re: order

Uw bericht kon niet worden bezorgd aan:

    anna@x.nl

550 5.1.1 User unknown

----- Oorspronkelijk bericht -----
""",
    "a German one": """Subject: Unzustellbar: Re: order

Die Nachricht konnte nicht zugestellt werden.

<anna@x.nl>: 550 5.1.1 User unknown

----- Ursprüngliche Nachricht -----
""",
}


def read(raw: str) -> tuple[Auto | None, tuple[Delivery, ...]]:
    found = decode(Item("x", raw.replace("\n", "\r\n").encode(), 0, "message/rfc822"))
    return found.auto, found.deliveries


@pytest.mark.parametrize("server", SERVERS)
def test_the_recipient_the_reason_and_our_mail_are_read_from_the_words(server: str) -> None:
    auto, deliveries = read(HEAD + SERVERS[server] + RETURNED)
    assert auto is Auto.BOUNCE
    assert [(one.recipient, one.status, one.permanent, one.external_id) for one in deliveries] == [
        ("anna@x.nl", "failed", True, "<our.1@y.nl>")
    ]
    assert "User unknown" in deliveries[0].detail


def test_two_recipients_have_their_own_reasons() -> None:
    _, deliveries = read(
        f"{HEAD}Subject: failure notice\n\n<anna@x.nl>:\n550 5.1.1 User unknown\n\n<bram@z.nl>:\n"
        f"452 4.2.2 Mailbox full\n\n--- Below this line is a copy of the message.\n{RETURNED}"
    )
    assert [(one.recipient, one.permanent) for one in deliveries] == [("anna@x.nl", True), ("bram@z.nl", False)]
    assert [one.detail.rpartition(" ")[2] for one in deliveries] == ["unknown", "full"]


def test_a_delay_is_no_failure() -> None:
    auto, deliveries = read(
        f"{HEAD}Subject: Warning: message delayed 24 hours\n\nYour message has not yet been delivered to:\n\n"
        f"  anna@x.nl\n\nNo action is required: delivery attempts will continue.\n{RETURNED}"
    )
    assert auto is Auto.AUTO_REPLY
    assert [(one.recipient, one.status) for one in deliveries] == [("anna@x.nl", "delayed")]


def test_x_failed_recipients_names_them() -> None:
    auto, deliveries = read("From: x@mx.nl\nX-Failed-Recipients: anna@x.nl, bram@z.nl\nSubject: no\n\nIt failed.")
    assert auto is Auto.BOUNCE
    assert [one.recipient for one in deliveries] == ["anna@x.nl", "bram@z.nl"]


def test_a_customer_who_writes_about_a_bounce_is_no_machine() -> None:
    auto, deliveries = read("From: anna@x.nl\nSubject: Undelivered mail\n\nMy mail to shop@y.nl came back: 550 5.1.1")
    assert (auto, deliveries) == (None, ())
