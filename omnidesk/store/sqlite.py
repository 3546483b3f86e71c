"""A workspace in a SQLite file: one connection a thread, WAL with synchronous=FULL."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnidesk.store import versions
from omnidesk.store.database import Connection, Database, Dialect, T, Transaction, Values
from omnidesk.store.home import Home, secure_file
from omnidesk.store.line import Line
from omnidesk.words.errors import (
    DiskFullError,
    ReadOnlyError,
    TryLaterError,
    WorkspaceError,
)

if TYPE_CHECKING:
    from omnidesk.store.blobs import SmallBlobs

BUSY_SECONDS = 15.0
ATTEMPTS = 5
MERGED = 500
"""Pages of a full-text index that are merged in one transaction."""
WAL_PAGES = 4000
"""Pages (of 4 KiB) that the log gathers before they go into the database: many writes to one page become one."""


_LOST = (
    "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CORRUPT",
    "SQLITE_NOMEM", "SQLITE_CANTOPEN", "SQLITE_INTERRUPT", "SQLITE_CONSTRAINT_PRIMARYKEY",
)  # fmt: skip


class SqliteConnection(Connection):
    """A connection to a SQLite file."""

    dialect: Dialect = "sqlite"

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw

    def execute(self, sql: str, values: Values = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self.raw.execute(sql, values)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        self.raw.executemany(sql, rows)

    def is_lost(self, error: BaseException) -> bool:
        """Say whether an error is the transaction's, not the statement's."""
        return isinstance(error, sqlite3.Error) and _code(error).startswith(_LOST)


class SqliteDatabase(Database):
    """A workspace in a SQLite file."""

    dialect: Dialect = "sqlite"

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self.path = home.database
        self._turn = threading.Lock()
        """Threads of this process take turns in writing; SQLite itself would have them sleep and try again."""
        self._line = Line(home, home.database)
        self._local = threading.local()
        """What a thread holds here is closed when the thread ends, or after `close`."""
        self._shared: Held | None = None

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def create_file(self) -> None:
        """Create the empty file with the workspace's rights, so that SQLite's -wal and -shm follow them."""
        secure_file(self.home, self.path)

    @property
    def reader(self) -> SqliteConnection:
        """This thread's connection for reading."""
        found: SqliteConnection | None = getattr(self._local, "reader", None)
        if found is None:
            with plain_words(self.path):
                found = Held(self.path)
            found.execute("PRAGMA query_only = 1")
            self._local.reader = found
        return found

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in the one write transaction; again from the start when another writer's id collided with ours."""
        with plain_words(self.path):
            with self._turn, self._line.turn(BUSY_SECONDS):
                writer = self._writer  # held until the transaction ends, whoever closes the database meanwhile
                for attempt in range(ATTEMPTS):
                    try:
                        return self._attempt(writer.raw, work)
                    except sqlite3.IntegrityError as error:
                        if "PRIMARYKEY" not in _code(error) or attempt == ATTEMPTS - 1:
                            raise
                    time.sleep(0.001)  # ids of the next millisecond are ours: nobody else writes meanwhile
            raise AssertionError("unreachable")

    @property
    def _writer(self) -> Held:
        """The connection for writing, which is one for all threads: what others write empties a connection's cache."""
        hasty: Held | None = getattr(self._local, "hasty", None)
        if hasty is not None:
            return hasty
        if self._shared is None:
            self._shared = Held(self.path)
        return self._shared

    @contextmanager
    def in_haste(self) -> Iterator[None]:
        """Within the block this thread's commits do not wait for the disk."""
        self._local.hasty = Held(self.path)
        try:
            with hasty(self._local.hasty):
                yield
        finally:
            self._local.hasty = None

    def _attempt(self, raw: sqlite3.Connection, work: Callable[[Transaction], T]) -> T:
        raw.execute("BEGIN IMMEDIATE")
        try:
            versions.check_writable(_oldest_writer(raw))
            result = work(SqliteConnection(raw))
            raw.execute("COMMIT")
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            raise
        return result

    def scrub(self) -> None:
        """Take out of the files what was deleted for good: the full-text indexes keep words of rows that are gone until
        they are merged, in steps that let others write; and the log keeps pages until it is emptied."""
        for index in ("search", "search_names"):
            pages = -MERGED
            while self.write(lambda tx, index=index, pages=pages: _merge(tx, index, pages)):  # type: ignore[misc]
                pages = MERGED
        with plain_words(self.path):
            Held(self.path).execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def small_blobs(self) -> SmallBlobs:
        """Return the second file."""
        from omnidesk.store.sqlite_blobs import SqliteBlobs

        return SqliteBlobs(self.home)

    def marks(self) -> dict[str, str] | None:
        """Return what the table `mark` holds; None where there is no such table."""
        with plain_words(self.path):
            try:
                return dict(tuple(row) for row in self.reader.execute("SELECT key, value FROM mark"))
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return None
                raise

    def close(self) -> None:
        """Close every thread's connections; one that is in use at this moment closes when it is not."""
        self._local, self._shared = threading.local(), None


