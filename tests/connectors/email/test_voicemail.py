"""Mails of a telephone system with a recording become calls to return."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from omnidesk.connectors.base import Call, Decoded, Item
from omnidesk.connectors.email.decode import decode
from omnidesk.connectors.email.voicemail import HEADER

SYSTEM = "voicemail@pbx.example"
AT = 1_795_000_000_000


def item(subject: str, text: str, sender: str = SYSTEM, audio: bool = True, by: str = SYSTEM) -> Item:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, "support@shop.example", subject, "<v1@pbx>"
    mail.set_content(text)
    if audio:
        mail.add_attachment(b"RIFFsound", maintype="audio", subtype="wav", filename="msg0001.wav")
    headers = {HEADER: by} if by else {}
    return Item("v1", mail.as_bytes(), AT, "message/rfc822", headers)


@pytest.mark.parametrize(
    ("subject", "text", "number", "seconds"),
    [
        ("New voicemail from 0612345678", "You have a message.\nDuration: 0:23", "0612345678", 23),
        ("[PBX]: Nieuw bericht 4", "Van: +31 6 12345678\nDuur: 1:05\nDatum: 2026-11-29 10:12", "+31 6 12345678", 65),
        ("Neue Sprachnachricht", "Anrufer: 030 1234567\nDauer: 40 Sekunden", "030 1234567", 40),
        ("Voicemail 29-11-2026 (anonymous)", "Caller: anonymous\nLength 0:00:12", "", 12),
    ],
)
def test_a_recording_becomes_a_call_to_return(subject: str, text: str, number: str, seconds: int) -> None:
    found = decode(item(subject, text))
    assert found.call == Call("ended", AT, AT, AT + seconds * 1_000, "voicemail")
    assert (found.sender.value if found.sender else "") == number
    assert [file.name for file in found.files] == ["msg0001.wav"]


@pytest.mark.parametrize(
    "mail",
    [
        item("Voicemail from 0612345678", "hello", sender="anna@example.test"),
        item("Voicemail from 0612345678", "hello", audio=False),
        item("Voicemail from 0612345678", "hello", by=""),
    ],
)
def test_any_other_mail_stays_one(mail: Item) -> None:
    found: Decoded = decode(mail)
    assert found.call is None and found.sender is not None and "@" in found.sender.value
