"""A raw mail becomes the message it is."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.connectors.base import Item, Party
from omnidesk.connectors.email import EmailConnector
from omnidesk.words.kinds import Auth, Auto
from tests.connectors.email.mails import decoded, mail

HEAD = "From: Anna <anna@example.org>\nTo: support@example.test\nSubject: Hi\nMessage-ID: <1@example.org>\n"


def test_an_ordinary_mail_has_all_its_parts() -> None:
    message = decoded("""
Received: from a by b; Mon, 02 Nov 2026 09:00:05 +0000
From: =?utf-8?q?Zo=C3=AB?= Jansen <zoe@Example.ORG>
To: Support <support@example.test>, "Jansen, Jan" <jan@example.org>
Cc: =?iso-8859-1?q?J=FCrgen?= <j@example.org>
Reply-To: zoe@mail.example.org
Subject: =?utf-8?b?V2FhciBibGlqZnQg?=
 =?utf-8?b?bWlqbiBwYWtqZT8=?=
Date: Mon, 02 Nov 2026 10:00:00 +0100
Message-ID: <a.1@example.org>
In-Reply-To: <p.0@example.test>
References: <r.0@example.test>
 <p.0@example.test>
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

H=C3=A9, waar blijft het=
?

Op 01-11-2026 10:00 schreef Support <support@example.test>:
> oud
""")
    assert message.external_id == "<a.1@example.org>"
    assert message.sender == Party("email", "zoe@example.org", "Zoë Jansen")
    assert [(p.name, p.value) for p in message.to] == [
        ("Support", "support@example.test"),
        ("Jansen, Jan", "jan@example.org"),
    ]
    assert message.cc[0].name == "Jürgen"
    assert message.subject == "Waar blijft mijn pakje?"
    assert message.text.startswith("Hé, waar blijft het?\n")
    assert message.reply_text == "Hé, waar blijft het?"
    assert message.in_reply_to == ("<p.0@example.test>",)
    assert message.references == ("<r.0@example.test>", "<p.0@example.test>")
    assert message.sent_at == message.received_at - 5000 == 1793610000000
    assert message.auto is None
    assert message.auth is Auth.NONE
    assert message.warnings == ()


ALTERNATIVE = (
    HEAD
    + """Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{plain}
--b
Content-Type: text/html; charset=utf-8

<p>html</p>
--b--
"""
)


def test_plain_text_is_preferred_and_html_read_where_there_is_no_other() -> None:
    assert decoded(ALTERNATIVE.format(plain="plain")).text == "plain"
    assert decoded(ALTERNATIVE.format(plain=" ")).text == "html"


def test_files_keep_their_bytes_and_get_safe_names() -> None:
    data = bytes(range(256)) * 3
    message = decoded(
        HEAD
        + """Content-Type: multipart/mixed; boundary="=_x"

--=_x
Content-Type: multipart/related; boundary="=_r"

--=_r
Content-Type: text/html

<p>See <img src="cid:logo@x"></p>
--=_r
Content-Type: image/png
Content-ID: <logo@x>
Content-Transfer-Encoding: base64

"""
        + base64.encodebytes(data).decode()
        + """--=_r--
--=_x
Content-Type: application/octet-stream
Content-Disposition: attachment; filename*=utf-8''sch%C3%A4den%20%C3%BCberblick.jpg
Content-Transfer-Encoding: base64

"""
        + base64.encodebytes(data).decode()
        + """--=_x
Content-Type: application/pdf; name="../../etc/x.pdf"

pdf
--=_x
Content-Type: message/rfc822

From: bob@example.org
Subject: =?utf-8?q?Forwarded_m=C3=A9?=

