"""Ids and the change feed, with several processes writing at once."""

from __future__ import annotations

import threading

import pytest

from omnidesk import clock
from omnidesk.desk import changes
from omnidesk.store import ids
from omnidesk.store.changes import BEGINNING, position, since
from tests.filling import NOON, Desk, mail, python, wait_until

pytestmark = pytest.mark.databases

WRITER = """
import sys
from omnidesk.desk import triage, workspace
from omnidesk.words.kinds import Priority
from omnidesk.words.rows import Actor
opened = workspace.open_workspace(sys.argv[1])
number, times = int(sys.argv[2]), int(sys.argv[3])
for turn in range(times):
    triage.set_priority(opened, Actor(f"w{number}"), number, (Priority.HIGH, Priority.LOW)[turn % 2])
"""

COLLIDING = """
import sys
from omnidesk.desk import workspace
from omnidesk.store import ids
ids.secrets.randbelow = lambda most: 0
opened = workspace.open_workspace(sys.argv[1])
def work(tx):
    for _ in range(3):
        number = ids.new_id()
        tx.insert("team", id=number, name=str(number), created_at=0)
for _ in range(150):
    opened.database.write(work)
"""


def test_ids_of_a_process_only_grow_and_stay_below_2_to_the_53rd() -> None:
    made: list[int] = []
    lock = threading.Lock()

    def make() -> None:
        mine = [ids.new_id() for _ in range(2000)]
        assert mine == sorted(set(mine))
        with lock:
            made.extend(mine)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000
    assert max(made) < 2**53
    with clock.frozen(NOON + 40 * 366 * clock.DAY):
        last = (clock.now() - ids._EPOCH) << 12
    assert last < 2**53


def test_ids_grow_when_the_clock_goes_back() -> None:
    first = ids.new_id()
    with clock.frozen(clock.now() - clock.HOUR):
        assert ids.new_id() > first


def test_two_processes_that_make_the_same_ids_both_write(desk: Desk) -> None:
    """Whoever comes second in a millisecond writes again, with other ids."""
    processes = [python(COLLIDING, desk.workspace.home.path) for _ in range(2)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert desk.count("team") == 900


def test_newer_messages_have_greater_search_ids() -> None:
    assert ids.search_id(NOON, 4095) < ids.search_id(NOON + 1, 0)
    assert ids.search_id(NOON + 40 * 366 * clock.DAY, 0) < 2**53


@pytest.mark.sqlite
def test_the_change_feed_misses_nothing_of_two_processes(desk: Desk) -> None:
    """Whoever follows positions sees every event, in order, while others write."""
    desk.receives(mail("1"), mail("2"))
    reader = desk.workspace.database.reader
    seen: list[int] = []
    at = changes.position(desk.workspace)
    start = at
    writers = [python(WRITER, desk.workspace.home.path, number, 60) for number in (1, 2)]

    def follow() -> bool:
        nonlocal at
        finished = all(writer.poll() is not None for writer in writers)
        touched, position = changes.since(desk.workspace, at)
        assert position.below >= at.below
        new = reader.all("SELECT id FROM event WHERE id >= ? AND id < ?", (at.below, position.below))
        seen.extend(row[0] for row in new)
        assert set(touched) <= {1, 2}
        at = position
        return finished

    wait_until(follow, 60)
    assert [writer.communicate() and writer.returncode for writer in writers] == [0, 0]
    follow()
    everything = [row[0] for row in reader.all("SELECT id FROM event WHERE id >= ? ORDER BY id", (start.below,))]
    assert len(everything) == 120
    assert seen == everything


def test_the_feed_stirs_with_every_commit_of_others(desk: Desk) -> None:
    before = changes.stirred(desk.workspace)
    assert changes.stirred(desk.workspace) == before
    desk.receives(mail("1"))
    assert changes.stirred(desk.workspace) != before


def test_a_position_behind_which_nothing_happened_stays(desk: Desk) -> None:
    desk.receives(mail("1"))
    at = changes.position(desk.workspace)
    told, behind = changes.since(desk.workspace, at)
    assert behind == at
    assert told == []
    assert changes.since(desk.workspace, BEGINNING)[0] == [1]


def test_a_long_way_is_read_in_many_looks(desk: Desk) -> None:
    numbers = [desk.receives(mail(str(place), sender=f"{place}@example.test"))[0] for place in range(5)]
    reader, at = desk.workspace.database.reader, BEGINNING
    told: list[int] = []
    while at != position(reader):
        touched, at = since(reader, at, 1)
        told += touched
    assert list(dict.fromkeys(told)) == sorted(numbers)
