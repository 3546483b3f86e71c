"""Searches without words as views: they hold what they say, in every order, by pages, at a bounded cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from omnidesk.store import asked, queue
from omnidesk.store.queue import NEVER
from omnidesk.store.workspace import Workspace
from omnidesk.text import query as syntax
from omnidesk.words.kinds import Place, Priority, Sort, Status
from tests import plans
from tests.filling import new_workspace

pytestmark = pytest.mark.databases

Row = dict[str, Any]

ROW = st.fixed_dictionaries(
    {
        "status": st.sampled_from(list(Status)),
        "place": st.sampled_from([Place.DESK, Place.DESK, Place.DESK, Place.SPAM, Place.DELETED]),
        "priority": st.sampled_from(list(Priority)),
        "owner": st.sampled_from([None, "sanne", "bram"]),
        "tags": st.sets(st.sampled_from(["late", "vip"])),
        "unread": st.booleans(),
        "vip": st.booleans(),
        "waits": st.booleans(),
        "undelivered": st.integers(0, 1),
        "files": st.booleans(),
        "last_message_at": st.integers(0, 3).map(lambda day: day * 86_400_000),
        "queue_due": st.sampled_from([0, 1, 2, NEVER]),
        "queue_waiting": st.integers(0, 3),
    }
)
FILTERS: dict[str, Callable[[Row], bool]] = {
    "status:open": lambda row: row["status"] == "open",
    "status:open status:closed": lambda row: row["status"] in ("open", "closed"),
    "owner:me": lambda row: row["owner"] == "sanne",
    "owner:none owner:bram": lambda row: row["owner"] in (None, "bram"),
    "tag:late": lambda row: "late" in row["tags"],
    "tag:late tag:vip": lambda row: row["tags"] >= {"late", "vip"},
    "priority:urgent priority:high": lambda row: row["priority"] in ("urgent", "high"),
    "is:unread": lambda row: bool(row["unread"]),
    "is:vip": lambda row: bool(row["vip"]),
    "is:waiting": lambda row: bool(row["waits"]),
    "is:undelivered": lambda row: row["undelivered"] > 0,
    "has:attachment": lambda row: bool(row["files"]),
    "after:1970-01-02": lambda row: row["last_message_at"] >= 86_400_000,
    "before:1970-01-03": lambda row: row["last_message_at"] < 2 * 86_400_000,
}
RANKS = {priority: rank for rank, priority in enumerate(Priority)}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    found = new_workspace(tmp_path_factory.mktemp("asked") / "home")
    yield found
    found.close()


def fill(opened: Workspace, rows: list[Row]) -> int:
    """Make these the conversations, with numbers from 1; return the agent sanne."""

    def work(tx: Any) -> int:
        for table in ("conversation", "conversation_tag", "tag", "customer", "message"):
            tx.execute(f"DELETE FROM {table}")
        if tx.value("SELECT 1 FROM agent WHERE login = 'bram'") is None:
            tx.insert("agent", id=77, login="bram", name="Bram", created_at=0)
        owners = {row[0]: row[1] for row in tx.all("SELECT login, id FROM agent")}
        tx.insert("customer", id=1, name="VIP", vip=True, created_at=0)
        tx.insert("customer", id=2, name="Other", vip=False, created_at=0)
        for tag, name in ((1, "late"), (2, "vip")):
            tx.insert("tag", id=tag, name=name)
        for number, row in enumerate(rows, 1):
            plain = {name: row[name] for name in ("status", "place", "priority", "unread", "undelivered")}
            plain |= {name: row[name] for name in ("last_message_at", "queue_due", "queue_waiting")}
            tx.insert(
                "conversation",
                id=number,
                created_at=0,
                owner_id=owners.get(row["owner"]),
                customer_id=1 if row["vip"] else 2,
                waiting_since=0 if row["waits"] else None,
                **plain,
            )
            for name in row["tags"]:
                tx.insert("conversation_tag", conversation_id=number, tag_id=1 if name == "late" else 2)
            if row["files"]:
                tx.insert(
                    "message",
                    **{"id": number, "conversation_id": number, "channel_id": 1, "kind": "email", "at": 0, "files": 1},
                    **{"direction": "inbound", "author_kind": "customer", "search_id": number},
                )
        return int(owners["sanne"])

    return opened.database.write(work)


def order(sort: Sort, number: int, row: Row) -> tuple[int, ...]:
    due = (row["queue_due"], row["queue_waiting"], number)
    return {
        Sort.DUE: due,
        Sort.NEWEST: (-row["last_message_at"], -number),
        Sort.WAITING: (int(not row["waits"]), row["queue_waiting"], number),
        Sort.PRIORITY: (RANKS[Priority(row["priority"])], *due),
    }[sort]


@given(
    rows=st.lists(ROW, max_size=30),
    filters=st.lists(st.sampled_from(sorted(FILTERS)), max_size=3, unique=True),
    sort=st.sampled_from(list(Sort)),
    size=st.integers(1, 7),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_holds_what_it_says_in_its_order_page_by_page(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch, rows: list[Row], filters: list[str], sort: Sort, size: int
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    me = fill(opened, rows)
    kinds = [part.partition(":")[0] for text in filters for part in dict.fromkeys(text.split())]
    if any(kinds.count(kind) > 1 for kind in ("status", "owner", "priority")) and len(filters) > 1:
        filters = filters[:1]  # several values of one filter mean one of them
    numbered = [
        (number, row)
        for number, row in enumerate(rows, 1)
        if row["place"] == Place.DESK and all(FILTERS[text](row) for text in filters)
    ]
    whole = [number for number, _ in sorted(numbered, key=lambda one: order(sort, *one))]
    reader = opened.database.reader
    view = asked.view(reader, "/", syntax.parse(" ".join([*filters, f"sort:{sort}"])), me)

    forwards: list[queue.QueueRow] = []
    while some := queue.page(reader, view, me, size, after=forwards[-1].key if forwards else None):
        forwards += some
    assert [row.id for row in forwards] == whole
    assert queue.count(reader, view, me) == len(whole)
    assert queue.ids(reader, view, me, 1000) == whole
    assert queue.ids(reader, view, me, 2) == whole[:2]

    backwards: list[queue.QueueRow] = []
    while some := queue.page(reader, view, me, size, before=backwards[0].key if backwards else ()):
        backwards = some + backwards
        if len(backwards) > len(whole):
            break
    assert [row.id for row in backwards] == whole
    assert [queue.position(reader, view, me, row.key) for row in forwards] == list(range(len(whole)))
    assert [row.id for row in queue.page(reader, view, me, size, offset=size)] == whole[size : 2 * size]
    assert [row.id for row in queue.rows(reader, range(1, len(rows) + 1), me, view)] == sorted(whole)


SEARCHES = ["", "status:open", "status:open status:pending", "tag:late", "owner:me", "is:vip", "is:vip status:closed"]


@pytest.mark.sqlite
@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", [*SEARCHES, "has:attachment", "status:spam", "after:2026", "tag:late status:closed"])
def test_every_search_looks_its_conversations_up_in_an_index(opened: Workspace, text: str, sort: Sort) -> None:
    me = fill(opened, [])
    reader = opened.database.reader
    with plans.recorded(opened) as said:
        view = asked.view(reader, "/", syntax.parse(text), me, sort)
        queue.page(reader, view, me, 50)
        queue.count(reader, view, me)
    assert said
    assert [step for statement in said for step in plans.offences(reader, statement, sorts=False)] == []


def test_where_no_index_narrows_only_the_newest_are_looked_at(
    opened: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"status": "open", "place": "desk", "priority": "urgent", "owner": None, "tags": set(), "unread": False}
    row |= {"vip": False, "waits": True, "undelivered": 0, "files": False, "queue_due": NEVER, "queue_waiting": 0}
    rows = [row | {"last_message_at": number, "tags": {"late"} if number < 3 else set()} for number in range(20)]
    me = fill(opened, rows)
    monkeypatch.setattr(asked, "MOST", 5)
    reader = opened.database.reader

    def held(text: str) -> list[int]:
        return queue.ids(reader, asked.view(reader, "/", syntax.parse(text), me), me, 100)

    assert held("priority:urgent sort:newest") == [20, 19, 18, 17, 16, 15]
    assert held("tag:late sort:newest") == [3, 2, 1]  # few have it: all of them are found
    assert len(held("status:open")) == 20  # an index holds just these, in order
    assert held("before:1970-01-01T00:00:00.003+00:00") == [3, 2, 1]
