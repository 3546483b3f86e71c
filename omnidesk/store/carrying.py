"""Carries the rows of a workspace from SQLite to PostgreSQL, table by table, and compares what arrived.

Rows go in the order of their primary key, and how far a table came is committed with its rows; so what was cut off
goes on where it stopped, as long as the source did not change meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from omnidesk.store.home import Home
from omnidesk.store.postgres import connect
from omnidesk.store.postgres_errors import in_plain_words, masked
from omnidesk.store.sqlite import Held

AT_A_TIME = 5_000
NOT_CARRIED = ("alembic_version", "lease", "mark", "presence", "visitor_presence")
"""What only says how things stand at this moment, and what the target has of its own."""
STATE = "moving"
"""The mark under which the target keeps how far it came."""

Progress = Callable[[str, int, int], None]
"""Is told a table's name, how many of its rows are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns, those of its primary key, and which columns say yes or no."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    flags: frozenset[int]

    def plain(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row as PostgreSQL keeps it, whichever database it comes from."""
        return tuple(
            bool(value)
            if place in self.flags and value is not None
            else value.replace("\0", "\ufffd")
            if isinstance(value, str)
            else value
            for place, value in enumerate(row)
        )


class Carrier:
    """One move of a workspace to a database that has the schema and nothing else, or part of this move."""

    def __init__(self, home: Home, url: str) -> None:
        self.source = Held(home.database)
        self.target = connect(url)
        self.name = masked(url)
        self.tables = [self._table(name) for name in self._names()]

    def close(self) -> None:
        """Close both connections."""
        self.target.close()

    def _names(self) -> list[str]:
        found = self.source.all("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'")
        return sorted(row[0] for row in found if row[0] not in NOT_CARRIED and not row[0].startswith("sqlite_"))

    def _table(self, name: str) -> Table:
        said = self.source.all(f"PRAGMA table_info({name})")
        key = tuple(row["name"] for row in sorted(said, key=lambda row: row["pk"]) if row["pk"])
        flags = frozenset(place for place, row in enumerate(said) if row["type"].upper() == "BOOLEAN")
        return Table(name, tuple(row["name"] for row in said), key, flags)

    def position(self) -> str:
        """Return what differs when the source changed: its rows by table, and its newest event."""
        counts = {table.name: self.count(table) for table in self.tables}
        return json.dumps([counts, self.source.value("SELECT max(id) FROM event")], sort_keys=True)

    def count(self, table: Table) -> int:
        """Return how many rows a table of the source has."""
        return int(self.source.value(f"SELECT count(*) FROM {table.name}"))

    # Carrying

    def begin(self, position: str) -> dict[str, Any]:
        """Return how far an earlier run came; what it brought of a source that changed since is taken out."""
        with in_plain_words(self.name):
            row = self.target.execute("SELECT value FROM mark WHERE key = %s", (STATE,)).fetchone()
            state: dict[str, Any] = json.loads(row[0]) if row else {}
            if state.get("position") == position:
                return state
            with self.target.transaction():
                names = [
                    sql.Identifier(name)
                    for name in (*(one.name for one in self.tables), "search", "search_names", "blob")
                ]
                self.target.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(names)))
                state = {"position": position, "after": {}}
                self.keep(state)
        return state

    def keep(self, state: dict[str, Any]) -> None:
        """Write down how far it came, in the transaction under way."""
        self.target.execute(
            "INSERT INTO mark (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (STATE, json.dumps(state)),
        )

    def forget(self) -> None:
        """The move is over."""
        self.target.execute("DELETE FROM mark WHERE key = %s", (STATE,))

    def carry(self, table: Table, state: dict[str, Any], told: Progress) -> None:
        """Bring what is missing of a table."""
        total, done = self.count(table), int(state.get("done", {}).get(table.name, 0))
        told(table.name, done, total)
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
        places = [table.columns.index(name) for name in table.key]
        with in_plain_words(self.name):
            for rows in self._pages(table, state["after"].get(table.name)):
                with self.target.transaction():
                    with self.target.cursor() as cursor, cursor.copy(into) as copy:
                        for row in rows:
                            copy.write_row(row)
                    done += len(rows)
                    state["after"][table.name] = [rows[-1][place] for place in places]
                    state.setdefault("done", {})[table.name] = done
                    self.keep(state)
                told(table.name, done, total)

    def _pages(self, table: Table, after: Sequence[Any] | None) -> Iterator[list[tuple[Any, ...]]]:
        names, key = ", ".join(table.columns), ", ".join(table.key)
        while True:
            where = f"WHERE ({key}) > ({', '.join('?' * len(table.key))})" if after else ""
            found = self.source.all(
                f"SELECT {names} FROM {table.name} {where} ORDER BY {key} LIMIT {AT_A_TIME}", tuple(after or ())
            )
            if found:
                yield [table.plain(tuple(row)) for row in found]
            if len(found) < AT_A_TIME:
                return
            after = [found[-1][name] for name in table.key]

    # Comparing

    def differs(self, table: Table, told: Progress) -> str | None:
        """Return how a table of the target differs from the source's: in its count or its content; None if not."""
        total = self.count(table)
        theirs, ours = hashlib.sha256(), hashlib.sha256()
        counted = 0
        with in_plain_words(self.name):
            arrived = self._arrived(table)
            for rows in self._pages(table, None):
                for row in rows:
                    ours.update(repr(row).encode("utf-8", "surrogatepass"))
                    other = next(arrived, None)
                    if other is None:
                        return f"{table.name}: {counted:,} of {total:,} rows arrived"
                    theirs.update(repr(table.plain(tuple(other))).encode("utf-8", "surrogatepass"))
                    counted += 1
                told(table.name, counted, total)
            if next(arrived, None) is not None:
                return f"{table.name}: more rows than the {total:,} of the source"
        return None if ours.digest() == theirs.digest() else f"{table.name}: the content differs"

    def _arrived(self, table: Table) -> Iterator[tuple[Any, ...]]:
        columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
        key = sql.SQL(", ").join(map(sql.Identifier, table.key))
        asked = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(columns, sql.Identifier(table.name), key)
        with self.target.transaction(), psycopg.ServerCursor(self.target, f"all_{table.name}") as cursor:
            cursor.itersize = AT_A_TIME
            cursor.execute(asked)
            yield from cursor
