"""Mail in files: mbox and Maildir in, however it was written and wherever it was cut off; mbox out, and in again."""

from __future__ import annotations

import mailbox
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from bench import mailgen
from omnidesk.desk import composing, exporting, files, importing, intake, mbox
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Channel
from tests.filling import Desk, mail, open_desk

POSTMARK = b"From anna@x.test Mon Nov  2 10:00:00 2020\n"


def raw(number: int, text: str = "Hello") -> bytes:
    """Return a mail with LF line ends."""
    return f"From: Anna <anna@x.test>\nSubject: n{number}\nMessage-ID: <{number}@x.test>\n\n{text}\n".encode()


def read(folder: Path, content: bytes) -> list[bytes]:
    """Return the mails of a file, with LF line ends."""
    path = folder / "box"
    path.write_bytes(content)
    return [one.replace(b"\r\n", b"\n") for one, _ in mbox.read(path)]


def adds_mailbox(desk: Desk) -> Channel:
    hosts = {f"{name}_{what}": value for name in ("imap", "smtp")
             for what, value in (("host", "127.0.0.1"), ("port", 9), ("security", "none"))}  # fmt: skip
    return desk.adds_channel("support", "support@shop.test", "email", settings={**hosts, "user": "support"})


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Desk]:
    """Another workspace."""
    folder = tmp_path / "second"
    folder.mkdir()
    yield open_desk(folder)


@pytest.mark.parametrize(
    ("between", "count"),
    [
        (b"\n" + POSTMARK, 2),
        (b"\nFrom - Mon Nov 02 10:00:00 2020\n", 2),
        (b"\nFrom MAILER-DAEMON\n", 2),
        (b"\nFrom anna at x.test  Mon Nov  2 10:00:00 2020\n", 2),
        (POSTMARK, 2),
        (b"\n\n\n" + POSTMARK, 2),
        (b"\nFrom here on it rains at 10:30, since 2020\n", 1),
        (b"\nFrom: nobody\n", 1),
        (b"From Monday on\n", 1),
    ],
)
def test_a_mail_begins_at_a_postmark_and_nowhere_else(tmp_path: Path, between: bytes, count: int) -> None:
    below = raw(2) if count == 2 else b"it was said.\n"
    found = read(tmp_path, POSTMARK + raw(1) + between + below)
    assert len(found) == count
    if count == 2:
        assert found[1] == raw(2) and found[0].rstrip() == raw(1).rstrip()


def test_crlf_files_and_escaped_from_lines_come_as_they_were_sent(tmp_path: Path) -> None:
    first = raw(1, "From the start\n>From a friend")
    content = b"".join(mbox.written(one, "anna@x.test", 0) for one in (first, raw(2)))
    assert read(tmp_path, content) == [first, raw(2)]
    assert read(tmp_path, content.replace(b"\n", b"\r\n")) == [first, raw(2)]


@pytest.mark.parametrize("content", [b"", b"\n", b"From ", b"From x\n", b"From x", POSTMARK * 3])
def test_what_holds_no_mail_gives_none_that_breaks(tmp_path: Path, content: bytes) -> None:
    assert sum(len(one) for one in read(tmp_path, content)) < len(content) or not content


def test_an_import_that_was_cut_off_goes_on_and_nothing_is_doubled(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    adds_mailbox(desk)
    box = tmp_path / "old.mbox"
    box.write_bytes(b"".join(mbox.written(raw(one), "anna@x.test", 0) for one in range(450)))

    class DiedError(Exception):
        pass

    shares: list[float] = []
    settle = intake.settle

    def dies(*said: Any, **more: Any) -> object:
        if len(shares) == 2:  # what the third hundred brought is taken in, and not yet filed
            raise DiedError
        return settle(*said, **more)

    monkeypatch.setattr(intake, "settle", dies)
    with pytest.raises(DiedError):
        importing.import_mbox(desk.workspace, desk.me, "support", box, lambda done: shares.append(done.share))
    monkeypatch.undo()
    assert 0 < shares[0] < shares[1] < 1 and desk.count("raw_item", "state = 'admitted'") == 200
    done = importing.import_mbox(desk.workspace, desk.me, "support", box)
    assert (done.received, done.duplicates) == (250, 200)
    assert desk.count("message") == 450 and desk.count("raw_item", "state = 'admitted'") == 0


def test_a_file_that_is_no_mbox_is_named(tmp_path: Path, desk: Desk) -> None:
    adds_mailbox(desk)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear all,\n")
    with pytest.raises(UsageError, match="is no mbox"):
        importing.import_mbox(desk.workspace, desk.me, "support", letter)


def test_a_desk_written_as_mails_comes_in_again_as_the_same_conversations(
    tmp_path: Path, desk: Desk, second: Desk
) -> None:
    adds_mailbox(desk)
    adds_mailbox(second)
    folder = tmp_path / "md"
    mailgen.write_maildir(folder, 120, 20)
    importing.import_maildir(desk.workspace, desk.me, "support", folder)
    files.write_whole(tmp_path / "out.mbox", exporting.mails(desk.workspace))
    done = importing.import_mbox(second.workspace, second.me, "support", tmp_path / "out.mbox")
    assert (done.received, done.duplicates) == (120, 0)
    groups = (
        "SELECT group_concat(external_id, ' ') FROM (SELECT * FROM message ORDER BY external_id) AS message "
        "GROUP BY conversation_id"
    )
    assert sorted(row[0] for row in desk.workspace.database.reader.all(groups)) == sorted(
        row[0] for row in second.workspace.database.reader.all(groups)
    )


def test_other_channels_become_mails_and_notes_stay_out(tmp_path: Path, desk: Desk) -> None:
    sms = desk.adds_channel("sms", "+31851234567", "sample-sms")
    (number,) = desk.receives(mail("1", "waar blijft ‘het’?\n", sender="+31611111111", name='Jan "J" <x>'), channel=sms)
    composing.note(desk.workspace, desk.me, number, "he is angry")
    composing.reply(desk.workspace, desk.me, number, "not gone yet")
    files.write_whole(tmp_path / "out.mbox", exporting.mails(desk.workspace, [number]))
    (found,) = mailbox.mbox(tmp_path / "out.mbox", create=False)
    made = EmailMessage(policy=SMTP)
    made["From"] = found["From"]
    (sender,) = made["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Jan 'J' (x)", "+31611111111@omnidesk.invalid")
    said = found.get_payload(decode=True)
    assert isinstance(said, bytes) and "waar blijft ‘het’?" in said.decode()


def test_a_conversation_that_is_none_is_not_written(tmp_path: Path, desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        files.write_whole(tmp_path / "out.mbox", exporting.mails(desk.workspace, [99]))
    assert list(tmp_path.glob("out*")) == []
