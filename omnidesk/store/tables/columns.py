"""What the tables' columns have in common."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer


def big(primary_key: bool = False, nullable: bool = False, default: int | None = None) -> Column[int]:
    """Return a 64-bit column; SQLite needs the word INTEGER for a row id."""
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(kind, primary_key=primary_key, nullable=nullable, default=default, autoincrement=False)