body
--=_x--
"""
    )
    assert message.text == "See"
    assert [(f.name, f.inline, f.content_id) for f in message.files] == [
        ("attachment-1.png", True, "logo@x"),
        ("schäden überblick.jpg", False, ""),
        ("x.pdf", False, ""),
        ("Forwarded mé.eml", False, ""),
    ]
    assert message.files[0].data == message.files[1].data == data
    assert message.files[3].data.startswith(b"From: bob@example.org")


@pytest.mark.parametrize(
    ("head", "sender"),
    [
        ("From: Anna <anna@example.org>", ("Anna", "anna@example.org")),
        ("From: Anna\nReply-To: a@example.org", ("Anna", "a@example.org")),
        ("From: <>\nSender: s@example.org", ("", "s@example.org")),
        ("Return-Path: <r@example.org>", ("", "r@example.org")),
        ("From: Anna", ("Anna", "")),
        ('From: anna"@example.org', ("", "anna@example.org")),
    ],
)
def test_the_sender_is_the_best_that_can_be_had(head: str, sender: tuple[str, str]) -> None:
    found = decoded(f"{head}\nSubject: x\n\nhello").sender
    assert found is not None
    assert (found.name, found.value) == sender


def test_a_mail_from_nobody_is_still_a_message() -> None:
    message = decoded("Subject: x\n\nhello")
    assert (message.sender, message.text, message.warnings) == (None, "hello", ("no-sender",))


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: caf\xc3\xa9", "café"),
        (b"Subject: caf\xe9", "café"),
        (b"Subject: =?x-unknown?q?caf=E9?=", "café"),
        (b"Subject: =?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", "café"),
        (b"Subject: =?gb2312?B?xOO6ww==?=", "你好"),
        (b"Subject: =?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"),
        (b"Subject: =?us-ascii?q?caf=C3=A9?=", "café"),
        (b"Subject: a =?utf-8?q?b?= c", "a b c"),
        (b"Subject: \x1b]0;owned\x07real", "real"),
        (b"Subject : spaced", "spaced"),
        (b"Subject: =?utf-8?b?broken", "=?utf-8?b?broken"),
    ],
)
def test_subjects_are_decoded_however_they_are_written(raw: bytes, subject: str) -> None:
    assert decoded(b"From: a@b.nl\n" + raw + b"\n\nx").subject == subject


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9 \x80", "café €"),
        ("text/plain; charset=utf-8", b"caf\xe9", "café"),
        ("text/plain", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=nonsense", b"caf\xc3\xa9", "café"),
        ("text/plain; charset=unicode_escape", rb"\u0041", r"\u0041"),
        ("text/plain; charset=shift_jis", "日本語".encode("cp932"), "日本語"),
        ("text/plain; charset=utf-7", b"caf+AOk-", "café"),
        ("text/plain", b"a\x00b\x1b[2Jc", "abc"),
        ("nonsense", b"hello", "hello"),
        ("multipart/mixed; boundary=never", b"hello", "hello"),
        ("multipart/mixed", b"--x\nContent-Type: text/plain\n\nhello\n--x--", "hello"),
        (
            "multipart/mixed; boundary=partition",
            b"--partition\n\na\n--partitions\nb--partition--",
            "a\n--partitions\nb",
        ),
        ("multipart/mixed; boundary=x", b"--x\n\nno end", "no end"),
    ],
)
def test_texts_are_read_whatever_they_claim(kind: str, body: bytes, text: str) -> None:
    assert decoded(b"From: a@b.nl\nContent-Type: " + kind.encode() + b"\n\n" + body).text == text


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n", b"\r"])
def test_any_line_end_will_do(line_end: bytes) -> None:
    raw = mail(HEAD + "References: <a@b>\n <c@d>\n\none\ntwo\n").replace(b"\r\n", line_end)
    (message,) = EmailConnector.decode(Item("x", raw, 0))
    assert (message.subject, message.text, message.references) == ("Hi", "one\ntwo", ("<a@b>", "<c@d>"))


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "Mon, 99 Foo 2026 99:99:99",
        "Mon, 02 Nov 0001 10:00:00 +0000",
        "Mon, 02 Nov 2026 25:00:00 +0000",
    ],
)
def test_an_impossible_date_is_none(date: str) -> None:
    assert decoded(f"From: a@b.nl\nDate: {date}\n\nx").sent_at is None


@pytest.mark.parametrize(
    ("head", "auto"),
    [
        ("Auto-Submitted: auto-replied (vacation)", Auto.AUTO_REPLY),
        ("Auto-Submitted: no", None),
        ("Auto-Submitted: auto-generated", Auto.AUTO_REPLY),
        ("Precedence: auto_reply", Auto.AUTO_REPLY),
        ("Precedence: bulk\nList-Id: <news.example.org>", None),
        ("Precedence: bulk\nIn-Reply-To: <a@b>", Auto.AUTO_REPLY),
        ("X-Autoreply: yes", Auto.AUTO_REPLY),
        ("X-Auto-Response-Suppress: All", None),
        ("Return-Path: <>", Auto.AUTO_REPLY),
        ("X-OmniDesk-Loop: example.test", Auto.LOOP),
        ("X-Nothing: special", None),
    ],
)
def test_mail_of_machines_is_recognised(head: str, auto: Auto | None) -> None:
    assert decoded(f"{HEAD}{head}\n\nx").auto is auto


BOUNCE = """
From: MAILER-DAEMON@example.test
To: support@example.test
Subject: Undelivered Mail Returned to Sender
Message-ID: <b@example.test>
Content-Type: multipart/report; report-type=delivery-status; boundary=r

--r

It failed.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; example.test
Original-Envelope-Id: 0192-key

Final-Recipient: rfc822; Ghost@example.org
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1
 no such user
--r
Content-Type: message/rfc822

