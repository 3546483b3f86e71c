"""Every table, declared once. Only the migrations import this package: reads and writes are SQL text.

Times are integer UTC milliseconds. Hot rows have time-ordered integer ids made by the writer (below 2**53),
conversations short numbers from the counter. Columns named *_json hold JSON text.
"""

from __future__ import annotations

from sqlalchemy import DefaultClause, text
from sqlmodel import SQLModel

from omnidesk.store.tables import (
    arrivals,
    calls,
    conversations,
    facts,
    habits,
    history,
    messages,
    orders,
    people,
    workspace,
)

__all__ = [
    "arrivals",
    "calls",
    "conversations",
    "facts",
    "habits",
    "history",
    "messages",
    "orders",
    "people",
    "workspace",
]


def _default_in_database() -> None:
    """Rows are written with SQL: a default declared above must be the database's own."""
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            value = getattr(column.default, "arg", None)
            if isinstance(value, bool):
                column.server_default = DefaultClause(text("true" if value else "false"))
            elif isinstance(value, int | str):
                column.server_default = DefaultClause(text(f"'{value}'" if isinstance(value, str) else str(value)))


_default_in_database()
