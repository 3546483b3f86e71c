"""The change feed: a position that no late commit can slip behind, and what came after it.

The feed is a hint: whoever reads it reads the rows again. Polling each half second is the contract.

On SQLite writers take turns, and every writer makes its event ids greater than all committed before, so the event id is
the position. On PostgreSQL an event can become visible after one that is younger: what was written shortly before the
position is read again, and told again.
"""

from __future__ import annotations

from omnidesk import clock
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.ids import span

OVERLAP = span(60 * clock.SECOND)
"""A minute. No transaction takes longer, and no two clocks of a team differ by more."""


def position(connection: Connection) -> int:
    """Return the position that all committed changes lie behind."""
    return int(connection.value("SELECT max(id) FROM event") or 0)


def since(connection: Connection, after: int, limit: int = 1000) -> tuple[list[int], int]:
    """Return the conversations changed after a position (at most `limit` events) and the new position.

    On PostgreSQL some of them may have been told before."""
    asked = "SELECT id, conversation_id FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
    late = [] if connection.dialect == "sqlite" else connection.all(asked, (after - OVERLAP, after, 1 << 31))
    fresh = connection.all(asked, (after, 1 << 62, limit))
    touched = list(dict.fromkeys(row[1] for row in [*late, *fresh] if row[1] is not None))
    return touched, fresh[-1][0] if fresh else after


def last(tx: Transaction) -> int:
    """Return the id that a writer's events must be greater than.

    On PostgreSQL nothing: to look for it would make every writer collide with every other."""
    return position(tx) if tx.dialect == "sqlite" else 0


def stirred(connection: Connection) -> object:
    """Return something that differs after every commit of another connection; costs some microseconds."""
    if connection.dialect == "sqlite":
        return connection.value("PRAGMA data_version")
    return connection.value("SELECT pg_current_snapshot()::text")
