"""What must hold for any bytes that come as a mail, and mails to begin with.

`python -m tests.fuzz.mails SECONDS` lets atheris look for mails that break it; `make test-all` does so for a minute
where atheris is installed. Each file that atheris leaves is one such mail.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import mailgen
from omnidesk.cli.parse import document
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.desk import parsing

LONGEST = 20_000
"""Bytes of a mail that is tried: longer ones only take longer."""
SECONDS_EACH = 5

ODD = (
    b"",
    b"\n",
    b"From: =?utf-8?b?w4k=?= <a@b\r\n\r\nHello",
    b"Subject: =?utf-8?q?=C3?= =?utf-8?q?=A9?= =?x?b?///?=\r\nFrom: a@@b, <>, Group: x@y.test;\r\n\r\nx",
    b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\none\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>two",
    b"Content-Type: multipart/report\r\n\r\n--b\r\nContent-Type: message/delivery-status\n\nFinal-Recipient: x;a@b",
    b"Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n+AOk- =C3=A9=\r\n",
    b"Content-Disposition: attachment; filename*0*=utf-8''%C3; filename*1*=%A9.pdf; name=\"=?cp1252?q?=e9?=\"\n\nx",
    b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n\x78\x9f\x3e\x22\x01\x00",
    b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n",
    b"Date: Mon, 32 Foo 2026 25:61:00 +9999\r\nMessage-ID: <a@b@c>\r\nReferences: <a <b> c>\r\n\r\nOn x wrote:\r\n> y",
    b"Content-Type: text/html; charset=iso-2022-jp\r\n\r\n<table><td><blockquote>\x1b$B$3\x1b(B<style>x</style><div",
)


def seeds(count: int = 40) -> Iterator[bytes]:
    """Return mails of the generator's customers, and odd ones."""
    yield from ODD
    for mail in mailgen.mails(count, 10):
        yield mail.data[:LONGEST]


def check(raw: bytes) -> None:
    """Read a mail as intake and `omnidesk parse` do. Raises AssertionError where what comes is not as it must be."""
    email = registry.connector("email")
    item = Item("x", raw, 1_790_000_000_000)
    (decoded,) = email.decode(item)
    assert "unreadable" not in decoded.warnings, "it could not be understood"
    for said in (decoded.text, decoded.reply_text, decoded.subject, *(file.name for file in decoded.files)):
        said.encode()
        assert not any((ord(letter) < 32 and letter not in "\n\t") or 0x7F <= ord(letter) < 0xA0 for letter in said)
    assert not any("/" in file.name or file.name in ("", ".", "..") for file in decoded.files)
    assert email.identify(raw) == email.identify(raw)
    json.dumps(document(parsing.parse(raw))).encode()


def main(arguments: list[str]) -> int:
    """Let atheris look for mails that break `check`, for so many seconds."""
    try:
        import atheris
    except ImportError:
        print("atheris is not installed here: the reader of mails is tried by hypothesis alone")
        return 0
    seconds = int(arguments[0]) if arguments else 60
    check(ODD[-1])  # what is imported late is there before the modules are instrumented
    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        for number, raw in enumerate(seeds()):
            (Path(folder) / f"{number}.eml").write_bytes(raw)
        options = [f"-max_total_time={seconds}", f"-timeout={SECONDS_EACH}", f"-max_len={LONGEST}", "-verbosity=0"]
        atheris.Setup([sys.argv[0], *options, folder], check)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
