"""The PostgreSQL that the desks of the bench lie in: the one that is named, else one of the bench's own.

OMNIDESK_BENCH_POSTGRESQL names a server on which databases can be made (postgresql://user@host:port). Without it the
bench starts one where PostgreSQL is installed, durable as a server of a team is, and keeps its data in bench/out.
"""

from __future__ import annotations

import atexit
import os
from functools import cache
from pathlib import Path
from typing import Any

from bench.figures import LeftOutError
from tests.postgres import PostgresServer, missing

NAMED = "OMNIDESK_BENCH_POSTGRESQL"
SETTINGS = {
    "shared_buffers": "512MB", "max_wal_size": "4GB", "effective_cache_size": "2GB", "track_commit_timestamp": "on",
}  # fmt: skip
"""Of a small server of a team; without them a server is set up for a machine of twenty years ago. The last
has it know when each transaction was committed."""


class Server:
    """A server by its address, and the few things that the bench asks of it."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"{self._base}/{name}"

    def holds(self, name: str) -> bool:
        """Say whether there is such a database."""
        return bool(self._run("SELECT 1 FROM pg_database WHERE datname = %s", (name,)))

    def make(self, name: str) -> None:
        """Make an empty database, instead of one that is there."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._run(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")

    def rename(self, name: str, fresh: str) -> None:
        """Give a database another name."""
        self._run(f"ALTER DATABASE {name} RENAME TO {fresh}")

    def settle(self, name: str) -> None:
        """Do now what autovacuum does in the minutes after so much was written."""
        self._run("VACUUM ANALYZE", name=name)

    def megabytes(self, name: str) -> float:
        """Return the size of a database."""
        return float(self._run("SELECT pg_database_size(%s)", (name,))[0][0]) / 1e6

    def _run(self, sql: str, values: tuple[Any, ...] = (), name: str = "postgres") -> list[tuple[Any, ...]]:
        import psycopg

        with psycopg.connect(self.url(name), autocommit=True) as raw:
            cursor = raw.execute(sql, values)
            return cursor.fetchall() if cursor.description else []


def server(out: Path) -> Server:
    """Return the server of this run. Raises LeftOutError where there is none and none can be started."""
    named = os.environ.get(NAMED)
    return Server(named) if named else _own(out)


@cache
def _own(out: Path) -> Server:
    if reason := missing():
        raise LeftOutError(f"PostgreSQL: {NAMED} names no server, and none can be started here: {reason}")
    started = PostgresServer(durable=True, folder=out / "postgresql", settings=SETTINGS)
    started.start()
    atexit.register(started.close)
    return Server(f"postgresql://desk@127.0.0.1:{started.port}")
