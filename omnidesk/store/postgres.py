"""A workspace in PostgreSQL: a few connections a process, serializable writes that run again when they collide.

No statement leans on what an earlier one left in the session, apart from what is asked for when connecting; so any
pooler that keeps a transaction on one connection may stand between, and so may a distributed engine that speaks the
protocol. What SQLite's single writer gives, that a write sees and changes the workspace as if it were alone, is here
the isolation level SERIALIZABLE. Writers go side by side; one that collided goes again while all others wait, so that
it collides no second time, however many there are.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors, pq

from omnidesk.store import versions
from omnidesk.store.blobs import SmallBlobs
from omnidesk.store.database import Connection, Database, Dialect, T, Transaction, Values
from omnidesk.store.home import Home
from omnidesk.store.postgres_blobs import PostgresBlobs
from omnidesk.store.postgres_errors import in_plain_words, masked
from omnidesk.store.postgres_many import for_many
from omnidesk.store.postgres_rows import adapters, named_rows
from omnidesk.store.translating import translated
from omnidesk.words.errors import TryLaterError, WorkspaceError

ATTEMPTS = 20
"""How often a write is tried that others get in the way of: the second try is alone, unless a program writes that does
not wait for it."""
FIRST_WAIT, LONGEST_WAIT = 0.004, 0.5
"""Seconds between two more tries, at most, growing."""
_BESIDE = "LOCK TABLE mark IN ROW EXCLUSIVE MODE; "
_ALONE = "LOCK TABLE mark IN SHARE ROW EXCLUSIVE MODE; "
"""What a write begins with; nobody reads in vain for it. Unlike an advisory lock it is waited for before the
transaction sees anything, and it stands on any pooler."""
CONNECT_SECONDS = 5
IDLE = 4
"""Connections that are kept for the next statement; more are closed after use."""
REST = 0.05
"""Seconds at least between two wakings of who waits: where twenty write, each look finds what several of them did."""
CHANNEL = "omnidesk"
"""Where processes tell each other that they committed something (NOTIFY)."""
_COMMIT = f"COMMIT; NOTIFY {CHANNEL}"
"""In one round trip. Told within the transaction, the server would let nobody else commit until it is on the disk."""
_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
_SETTINGS = {
    "client_min_messages": "warning",
    "idle_in_transaction_session_timeout": 60_000,
    "enable_seqscan": "off",
    "random_page_cost": 1.1,
    "max_parallel_workers_per_gather": 0,
    "jit": "off",
}
"""A scan of a whole table is never the plan: where it is small an index costs no more, and a serializable reader of
a whole table collides with every writer of it. For the same reason rows are looked up one by one, as it is right for
the disks of today, rather than joined to all there are. Nothing here is so long that compiling it or starting
processes for it would pay; but where there is no other way, what is forbidden counts as so dear that the server would
do both: 50 ms for the rows of six channels."""
_FOR_READING = {"default_transaction_read_only": "on", "plan_cache_mode": "force_custom_plan"}
_FOR_WRITING = {"enable_hashjoin": "off", "enable_mergejoin": "off"}
"""Who writes looks up what it needs; to read all rows once for many of them is to collide with all other writers."""


logging.getLogger("psycopg").setLevel(logging.ERROR)  # what it warns of is raised as well


class PostgresConnection(Connection):
    """A connection within a transaction."""

    dialect: Dialect = "postgresql"

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw

    def execute(self, sql: str, values: Values = ()) -> psycopg.Cursor[Any]:
        """Run one statement."""
        return self.raw.execute(translated(sql), values)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values, or where that comes to the same one for all."""
        given = list(rows)
        many = for_many(sql)
        document = many.document(given) if many is not None and given else None
        if many is not None and document is not None:
            self.raw.execute(many.sql, (document,))
        elif given:
            self.raw.cursor().executemany(translated(sql), given)

    def is_lost(self, error: BaseException) -> bool:
        """Say whether an error is the transaction's, not the statement's."""
        if isinstance(error, errors.UniqueViolation):
            return _of_an_id(error)
        return isinstance(error, psycopg.Error) and not isinstance(error, psycopg.DataError | psycopg.IntegrityError)


