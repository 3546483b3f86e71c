"""Which schema this program knows, and whether it may write the database it meets."""

from __future__ import annotations

from typing import Literal

from omnidesk.store.database import Database
from omnidesk.words.errors import NewerWorkspaceError, NoWorkspaceError

SCHEMA = 11
"""The number of the newest migration."""

OLDEST_WRITER = 1
"""The schema number that a program must at least know to write a database of `SCHEMA`."""


def read(database: Database) -> tuple[int, int]:
    """Return (schema, oldest writer) of a database; (0, 0) for an empty one."""
    marks = database.marks() or {}
    return int(marks.get("schema", 0)), int(marks.get("oldest_writer", 0))


def compare(database: Database) -> Literal["same", "older", "newer"]:
    """Say how the database's schema stands to this program's. Raises NewerWorkspaceError, NoWorkspaceError."""
    schema, oldest_writer = read(database)
    if schema == 0:
        raise NoWorkspaceError(f"the database {database.name} is empty: `omnidesk init` makes the workspace")
    if oldest_writer > SCHEMA:
        raise NewerWorkspaceError(
            f"this workspace was made by a newer OmniDesk (schema {schema}, this program knows {SCHEMA}): "
            "upgrade this program; nothing was changed"
        )
    return "same" if schema == SCHEMA else "older" if schema < SCHEMA else "newer"


def check_writable(oldest_writer: int) -> None:
    """Refuse to write a database that was upgraded under a running program. Raises NewerWorkspaceError."""
    if oldest_writer > SCHEMA:
        raise NewerWorkspaceError(
            "the workspace was upgraded by a newer OmniDesk while this one ran: it can only be read "
            "now; restart OmniDesk"
        )
