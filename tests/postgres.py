"""A real PostgreSQL of the tests' own, on loopback, with a database for each workspace.

Tests that run on both databases ask for it by `on_postgres()`; within the block `tests.filling` makes workspaces there.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.servers import free_ports, until

_wanted = False


def missing() -> str | None:
    """Return why no PostgreSQL can be started here, None when it can."""
    if _programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        return f"psycopg cannot be loaded: {error}"
    if os.getuid() == 0 and "postgres" not in {one.pw_name for one in pwd.getpwall()}:
        return "PostgreSQL does not run as root, and there is no user postgres"
    return None


@contextmanager
def on_postgres() -> Iterator[None]:
    """Have workspaces made in PostgreSQL within the block."""
    global _wanted
    before, _wanted = _wanted, True
    try:
        yield
    finally:
        _wanted = before


@contextmanager
def chosen(name: str) -> Iterator[str]:
    """Have workspaces made in this database within the block; skip the test where that cannot be, but not in CI."""
    if name == "sqlite":
        yield name
        return
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with on_postgres():
        yield name


def wanted() -> PostgresServer | None:
    """Return the server that workspaces are made in now; None where they are files."""
    return shared() if _wanted else None


@cache
def shared() -> PostgresServer:
    """Return the server of this test run; it ends with the process."""
    import atexit

    server = PostgresServer()
    server.start()
    atexit.register(server.close)
    return server


class PostgresServer:
    """One PostgreSQL with a role `desk`. Not started until `start`; `close` removes everything.

    With a `folder` it lies there, and `close` leaves it for the next who starts it. `settings` are the server's own."""

    def __init__(
        self, *, durable: bool = False, folder: Path | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.root = folder or Path(tempfile.mkdtemp(prefix="omnipostgres-"))
        self.port = free_ports(1)[0]
        self.durable = durable
        self._kept = folder is not None
        self._settings = settings or {}
        self._numbers = itertools.count(1)
        self._templates: dict[Callable[[str], None], str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it (again) on the same port and data."""
        programs = _programs()
        assert programs is not None
        data = self.root / "data"
        if not data.exists():
            self.root.mkdir(exist_ok=True)
            self.root.chmod(0o755)
            data.mkdir(mode=0o700)
            if os.getuid() == 0:
                shutil.chown(data, "postgres", "postgres")
            made = subprocess.run(
                [*_as_postgres(), programs / "initdb", "-D", data, "-A", "trust", "-U", "desk", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync"],
                capture_output=True, text=True,
            )  # fmt: skip
            assert made.returncode == 0, made.stderr
        settings = {
            "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": "", "max_connections": 200,
            "fsync": "on" if self.durable else "off", "synchronous_commit": "on" if self.durable else "off",
            "full_page_writes": "on" if self.durable else "off", "logging_collector": "off",
            "max_pred_locks_per_transaction": 256, **self._settings,
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.root / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_postgres("--pdeathsig", "INT"), programs / "postgres", "-D", data, *options],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(self._answers, "PostgreSQL to start", 60)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, name: str, role: str = "desk") -> str:
        """Return the address of a database."""
        return f"postgresql://{role}@127.0.0.1:{self.port}/{name}"

    def run(self, sql: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the owner; return its rows."""
        import psycopg

        with psycopg.connect(self.url(name), autocommit=True) as raw:
            cursor = raw.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def database(self, fill: Callable[[str], None] | None = None) -> str:
        """Make a database and return its address; with `fill` a copy of one that `fill` filled once."""
        name = f"desk{os.getpid()}_{next(self._numbers)}"
        if fill is None:
            self.run(f"CREATE DATABASE {name}")
            return self.url(name)
        if fill not in self._templates:
            self._templates[fill] = f"filled{os.getpid()}_{next(self._numbers)}"
            self.run(f"CREATE DATABASE {self._templates[fill]}")
            fill(self.url(self._templates[fill]))
        self.run(f"CREATE DATABASE {name} TEMPLATE {self._templates[fill]} STRATEGY FILE_COPY")
        return self.url(name)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends connections in good order, SIGQUIT at once, as a crash does."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def close(self) -> None:
        """Stop it and remove all it stored, unless it lies in a folder that was given."""
        if self._kept:
            self.stop()
            return
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.root, ignore_errors=True)


def _as_postgres(*options: str) -> list[str]:
    """Return what a command begins with that must not run as root."""
    if os.getuid() != 0:
        return []
    account = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", *options]


@cache
def _programs() -> Path | None:
    found = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()), None)