class _Reader(Connection):
    """Reads on whichever connection is free; one that broke while idle is replaced once."""

    dialect: Dialect = "postgresql"

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    def execute(self, sql: str, values: Values = ()) -> psycopg.Cursor[Any]:
        """Run one statement that only reads."""
        said = translated(sql)
        with in_plain_words(self._database.name):
            while True:
                with self._database.readers.borrowed() as (raw, fresh):
                    try:
                        return raw.execute(said, values)
                    except psycopg.OperationalError:
                        if fresh or not raw.closed:
                            raise

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row of values."""
        for row in rows:
            self.execute(sql, row)

    def is_lost(self, error: BaseException) -> bool:
        """There is no transaction to lose."""
        return False


class PostgresDatabase(Database):
    """A workspace in PostgreSQL."""

    dialect: Dialect = "postgresql"

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        assert home.url is not None
        self.url = home.url
        self.readers = _Connections(self.url, read_only=True)
        self.writers = _Connections(self.url, read_only=False)
        self._reader = _Reader(self)
        self._local = threading.local()
        self._ear: psycopg.Connection[Any] | None = None
        """The connection that listens, of the one thread that waits."""
        self._woken = 0.0

    @property
    def name(self) -> str:
        """The address without its password."""
        return masked(self.url)

    @property
    def reader(self) -> Connection:
        """A connection for reading; any thread may use it."""
        return self._reader

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run `work` in one serializable transaction; again from the start when it collided with another."""
        with in_plain_words(self.name):
            for attempt in range(ATTEMPTS):
                try:
                    return self._attempt(work, alone=attempt > 0)
                except _AGAIN as error:
                    if isinstance(error, errors.UniqueViolation) and not _of_an_id(error):
                        raise
                    if attempt:
                        time.sleep(random.uniform(0, min(LONGEST_WAIT, FIRST_WAIT * 2**attempt)))
            raise TryLaterError(f"{self.name} is so busy that the same write failed {ATTEMPTS} times: try again")

    def _attempt(self, work: Callable[[Transaction], T], alone: bool) -> T:
        with self._begun(alone) as (raw, number):
            try:
                result = work(PostgresConnection(raw))
            except BaseException:
                with suppress(psycopg.Error):
                    raw.execute("ROLLBACK")
                raise
            try:
                raw.execute(_COMMIT)
            except psycopg.OperationalError as error:
                if not isinstance(error, _AGAIN) and self._committed(number):
                    return result
                with suppress(psycopg.Error):
                    raw.execute("ROLLBACK")
                raise
            return result

    @contextmanager
    def _begun(self, alone: bool) -> Iterator[tuple[psycopg.Connection[Any], str]]:
        """Lend a connection in a transaction that has begun, with its number; one that broke while idle is replaced."""
        while True:
            with self.writers.borrowed() as (raw, fresh):
                try:
                    number = self._begin(raw, alone)
                except psycopg.OperationalError:
                    if fresh or not raw.closed:
                        raise
                    continue
                yield raw, number
                return

    def _begin(self, raw: psycopg.Connection[Any], alone: bool) -> str:
        """Begin a transaction, in one round trip; return its number."""
        haste = "SET LOCAL synchronous_commit = off; " if getattr(self._local, "haste", False) else ""
        cursor = raw.execute(
            f"BEGIN ISOLATION LEVEL SERIALIZABLE; {_ALONE if alone else _BESIDE}{haste}"
            "SELECT (SELECT value FROM mark WHERE key = 'oldest_writer') AS oldest, pg_current_xact_id()::text AS xid"
        )
        while cursor.nextset():
            pass
        row = cursor.fetchone()
        assert row is not None
        try:
            versions.check_writable(int(row["oldest"] or 0))
        except BaseException:
            raw.execute("ROLLBACK")
            raise
        return str(row["xid"])

    def _committed(self, number: str) -> bool:
        """Say whether a transaction was committed whose answer was lost with its connection.

        Raises what connecting raises: then nobody knows yet."""
        with self.writers.borrowed(new=True) as (raw, _):
            row = raw.execute("SELECT pg_xact_status(%s::xid8)", (number,)).fetchone()
            return row is not None and row[0] == "committed"

    @contextmanager
    def in_haste(self) -> Iterator[None]:
        """Within the block this thread's commits do not wait for the disk."""
        self._local.haste = True
        try:
            yield
        finally:
            self._local.haste = False

    def small_blobs(self) -> SmallBlobs:
        """Return the table of blobs."""
        return PostgresBlobs(self)

    def marks(self) -> dict[str, str] | None:
        """Return what the table `mark` holds; None where there is no such table."""
        if self.reader.value("SELECT to_regclass('mark')") is None:
            return None
        return dict(self.reader.all("SELECT key, value FROM mark"))

    def role(self) -> str | None:
        """Return the role we are connected as."""
        return str(self.reader.value("SELECT current_user"))

    def wait(self, seconds: float, ended: threading.Event) -> None:
        """Wait until a process says that it committed something (LISTEN), at most so long.

        Where nobody can be listened to the time just passes."""
        ended.wait(max(0.0, self._woken + REST - time.monotonic()))
        try:
            if self._ear is None:
                self._ear = connect(self.url)
                self._ear.execute(f"LISTEN {CHANNEL}")
            for _ in self._ear.notifies(timeout=seconds, stop_after=1):
                pass
        except (psycopg.Error, WorkspaceError):
            self._stop_listening()
            ended.wait(seconds)
        self._woken = time.monotonic()
        if ended.is_set():
            self._stop_listening()

    def _stop_listening(self) -> None:
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.close()

    def close(self) -> None:
        """Close every connection; one that is in use at this moment closes when it is not."""
        self.readers.close()
        self.writers.close()


