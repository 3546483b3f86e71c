"""A real gammu-smsd with the program around it: long messages joined, nothing twice, failures said, STOP obeyed."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Account, ConnectorError, Outgoing, Sent
from omnidesk.connectors.gammu import GammuConnector
from omnidesk.connectors.testing import Program, wait_for
from omnidesk.words.rows import Address
from tests.connectors.gammu.harness import ModemHarness
from tests.connectors.gammu.modem import CUSTOMER, NUMBER, Service

pytestmark = [pytest.mark.modem, pytest.mark.slow]
LONG = "Where is my order? It should have been here, größer than the last one. ✅ " * 4


@pytest.fixture(params=["files", "sql"])
def modem(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ModemHarness]:
    service: Service = request.param
    with ModemHarness(tmp_path / "modem", service) as harness:
        yield harness


@pytest.fixture
def program(tmp_path: Path, modem: ModemHarness) -> Program:
    return Program(tmp_path / "home", modem)


def answer(program: Program, number: int, text: str, expect: int = 0) -> str:
    return program.run("reply", str(number), "--text", text, "--via", "under-test", expect=(expect,))


def only(program: Program, direction: str = "inbound") -> dict[str, Any]:
    (message,) = (one for one in program.messages() if one["direction"] == direction)
    return message


def arrived(program: Program, modem: ModemHarness, text: str, **more: Any) -> None:
    """Let a customer send a message, and wait for it."""
    before = len(program.texts())
    modem.modem.receives(text, **more)
    wait_for(lambda: program.sync() and len(program.texts()) > before, "the message")


def test_a_long_message_is_one_and_a_part_that_never_came_is_marked(program: Program, modem: ModemHarness) -> None:
    arrived(program, modem, LONG)
    message = only(program)
    assert (message["text"].strip(), message["from"]["address"]) == (LONG.strip(), CUSTOMER)
    if modem.modem.service == "files":  # with a database it waits a minute longer, for what the daemon writes late
        arrived(program, modem, "x" * 300, lose=(1,))
        assert any(text == "[..]" + "x" * 147 for text in program.texts())


def test_an_answer_goes_once_in_parts_and_is_told_to_be_delivered(program: Program, modem: ModemHarness) -> None:
    arrived(program, modem, "Where is my order?")
    answer(program, only(program)["conversation_id"], LONG)
    wait_for(lambda: program.sync() and modem.received(), "the answer to be taken")
    (taken,) = modem.received()
    assert taken.text == LONG.strip()
    wait_for(lambda: any(one.row.get("key") == taken.key for one in modem.kept.entries(0)), "it to be sent")
    modem.modem.reports(CUSTOMER, "Pending")
    modem.modem.reports(CUSTOMER, "Delivered")
    wait_for(lambda: program.sync() and only(program, "outbound")["status"] == "delivered", "the report")
    assert len(modem.received()) == 1
    assert program.texts() == ["Where is my order?"]


def test_what_could_not_be_sent_is_said(program: Program, modem: ModemHarness) -> None:
    """The daemon is ended, and what it does at the end of its retries is done by hand."""
    arrived(program, modem, "Where is my order?")
    modem.modem.stop()
    answer(program, only(program)["conversation_id"], "On its way")
    program.sync_well()
    folder = modem.modem.folder
    if modem.modem.service == "files":
        (path,) = (folder / "outbox").glob("OUT*")
        path.rename(folder / "error" / path.name)
    else:
        with closing(sqlite3.connect(modem.modem.database)) as database, database:
            database.execute(
                "INSERT INTO sentitems (ID, Text, DestinationNumber, UDH, SenderID, CreatorID, Status) "
                "SELECT ID, Text, DestinationNumber, '', 'omni', CreatorID, 'SendingError' FROM outbox"
            )
            database.execute("DELETE FROM outbox")
    wait_for(lambda: program.sync() and program.outbox("failed"), "the failure")
    (row,) = program.outbox("failed")
    assert "the modem could not send it" in row["error"]


def test_stop_is_kept_and_nothing_goes_until_start(program: Program, modem: ModemHarness) -> None:
    arrived(program, modem, "Where is my order?")
    number = only(program)["conversation_id"]
    arrived(program, modem, "Afmelden")
    answer(program, number, "On its way", expect=4)
    assert "wants no messages" in program.said[-1] and "Afmelden" in program.said[-1]
    arrived(program, modem, "START")
    answer(program, number, "Welcome back")
    wait_for(lambda: program.sync() and modem.received(), "the answer to be taken")
    assert [one.text for one in modem.received()] == ["Welcome back"]


def test_the_live_test_counts_and_warns(program: Program, modem: ModemHarness) -> None:
    arrived(program, modem, "Where is my order?")
    found = program.ask("channel", "test", "under-test")["found"]
    assert found["account"] == f"gammu-smsd ({modem.modem.config})" and found["total"] == 1
    assert not found["warnings"]


def test_a_message_is_put_down_once_whoever_tries(modem: ModemHarness) -> None:
    modem.modem.stop()
    key = "8d9b3f2e-1f5e-4a6b-9e53-1a2b3c4d5e6f"
    outgoing = Outgoing(key, "", Address("", NUMBER), (Address("", CUSTOMER),), (), (), "", LONG, clock.now(), 1, "t")
    committed = []

    async def committing() -> None:
        committed.append(key)

    async def twice() -> None:
        for _ in range(2):
            connector = GammuConnector(Account(1, "modem", NUMBER, modem.settings))
            assert isinstance(await connector.send(connector.prepare(outgoing, {}), key, committing), Sent)

    asyncio.run(twice())
    assert [one.key for one in modem.received()] == [key]
    assert committed == [key]


@pytest.mark.parametrize("inbox_format", ["unicode", "standard"])
def test_without_details_messages_come_too_and_the_live_test_warns(tmp_path: Path, inbox_format: str) -> None:
    with ModemHarness(tmp_path / "modem", "files", inbox_format) as modem:
        program = Program(tmp_path / "home", modem)
        arrived(program, modem, "plain words, and " * 20)
        assert only(program)["text"].strip() == ("plain words, and " * 20).strip()
        (warning,) = program.ask("channel", "test", "under-test")["found"]["warnings"]
        assert "inboxformat = detail" in warning


def test_a_text_cannot_name_another_sender(tmp_path: Path) -> None:
    """It looks like the daemon's own format, where that is not what the daemon writes."""
    with ModemHarness(tmp_path / "modem", "files", "standard") as modem:
        program = Program(tmp_path / "home", modem)
        arrived(program, modem, '[SMSBackup000]\nNumber = "+31687654321"\nText00 = 0048')
        message = only(program)
        assert message["from"]["address"] == CUSTOMER and "[SMSBackup000]" in message["text"]


