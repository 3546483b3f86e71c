"""Reads that paint the queue: SQL text on the driver, small frozen rows, paged by key set.

Each view names the index it rides on; no read here scans what grows with the number of messages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from omnidesk.store.database import Connection
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import DueReason, Place, Priority, Sort, Status
from omnidesk.words.rows import QueueRow

NEVER = 9_007_199_254_740_991
"""`queue_due` of a conversation that nothing waits for: nulls sort last."""


_URGENCY = "CASE c.priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 ELSE 3 END"
_RANKS = {Priority.URGENT: 0, Priority.HIGH: 1, Priority.NORMAL: 2, Priority.LOW: 3}
_KEYS: dict[Sort, tuple[str, ...]] = {
    Sort.DUE: ("queue_due", "queue_waiting", "c.id"),
    Sort.NEWEST: ("last_message_at", "c.id"),
    Sort.WAITING: ("CASE WHEN waiting_since IS NULL THEN 1 ELSE 0 END", "queue_waiting", "c.id"),
    Sort.PRIORITY: (_URGENCY, "queue_due", "queue_waiting", "c.id"),
}
"""What each order goes by; all upwards, only the newest downwards."""


@dataclass(frozen=True, slots=True)
class View:
    """A filter (`:me` is the agent), an order, and where rows are looked for, which bounds the cost of looking.

    `values` are the filter's own parameters, `columns` what its rows show (empty: as usual), `title` its name as people
    know it. `hits` leads from a conversation to the message by which a search for words found it, newest first.
    """

    name: str
    where: str
    sort: Sort = Sort.DUE
    index: str = ""
    source: str = "conversation c"
    values: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    title: str = ""
    hits: Mapping[int, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    @property
    def downwards(self) -> bool:
        """Whether the greatest key stands first."""
        return self.sort is Sort.NEWEST

    @property
    def by_due(self) -> bool:
        """Whether what is due first stands first."""
        return self.sort is Sort.DUE

    @property
    def key_size(self) -> int:
        """How many numbers the key of a row has."""
        return len(_KEYS[self.sort])

    def order(self, backwards: bool = False) -> str:
        """The ORDER BY of the view."""
        down = self.downwards is not backwards
        return ", ".join(f"{column} DESC" if down else column for column in _KEYS[self.sort])

    def beyond(self, key: tuple[int, ...], values: dict[str, Any], ahead: bool = False) -> str:
        """Return the condition for the rows behind a key, or `ahead` of it; its parts go into `values`."""
        columns = _KEYS[self.sort]
        values.update({f"k{place}": part for place, part in enumerate(key)})
        marks = ", ".join(f":k{place}" for place in range(len(columns)))
        return f"({', '.join(columns)}) {'<' if self.downwards is not ahead else '>'} ({marks})"


def _built_in(name: str, where: str, by_due: bool, index: str) -> View:
    return View(name, where, Sort.DUE if by_due else Sort.NEWEST, index)


VIEWS = {
    view.name: view
    for view in (
        _built_in("mine", "place = 'desk' AND status = 'open' AND owner_id = :me", True, "conversation_owner"),
        _built_in("unassigned", "place = 'desk' AND status = 'open' AND owner_id IS NULL", True, "conversation_owner"),
        _built_in("open", "place = 'desk' AND status = 'open'", True, "conversation_queue"),
        _built_in("pending", "place = 'desk' AND status = 'pending'", True, "conversation_queue"),
        _built_in("on-hold", "place = 'desk' AND status = 'on-hold'", True, "conversation_queue"),
        _built_in("snoozed", "place = 'desk' AND status = 'snoozed'", True, "conversation_queue"),
        _built_in("undelivered", "undelivered > 0", False, "conversation_undelivered"),
        _built_in("spam", "place = 'spam'", False, "conversation_newest"),
        _built_in("deleted", "place = 'deleted'", False, "conversation_newest"),
        _built_in("closed", "place = 'desk' AND status = 'closed'", False, "conversation_status_newest"),
        _built_in("all", "place = 'desk'", False, "conversation_newest"),
    )
}

_COLUMNS = """c.id, c.subject, c.status, c.priority, c.place, agent.login, c.customer_id, customer.name AS customer,
    coalesce(customer.vip, FALSE) AS vip, c.unread, c.kinds, c.last_kind, c.preview, c.message_count, c.undelivered,
    c.unproven, c.last_message_at, c.waiting_since, c.snoozed_until, c.hold_for, c.next_due_at, c.due_reason,
    c.queue_due, c.queue_waiting, c.offered_join, c.repeats,
    EXISTS (SELECT 1 FROM draft WHERE draft.conversation_id = c.id AND draft.agent_id = :me) AS has_draft,
    EXISTS (SELECT 1 FROM message p WHERE p.conversation_id = c.id AND p.at = c.last_message_at AND p.public) AS public,
    EXISTS (SELECT 1 FROM held_answer h WHERE h.conversation_id = c.id) AS held,
    CASE WHEN c.owner_id IS NULL AND c.absent_owner_id IS NOT NULL
        THEN (SELECT login FROM agent a WHERE a.id = c.absent_owner_id) END AS absent_owner"""
_JOINS = "LEFT JOIN customer ON customer.id = c.customer_id LEFT JOIN agent ON agent.id = c.owner_id"


def view(name: str | View) -> View:
    """Return a built-in view. Raises NotFoundError."""
    if isinstance(name, View):
        return name
    found = VIEWS.get(name)
    if found is None:
        raise NotFoundError(f"there is no view {name}; views are {', '.join(VIEWS)}")
    return found


def page(
    connection: Connection,
    name: str | View,
    agent_id: int | None,
    limit: int,
    after: tuple[int, ...] | None = None,
    before: tuple[int, ...] | None = None,
    offset: int = 0,
) -> list[QueueRow]:
    """Return rows of a view in its order: behind the key `after`, or the last ones ahead of the key `before` (the last
    of all ahead of the empty key). What `offset` skips is read in the index only."""
    wanted = view(name)
    values: dict[str, Any] = {"me": agent_id, "limit": limit, "offset": offset, **wanted.values}
    where = [wanted.where]
    backwards = before is not None
    key = before if backwards else after
    if key:
        where.append(wanted.beyond(key, values, ahead=backwards))
    order, source = wanted.order(backwards), wanted.source
    if offset or source != "conversation c":  # what is sorted or skipped is sorted and skipped by its id alone
        skipping = f"ORDER BY {order} LIMIT :limit OFFSET :offset"
        where = [f"c.id IN (SELECT c.id FROM {source} WHERE {' AND '.join(where)} {skipping})"]
        source = "conversation c"
    rows = connection.execute(
        f"SELECT {_columns(wanted)} FROM {source} {_JOINS} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :limit",
        values,
    ).fetchall()
    found = [_row(row, wanted.sort) for row in rows]
    return found[::-1] if backwards else found


def rows(
    connection: Connection, conversations: Iterable[int], agent_id: int | None, name: str | View | None = None
) -> list[QueueRow]:
    """Return the rows of these conversations, in this order; by primary key. With a view's `name` only those in it,
    with their keys in its order."""
    wanted = list(conversations)
    if not wanted:
        return []
    marks = ", ".join(str(int(number)) for number in wanted)
    of_view = View("", "TRUE", Sort.NEWEST) if name is None else view(name)
    found = {
        row["id"]: _row(row, of_view.sort)
        for row in connection.execute(
            f"SELECT {_columns(of_view)} FROM conversation c {_JOINS} WHERE c.id IN ({marks}) AND ({of_view.where})",
            {"me": agent_id, **of_view.values},
        )
    }
    return [found[number] for number in wanted if number in found]


def ids(connection: Connection, name: str | View, agent_id: int | None, most: int) -> list[int]:
    """Return the conversations of a view in its order, at most so many."""
    wanted = view(name)
    found = connection.execute(
        f"SELECT c.id FROM {wanted.source} WHERE {wanted.where} ORDER BY {wanted.order()} LIMIT :most",
        {"me": agent_id, "most": most, **wanted.values},
    )
    return [row[0] for row in found]


def count(connection: Connection, name: str | View, agent_id: int | None) -> int:
    """Return how many conversations a view holds."""
    wanted = view(name)
    row = connection.execute(
        f"SELECT count(*) FROM {wanted.source} WHERE {wanted.where}", {"me": agent_id, **wanted.values}
    ).fetchone()
    return int(row[0])


def position(connection: Connection, name: str | View, agent_id: int | None, key: tuple[int, ...]) -> int:
    """Return how many rows of a view stand before a key."""
    wanted = view(name)
    values: dict[str, Any] = {"me": agent_id, **wanted.values}
    ahead = wanted.beyond(key, values, ahead=True)
    row = connection.execute(
        f"SELECT count(*) FROM {wanted.source} WHERE {wanted.where} AND {ahead}", values
    ).fetchone()
    return int(row[0])


def held(name: str, numbers: Iterable[int], sort: Sort = Sort.NEWEST, where: str = "TRUE") -> View:
    """Return the view of these conversations, where they are also as `where` says; they are looked up one by one."""
    return View(
        name,
        f"c.id IN (SELECT value FROM json_each(:held)) AND {where}",
        sort,
        source="(SELECT value AS number FROM json_each(:held)) AS held CROSS JOIN conversation c ON c.id = number",
        values={"held": json.dumps(list(numbers))},
    )


def overdue(connection: Connection, now: int) -> int:
    """Return how many open conversations are past due; rides on conversation_queue."""
    return int(
        connection.value(
            "SELECT count(*) FROM conversation WHERE place = 'desk' AND status = 'open' AND queue_due < ?", (now,)
        )
    )


def _columns(wanted: View) -> str:
    """Return what a row reads; tags cost a look-up each, so only where they are shown."""
    if "tags" not in wanted.columns:
        return f"{_COLUMNS}, '' AS tags"
    return (
        f"{_COLUMNS}, (SELECT group_concat(tag.name, ' ') FROM conversation_tag t JOIN tag ON tag.id = t.tag_id "
        "WHERE t.conversation_id = c.id) AS tags"
    )


def _key(row: Any, sort: Sort) -> tuple[int, ...]:
    if sort is Sort.NEWEST:
        return (row["last_message_at"], row["id"])
    key = (row["queue_due"], row["queue_waiting"], row["id"])
    if sort is Sort.WAITING:
        return (int(row["waiting_since"] is None), *key[1:])
    return (_RANKS[Priority(row["priority"])], *key) if sort is Sort.PRIORITY else key


def _row(row: Any, sort: Sort) -> QueueRow:
    return QueueRow(
        id=row["id"],
        subject=row["subject"],
        status=Status(row["status"]),
        priority=Priority(row["priority"]),
        place=Place(row["place"]),
        owner=row["login"],
        customer_id=row["customer_id"],
        customer=row["customer"] or "",
        vip=bool(row["vip"]),
        unread=bool(row["unread"]),
        kinds=tuple(row["kinds"].split()),
        last_kind=row["last_kind"],
        preview=row["preview"],
        message_count=row["message_count"],
        undelivered=row["undelivered"],
        has_draft=bool(row["has_draft"]),
        last_message_at=row["last_message_at"],
        waiting_since=row["waiting_since"],
        snoozed_until=row["snoozed_until"],
        next_due_at=row["next_due_at"],
        due_reason=DueReason(row["due_reason"]) if row["due_reason"] else None,
        key=_key(row, sort),
        tags=tuple(sorted((row["tags"] or "").split())),
        hold_for=row["hold_for"],
        absent_owner=row["absent_owner"],
        unproven=bool(row["unproven"]),
        offered_join=row["offered_join"],
        repeats=row["repeats"],
        public=bool(row["public"]),
        held=bool(row["held"]),
    )
