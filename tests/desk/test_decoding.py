"""Decoding beside the other work: the same outcome as here, whatever becomes of the process that does it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import decoding, indexing
from omnidesk.desk.decoding import Decoder
from tests.desk.mailing import Mailroom
from tests.filling import Desk
from tests.servers import until

MAIL = """\
From: Ann Ash <ann{number}@example.com>
To: support@shop.example
Subject: Order {number}
Message-ID: <m{number}@example.com>
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Where is order {number}? é

On Mon, 2 Mar 2026 at 10:00, Shop <support@shop.example> wrote:
> It left yesterday.
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename="invoice {number}.pdf"

PDF {number}
--b--
"""


def items(count: int) -> list[Item]:
    return [
        Item(source_id=str(number), raw=MAIL.format(number=number).encode(), received_at=1, media_type="message/rfc822")
        for number in range(count)
    ]


@pytest.fixture
def many() -> list[Item]:
    return items(decoding.FEW + 20)


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_a_child_says_the_same_as_we_do_and_ends_when_nobody_needs_it(many: list[Item]) -> None:
    here = [decoding.decode("email", item) for item in many]
    decoder = Decoder()
    with decoder:
        assert decoder.decode("email", many) == here
        child = decoder._child
        assert child is not None and child.poll() is None
        with decoder:
            pass
        assert child.poll() is None, "somebody still has much to decode"
    assert child.poll() is not None
    kept = here[7][0]
    assert not isinstance(kept, str)
    assert [file.name for file in kept.files] == ["invoice 7.pdf"] and kept.message.files == ()
    assert "invoice" in kept.search_words and kept.message.reply_text.strip() == "Where is order 7? é"


def test_few_items_and_a_decoder_that_nobody_announced_start_no_process(many: list[Item]) -> None:
    decoder = Decoder()
    assert len(decoder.decode("email", many)) == len(many)
    with decoder:
        decoder.decode("email", many[: decoding.FEW])
        assert decoder._child is None


def test_a_child_that_died_or_cannot_be_started_costs_nothing_but_time(
    many: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = [decoding.decode("email", item) for item in many]
    with Decoder() as decoder:
        decoder.decode("email", many)
        first = decoder._child
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        assert decoder.decode("email", many) == here
        assert decoder.decode("email", many) == here
        assert decoder._child is not None and decoder._child.pid != first.pid
        for _ in range(decoding.MOST_DEATHS):
            if decoder._child is not None:
                os.kill(decoder._child.pid, signal.SIGKILL)
            assert decoder.decode("email", many) == here
        assert decoder.decode("email", many) == here and decoder._child is None, "it is not begun for ever"
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    with Decoder() as decoder:
        assert decoder.decode("email", many) == here


def test_what_cannot_travel_to_a_child_is_decoded_here(many: list[Item]) -> None:
    here = [decoding.decode("email", item) for item in many]
    with Decoder() as decoder:
        stuck = [*many[:-1], replace(many[-1], headers=MappingProxyType({}))]
        assert decoder.decode("email", stuck) == here
        assert decoder.decode("email", many) == here, "the child after it answers what it is asked"


def test_what_cannot_be_decoded_says_why_and_stops_no_other(many: list[Item]) -> None:
    with Decoder() as decoder:
        outcomes = decoder.decode("nosuchkind", many)
    assert len(outcomes) == len(many) and all(isinstance(one, str) and "nosuchkind" in one for one in outcomes)


def test_a_child_does_not_outlive_an_engine_that_was_killed() -> None:
    engine = """
import signal
from omnidesk.connectors.base import Item
from omnidesk.desk import decoding, indexing
item = Item(source_id="1", raw=b"From: a@b.example\\n\\nhello", received_at=1, media_type="message/rfc822")
decoding.os.cpu_count = lambda: 2
with decoding.Decoder() as decoder:
    decoder.decode("email", [item] * 20)
    print(decoder._child.pid, flush=True)
    signal.pause()
"""
    with subprocess.Popen([sys.executable, "-c", engine], stdout=subprocess.PIPE, text=True) as killed:
        assert killed.stdout is not None
        child = int(killed.stdout.readline())
        killed.kill()
    until(lambda: not _lives(child), "the end of the child")


def _lives(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    try:
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_search_words_can_be_made_again_from_what_is_stored(desk: Desk) -> None:
    """Else taking a message out of the search would leave words behind."""
    room = Mailroom(desk)
    raw = MAIL.format(number=3).replace("invoice 3.pdf", "../..//a\u202eb: c?.pdf").encode()
    number = room.takes(raw)
    reader = desk.workspace.database.reader
    row = reader.one("SELECT * FROM message WHERE conversation_id = ?", (number,))
    (kept,) = decoding.decode("email", Item(source_id="3", raw=raw, received_at=1, media_type="message/rfc822"))
    assert not isinstance(kept, str)
    assert indexing.stored_entry(reader, row)[0] == kept.search_words


def test_a_child_takes_no_modules_from_the_folder_it_stands_in(
    many: list[Item], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('taken from here')")
    monkeypatch.chdir(tmp_path)
    with Decoder() as decoder:
        decoder.decode("email", many)
        assert decoder._child is not None
