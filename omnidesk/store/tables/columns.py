"""What the tables' columns have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement


class TransactionNumber(ColumnElement[int]):
    """The number of the transaction that writes a row; SQLite numbers none."""

    inherit_cache = True


@compiles(TransactionNumber)
def _nothing(element: TransactionNumber, compiler: Any, **_: Any) -> str:
    return "NULL"


@compiles(TransactionNumber, "postgresql")
def _number(element: TransactionNumber, compiler: Any, **_: Any) -> str:
    return "(pg_current_xact_id()::text::bigint)"


def big(primary_key: bool = False, nullable: bool = False, default: int | None = None) -> Column[int]:
    """Return a 64-bit column; SQLite needs the word INTEGER for a row id."""
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(kind, primary_key=primary_key, nullable=nullable, default=default, autoincrement=False)


def written_by() -> Column[int]:
    """Return the column that the database fills with the number of the writing transaction."""
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(kind, nullable=True, server_default=TransactionNumber())