From: support@example.test
Message-ID: <ours@example.test>

hello
--r--
"""


def test_a_delivery_report_says_what_became_of_our_mail() -> None:
    message = decoded(BOUNCE.format(action="failed"))
    assert message.auto is Auto.BOUNCE
    (delivery,) = message.deliveries
    assert (delivery.status, delivery.external_id, delivery.key) == ("failed", "<ours@example.test>", "0192-key")
    assert (delivery.recipient, delivery.detail) == ("ghost@example.org", "550 5.1.1 no such user")
    assert delivery.permanent


def test_a_delay_is_no_failure() -> None:
    message = decoded(BOUNCE.format(action="delayed"))
    assert message.auto is Auto.AUTO_REPLY
    assert [(each.status, each.permanent) for each in message.deliveries] == [("delayed", False)]


def test_tokens_are_taken_from_plus_addresses_and_from_the_subject() -> None:
    message = decoded(
        "From: a@b.nl\nTo: support+abcdef123@example.test\nDelivered-To: x+other99@example.test\n"
        "Subject: Re: order [#12-Tok3nABC] photo[#13-NotThis1]\n\nx"
    )
    assert message.tokens == ("abcdef123", "other99", "tok3nabc")


RESULTS = "Authentication-Results: mx.example.test; dmarc={dmarc} header.from=example.org\n"


def test_only_our_own_server_proves_a_sender() -> None:
    assert decoded(RESULTS.format(dmarc="pass") + HEAD + "\nx").auth is Auth.NONE
    proven = decoded(RESULTS.format(dmarc="pass") + HEAD + "\nx", authserv_id="mx.example.test")
    assert proven.auth is Auth.PASS
    assert proven.sender is not None and proven.sender.verified
    assert decoded(RESULTS.format(dmarc="fail") + HEAD + "\nx", authserv_id="mx.example.test").auth is Auth.FAIL
    assert decoded(RESULTS.format(dmarc="pass") + HEAD + "\nx", authserv_id="evil.example").auth is Auth.NONE


def test_a_reply_to_elsewhere_is_flagged() -> None:
    assert decoded(HEAD + "Reply-To: x@elsewhere.example\n\nx").warnings == ("reply-to-elsewhere",)
    assert decoded(HEAD + "Reply-To: x@mail.example.org\n\nx").warnings == ()


def test_a_mail_left_on_the_server_says_so() -> None:
    message = decoded(HEAD + "\n", truncated="123000000")
    assert "123 MB" in message.text
    assert "truncated" in message.warnings


def test_an_empty_mail_is_a_message() -> None:
    message = decoded("")
    assert (message.text, message.subject, message.files) == ("", "", ())


@given(st.binary())
@settings(max_examples=300)
def test_any_bytes_become_a_message(raw: bytes) -> None:
    EmailConnector.decode(Item("x", raw, 0))


PIECES = st.sampled_from(
    [
        b"From: ", b"a@b.nl", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"Content-Type: ", b"multipart/mixed; boundary=x",
        b"multipart/report; report-type=delivery-status; boundary=x", b"message/delivery-status", b"message/rfc822",
        b"--x", b"--x--", b"text/html", b"; charset=", b"utf-7", b"=?utf-8?b?", b"=?=", b"?=", b"<div>", b"\xff\xfe",
        b"Content-Transfer-Encoding: base64", b"filename*0*=", b"''%", b"\"", b"Date: ", b"Received: ;", b"\x00", b" ",
        b"Content-Disposition: attachment", b"text/plain", b"Subject: ", b"Reply-To: <", b"Authentication-Results: ",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60))
@settings(max_examples=500)
def test_any_mixture_of_mail_syntax_becomes_a_message(pieces: list[bytes]) -> None:
    (message,) = EmailConnector.decode(Item("x", b"".join(pieces), 0, headers={"authserv_id": "x"}))
    message.text.encode()
    message.subject.encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: " + b"=?utf-8?q?x?= " * 20_000 + b"\n\nx",
        b"To: " + b'"(' * 200_000 + b"\n\nx",
        b"Content-Type: multipart/mixed; boundary=x\n\n"
        + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 5_000,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 100_000,
        b"Content-Type: text/plain\n\n" + b"x" * 3_000_000,
        b"References: " + b"<a@b>" * 100_000 + b"\n\nx",
        b"Content-Type: text/plain; " + b"a=b;" * 50_000 + b"\n\nx",
        b"X: y\n" * 50_000 + b"\nx",
    ],
    ids=["words", "to", "nested", "parts", "line", "references", "parameters", "fields"],
)
def test_hostile_mails_cost_no_more_than_their_length(raw: bytes) -> None:
    EmailConnector.decode(Item("x", raw, 0))
