"""An archive's conversations come out as notmuch groups them by ids, in whatever order the mails arrive."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Item
from omnidesk.desk import intake
from tests import archives
from tests.filling import Desk

needs_notmuch = pytest.mark.skipif(shutil.which("notmuch") is None, reason="notmuch is not installed")
PEOPLE = [f"person{number}@list.test" for number in range(40)]
SUBJECTS = ("Build fails", "[PATCH] fix the parser", "Re: your order", "release?", "Question", "RFC: new format")


def archive(count: int, seed: int) -> Iterator[bytes]:
    """Return the mails of a list in the order they were written: answers that name all, one, or nothing of what they
    answer, parents that never came, changed subjects, two answers at a time, and ids that are used twice."""
    rng = random.Random(seed)
    known: list[tuple[str, tuple[str, ...], str]] = []
    for number in range(count):
        own = f"<{number}.{rng.randrange(10**6)}@list.test>"
        subject, named = rng.choice(SUBJECTS) + f" {number}", ()
        head = [f"From: P <{rng.choice(PEOPLE)}>", "To: dev@list.test"]
        if known and rng.random() < 0.75:
            parent, above, subject = rng.choice(known[-60:])
            named = (*above, parent)
            subject = subject if rng.random() < 0.9 else f"{subject} (was: something else)"
            how = rng.random()
            if how < 0.1:
                head.append(f"References: {' '.join(named)}")
            elif how < 0.2:
                head.append(f"In-Reply-To: {parent}")
            elif how < 0.25:
                head.append(f"In-Reply-To: Your message of Monday {parent}")
            else:
                head += [f"In-Reply-To: {parent}", "References: " + "\n ".join(named[-12:])]
            subject = f"Re: {subject}"
        head += [
            f"Subject: {subject}",
            f"Message-ID: {own}",
            f"Date: {format_datetime(datetime.fromtimestamp(1_700_000_000 + 60 * number, UTC))}",
        ]
        if rng.random() < 0.93:  # the others never came, but their ids are named
            yield ("\n".join(head) + f"\n\nText {number}\n").encode()
        known.append((own, named, subject.removeprefix("Re: ")))


def take_in(desk: Desk, maildir: Path, seed: int) -> None:
    """Take the mails of a Maildir in, shuffled."""
    email, channel = registry.connector("email"), desk.adds_channel("mail", "dev@list.test", "email", settings={})
    files = sorted((maildir / "cur").iterdir())
    random.Random(seed).shuffle(files)
    for first in range(0, len(files), 100):
        raws = [file.read_bytes().replace(b"\n", b"\r\n") for file in files[first : first + 100]]
        items = [Item(email.identify(raw), raw, clock.now()) for raw in raws]
        intake.settle(desk.workspace, intake.admit(desk.workspace, channel.id, items, imported=True).items)


def groups(desk: Desk, folder: Path, count: int, seed: int) -> archives.Compared:
    maildir = folder / "Maildir"
    for part in ("cur", "new", "tmp"):
        (maildir / part).mkdir(parents=True)
    for number, raw in enumerate(archive(count, seed)):
        (maildir / "cur" / f"{number:06}:2,S").write_bytes(raw)
    take_in(desk, maildir, seed)
    ours, theirs = archives.groups_of_desk(desk.workspace, maildir), archives.groups_of_notmuch(maildir, folder)
    assert len(ours) == len(theirs)
    return archives.compared(desk.workspace, ours, theirs)


@needs_notmuch
def test_three_hundred_mails_come_out_as_notmuch_groups_them(tmp_path: Path, desk: Desk) -> None:
    found = groups(desk, tmp_path, 300, 1)
    assert found.theirs > 30
    assert (found.too_much, found.too_little) == ([], [])


@needs_notmuch
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_thousands_of_mails_come_out_as_notmuch_groups_them(tmp_path: Path, desk: Desk, seed: int) -> None:
    found = groups(desk, tmp_path, 3_000, seed)
    assert (found.too_much, found.too_little) == ([], [])
