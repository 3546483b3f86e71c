"""Columns as migrations spell them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op


def number(name: str, default: int | None = None, *, nullable: bool = False) -> sa.Column[int]:
    """Return a 64-bit column; SQLite needs the word INTEGER for a row id."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    server = None if default is None else sa.text(str(default))
    return sa.Column(name, kind, nullable=nullable, autoincrement=False, server_default=server)


def count(name: str, default: int | None = None) -> sa.Column[int]:
    """Return a 32-bit column."""
    server = None if default is None else sa.text(str(default))
    return sa.Column(name, sa.Integer(), nullable=False, server_default=server)


def flag(name: str, default: bool | None = None) -> sa.Column[bool]:
    """Return a column of yes or no."""
    server = None if default is None else sa.text("true" if default else "false")
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=server)


def words(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    """Return a column of short text."""
    server = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, _bytewise(sa.String), nullable=nullable, server_default=server)


def prose(name: str, default: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    """Return a column of long text."""
    server = None if default is None else sa.text(f"'{default}'")
    return sa.Column(name, _bytewise(sa.Text), nullable=nullable, server_default=server)


def _bytewise(kind: type[sa.String]) -> sa.String:
    """Return a kind of text that PostgreSQL, as SQLite does, orders by its bytes, whatever the database's language."""
    return kind().with_variant(kind(collation="C"), "postgresql")


def engine() -> str:
    """Return which database is migrated: `sqlite` or `postgresql`."""
    return str(op.get_bind().dialect.name)


def only(condition: str) -> dict[str, Any]:
    """Return the options of an index on only the rows that meet a condition."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
