"""A database that goes and comes while the console is open (promise 12): nothing of what is on the screen or written is
lost, and it carries on by itself."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from omnidesk.desk import agents, outbox, spool, workspace
from omnidesk.screens.console import OmniDeskApp
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Actor
from tests.console.steering import Console, console
from tests.filling import SUPPORT, Desk, mail
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgresql


@pytest.fixture
async def here(own_postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    """A console on a server of its own, with one conversation."""
    for name, value in {
        "OMNIDESK_AGENT": "sanne", "TZ": "UTC", "OMNIDESK_CONFIG": str(tmp_path / "config.toml"),
        "XDG_STATE_HOME": str(tmp_path / "state"), "XDG_DATA_HOME": str(tmp_path / "data"),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(f'database = "{own_postgres.database()}"\n')
    made = workspace.create(home, "Sanne")
    me = Actor("sanne", agents.get_agent(made, "sanne").id)
    from omnidesk.desk import channels

    channel = channels.add(made, me, "sample", "demo", SUPPORT, {"folder": str(tmp_path)})[1]
    Desk(made, me, channel, tmp_path).receives(mail("1", "Where is my order?"))
    async with console(made) as found:
        yield found
    made.close()


async def test_the_console_stays_and_says_so_and_carries_on_by_itself(
    here: Console, own_postgres: PostgresServer
) -> None:
    await here.sees("Where is my order?")
    own_postgres.stop(signal.SIGQUIT)
    await here.sees("database out of reach since")
    await here.press("enter")
    await here.sees("Where is my order?")
    own_postgres.start()
    await here.sees("the database is back")
    await here.sees_not("out of reach since")


async def test_a_console_that_starts_without_its_database_waits_and_opens_by_itself(
    here: Console, own_postgres: PostgresServer
) -> None:
    home = str(here.desk.session.workspace.home.path)
    own_postgres.stop(signal.SIGQUIT)
    app = OmniDeskApp(None, home, engine=False, waiting="the database is out of reach: Connection refused")
    async with app.run_test(size=(80, 24)) as pilot:
        second = Console(app, pilot)
        await second.sees("out of reach", "opens by itself")
        own_postgres.start()
        await second.sees("Where is my order?")


async def test_an_answer_and_a_draft_wait_in_the_spool_and_go_once(here: Console, own_postgres: PostgresServer) -> None:
    session = here.desk.session
    await here.press("enter", "r")
    await here.until(lambda: here.desk.composer.active, "the composer")
    await here.type("It comes Thursday")
    own_postgres.stop(signal.SIGQUIT)
    await here.type(", promised")
    await here.until(lambda: [one.sort for one in spool.waiting(session.workspace, session.actor)] == ["draft"])
    await here.press("ctrl+s")
    await here.until(lambda: here.desk.asks_how, "the question how to send")
    await here.press("enter")
    await here.sees("this waits here and goes when it is back")
    (waiting,) = spool.waiting(session.workspace, session.actor)
    assert (waiting.sort, waiting.written.text) == ("reply", "It comes Thursday, promised")
    assert not here.desk.composer.active
    own_postgres.start()
    await here.sees("1 on the way")
    await here.until(lambda: outbox.waiting(session.workspace, (MessageStatus.QUEUED,), 10))
    (row,) = outbox.waiting(session.workspace, (MessageStatus.QUEUED,), 10)
    assert row.key == waiting.key
    assert spool.waiting(session.workspace, session.actor) == []
