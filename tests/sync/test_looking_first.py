"""Before what waited long goes out, its source is read: it may have been overtaken (promise 12)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import composing, outbox, settings
from omnidesk.sync.engine import Engine
from tests.filling import Desk, mail, open_desk, sent_lines, write_lines


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with an answer that was written two hours ago, while nothing ran."""
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    desk = open_desk(tmp_path)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET created_at = 0"))
    desk.receives(mail("1", at=clock.now() - 3 * clock.HOUR))
    composing.reply(desk.workspace, desk.me, 1, "It comes on Thursday.", now=True)
    ago = clock.now() - 2 * clock.HOUR
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE outbox SET created_at = ?, due_at = ?", (ago, ago)))
    settings.put(desk.workspace, "tick_seconds", 0.02)
    return desk


async def run_until(desk: Desk, state: str) -> None:
    """Run an engine until the answer is in a state."""
    engine = Engine(desk.workspace)
    running = asyncio.create_task(engine.run())
    end = clock.monotonic() + 20
    try:
        while desk.value("SELECT state FROM outbox") != state:
            assert clock.monotonic() < end, desk.value("SELECT state || coalesce(error, '') FROM outbox")
            await asyncio.sleep(0.02)
    finally:
        engine._stopping.set()
        await running


async def test_what_was_said_meanwhile_is_read_before_the_answer_leaves(waiting: Desk) -> None:
    write_lines(waiting.folder, mail("2", "It came, thank you!", answers="1"))
    await run_until(waiting, "failed")
    (row,) = outbox.waiting(waiting.workspace)
    assert row.held
    assert sent_lines(waiting.folder) == []


async def test_where_nothing_was_said_it_leaves(waiting: Desk) -> None:
    await run_until(waiting, "sent")
    assert len(sent_lines(waiting.folder)) == 1


async def test_a_source_that_cannot_be_read_holds_nothing_up(waiting: Desk) -> None:
    (waiting.folder / "broken").touch()
    await run_until(waiting, "sent")
