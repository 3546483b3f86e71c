"""Small blobs of a workspace in SQLite: a second database file, so that the first stays small and quick to read."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from omnidesk.store.home import Home, secure_file
from omnidesk.store.sqlite import Held, hasty, plain_words


class SqliteBlobs:
    """Rows of HOME/blobs.db; one connection a thread."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.path = home.blob_database
        self._local = threading.local()

    def create(self) -> None:
        """Create the file and its table, if they are not there."""
        secure_file(self.home, self.path)
        with plain_words(self.path):
            # With row ids: what comes is appended, and only the small index of names is written all over the place.
            self.connection.execute("CREATE TABLE IF NOT EXISTS blob (sha256 TEXT PRIMARY KEY, at INTEGER, data BLOB)")

    @contextmanager
    def in_haste(self) -> Iterator[None]:
        """Within the block what this thread stores does not wait for the disk."""
        with hasty(self.connection):
            yield

    def put(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Store (name, UTC ms, packed bytes) durably in one step."""
        with plain_words(self.path):
            connection = self.connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                connection.execute_many(
                    "INSERT INTO blob VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET at = excluded.at", rows
                )
                connection.execute("COMMIT")
            except BaseException:
                if connection.raw.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def get(self, name: str) -> bytes | None:
        """Return packed bytes."""
        with plain_words(self.path):
            found: bytes | None = self.connection.value("SELECT data FROM blob WHERE sha256 = ?", (name,))
            return found

    def remove(self, names: Sequence[str], before: int) -> None:
        """Remove those that were not stored again since `before` (UTC ms)."""
        with plain_words(self.path):
            self.connection.execute_many(
                "DELETE FROM blob WHERE sha256 = ? AND at < ?", [(name, before) for name in names]
            )

    def stored_between(self, since: int, until: int) -> list[str]:
        """Return the names of those stored between two times (UTC ms)."""
        with plain_words(self.path):
            rows = self.connection.all("SELECT sha256 FROM blob WHERE at >= ? AND at < ?", (since, until))
        return [row[0] for row in rows]

    def close(self) -> None:
        """Close every thread's connection, as `Database.close` does."""
        self._local = threading.local()

    @property
    def connection(self) -> Held:
        """This thread's connection."""
        found: Held | None = getattr(self._local, "connection", None)
        if found is None:
            found = self._local.connection = Held(self.path)
        return found
