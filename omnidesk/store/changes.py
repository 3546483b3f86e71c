"""The change feed on SQLite: a position that no late commit can slip behind, and what came after it.

Writers take turns, and every writer makes its event ids greater than all committed before, so the event id is the
position. The feed is a hint: whoever reads it reads the rows again. Polling each half second is the contract.
"""

from __future__ import annotations

from omnidesk.store.database import Connection


def position(connection: Connection) -> int:
    """Return the position that all committed changes lie behind."""
    return int(connection.value("SELECT max(id) FROM event") or 0)


def since(connection: Connection, after: int, limit: int = 1000) -> tuple[list[int], int]:
    """Return the conversations changed after a position (at most `limit` events) and the new position."""
    rows = connection.all("SELECT id, conversation_id FROM event WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    touched = list(dict.fromkeys(row[1] for row in rows if row[1] is not None))
    return touched, rows[-1][0] if rows else after


def stirred(connection: Connection) -> int:
    """Return a number that changes with every commit of another connection; costs a microsecond (data_version)."""
    return int(connection.value("PRAGMA data_version"))
