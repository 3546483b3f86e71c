"""SQL as the desk writes it, said for PostgreSQL.

The texts are ours and few, so each is translated once. `INDEXED BY` and a `CROSS JOIN` with ON tell SQLite's planner
what to ride on; PostgreSQL's finds that out from its statistics. `json_each` lists the numbers of a JSON array.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PARTS = re.compile(
    r"""
    (?P<quoted>'(?:[^']|'')*')
    | (?P<percent>%)
    | (?P<mark>\?)
    | (?P<cast>::)
    | :(?P<name>[a-z_][a-z0-9_]*)
    """,
    re.VERBOSE,
)
_HINTS = re.compile(r"\s+INDEXED\s+BY\s+[a-z_]+")
_CROSS_JOINS = re.compile(r"\bCROSS\s+JOIN(?=\s+\S+(?:\s+(?:AS\s+)?[a-z_]+)?\s+ON\b)")
_NUMBERS = re.compile(r"\bSELECT value( AS [a-z_]+)? FROM json_each\((:[a-z_][a-z0-9_]*)\)")
_JOINED = re.compile(r"\bgroup_concat\(")


@lru_cache(1024)
def translated(sql: str) -> str:
    """Return a statement with psycopg's placeholders and without what only SQLite understands."""
    said = _HINTS.sub("", sql)
    said = _CROSS_JOINS.sub("JOIN", said)
    said = _NUMBERS.sub(r"SELECT value::bigint\1 FROM json_array_elements_text(\2::json) AS value", said)
    said = _JOINED.sub("string_agg(", said)
    said = said.replace(" IN ()", " IN (NULL)")
    return _PARTS.sub(_part, said)


def _part(found: re.Match[str]) -> str:
    if found["quoted"]:
        return found["quoted"].replace("%", "%%")
    if found["percent"]:
        return "%%"
    if found["mark"]:
        return "%s"
    return f"%({found['name']})s" if found["name"] else found[0]
