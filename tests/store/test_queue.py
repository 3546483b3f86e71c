"""The queue: pages by key set in any direction equal the whole order, and ride on their index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.store import queue
from omnidesk.store.queue import NEVER, VIEWS
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Place, Status
from tests.filling import Desk, new_workspace

pytestmark = pytest.mark.databases

ME, OTHER = 11, 12

ROW = st.fixed_dictionaries(
    {
        "status": st.sampled_from(list(Status)),
        "place": st.sampled_from([Place.DESK, Place.DESK, Place.DESK, *Place]),
        "owner_id": st.sampled_from([None, ME, OTHER]),
        "undelivered": st.integers(0, 2),
        "last_message_at": st.integers(0, 3),
        "queue_due": st.sampled_from([0, 1, 2, NEVER]),
        "queue_waiting": st.integers(0, 3),
    }
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    found = new_workspace(tmp_path_factory.mktemp("queue") / "home")
    yield found
    found.close()


def fill(opened: Workspace, rows: list[dict[str, Any]]) -> None:
    def work(tx: Any) -> None:
        tx.execute("DELETE FROM conversation")
        for number, row in enumerate(rows, 1):
            tx.insert("conversation", id=number, created_at=0, **row)

    opened.database.write(work)


def wanted(view: str, row: dict[str, Any]) -> bool:
    """Say whether a view holds a conversation: what the words of the views mean, without SQL."""
    here = row["place"] == Place.DESK
    if view in ("spam", "deleted"):
        return bool(row["place"] == view)
    if view == "undelivered":
        return bool(row["undelivered"] > 0)
    if view == "all":
        return here
    if view == "mine":
        return here and row["status"] == Status.OPEN and row["owner_id"] == ME
    if view == "unassigned":
        return here and row["status"] == Status.OPEN and row["owner_id"] is None
    return here and row["status"] == view


def order(view: str, number: int, row: dict[str, Any]) -> tuple[int, ...]:
    if VIEWS[view].by_due:
        return (row["queue_due"], row["queue_waiting"], number)
    return (-row["last_message_at"], -number)


@given(rows=st.lists(ROW, max_size=40), view=st.sampled_from(list(VIEWS)), size=st.integers(1, 7))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_forwards_and_backwards_are_the_whole_order(
    opened: Workspace, rows: list[dict[str, Any]], view: str, size: int
) -> None:
    fill(opened, rows)
    numbered = [(number, row) for number, row in enumerate(rows, 1) if wanted(view, row)]
    whole = [number for number, _ in sorted(numbered, key=lambda one: order(view, *one))]
    reader = opened.database.reader

    forwards: list[queue.QueueRow] = []
    while some := queue.page(reader, view, ME, size, after=forwards[-1].key if forwards else None):
        assert len(some) <= size
        forwards += some
    assert [row.id for row in forwards] == whole
    assert queue.count(reader, view, ME) == len(whole)

    backwards: list[queue.QueueRow] = []
    end = (NEVER + 1, 0, 0) if VIEWS[view].by_due else (-1, 0)
    while some := queue.page(reader, view, ME, size, before=backwards[0].key if backwards else end):
        backwards = some + backwards
    assert [row.id for row in backwards] == whole

    for place, row in enumerate(forwards):
        assert queue.position(reader, view, ME, row.key) == place
    assert [row.id for row in queue.page(reader, view, ME, size, offset=size)] == whole[size : 2 * size]
    assert [row.id for row in queue.rows(reader, range(1, len(rows) + 1), ME, view)] == sorted(whole)
    assert all(row == again for row, again in zip(forwards, queue.rows(reader, whole, ME, view), strict=True))


@pytest.mark.sqlite
@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("direction", ["first", "after", "before"])
def test_a_page_rides_on_the_index_that_its_view_names(desk: Desk, view: str, direction: str) -> None:
    """No page of the queue sorts or scans, whatever the number of conversations."""
    said: list[str] = []
    raw = desk.workspace.database.reader.raw
    key = (1, 1, 1) if VIEWS[view].by_due else (1, 1)
    keys: dict[str, tuple[int, ...]] = {} if direction == "first" else {direction: key}
    raw.set_trace_callback(said.append)
    queue.page(desk.workspace.database.reader, view, ME, 50, **keys)
    raw.set_trace_callback(None)
    plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {said[0]}")]
    assert any(f"USING INDEX {VIEWS[view].index} " in f"{step} " for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
    assert not any(step.startswith("SCAN") and VIEWS[view].index not in step for step in plan), plan


@pytest.mark.sqlite
@pytest.mark.parametrize("view", list(VIEWS))
def test_counts_and_positions_read_only_an_index(desk: Desk, view: str) -> None:
    said: list[str] = []
    raw = desk.workspace.database.reader.raw
    raw.set_trace_callback(said.append)
    queue.count(desk.workspace.database.reader, view, ME)
    queue.position(desk.workspace.database.reader, view, ME, (1, 1, 1) if VIEWS[view].by_due else (1, 1))
    raw.set_trace_callback(None)
    for statement in said:
        plan = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert all("INDEX conversation_" in step for step in plan), plan


def test_an_unknown_view_is_named_with_those_there_are(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="no view nowhere; views are mine, unassigned"):
        queue.page(desk.workspace.database.reader, "nowhere", ME, 10)
