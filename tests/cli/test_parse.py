"""`omnidesk parse`: mails as intake would store them, without a workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from omnidesk.cli.main import run

MAIL = b"""From: =?utf-8?q?Anna_B=C3=B6ll?= <anna@x.test>\r
To: Desk <support@shop.test>\r
Subject: Re: boots\r
Date: Mon, 02 Nov 2026 10:00:00 +0100\r
Message-ID: <2@x.test>\r
In-Reply-To: <1@shop.test>\r
References: <0@shop.test> <1@shop.test>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
Yes please.\r
\r
On Mon, 2 Nov 2026 at 09:00, Desk <support@shop.test> wrote:\r
> Shall we?\r
\r
-- \r
Anna\r
--b\r
Content-Type: text/html\r
\r
<p onclick="x()">Yes please.<script>1</script><img src="https://t.test/p.gif"></p>\r
--b--\r
"""
BOUNCE = b"""From: MAILER-DAEMON@mx.test\r
Return-Path: <>\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <b@mx.test>\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
\r
It failed.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.test\r
\r
Final-Recipient: rfc822; gone@x.test\r
Action: failed\r
Status: 5.1.1\r
Diagnostic-Code: smtp; 550 5.1.1 No such user\r
\r
Final-Recipient: rfc822; full@x.test\r
Action: delayed\r
Status: 4.2.2\r
--b--\r
"""
FORWARD = b"""From: Sanne <sanne@shop.test>\r
Subject: Fwd: Boots\r
\r
Please look.\r
\r
---------- Forwarded message ---------\r
From: Bram Bos <bram@x.test>\r
Date: Mon, 2 Nov 2026 at 09:00\r
Subject: Boots\r
To: <sanne@shop.test>\r
\r
They leak.\r
"""

ORDER = [
    "id",
    "conversation_id",
    "customer_id",
    "channel",
    "channel_id",
    "kind",
    "direction",
    "author",
    "from",
    "to",
    "cc",
    "reply_to",
    "subject",
    "text",
    "reply_text",
    "attachments",
    "external_id",
    "receipts",
    "joined_by",
    "auto",
    "list",
    "public",
    "aside",
    "auth",
    "status",
    "error",
    "at",
    "sent_at",
    "received_at",
    "html",
    "quoted_text",
    "signature",
    "forwarded",
    "bounce",
    "no_auto_answer",
    "in_reply_to",
    "references",
    "defects",
]
"""The fields of DESIGN.md section 7, and those of this command."""


@pytest.fixture
def parse(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Parse these bytes, each as a file; returns the documents."""
    monkeypatch.setenv("OMNIDESK_HOME", str(tmp_path / "nowhere"))

    def said(*mails: bytes, options: tuple[str, ...] = (), status: int = 0) -> list[dict[str, Any]]:
        paths = []
        for number, mail in enumerate(mails):
            path = tmp_path / f"{number}.eml"
            path.write_bytes(mail)
            paths.append(str(path))
        assert run(["parse", *paths, "--json", *options]) == status
        assert not (tmp_path / "nowhere").exists(), "no workspace is made"
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return said


def test_a_mail_is_printed_as_it_would_be_stored(parse: Any) -> None:
    (found,) = parse(MAIL)
    assert found["id"] is found["conversation_id"] is found["customer_id"] is None
    assert found["from"] == {"name": "Anna Böll", "address": "anna@x.test"}
    assert found["to"] == [{"name": "Desk", "address": "support@shop.test"}]
    assert found["external_id"] == "<2@x.test>"
    assert found["in_reply_to"] == ["<1@shop.test>"]
    assert found["references"] == ["<0@shop.test>", "<1@shop.test>"]
    assert found["reply_text"] == "Yes please."
    assert "> Shall we?" in found["quoted_text"] and "> Shall we?" in found["text"]
    assert found["sent_at"] == found["at"] == "2026-11-02T09:00:00.000Z"
    assert found["forwarded"] is found["bounce"] is found["auto"] is found["list"] is None
    assert found["no_auto_answer"] is False
    assert found["defects"] == []
    assert "Yes please." in found["html"]
    assert not any(bad in found["html"] for bad in ("script", "onclick", "t.test"))


def test_the_fields_stand_in_the_order_of_the_design(parse: Any) -> None:
    (found,) = parse(MAIL)
    assert [name for name in found if name in ORDER] == ORDER


def test_a_bounce_names_each_recipient_with_its_own_status(parse: Any) -> None:
    (found,) = parse(BOUNCE)
    gone, full = found["bounce"]["recipients"]
    assert gone == {
        "address": "gone@x.test", "status": "5.1.1", "code": "550", "action": "failed",
        "reason": "550 5.1.1 No such user", "hard": True,
    }  # fmt: skip
    assert (full["address"], full["status"], full["action"], full["hard"]) == ("full@x.test", "4.2.2", "delayed", False)
    assert found["auto"] == "bounce" and found["no_auto_answer"] is True


