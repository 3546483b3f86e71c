"""Small blobs of a workspace in PostgreSQL: rows of the table `blob`; without a shared folder, all blobs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from omnidesk.store.postgres_errors import in_plain_words

if TYPE_CHECKING:
    from omnidesk.store.postgres import PostgresDatabase

DDL = (
    'CREATE TABLE blob (sha256 text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, data bytea NOT NULL)',
    "ALTER TABLE blob ALTER COLUMN data SET STORAGE EXTERNAL",  # compressed already
)


class PostgresBlobs:
    """Rows of the workspace's own database, each committed by itself."""

    def __init__(self, database: PostgresDatabase) -> None:
        self.database = database

    def create(self) -> None:
        """The table comes with the schema."""

    def in_haste(self) -> AbstractContextManager[None]:
        """Within the block what this thread stores does not wait for the disk."""
        return self.database.in_haste()

    def put(self, rows: Sequence[tuple[str, int, bytes]]) -> None:
        """Store (name, UTC ms, packed bytes) durably in one step."""
        with in_plain_words(self.database.name), self.database.writers.borrowed() as (raw, _), raw.transaction():
            raw.cursor().executemany(
                "INSERT INTO blob (sha256, at, data) VALUES (%s, %s, %b) "
                "ON CONFLICT (sha256) DO UPDATE SET at = excluded.at",
                rows,
            )

    def get(self, name: str) -> bytes | None:
        """Return packed bytes."""
        with in_plain_words(self.database.name), self.database.readers.borrowed() as (raw, _):
            row = raw.execute("SELECT data FROM blob WHERE sha256 = %s", (name,), binary=True).fetchone()
        return None if row is None else bytes(row[0])

    def remove(self, names: Sequence[str], before: int) -> None:
        """Remove those that were not stored again since `before` (UTC ms)."""
        with in_plain_words(self.database.name), self.database.writers.borrowed() as (raw, _):
            raw.execute("DELETE FROM blob WHERE sha256 = ANY(%s) AND at < %s", (list(names), before))

    def stored_between(self, since: int, until: int) -> list[str]:
        """Return the names of those stored between two times (UTC ms)."""
        rows = self.database.reader.all("SELECT sha256 FROM blob WHERE at >= ? AND at < ?", (since, until))
        return [row[0] for row in rows]

    def close(self) -> None:
        """The database closes its connections."""