def test_a_daemon_that_is_silent_stands_in_the_health(tmp_path: Path) -> None:
    with ModemHarness(tmp_path / "modem", "sql") as modem:
        program = Program(tmp_path / "home", modem)
        modem.modem.stop()
        with closing(sqlite3.connect(modem.modem.database)) as database, database:
            database.execute("UPDATE phones SET TimeOut = '2026-01-01 00:00:00'")
        assert "was not heard of since 2026-01-01" in program.sync()["error"]
    with ModemHarness(tmp_path / "other", "files") as modem:
        program = Program(tmp_path / "home2", modem)
        modem.modem.stop()
        waiting = modem.modem.folder / "outbox" / "OUT+31600000000.txt"
        waiting.write_text("hello")
        assert program.sync()["error"] is None
        old = clock.now() / 1000 - 3600
        os.utime(waiting, (old, old))
        assert program.sync()["error"] is None  # when it came into the folder counts
        (modem.modem.folder / "inbox").rename(modem.modem.folder / "gone")
        assert "inbox of gammu-smsd cannot be used" in program.sync()["error"]


def test_a_database_that_is_none_is_said_in_words(tmp_path: Path) -> None:
    config = tmp_path / "smsdrc"
    config.write_text(f"[smsd]\nservice = sql\ndriver = sqlite3\ndbdir = {tmp_path}/\ndatabase = smsd.db\n")
    connector = GammuConnector(Account(1, "modem", NUMBER, {"config": str(config)}))
    with pytest.raises(ConnectorError, match="cannot be used"):
        asyncio.run(connector.check())
    (tmp_path / "smsd.db").write_bytes(b"not at all a database" * 100)
    with pytest.raises(ConnectorError, match="no database of gammu-smsd"):
        asyncio.run(connector.check())
