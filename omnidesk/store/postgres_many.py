"""One statement for many rows: they travel as one JSON document, which PostgreSQL reads as rows of their table.

Row by row each would be bound, sent and answered by itself, which costs more than what it does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

_INSERT = re.compile(
    r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \(\?(?:::\w+)?(?:, \?(?:::\w+)?)*\)"
    r"( ON CONFLICT(?: \([\w, ]+\))? DO NOTHING)?"
)
_SET = r"\w+ = (?:\?|'\w*')"
_WHERE = r"\w+ [=<>] \?"
_CHANGE = re.compile(
    rf"(?:UPDATE (?P<table>\w+) SET (?P<fields>{_SET}(?:, {_SET})*)|DELETE FROM (?P<emptied>\w+)) "
    rf"WHERE (?P<tests>{_WHERE}(?: AND {_WHERE})*)"
)
_FIELD = re.compile(r"(\w+) = \?")
_TEST = re.compile(r"(\w+) ([=<>]) \?")
_GIVEN, _HELD = r"\1 = given.\1", r"held.\1 \2 given.\1"
_NUL = "\\u0000"


@dataclass(frozen=True, slots=True)
class Many:
    """A statement that takes all rows at once, as its only value; `names` are the columns of a row's values."""

    sql: str
    names: tuple[str, ...]
    key: tuple[int, ...]
    """The places of the values by which a change finds its row."""

    def document(self, rows: Sequence[Sequence[Any]]) -> str | None:
        """Return the rows as JSON; None where it matters that one comes after another, or where one column is given
        two values."""
        if self.key and len({tuple(row[place] for place in self.key) for row in rows}) < len(rows):
            return None
        said = [dict(zip(self.names, row, strict=True)) for row in rows]
        if len(set(self.names)) < len(self.names) and any(
            tuple(map(one.get, self.names)) != tuple(row) for one, row in zip(said, rows, strict=True)
        ):
            return None
        found = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        if _NUL not in found:
            return found
        plain = [{name: _without_nul(value) for name, value in one.items()} for one in said]
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


@lru_cache(256)
def for_many(sql: str) -> Many | None:
    """Return what does for many rows what a statement does for one; None where it does more than name its columns."""
    insert, change = _INSERT.fullmatch(sql), _CHANGE.fullmatch(sql)
    if insert is not None:
        table, columns, tail = insert[1], insert[2], insert[3] or ""
        source = f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s::json)"
        return Many(f"INSERT INTO {table} ({columns}) {source}{tail}", tuple(columns.split(", ")), ())
    if change is None:
        return None
    fields, tests = _FIELD.findall(change["fields"] or ""), _TEST.findall(change["tests"])
    if change["fields"]:
        begin = f"UPDATE {change['table']} AS held SET {_FIELD.sub(_GIVEN, change['fields'])} FROM"
    else:
        begin = f"DELETE FROM {change['emptied']} AS held USING"
    rows = f"json_populate_recordset(NULL::{change['table'] or change['emptied']}, %s::json) AS given"
    return Many(
        f"{begin} {rows} WHERE {_TEST.sub(_HELD, change['tests'])}",
        (*fields, *(name for name, _ in tests)),
        tuple(place for place, (_, how) in enumerate(tests, len(fields)) if how == "="),
    )
