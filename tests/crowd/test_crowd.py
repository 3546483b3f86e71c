"""Many at once: processes on one workspace, doing intake, triage and sending together, for a while.

The issue's promise: no "database is locked", no lost update, no double claim, changes seen by all. How soon they are
seen is measured by `bench`; here it is the order of events that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from omnidesk.desk.workspace import Workspace
from omnidesk.store.changes import MARKS
from omnidesk.store.database import Transaction
from tests import postgres
from tests.crowd import judging
from tests.crowd.crowd import FEW, MANY, Crowd, Size

pytestmark = pytest.mark.databases


def worked(folder: Path, size: Size) -> Crowd:
    """Return a crowd of that size when it has done its work."""
    server = postgres.wanted()
    crowd = Crowd(folder, size, url=None if server is None else server.database())
    crowd.prepare()
    crowd.work()
    return crowd


@pytest.fixture(scope="module")
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database of the six, whom all tests of this module share."""
    with postgres.chosen(getattr(request, "param", "sqlite")) as name:
        yield name


@pytest.fixture(scope="module")
def few(database: str, tmp_path_factory: pytest.TempPathFactory) -> Crowd:
    """Six processes that have done their work."""
    assert FEW.processes == 6
    return worked(tmp_path_factory.mktemp("few"), FEW)


@pytest.fixture
def left(few: Crowd) -> Iterator[Workspace]:
    """What the six left."""
    with few.opened() as opened:
        yield opened


def all_is_well(crowd: Crowd, workspace: Workspace) -> None:
    """Fail, saying what is wrong, where anything is."""
    wrong = {
        "processes": judging.unruly_processes(crowd),
        "consoles": judging.unhappy_consoles(crowd),
        "messages": judging.lost_or_doubled_messages(crowd, workspace),
        "acts": judging.forgotten_acts(crowd, workspace),
        "updates": judging.lost_updates(workspace),
        "claims": judging.double_claims(workspace),
        "sending": judging.wrongly_sent(crowd, workspace),
        "feed": judging.unseen_changes(crowd, workspace),
    }
    assert not any(wrong.values()), {name: found[:5] for name, found in wrong.items() if found}


def test_six_at_once_lose_nothing_and_see_everything(few: Crowd, left: Workspace) -> None:
    all_is_well(few, left)
    done = [line["argv"][0] for line in few.lines("clerk-*.jsonl") if line["status"] == 0]
    assert {"take", "assign", "close", "tag", "reply", "undo", "note"} <= set(done)


@pytest.mark.slow
def test_twenty_at_once_lose_nothing_and_see_everything(database: str, tmp_path: Path) -> None:
    assert MANY.processes == 20
    crowd = worked(tmp_path, MANY)
    with crowd.opened() as workspace:
        all_is_well(crowd, workspace)
    assert crowd.wal < 4 * 16 * 2**20, "the write-ahead log grows without end"


TAMPERED: dict[str, tuple[str, Callable[[Crowd, Workspace], list[str]]]] = {
    "a lost message": (
        "UPDATE message SET external_id = 'gone' WHERE id = (SELECT max(id) FROM message WHERE direction = 'inbound')",
        judging.lost_or_doubled_messages,
    ),
    "a forgotten act": (
        "DELETE FROM event WHERE act_id = (SELECT max(id) FROM act WHERE kind = 'closed' AND undoable "
        "AND actor IN ('clerk0', 'clerk1'))",
        judging.forgotten_acts,
    ),
    "a row that its events do not explain": (
        "UPDATE conversation SET priority = 'strange' WHERE id = 1",
        lambda _, workspace: judging.lost_updates(workspace),
    ),
    "an update that was overwritten": (
        "DELETE FROM event WHERE id = (SELECT min(id) FROM event WHERE kind = 'tagged')",
        lambda _, workspace: judging.lost_updates(workspace),
    ),
    "a take of what somebody had": (
        "UPDATE event SET before_json = '{\"owner_id\": 1}' WHERE id = (SELECT max(event.id) FROM event JOIN act "
        "ON act.id = event.act_id WHERE act.kind = 'take')",
        lambda _, workspace: judging.double_claims(workspace),
    ),
    "what was taken back and left": (
        "UPDATE outbox SET state = 'cancelled' WHERE message_id = "
        "(SELECT min(message_id) FROM outbox WHERE state = 'sent')",
        judging.wrongly_sent,
    ),
    "a change that the feed passed over": (
        "UPDATE event SET conversation_id = 999999 WHERE id = (SELECT min(id) FROM event "
        "WHERE conversation_id IS NOT NULL AND {mark} >= :first AND {mark} < :last)",
        judging.unseen_changes,
    ),
}


class EnoughError(Exception):
    """Ends a transaction, so that the next test finds what was there."""


@pytest.mark.parametrize("what", TAMPERED)
def test_the_judge_finds(what: str, few: Crowd, left: Workspace) -> None:
    sql, judge = TAMPERED[what]
    found: list[str] = []
    looks = judging.looks(few)
    watched = {"first": looks[0].came_from.below, "last": looks[-1].reached.below}

    def tamper(tx: Transaction) -> None:
        tx.execute(sql.replace("{mark}", MARKS[tx.dialect]), watched if ":first" in sql else ())
        tampered: Any = SimpleNamespace(database=SimpleNamespace(reader=tx))
        found.extend(judge(few, tampered))
        raise EnoughError

    with pytest.raises(EnoughError):
        left.database.write(tamper)
    assert found