class _Connections:
    """Connections of one sort, made when asked for, kept for the next who asks."""

    def __init__(self, url: str, read_only: bool) -> None:
        self._url = url
        self._read_only = read_only
        self._lock = threading.Lock()
        self._idle: list[psycopg.Connection[Any]] = []
        self._generation = 0

    @contextmanager
    def borrowed(self, new: bool = False) -> Iterator[tuple[psycopg.Connection[Any], bool]]:
        """Lend a connection, and say whether it was made for this; it comes back when the block ends."""
        with self._lock:
            found = None if new or not self._idle else self._idle.pop()
            generation = self._generation
        raw = found or connect(self._url, self._read_only)
        try:
            yield raw, found is None
        finally:
            usable = not raw.closed and raw.info.transaction_status == pq.TransactionStatus.IDLE
            with self._lock:
                keep = usable and generation == self._generation and len(self._idle) < IDLE
                if keep:
                    self._idle.append(raw)
            if not keep:
                raw.close()
            if raw.closed:
                self._forget_broken()

    def _forget_broken(self) -> None:
        """A server that went away took all connections with it: try none of them in turn."""
        with self._lock:
            idle, self._idle = self._idle, []
        for raw in idle:
            raw.close()

    def close(self) -> None:
        """Close what is idle now, and the others when they come back."""
        with self._lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for raw in idle:
            raw.close()


def connect(url: str, read_only: bool = False) -> psycopg.Connection[Any]:
    """Open a connection the way the desk uses it, in autocommit. Raises psycopg.Error, WorkspaceError."""
    settings = _SETTINGS | (_FOR_READING if read_only else _FOR_WRITING)
    raw = psycopg.connect(
        url,
        autocommit=True,
        connect_timeout=CONNECT_SECONDS,
        application_name="omnidesk",
        options=" ".join(f"-c {name}={value}" for name, value in settings.items()),
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=20_000,
        client_encoding="UTF8",
        row_factory=named_rows,
        context=adapters,
    )
    if raw.info.parameter_status("server_encoding") != "UTF8":
        raw.close()
        raise WorkspaceError(f"the database {masked(url)} is not in UTF8: make it anew with ENCODING 'UTF8'")
    return raw


def connect_plainly(url: str) -> psycopg.Connection[Any]:
    """Open a connection for SQLAlchemy, with its own rows and transactions. Raises psycopg.Error."""
    return psycopg.connect(url, connect_timeout=CONNECT_SECONDS, application_name="omnidesk upgrade")


def _of_an_id(error: errors.UniqueViolation) -> bool:
    """Say whether two writers made the same row: the next try sees it, or makes another id."""
    return (error.diag.constraint_name or "").endswith(("_pkey", "_once", "_key", "message_search"))
