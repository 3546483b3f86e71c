"""The change feed: a position that no late commit can slip behind, and what came after it.

The feed is a hint: whoever reads it reads the rows again. Polling each half second is the contract.

Each event bears a mark. On SQLite that is its id: writers take turns, and every writer makes its ids greater than all
committed before. On PostgreSQL it is the number of the transaction that wrote it (`event.xid`, which the server fills
in); a position names those that were under way when it was taken, so that each look reads what was committed since
the one before and nothing else, in whatever order it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.store.database import Connection, Transaction


@dataclass(frozen=True, slots=True)
class Position:
    """How far the feed was read: all marks `below`, but for those of transactions that were `under_way`."""

    below: int
    under_way: frozenset[int] = frozenset()

    def holds(self, mark: int) -> bool:
        """Say whether what bears this mark lies before the position."""
        return mark < self.below and mark not in self.under_way


BEGINNING = Position(0)
MARKS = {"sqlite": "id", "postgresql": "xid"}
"""The column of `event` that holds its mark."""
_FRESH = {  # event_xid, whose rows of one transaction stay together, or the primary key
    "sqlite": "SELECT id, conversation_id FROM event WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
    "postgresql": (
        "SELECT xid, conversation_id FROM event WHERE xid >= ? AND xid < ? ORDER BY xid FETCH FIRST ? ROWS WITH TIES"
    ),
}
_LATE = "SELECT xid, conversation_id FROM event WHERE xid = ANY(?)"


def position(connection: Connection) -> Position:
    """Return the position that all committed changes lie before."""
    if connection.dialect == "sqlite":
        return Position(_last_id(connection) + 1)
    _, below, under_way = str(connection.value("SELECT pg_current_snapshot()::text")).split(":")
    return Position(int(below), frozenset(map(int, under_way.split(",") if under_way else ())))


def since(connection: Connection, after: Position, limit: int = 1000) -> tuple[list[int], Position]:
    """Return the conversations changed after a position and the new position.

    A look ends after some `limit` events: the next goes on there. What was committed after this one began the next one
    tells."""
    reached = position(connection)
    if reached.below < after.below:  # the database was restored, where transactions count anew
        after = BEGINNING
    late = connection.all(_LATE, (sorted(after.under_way),)) if after.under_way else []
    fresh = connection.all(_FRESH[connection.dialect], (after.below, reached.below, limit))
    if len(fresh) >= limit:
        last = fresh[-1][0]
        reached = Position(last + 1, frozenset(one for one in reached.under_way if one <= last))
    told = (row[1] for row in [*late, *fresh] if row[1] is not None and reached.holds(row[0]))
    return list(dict.fromkeys(told)), reached


def last(tx: Transaction) -> int:
    """Return the id that a writer's events must be greater than.

    On PostgreSQL nothing: to look for it would make every writer collide with every other."""
    return _last_id(tx) if tx.dialect == "sqlite" else 0


def stirred(connection: Connection) -> object:
    """Return something that differs after every commit of another connection; costs some microseconds."""
    if connection.dialect == "sqlite":
        return connection.value("PRAGMA data_version")
    return connection.value("SELECT pg_current_snapshot()::text")


def _last_id(connection: Connection) -> int:
    return int(connection.value("SELECT max(id) FROM event") or 0)