class Held(SqliteConnection):
    """A connection that closes when no one holds it any more, which is when its thread has ended, and not before.

    To close it while another thread reads from it would crash the program; so hold it as long as its cursors.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(connect(path))

    def __del__(self) -> None:
        if hasattr(self, "raw"):
            self.raw.close()


def _merge(tx: Transaction, index: str, pages: int) -> bool:
    """Merge some pages of a full-text index (FTS5, section 6.8); say whether there is more to do."""
    before = tx.value("SELECT total_changes()")
    tx.execute(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)", (pages,))
    return int(tx.value("SELECT total_changes()")) - int(before) >= 2


def connect(path: Path) -> sqlite3.Connection:
    """Open an existing SQLite file the way the desk uses it: WAL, synchronous=FULL, autocommit."""
    raw = sqlite3.connect(
        f"{path.as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    raw.row_factory = sqlite3.Row
    if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("PRAGMA cache_size = -16384")
    raw.execute("PRAGMA secure_delete = ON")
    raw.execute(f"PRAGMA wal_autocheckpoint = {WAL_PAGES}")
    return raw


@contextmanager
def hasty(connection: Connection) -> Iterator[None]:
    """Let a connection's commits not wait for the disk within the block."""
    connection.execute("PRAGMA synchronous = OFF")
    try:
        yield
    finally:
        connection.execute("PRAGMA synchronous = FULL")


@contextmanager
def plain_words(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, which say what to do next."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = _code(error)
        if "FULL" in code or ("IOERR" in code and _no_room(path)):
            raise DiskFullError(
                f"the disk that holds {path.parent} is full: nothing was written; make room and try again"
            ) from error
        unwritable = path.exists() and not os.access(path.parent, os.W_OK)  # then not even -shm can be made
        if "READONLY" in code or "PERM" in code or ("CANTOPEN" in code and unwritable):
            raise ReadOnlyError(f"{path} cannot be written by this user: check who owns it and its rights") from error
        if "BUSY" in code or "LOCKED" in code:
            raise TryLaterError(f"{path} was locked by another program for {BUSY_SECONDS:.0f} s; try again") from error
        if "CANTOPEN" in code:
            raise WorkspaceError(
                f"{path} cannot be opened: check that it exists and its rights; `omnidesk init` makes one"
            ) from error
        if "IOERR" in code:
            raise WorkspaceError(
                f"{path} cannot be read or written ({error}): check the disk; `omnidesk doctor` tells more"
            ) from error
        raise
    except sqlite3.DatabaseError as error:
        if "NOTADB" in _code(error) or "CORRUPT" in _code(error):
            raise WorkspaceError(
                f"{path} is damaged or no database ({error}): restore a backup, or move it away"
            ) from error
        raise


def _no_room(path: Path) -> bool:
    """Say whether the disk is full: then SQLite often cannot even make its -shm file, and calls that an I/O error."""
    try:
        return shutil.disk_usage(path.parent).free < 65_536
    except OSError:
        return False


def _oldest_writer(raw: sqlite3.Connection) -> int:
    row = raw.execute("SELECT value FROM mark WHERE key = 'oldest_writer'").fetchone()
    return 0 if row is None else int(row[0])


def _code(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or str(error)
