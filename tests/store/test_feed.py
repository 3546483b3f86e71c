"""The change feed on PostgreSQL, where who began first may commit last."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest

from omnidesk.desk import changes
from omnidesk.desk.acts import Act
from omnidesk.store import changes as store_changes
from omnidesk.store.database import Transaction
from tests.filling import Desk, mail

pytestmark = pytest.mark.postgresql


@pytest.fixture
def desk(desk_on_postgres: Desk) -> Desk:
    """A workspace in PostgreSQL."""
    return desk_on_postgres


def write_event(desk: Desk, tx: Transaction, number: int) -> None:
    act = Act(tx, desk.me, "slow")
    act.event("slow", number)
    act.record()


@contextmanager
def slow_writer(desk: Desk, number: int) -> Iterator[Callable[[], None]]:
    """Somebody who wrote an event of a conversation and does not commit before the function is called."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        write_event(desk, tx, number)
        begun.set()
        assert go_on.wait(20)

    thread = threading.Thread(target=desk.workspace.database.write, args=(slow,))

    def end() -> None:
        go_on.set()
        thread.join(20)
        assert not thread.is_alive()

    thread.start()
    assert begun.wait(20)
    try:
        yield end
    finally:
        end()


def test_a_late_commit_is_told_by_the_feed(desk: Desk) -> None:
    """A transaction that began first and ends last is behind the position, and told all the same."""
    desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    at = changes.position(desk.workspace)
    begun, go_on = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        write_event(desk, tx, 1)
        begun.set()
        assert go_on.wait(20)

    thread = threading.Thread(target=desk.workspace.database.write, args=(slow,))
    thread.start()
    assert begun.wait(20)
    desk.receives(mail("3", answers="2", sender="bram@example.test"))
    touched, at = changes.since(desk.workspace, at)
    assert 2 in touched
    go_on.set()
    thread.join()
    touched, at = changes.since(desk.workspace, at)
    assert touched == [1]
    assert changes.since(desk.workspace, at) == ([], at)


def test_no_order_of_beginnings_and_commits_hides_a_change_or_tells_it_twice(desk: Desk) -> None:
    """Three writers begin in turn and end in every order; between two ends somebody looks."""
    desk.receives(*(mail(str(number), sender=f"{number}@example.test") for number in (1, 2, 3)))
    for order in itertools.permutations((1, 2, 3)):
        at = changes.position(desk.workspace)
        with ExitStack() as stack:
            writers = {number: stack.enter_context(slow_writer(desk, number)) for number in (1, 2, 3)}
            for number in order:
                assert changes.since(desk.workspace, at)[0] == []
                writers[number]()
                touched, at = changes.since(desk.workspace, at)
                assert touched == [number]


def test_what_is_rolled_back_is_never_told(desk: Desk) -> None:
    desk.receives(mail("1"))
    at = changes.position(desk.workspace)

    def fails(tx: Transaction) -> None:
        write_event(desk, tx, 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        desk.workspace.database.write(fails)
    assert changes.since(desk.workspace, at)[0] == []


def test_a_limit_leaves_nothing_of_who_is_under_way_behind(desk: Desk) -> None:
    """A look that ends early, and before the end of a writer that began before what it read."""
    desk.receives(*(mail(str(number), sender=f"{number}@example.test") for number in (1, 2, 3)))
    reader = desk.workspace.database.reader
    at = store_changes.position(reader)
    with slow_writer(desk, 1) as end:
        for number in (2, 3):
            desk.workspace.database.write(partial(write_event, desk, number=number))
        touched, at = store_changes.since(reader, at, 1)
        assert touched == [2]
        end()
        told = []
        while at != store_changes.position(reader):
            touched, at = store_changes.since(reader, at, 1)
            told += touched
        assert sorted(told) == [1, 3]


def test_a_database_that_was_restored_tells_all_there_is(desk: Desk) -> None:
    """Where rows came from a server that counted further, nothing of now is passed over, and nothing told for ever."""
    desk.receives(mail("1"))
    before = store_changes.Position(1 << 50)
    touched, at = changes.since(desk.workspace, before)
    assert touched == [1]
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE event SET xid = ?", (1 << 49,)))
    desk.workspace.database.write(partial(write_event, desk, number=1))
    touched, at = changes.since(desk.workspace, at)
    assert touched == [1]
    assert changes.since(desk.workspace, at) == ([], at)


def test_a_workspace_of_before_tells_what_is_written_from_now_on(desk: Desk) -> None:
    """Its events bear no number; nobody has a position before them."""
    desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE event SET xid = NULL"))
    at = changes.position(desk.workspace)
    assert changes.since(desk.workspace, at) == ([], at)
    desk.workspace.database.write(partial(write_event, desk, number=2))
    assert changes.since(desk.workspace, at)[0] == [2]


def test_an_older_program_that_still_runs_is_told_as_well(desk: Desk) -> None:
    """It knows of no such column; the server fills it in."""
    desk.receives(mail("1"))
    at = changes.position(desk.workspace)
    desk.workspace.database.write(
        lambda tx: tx.insert("event", id=1, at=1, act_id=1, actor="older", kind="note", conversation_id=1)
    )
    assert changes.since(desk.workspace, at)[0] == [1]
