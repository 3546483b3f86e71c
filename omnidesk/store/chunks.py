"""Many values in one statement: as many as SQLite takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from omnidesk.store.database import Connection

T = TypeVar("T")
MOST_VALUES = 8_000
"""Of one statement; SQLite takes 32,766, PostgreSQL 65,535."""
_STEPS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, MOST_VALUES)


def chunks(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """Return the values in runs of at most so many."""
    for first in range(0, len(values), most):
        yield values[first : first + most]


def rows_in(connection: Connection, sql: str, values: Iterable[Any], before: Sequence[Any] = ()) -> list[Any]:
    """Return the rows of a query whose `IN ({})` holds a list of values, `before` being those of the `?` before it.

    A list is filled up with its last value to one of a few lengths: few statements are to be prepared then. PostgreSQL
    takes it as one value."""
    found: list[Any] = []
    if connection.dialect == "postgresql":
        wanted = list(dict.fromkeys(values))
        return connection.all(sql.replace("IN ({})", "= ANY(?)"), (*before, wanted)) if wanted else []
    for some in chunks(list(dict.fromkeys(values)), MOST_VALUES):
        length = next(step for step in _STEPS if step >= len(some))
        marks = ", ".join("?" * length)
        found += connection.all(sql.format(marks), (*before, *some, *(some[-1],) * (length - len(some))))
    return found
