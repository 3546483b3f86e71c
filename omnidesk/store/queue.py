"""Reads that paint the queue: SQL text on the driver, small frozen rows, paged by key set.

Each view names the index it rides on; no read here scans what grows with the number of messages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from omnidesk.store.database import Connection
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import DueReason, Place, Priority, Status
from omnidesk.words.rows import QueueRow

NEVER = 9_007_199_254_740_991
"""`queue_due` of a conversation that nothing waits for: nulls sort last."""


@dataclass(frozen=True, slots=True)
class View:
    """A built-in view: its filter (`:me` is the agent), its order and the index both ride on."""

    name: str
    where: str
    by_due: bool
    index: str

    @property
    def order(self) -> str:
        """The ORDER BY of the view."""
        return "queue_due, queue_waiting, c.id" if self.by_due else "last_message_at DESC, c.id DESC"


VIEWS = {
    view.name: view
    for view in (
        View("mine", "place = 'desk' AND status = 'open' AND owner_id = :me", True, "conversation_owner"),
        View("unassigned", "place = 'desk' AND status = 'open' AND owner_id IS NULL", True, "conversation_owner"),
        View("open", "place = 'desk' AND status = 'open'", True, "conversation_queue"),
        View("pending", "place = 'desk' AND status = 'pending'", True, "conversation_queue"),
        View("on-hold", "place = 'desk' AND status = 'on-hold'", True, "conversation_queue"),
        View("snoozed", "place = 'desk' AND status = 'snoozed'", True, "conversation_queue"),
        View("undelivered", "undelivered > 0", False, "conversation_undelivered"),
        View("spam", "place = 'spam'", False, "conversation_newest"),
        View("deleted", "place = 'deleted'", False, "conversation_newest"),
        View("closed", "place = 'desk' AND status = 'closed'", False, "conversation_status_newest"),
        View("all", "place = 'desk'", False, "conversation_newest"),
    )
}

_COLUMNS = """c.id, c.subject, c.status, c.priority, c.place, agent.login, c.customer_id, customer.name AS customer,
    coalesce(customer.vip, 0) AS vip, c.unread, c.kinds, c.last_kind, c.preview, c.message_count, c.undelivered,
    c.last_message_at, c.waiting_since, c.snoozed_until, c.next_due_at, c.due_reason, c.queue_due, c.queue_waiting,
    EXISTS (SELECT 1 FROM draft WHERE draft.conversation_id = c.id AND draft.agent_id = :me) AS has_draft"""
_JOINS = "LEFT JOIN customer ON customer.id = c.customer_id LEFT JOIN agent ON agent.id = c.owner_id"


def view(name: str) -> View:
    """Return a built-in view. Raises NotFoundError."""
    found = VIEWS.get(name)
    if found is None:
        raise NotFoundError(f"there is no view {name}; views are {', '.join(VIEWS)}")
    return found


def page(
    connection: Connection,
    name: str,
    agent_id: int | None,
    limit: int,
    after: tuple[int, ...] | None = None,
    before: tuple[int, ...] | None = None,
    offset: int = 0,
) -> list[QueueRow]:
    """Return rows of a view in its order: behind the key `after`, or the last ones ahead of the key `before` (the last
    of all ahead of the empty key). What `offset` skips is read in the index only."""
    wanted = view(name)
    values: dict[str, Any] = {"me": agent_id, "limit": limit, "offset": offset}
    where = [wanted.where]
    backwards = before is not None
    key = before if backwards else after
    if key:
        values.update({f"k{place}": part for place, part in enumerate(key)})
        if wanted.by_due:
            where.append(f"(queue_due, queue_waiting, c.id) {'<' if backwards else '>'} (:k0, :k1, :k2)")
        else:
            where.append(f"(last_message_at, c.id) {'>' if backwards else '<'} (:k0, :k1)")
    order = _reversed(wanted) if backwards else wanted.order
    if offset:
        skipping = f"ORDER BY {order} LIMIT :limit OFFSET :offset"
        where = [f"c.id IN (SELECT c.id FROM conversation c WHERE {' AND '.join(where)} {skipping})"]
    rows = connection.raw.execute(
        f"SELECT {_COLUMNS} FROM conversation c {_JOINS} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :limit",
        values,
    ).fetchall()
    found = [_row(row, wanted.by_due) for row in rows]
    return found[::-1] if backwards else found


def rows(
    connection: Connection, conversations: Iterable[int], agent_id: int | None, name: str | None = None
) -> list[QueueRow]:
    """Return the rows of these conversations, in this order; by primary key. With a view's `name` only those in it,
    with their keys in its order."""
    wanted = list(conversations)
    marks = ", ".join(str(int(number)) for number in wanted)
    where = f"c.id IN ({marks})" if name is None else f"c.id IN ({marks}) AND {view(name).where}"
    by_due = name is not None and view(name).by_due
    found = {
        row["id"]: _row(row, by_due)
        for row in connection.raw.execute(
            f"SELECT {_COLUMNS} FROM conversation c {_JOINS} WHERE {where}", {"me": agent_id}
        )
    }
    return [found[number] for number in wanted if number in found]


def count(connection: Connection, name: str, agent_id: int | None) -> int:
    """Return how many conversations a view holds."""
    row = connection.raw.execute(
        f"SELECT count(*) FROM conversation c WHERE {view(name).where}", {"me": agent_id}
    ).fetchone()
    return int(row[0])


def position(connection: Connection, name: str, agent_id: int | None, key: tuple[int, ...]) -> int:
    """Return how many rows of a view stand before a key."""
    wanted = view(name)
    if wanted.by_due:
        ahead = "(queue_due, queue_waiting, c.id) < (:k0, :k1, :k2)"
    else:
        ahead = "(last_message_at, c.id) > (:k0, :k1)"
    values: dict[str, Any] = {"me": agent_id, **{f"k{place}": part for place, part in enumerate(key)}}
    row = connection.raw.execute(f"SELECT count(*) FROM conversation c WHERE {wanted.where} AND {ahead}", values)
    return int(row.fetchone()[0])


def overdue(connection: Connection, now: int) -> int:
    """Return how many open conversations are past due; rides on conversation_queue."""
    return int(
        connection.value(
            "SELECT count(*) FROM conversation WHERE place = 'desk' AND status = 'open' AND queue_due < ?", (now,)
        )
    )


def _reversed(wanted: View) -> str:
    if wanted.by_due:
        return "queue_due DESC, queue_waiting DESC, c.id DESC"
    return "last_message_at, c.id"


def _row(row: Any, by_due: bool) -> QueueRow:
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
        key=(row["queue_due"], row["queue_waiting"], row["id"]) if by_due else (row["last_message_at"], row["id"]),
    )
