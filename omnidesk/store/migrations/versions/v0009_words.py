"""The words by which customers are found, and those by which messages are."""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from omnidesk.store import fts5, names
from omnidesk.store.database import Connection
from omnidesk.store.migrations.columns import engine
from omnidesk.store.sqlite import SqliteConnection

revision = "9"
down_revision = "8"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    for statement in (names.SQLITE, fts5.VOCABULARY) if engine() == "sqlite" else (names.POSTGRESQL,):
        op.execute(statement)
    connection, fold = _connection(), context.config.attributes["fold"]
    last = 0
    while found := names.fill(connection, last, fold):
        last = found[-1]
    if engine() == "postgresql":
        _index_trigrams()


def _index_trigrams() -> None:
    """Make the index where the extension is there or may be created; `omnidesk doctor` says where it is missing."""
    try:
        with op.get_bind().begin_nested():
            for statement in names.TRIGRAMS:
                op.execute(statement)
    except sa.exc.DBAPIError:
        return


def _connection() -> Connection:
    """Return the migration's connection as the desk's own statements want it."""
    raw: Any = op.get_bind().connection.driver_connection
    if engine() == "sqlite":
        return SqliteConnection(raw)
    from omnidesk.store.postgres import PostgresConnection

    return PostgresConnection(raw)
