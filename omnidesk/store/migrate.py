"""Brings a workspace's database to this program's schema.

Additive migrations run at once; breaking ones ask first (`omnidesk upgrade`): free space is checked, a copy is made,
and other processes are waited for. Alembic and SQLModel are imported here only, inside the functions.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.store import versions
from omnidesk.store.database import Database
from omnidesk.store.home import secure_file
from omnidesk.store.sqlite import SqliteDatabase, connect, plain_words
from omnidesk.store.workspace import Workspace, fingerprint
from omnidesk.words.errors import DiskFullError, TryLaterError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection as SqlConnection

TURN = 0x0D351
"""Where the upgrades of several machines to one PostgreSQL wait for each other (an advisory lock)."""


def create(workspace: Workspace) -> None:
    """Make the files and every table of a new workspace."""
    if isinstance(workspace.database, SqliteDatabase):
        workspace.database.create_file()
    workspace.blobs.create()
    upgrade(workspace, str)  # there is nothing to fold
    if not isinstance(workspace.database, SqliteDatabase):
        mark = fingerprint(workspace.key)
        workspace.database.write(
            lambda tx: tx.execute(
                "INSERT INTO mark (key, value) VALUES ('keys', ?) ON CONFLICT (key) DO NOTHING", (mark,)
            )
        )


def breaking(workspace: Workspace) -> bool:
    """Say whether bringing the database up shuts out older programs that run now."""
    from alembic.script import ScriptDirectory

    schema, _ = versions.read(workspace.database)
    scripts = ScriptDirectory.from_config(_config())
    pending = [script for script in scripts.walk_revisions() if int(script.revision) > schema]
    return any(getattr(script.module, "breaking", False) for script in pending)


def upgrade(workspace: Workspace, fold: Callable[[str], str]) -> int:
    """Run the migrations that are due; return the schema number. All or nothing. `fold` folds what is made findable."""
    from alembic import command

    config = _config()
    with _transaction(workspace.database) as connection:
        config.attributes.update(connection=connection, fold=fold)
        command.upgrade(config, "head")
        for key, value in (("schema", versions.SCHEMA), ("oldest_writer", versions.OLDEST_WRITER)):
            connection.exec_driver_sql(
                f"INSERT INTO mark (key, value) VALUES ('{key}', '{value}') "
                "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            )
    return versions.SCHEMA


@contextmanager
def _transaction(database: Database) -> Iterator[SqlConnection]:
    """Begin a transaction of SQLAlchemy's in which nobody else changes the schema."""
    import sqlalchemy

    if isinstance(database, SqliteDatabase):
        path = database.path
        with plain_words(path):
            engine = sqlalchemy.create_engine("sqlite://", creator=lambda: connect(path), poolclass=sqlalchemy.NullPool)
            # The driver is in autocommit: SQLAlchemy's transactions begin only where we say so.
            sqlalchemy.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
            with engine.begin() as connection:
                yield connection
        return
    from omnidesk.store import postgres
    from omnidesk.store.postgres_errors import in_plain_words

    assert isinstance(database, postgres.PostgresDatabase)
    with in_plain_words(database.name):
        engine = sqlalchemy.create_engine(
            "postgresql+psycopg://",
            creator=lambda: postgres.connect_plainly(database.url),
            poolclass=sqlalchemy.NullPool,
        )
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")
                yield connection
        except sqlalchemy.exc.DBAPIError as error:
            raise (error.orig or error) from error


@contextmanager
def only_writer(database: Database) -> Iterator[None]:
    """Let nobody write to a SQLite workspace within the block, this process included; all may read."""
    assert isinstance(database, SqliteDatabase)
    with plain_words(database.path):
        raw = connect(database.path)
        try:
            raw.execute("BEGIN IMMEDIATE")
            yield
        finally:
            raw.close()


def copy_first(workspace: Workspace) -> Path | None:
    """Copy the database beside itself before a breaking migration; return the copy, None where PostgreSQL's own
    administrator makes copies.

    Raises DiskFullError when there is no room, TryLaterError while another process holds a lease."""
    connection = workspace.database.reader
    busy = connection.value("SELECT owner FROM lease WHERE expires_at > ?", (clock.now(),))
    if busy is not None:
        raise TryLaterError(f"{busy} is at work on this workspace: close its consoles and engines, then try again")
    if not isinstance(workspace.database, SqliteDatabase):
        return None
    path = workspace.database.path
    size = path.stat().st_size
    if shutil.disk_usage(path.parent).free < 2.2 * size:
        raise DiskFullError(
            f"an upgrade needs {2.2 * size / 1e6:.0f} MB free on the disk of {path.parent}: make room first"
        )
    copy = path.with_name(f"{path.stem}-schema{versions.read(workspace.database)[0]}-{clock.now()}.db")
    secure_file(workspace.home, copy)
    target = sqlite3.connect(copy)
    with target:
        workspace.database.reader.raw.backup(target)
    target.close()
    return copy


def integrity(database: Database) -> str:
    """Return "ok", or what SQLite finds damaged; PostgreSQL looks after itself."""
    return str(database.reader.value("PRAGMA quick_check")) if isinstance(database, SqliteDatabase) else "ok"


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
