"""A conversation's row as it stands in the midst of a transaction: read, changed in memory, written."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from omnidesk.desk.shown import Shown, preview
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.queue import NEVER
from omnidesk.words.kinds import Place, Priority, Status


@dataclass(slots=True)
class Standing:
    """The columns of a conversation that messages change or ask for."""

    id: int
    subject: str
    status: str
    place: str
    customer_id: int | None
    token: str
    backlog: bool
    created_at: int
    last_message_at: int
    queue_due: int
    queue_waiting: int
    priority: str = Priority.NORMAL
    owner_id: int | None = None
    team_id: int | None = None
    unread: bool = False
    touched: bool = False
    kinds: str = ""
    last_kind: str = ""
    preview: str = ""
    message_count: int = 0
    undelivered: int = 0
    unproven: bool = False
    last_inbound_at: int | None = None
    waiting_since: int | None = None
    snoozed_until: int | None = None
    hold_for: str | None = None
    promised_at: int | None = None
    next_due_at: int | None = None
    due_reason: str | None = None
    merged_into: int | None = None
    repeats: int = 0
    known_owner_id: int | None = None

    def show(self, found: Shown, said: str | None, undelivered: int) -> None:
        """Take over what the messages come to; `said` is the text of the one that is shown."""
        if found.last_message_at is None or found.oldest is None:
            self.message_count, self.undelivered, self.waiting_since = 0, 0, None
            return
        self.message_count = found.messages
        self.last_message_at = found.last_message_at
        self.last_inbound_at = found.inbound_at
        self.waiting_since = None if found.waiting is None else found.waiting[0]
        self.kinds = " ".join(found.kinds)
        self.last_kind = "" if found.last is None else found.last.kind
        self.preview = "" if said is None else preview(said)
        self.undelivered = undelivered
        self.unproven = found.unproven
        self.created_at = found.oldest
        if self.waiting_since is None:
            self.repeats = 0

    def settle(self) -> None:
        """It is closed and read, unless its last message is inbound, unanswered and inside the window (promise 14)."""
        self.unread = self.waiting_since is not None
        self.status = Status.OPEN if self.unread else Status.CLOSED


_NAMES = tuple(one.name for one in fields(Standing))
_FLAGS = ("unread", "touched", "backlog", "unproven")
_FIXED = ("id", "subject", "token", "touched", "priority", "owner_id", "place", "promised_at", "merged_into")
_CHANGING = tuple(name for name in _NAMES if name not in _FIXED)
_values = attrgetter(*_NAMES)
_changing = attrgetter(*_CHANGING, "id")
_READ = f"SELECT {', '.join(_NAMES)} FROM conversation WHERE id IN ({{}})"
_INSERT = f"INSERT INTO conversation ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"
_UPDATE = f"UPDATE conversation SET {', '.join(f'{name} = ?' for name in _CHANGING)} WHERE id = ?"


def read(connection: Connection, numbers: Iterable[int]) -> dict[int, Standing]:
    """Return conversations by number; those that do not exist are left out."""
    found: dict[int, Standing] = {}
    for row in rows_in(connection, _READ, numbers):
        one = found[row[0]] = Standing(*row)
        for name in _FLAGS:
            setattr(one, name, bool(getattr(one, name)))
    return found


def begun(
    number: int, subject: str, customer: int | None, status: Status, place: Place, at: int, backlog: bool
) -> Standing:
    """Return a new conversation, which nobody has stored yet."""
    return Standing(
        id=number,
        subject=subject,
        status=status,
        place=place,
        customer_id=customer,
        token=secrets.token_hex(6),
        backlog=backlog,
        created_at=at,
        last_message_at=at,
        queue_due=NEVER,
        queue_waiting=at,
    )


def insert(tx: Transaction, new: Sequence[Standing]) -> None:
    """Store new conversations."""
    if new:
        tx.execute_many(_INSERT, [_values(one) for one in new])


def write(tx: Transaction, changed: Sequence[Standing]) -> None:
    """Write conversations as they stand now."""
    if changed:
        tx.execute_many(_UPDATE, [_changing(one) for one in changed])


def numbers(tx: Transaction, count: int) -> int:
    """Take so many short numbers; return the first."""
    last: Any = tx.value(
        "INSERT INTO counter (name, value) VALUES ('conversation', ?) "
        "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value",
        (count,),
    )
    return int(last) - count + 1


def give_back(tx: Transaction, count: int) -> None:
    """Give back the last numbers that were taken in this transaction."""
    if count:
        tx.execute("UPDATE counter SET value = value - ? WHERE name = 'conversation'", (count,))
