"""Which schema this program knows, and whether it may write the database it meets."""

from __future__ import annotations

import sqlite3
from typing import Literal

from omnidesk.words.errors import NewerWorkspaceError, WorkspaceError

SCHEMA = 4
"""The number of the newest migration."""

OLDEST_WRITER = 1
"""The schema number that a program must at least know to write a database of `SCHEMA`."""


def read(raw: sqlite3.Connection) -> tuple[int, int]:
    """Return (schema, oldest writer) of a database; (0, 0) for an empty one."""
    try:
        marks = dict(tuple(row) for row in raw.execute("SELECT key, value FROM mark"))
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return 0, 0
        raise
    return int(marks.get("schema", 0)), int(marks.get("oldest_writer", 0))


def compare(raw: sqlite3.Connection) -> Literal["same", "older", "newer"]:
    """Say how the database's schema stands to this program's. Raises NewerWorkspaceError, WorkspaceError."""
    schema, oldest_writer = read(raw)
    if schema == 0:
        raise WorkspaceError("the database is empty: `omnidesk init` makes the workspace")
    if oldest_writer > SCHEMA:
        raise NewerWorkspaceError(
            f"this workspace was made by a newer OmniDesk (schema {schema}, this program knows {SCHEMA}): "
            "upgrade this program; nothing was changed"
        )
    return "same" if schema == SCHEMA else "older" if schema < SCHEMA else "newer"


def check_writable(raw: sqlite3.Connection) -> None:
    """Refuse to write a database that was upgraded under a running program. Raises NewerWorkspaceError."""
    row = raw.execute("SELECT value FROM mark WHERE key = 'oldest_writer'").fetchone()
    if row is not None and int(row[0]) > SCHEMA:
        raise NewerWorkspaceError(
            "the workspace was upgraded by a newer OmniDesk while this one ran: it can only be read "
            "now; restart OmniDesk"
        )
