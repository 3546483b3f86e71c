"""The workspace's database as the desk uses it: one transaction a write, reads that never wait for the writer.

SQL is text with `?` or `:name` for values, written for SQLite and translated for PostgreSQL (`store.translating`). What
only one of them can do stands in `store.sqlite`, `store.postgres` and the modules of the full-text index.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from omnidesk.store.home import Home
from omnidesk.words.errors import WorkspaceError

if TYPE_CHECKING:
    from omnidesk.store.blobs import SmallBlobs

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]
"""Values of a statement: in the order of its `?`, or by the names after its `:`."""
Dialect = Literal["sqlite", "postgresql"]


class Result(Protocol):
    """What a statement brought."""

    @property
    def rowcount(self) -> int: ...  # noqa: D102

    def fetchone(self) -> Any: ...  # noqa: D102

    def fetchall(self) -> list[Any]: ...  # noqa: D102

    def __iter__(self) -> Iterator[Any]: ...


class Connection(ABC):
    """A connection with the few verbs the desk needs; rows answer to names and to positions."""

    dialect: Dialect

    @abstractmethod
    def execute(self, sql: str, values: Values = ()) -> Result:
        """Run one statement."""

    @abstractmethod
    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""

    def later(self, sql: str, values: Sequence[Any]) -> None:
        """Run one statement whose result nobody waits for; `store.deferred` puts it off."""
        self.execute(sql, values)

    @abstractmethod
    def is_lost(self, error: BaseException) -> bool:
        """Say whether an error ends the whole transaction: another statement would have met it as well."""

    def all(self, sql: str, values: Values = ()) -> list[Any]:
        """Return every row."""
        return self.execute(sql, values).fetchall()

    def one(self, sql: str, values: Values = ()) -> Any | None:
        """Return the first row, or None."""
        return self.execute(sql, values).fetchone()

    def value(self, sql: str, values: Values = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.execute(sql, values).fetchone()
        return None if row is None else row[0]

    def insert(self, table: str, **columns: Any) -> None:
        """Insert one row; table and column names are ours, never from outside."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))


Transaction = Connection
"""A connection within a write transaction. The function that gets it may run again from the start."""


class Database(ABC):
    """One workspace's database, for any number of threads."""

    dialect: Dialect

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    @abstractmethod
    def name(self) -> str:
        """What people call it: a path, or an address without its password."""

    @property
    @abstractmethod
    def reader(self) -> Connection:
        """A connection for reading: each statement sees what is committed when it starts."""

    @abstractmethod
    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one write transaction, as if no other ran meanwhile, and return what it returned.

        `work` runs again from the start when another writer came in between. Raises ReadOnlyError, DiskFullError,
        NewerWorkspaceError, TryLaterError (busy too long, or out of reach), and what `work` raises.
        """

    @abstractmethod
    def in_haste(self) -> AbstractContextManager[None]:
        """Within the block this thread's commits do not wait for the disk."""

    @abstractmethod
    def small_blobs(self) -> SmallBlobs:
        """Return where blobs lie that are rows."""

    @abstractmethod
    def marks(self) -> dict[str, str] | None:
        """Return what the table `mark` holds; None where there is no such table. Raises WorkspaceError and its kin."""

    def role(self) -> str | None:
        """Return as whom the database knows us; None where it does not ask."""
        return None

    def wait(self, seconds: float, ended: threading.Event) -> None:
        """Wait so long, or until `ended`, or until another process says that it committed something."""
        ended.wait(seconds)

    def scrub(self) -> None:  # noqa: B027  most databases have nothing to do
        """Let go of what was deleted for good and still lies in files; a server sees to it by itself."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection; one that is in use at this moment closes when it is not."""


def open_database(home: Home) -> Database:
    """Return the database that a workspace lives in; nothing is read yet. Raises WorkspaceError."""
    if home.url is None:
        from omnidesk.store.sqlite import SqliteDatabase

        return SqliteDatabase(home)
    try:
        from omnidesk.store.postgres import PostgresDatabase
    except ImportError as error:
        raise WorkspaceError(
            f"this workspace lives in PostgreSQL, and psycopg cannot be loaded ({error}): install omnidesk[postgres]"
        ) from error
    return PostgresDatabase(home)
