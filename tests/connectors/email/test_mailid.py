"""Promise 2: nothing is received twice. The same mail has the same source id wherever it lies."""

from __future__ import annotations

from omnidesk.connectors.email.mailid import content_hash, source_id
from tests.servers import simple_mail

MAIL = simple_mail(message_id="<one@example.org>")


def test_traces_of_transport_do_not_count() -> None:
    delivered = b"Return-Path: <a@b.nl>\r\nDelivered-To: x@y.nl\r\nReceived: from a\r\n by b; now\r\n" + MAIL
    assert source_id(delivered) == source_id(MAIL)


def test_line_ends_and_trailing_blank_lines_do_not_count() -> None:
    assert source_id(MAIL.replace(b"\r\n", b"\n") + b"\n\n") == source_id(MAIL)


def test_an_mbox_line_does_not_count() -> None:
    assert source_id(b"From a@b.nl Mon Nov  2 10:00:00 2026\n" + MAIL) == source_id(MAIL)


def test_other_content_under_the_same_message_id_is_another_mail() -> None:
    other = simple_mail(text="something else", message_id="<one@example.org>")
    assert source_id(other) != source_id(MAIL)
    assert source_id(other).startswith("<one@example.org>:")


def test_a_mail_without_an_id_is_known_by_its_content() -> None:
    raw = MAIL.replace(b"Message-ID: <one@example.org>\r\n", b"")
    assert source_id(raw) == f"sha256:{content_hash(raw)}"


def test_no_id_is_empty_or_long_or_odd() -> None:
    for raw in (b"", b"Message-ID: <" + b"x" * 5000 + b"@y>\n\n", b"Message-ID: <\x1b[2J@y>\n\nx", b"\xff\x00"):
        assert 0 < len(source_id(raw)) <= 300
        assert source_id(raw).isprintable()
