"""Writes put off: rows that nobody reads meanwhile are written together, in a fraction of the time.

Whoever asks or does anything else through the same transaction finds everything written: what was put off goes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from omnidesk.store.database import Connection, Result, Transaction, Values


class Deferred(Connection):
    """A transaction in which `later` keeps rows back.

    `complete` is called before rows are written, to add those that its owner holds; `changed` when a statement writes
    past `later`, so that the owner forgets what it read before.
    """

    def __init__(self, tx: Transaction, complete: Callable[[], None], changed: Callable[[], None]) -> None:
        self.dialect = tx.dialect
        self.at_once = tx
        """The transaction itself, which does not write down what was put off."""
        self._complete = complete
        self._changed = changed
        self._rows: dict[str, list[Sequence[Any]]] = {}

    def later(self, sql: str, values: Sequence[Any]) -> None:
        """Put a statement off. Rows are inserted before others are changed; apart from that their order is kept only
        among equal statements."""
        rows = self._rows.get(sql)
        if rows is None:
            rows = self._rows[sql] = []
        rows.append(values)

    def write_down(self) -> None:
        """Write what was put off."""
        self._complete()
        rows, self._rows = self._rows, {}
        for sql in sorted(rows, key=lambda one: not one.startswith("INSERT")):
            self.at_once.execute_many(sql, rows[sql])

    def execute(self, sql: str, values: Values = ()) -> Result:
        """Run one statement, after what was put off."""
        self._make_way(sql)
        return self.at_once.execute(sql, values)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values, after what was put off."""
        self._make_way(sql)
        self.at_once.execute_many(sql, rows)

    def is_lost(self, error: BaseException) -> bool:
        """Say whether an error is the transaction's, not the statement's."""
        return self.at_once.is_lost(error)

    def insert(self, table: str, **columns: Any) -> None:
        """Insert one row, after what was put off."""
        self._make_way("INSERT")
        self.at_once.insert(table, **columns)

    def _make_way(self, sql: str) -> None:
        self.write_down()
        if not sql.startswith("SELECT"):
            self._changed()
