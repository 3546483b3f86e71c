"""Rows and values as PostgreSQL's driver gives and takes them, alike to those of SQLite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import psycopg
from psycopg.adapt import AdaptersMap, Loader
from psycopg.rows import no_result
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown


class _Words(StrDumperUnknown):
    """Text without U+0000, which PostgreSQL cannot hold: it is kept as the sign for what cannot be shown."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


class _Number(Loader):
    """A sum or mean, which PostgreSQL counts with as many digits as it takes."""

    def load(self, data: Any) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


adapters = AdaptersMap(psycopg.adapters)
"""How values travel on our connections."""
adapters.register_dumper(str, _Words)
adapters.register_dumper(int, Int8Dumper)  # whatever their size: or each mixture of sizes is a statement of its own
adapters.register_loader("numeric", _Number)


@lru_cache(512)
def _row_class(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    places = {name: place for place, name in enumerate(names)}

    class Row(tuple[Any, ...]):
        __slots__ = ()

        def __getitem__(self, key: Any) -> Any:
            return tuple.__getitem__(self, places[key] if type(key) is str else key)

        def keys(self) -> list[str]:
            return list(places)

    return Row


def named_rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], Any]:
    """Make rows that answer to names and to positions."""
    if cursor.description is None:
        return no_result
    return _row_class(tuple(column.name for column in cursor.description))
