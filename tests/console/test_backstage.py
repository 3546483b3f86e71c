"""What runs off the event loop: its order, and what becomes of failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.message import Message

from omnidesk.screens.backstage import Backstage
from omnidesk.screens.messages import EngineSays, Stirred, Trouble
from omnidesk.screens.session import begin
from omnidesk.screens.watcher import Engine, Watcher
from omnidesk.words.errors import RefusedError
from tests.filling import Desk, mail, wait_until


@dataclass
class Said(Message):
    number: int


@pytest.fixture
def posted() -> list[Message]:
    return []


@pytest.fixture
def backstage(posted: list[Message]) -> Iterator[Backstage]:
    found = Backstage(posted.append)
    yield found
    found.close()


def numbers(posted: list[Message]) -> list[int]:
    return [message.number for message in posted if isinstance(message, Said)]


def test_writes_run_in_the_order_they_were_asked_for(backstage: Backstage, posted: list[Message]) -> None:
    for number in range(200):
        backstage.write(lambda number=number: Said(number))  # type: ignore[misc]
    wait_until(lambda: len(posted) == 200)
    assert numbers(posted) == list(range(200))


def test_of_reads_that_wait_only_the_newest_of_a_group_is_done(backstage: Backstage, posted: list[Message]) -> None:
    go_on = threading.Event()

    def first() -> Said:
        go_on.wait(20)
        return Said(0)

    backstage.read("window", first)
    for number in range(1, 50):
        backstage.read("window", lambda number=number: Said(number))  # type: ignore[misc]
    backstage.read("other", lambda: Said(-1))
    wait_until(lambda: numbers(posted) == [-1])
    go_on.set()
    wait_until(lambda: len(posted) == 3)
    assert numbers(posted) == [-1, 0, 49]


def test_a_refusal_is_told_in_its_own_words_and_a_mistake_does_not_end_the_threads(
    backstage: Backstage, posted: list[Message]
) -> None:
    def refused() -> Message:
        raise RefusedError("the window has closed")

    def mistaken() -> Message:
        raise ZeroDivisionError

    backstage.write(refused)
    backstage.write(mistaken)
    backstage.write(lambda: Said(1))
    wait_until(lambda: len(posted) == 3)
    assert [message.said for message in posted if isinstance(message, Trouble)] == [
        "the window has closed",
        "that did not work: ZeroDivisionError()",
    ]


def test_closing_lets_the_writes_finish(posted: list[Message]) -> None:
    done: list[int] = []
    backstage = Backstage(posted.append)
    for number in range(20):
        backstage.write(lambda number=number: done.append(number))  # type: ignore[misc]
    backstage.close()
    assert done == list(range(20))
    assert backstage.write(lambda: None) is None


def test_the_watcher_says_when_something_was_committed(desk: Desk, posted: list[Message]) -> None:
    watcher = Watcher(begin(desk.workspace, str(desk.workspace.home.path)).session, posted.append, engine=False)
    watcher.start()
    try:
        seen = wait_until(lambda: len(posted))
        for number in range(3):
            desk.receives(mail(str(number)))
            seen = wait_until(lambda seen=seen: len(posted) > seen and len(posted))
        assert all(isinstance(message, Stirred) for message in posted)
    finally:
        watcher.end()
        watcher.join(20)


def test_an_engine_that_dies_is_started_again_later_and_later(tmp_path: Path) -> None:
    engine = Engine(str(tmp_path / "nowhere"))
    (tmp_path / "nowhere").mkdir()
    engine.tend(needed=False)
    assert engine.process is None
    waits = []
    for _ in range(2):
        engine.tend(needed=True)
        assert engine.process is not None
        engine.process.wait(60)
        engine.tend(needed=True)
        assert "the engine stopped (" in engine.said
        assert "there is no workspace" in engine.said
        waits.append(engine.said.rpartition(" in ")[2])
        engine.tend(needed=True)
        assert engine.process is None
        engine._again = 0.0
    assert waits == ["1 s", "2 s"]


def test_the_watcher_starts_the_engine_only_where_there_is_a_channel_to_run(desk: Desk, posted: list[Message]) -> None:
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
    watcher = Watcher(begin(desk.workspace, str(desk.workspace.home.path)).session, posted.append, engine=True)
    watcher.start()
    try:
        wait_until(lambda: posted)
        desk.receives(mail("1"))
        wait_until(lambda: len(posted) > 1)
        assert watcher._engine is not None
        assert watcher._engine.process is None
        desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = TRUE"))
        started = wait_until(lambda: watcher._engine and watcher._engine.process)
        wait_until(lambda: desk.count("lease"), what="the engine to take a lease")
    finally:
        watcher.end()
        watcher.join(20)
    started.terminate()
    started.wait(60)
    assert not any(isinstance(message, EngineSays) and message.said for message in posted)
