"""A message becomes a mail: the same each time, correct for every program, and without room for injected headers."""

from __future__ import annotations

import email
import email.policy
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.base import File, Item, Outgoing, Quoted
from omnidesk.connectors.email import EmailConnector
from omnidesk.words.kinds import Auto
from omnidesk.words.rows import Address

OUTGOING = Outgoing(
    key="0192f0c1-0000-7000-8000-000000000001",
    external_id="<0192f0c1@example.test>",
    sender=Address("Sanne (Shop)", "support@example.test"),
    to=(Address("Zoë Jansen", "zoe@example.org"), Address("", "bob@example.org")),
    cc=(Address('Jan "J" de Vries, sr.', "jan@example.org"),),
    bcc=(Address("", "hidden@example.org"),),
    subject="Re: Waar blijft mijn bestelling? – herinnering over een lange onderwerpregel met éénmalige accenten",
    text="Hallo Zoë,\n\nHij is onderweg.\n.\nFrom here on it is easy.\n",
    at=1_793_610_000_000,
    conversation=12,
    token="abcdef123",
    files=(File("schäden überblick 漢字.pdf", "application/pdf", bytes(range(256)) * 5),),
    in_reply_to="<9@example.org>",
    references=tuple(f"<{n}@example.org>" for n in range(30)),
    quoted=Quoted("Anna Jansen", "Waar is het?\n> ouder", 1_793_600_000_000),
)


def parsed(outgoing: Outgoing = OUTGOING, **settings: Any) -> Any:
    return email.message_from_bytes(EmailConnector.prepare(outgoing, settings).data, policy=email.policy.default)


def test_another_program_reads_what_was_written() -> None:
    mail = parsed()
    assert mail.defects == []
    assert mail["From"] == '"Sanne (Shop)" <support@example.test>'
    assert [a.addr_spec for a in mail["To"].addresses] == ["zoe@example.org", "bob@example.org"]
    assert mail["To"].addresses[0].display_name == "Zoë Jansen"
    assert mail["Cc"].addresses[0].display_name == 'Jan "J" de Vries, sr.'
    assert mail["Subject"] == OUTGOING.subject
    assert mail["Date"].datetime.timestamp() * 1000 == OUTGOING.at
    text, file = mail.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == OUTGOING.text
    assert file.get_filename() == "schäden überblick 漢字.pdf"
    assert file.get_content() == OUTGOING.files[0].data


def test_our_own_decoder_reads_what_was_written() -> None:
    payload = EmailConnector.prepare(OUTGOING, {})
    (message,) = EmailConnector.decode(Item("x", payload.data, 0))
    assert message.subject == OUTGOING.subject
    assert message.text == OUTGOING.text.rstrip()
    assert message.files == (replace(OUTGOING.files[0]),)
    assert message.external_id == OUTGOING.external_id
    assert [p.name for p in message.cc] == ['Jan "J" de Vries, sr.']


def test_the_same_message_gives_the_same_bytes() -> None:
    script = (
        "import sys, hashlib; from tests.connectors.email.test_compose import OUTGOING, EmailConnector;"
        "print(hashlib.sha256(EmailConnector.prepare(OUTGOING, {'quote': True}).data).hexdigest())"
    )
    runs = {subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout for _ in range(2)}
    assert len(runs) == 1


def test_every_line_is_short_ascii_with_crlf() -> None:
    data = EmailConnector.prepare(OUTGOING, {"quote": True}).data
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_long_references_keep_the_first_and_the_last() -> None:
    found = str(parsed()["References"]).split()
    assert found[0] == "<0@example.org>"
    assert len(found) == 11
    assert found[-1] == "<29@example.org>"


def test_hidden_recipients_are_in_the_envelope_only() -> None:
    payload = EmailConnector.prepare(OUTGOING, {})
    assert b"hidden@example.org" not in payload.data
    assert payload.envelope["recipients"] == [
        "zoe@example.org",
        "bob@example.org",
        "jan@example.org",
        "hidden@example.org",
    ]


def test_the_message_answered_is_quoted_where_the_channel_is_set_so() -> None:
    quoted = next(parsed(quote=True).iter_parts()).get_content().replace("\r\n", "\n")
    assert quoted.endswith("On 2026-11-02 06:13 UTC, Anna Jansen wrote:\n> Waar is het?\n>> ouder\n")
    (message,) = EmailConnector.decode(Item("x", EmailConnector.prepare(OUTGOING, {"quote": True}).data, 0))
    assert message.reply_text == OUTGOING.text.rstrip()


def test_marks_for_threading_are_off_until_asked_for() -> None:
    plain = parsed()
    assert "[#" not in plain["Subject"] and plain["Reply-To"] is None
    marked = parsed(subject_token=True, plus_address=True)
    assert marked["Subject"].endswith("[#12-abcdef123]")
    assert marked["Reply-To"].addresses[0].addr_spec == "support+abcdef123@example.test"
    (message,) = EmailConnector.decode(Item("x", EmailConnector.prepare(OUTGOING, {"subject_token": True}).data, 0))
    assert message.tokens == ("abcdef123",)


def test_mail_that_a_machine_wrote_says_so_and_is_recognised_when_it_comes_back() -> None:
    automatic = replace(OUTGOING, auto=True)
    mail = parsed(automatic)
    assert mail["Auto-Submitted"] == "auto-replied"
    (message,) = EmailConnector.decode(Item("x", EmailConnector.prepare(automatic, {}).data, 0))
    assert message.auto is Auto.LOOP


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": (), "cc": (), "bcc": ()}, "no recipient"),
        ({"to": (Address("", "nonsense"),)}, "'nonsense' is no e-mail address"),
        ({"to": (Address("", "a@b.nl\r\nBcc: x@y.nl"),)}, "no e-mail address"),
        ({"sender": Address("x", "")}, "no e-mail address"),
        ({"files": (File("x", "a/b", b"x" * 20_000_001),)}, "larger than 20 MB"),
        ({"external_id": ""}, "no Message-ID"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_words(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        EmailConnector.prepare(replace(OUTGOING, **changes), {})


HOSTILE = st.text(st.sampled_from('ab\r\n:\0\x85\u2028"\\<>,;=?é 漢\ud800'), max_size=40)


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_nothing_becomes_a_header_that_is_not(subject: str, name: str, file: str, text: str) -> None:
    hostile = replace(
        OUTGOING,
        subject=f"{subject}\r\nX-Injected: yes",
        sender=Address(f"{name}\r\nX-Injected: yes", "support@example.test"),
        to=(Address(f"{name}\nX-Injected: yes", "a@b.nl"),),
        files=(File(f"{file}\r\nX-Injected: yes", f"a/b\r\nX-Injected: {name}", b"x", content_id=name),),
        references=(f"<{name}>\r\nX-Injected: yes",),
        in_reply_to=f"<a@b>\r\nX-Injected: yes {name}",
        text=text,
        token="",
    )
    data = EmailConnector.prepare(hostile, {}).data
    mail = email.message_from_bytes(data, policy=email.policy.compat32)
    assert "X-Injected" not in mail
    assert all("X-Injected" not in part for part in mail.walk())
    assert mail.is_multipart() and len(mail.get_payload()) == 2