def test_a_forward_offers_its_inner_author(parse: Any) -> None:
    (found,) = parse(FORWARD)
    assert found["forwarded"] == {
        "from": {"name": "Bram Bos", "address": "bram@x.test"}, "subject": "Boots", "text": "They leak.",
    }  # fmt: skip
    assert found["reply_text"] == found["text"]


def test_a_forward_as_a_file_offers_its_inner_author_too(parse: Any) -> None:
    raw = (
        b"From: a@shop.test\r\nSubject: Fwd: x\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nsee\r\n"
        b"--c\r\nContent-Type: message/rfc822\r\n\r\n" + MAIL + b"\r\n--c--\r\n"
    )
    (found,) = parse(raw)
    assert found["forwarded"]["from"]["address"] == "anna@x.test"
    assert found["forwarded"]["subject"] == "Re: boots"


@pytest.mark.parametrize(
    ("head", "auto", "list_id"),
    [
        ("List-Id: News <news.x.test>", None, "news.x.test"),
        ("List-Unsubscribe: <https://x.test/u>", None, "anna@x.test"),
        ("List-Post: <mailto:Dev@lists.test>", None, "dev@lists.test"),
        ("Precedence: list", None, "anna@x.test"),
        ("Precedence: bulk", None, None),
        ("X-Auto-Response-Suppress: All", None, None),
        ("Auto-Submitted: auto-replied", "auto_reply", None),
        ("Auto-Submitted: auto-generated\nList-Id: <ci.x.test>", None, "ci.x.test"),
        ("Auto-Submitted: auto-replied\nList-Id: <ci.x.test>", "auto_reply", "ci.x.test"),
        ("In-Reply-To: <1@shop.test>\nSubject: Automatic reply: hi", "auto_reply", None),
        ("X-OmniDesk-Loop: 1", "loop", None),
    ],
)
def test_what_must_not_be_answered_is_another_question_than_what_is_automatic(
    parse: Any, head: str, auto: str | None, list_id: str | None
) -> None:
    (found,) = parse(f"From: anna@x.test\nMessage-ID: <1@x.test>\n{head}\n\nHi\n".encode())
    assert (found["auto"], found["list"], found["no_auto_answer"]) == (auto, list_id, True)


@pytest.mark.parametrize(
    "sender", ["noreply@x.test", "shop-no-reply@x.test", "do-not-reply@x.test", "bounces+1@x.test"]
)
def test_an_address_that_takes_no_answer_gets_none(parse: Any, sender: str) -> None:
    (found,) = parse(f"From: {sender}\n\nYour parcel is on its way\n".encode())
    assert found["no_auto_answer"] is True and found["auto"] is None


@pytest.mark.parametrize("sender", ["anna@x.test", "norah.reply@x.test", "owner@x.test", "reply@x.test"])
def test_a_person_may_be_answered(parse: Any, sender: str) -> None:
    (found,) = parse(f"From: {sender}\nAuto-Submitted: no\n\nHi\n".encode())
    assert found["no_auto_answer"] is False


def test_whatever_is_in_a_file_gives_one_line_in_order(parse: Any) -> None:
    found = parse(b"", bytes(range(256)) * 40, MAIL, b"\x00" * 999, b"\r" * 50, b"From: \xff\xfe\n\n\x1b]0;x\x07")
    assert len(found) == 6
    assert found[2]["external_id"] == "<2@x.test>"
    assert "no-sender" in found[0]["defects"]


def test_bare_bodies_are_taken_apart(parse: Any) -> None:
    text = "Thanks\u00e9!\n\nOn Mon, 2 Nov 2026 at 09:00, Desk <support@shop.test> wrote:\n> Hi\n".encode()
    (found,) = parse(text, options=("--text",))
    assert found["reply_text"] == "Thanksé!"
    assert found["quoted_text"].endswith("> Hi")
    assert found["html"] == "" and found["defects"] == []
    (found,) = parse(b"<div>Thanks</div><script>1</script><blockquote>old</blockquote>", options=("--html",))
    assert found["text"].startswith("Thanks")
    assert "script" not in found["html"] and "<blockquote>" in found["html"]


def test_what_cannot_be_read_is_said_and_the_others_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mail = tmp_path / "a.eml"
    mail.write_bytes(MAIL)
    assert run(["parse", "--json", str(tmp_path), str(mail)]) == 1
    out, err = capsys.readouterr()
    assert out.count("\n") == 1 and err.count("\n") == 1 and err.startswith("omnidesk: ")
    assert run(["parse", "--json", str(tmp_path / "none"), str(mail)]) == 3
    assert capsys.readouterr().out.count("\n") == 1
    assert run(["parse", str(mail), "--text", "--html"]) == 2


def test_people_read_what_matters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mail = tmp_path / "b.eml"
    mail.write_bytes(BOUNCE)
    assert run(["parse", str(mail)]) == 0
    out = capsys.readouterr().out
    assert "came back: gone@x.test failed 5.1.1" in out
