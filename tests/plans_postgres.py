"""What PostgreSQL says it will do for a statement; and a desk large enough that its planner has a reason to choose.

PostgreSQL chooses by statistics: of ninety conversations it may well sort all, of twenty thousand it must not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Any
from unittest import mock

import psycopg

from omnidesk import clock
from omnidesk.store.database import Result, Values
from omnidesk.store.ids import span
from omnidesk.store.translating import translated
from omnidesk.store.workspace import Workspace

Node = Mapping[str, Any]
COPIES = 250
"""How many times over the desk is there once it is large."""
APART = 4 * clock.DAY
"""Between two copies of the desk: together they are three years of it."""
CONVERSATIONS = 1_000
"""Between the numbers of two copies."""
FEW = 1_000
"""Rows that may be sorted, as the planner counts them on a large desk: work to be done, not what has been done."""
_PASSING = ("Nested Loop", "Hash Join", "Subquery Scan", "Result", "Unique", "Memoize", "Append", "Group")
"""Steps that ask the first of those below them for no more rows than they are asked for."""
_NUMBER = f"{{}} + copy * {CONVERSATIONS}"
_AT = f"{{}} - copy * {APART}::bigint"
_ID = f"{{}} - copy * {span(APART)}::bigint"
_COPIED: dict[str, tuple[dict[str, str], str]] = {
    "customer": ({"id": _ID, "created_at": _AT}, "TRUE"),
    "customer_note": ({"id": _ID, "note_id": _ID, "customer_id": _ID, "at": _AT}, "TRUE"),
    "identity": ({"id": _ID, "customer_id": _ID, "value": "{} || '.' || copy", "created_at": _AT}, "TRUE"),
    "conversation": (
        {
            "id": _NUMBER, "customer_id": _ID, "token": "{} || copy", "created_at": _AT, "last_message_at": _AT,
            "last_inbound_at": _AT,
        },
        "status = 'closed'",
    ),
    "message": (
        {
            "id": _ID, "conversation_id": _NUMBER, "customer_id": _ID, "identity_id": _ID, "search_id": _ID, "at": _AT,
            "external_id": "{} || copy", "raw_item_id": _ID, "received_at": _AT, "sent_at": _AT,
        },
        "TRUE",
    ),
    "search": ({"id": _ID}, "TRUE"),
    "search_names": ({"id": _ID, "words": "{} || '  ' || copy"}, "TRUE"),
    "participant": ({"conversation_id": _NUMBER, "identity_id": _ID}, "TRUE"),
    "conversation_tag": ({"conversation_id": _NUMBER}, "TRUE"),
    "message_reference": ({"message_id": _ID, "value": "{} || copy"}, "TRUE"),
    "attachment": ({"id": _ID, "message_id": _ID}, "TRUE"),
    "raw_item": ({"id": _ID, "source_id": "{} || copy", "received_at": _AT}, "TRUE"),
    "receipt": ({"id": _ID, "message_id": _ID, "source_id": "{} || copy", "received_at": _AT}, "TRUE"),
    "shop_order": (
        {"id": _ID, "source_id": "{} || copy", "number_key": "{} || copy", "at": _AT, "raw_item_id": _ID}, "TRUE",
    ),
    "shop_order_address": ({"value": "{} || '.' || copy", "order_id": _ID}, "TRUE"),
    "act": ({"id": _ID, "at": _AT}, "TRUE"),
    "event": (
        {
            "id": _ID, "at": _AT, "act_id": _ID, "conversation_id": _NUMBER, "customer_id": _ID, "message_id": _ID,
        },
        "TRUE",
    ),
}  # fmt: skip
"""What of a desk is copied, and what becomes of each column that tells the copies apart."""
_OTHERS = (
    "INSERT INTO search_names (id, words) "
    "SELECT one, '  other  ' || one || '  other  test' FROM generate_series(1, 20000) AS one",
    "INSERT INTO customer (id, name, created_at) "
    "SELECT one, 'Other ' || one, one FROM generate_series(1, 20000) AS one",
    "INSERT INTO identity (id, customer_id, kind, scope, value, name, created_at) "
    "SELECT one, one, 'email', '', one || '@other.test', '', one FROM generate_series(1, 20000) AS one",
    "INSERT INTO outbox (message_id, uuid, channel_id, conversation_id, state, due_at, created_at) "
    "SELECT id, 'u' || id, channel_id, conversation_id, 'sent', at, at FROM message",
)
"""Many more customers, and that everything was sent."""


@contextmanager
def recorded(opened: Workspace) -> Iterator[list[str]]:
    """Yield the list that fills with each statement the program reads with, its values written out."""
    said: list[str] = []
    reader = opened.database.reader
    execute = reader.execute

    def recording(sql: str, values: Values = ()) -> Result:
        with opened.database.readers.borrowed() as (raw, _):  # type: ignore[attr-defined]
            said.append(psycopg.ClientCursor(raw).mogrify(translated(sql), values))
        return execute(sql, values)

    with mock.patch.object(reader, "execute", recording):
        yield said


def plan(connection: Any, statement: str) -> Node:
    """Return the plan of a statement whose values are written out."""
    with connection._database.readers.borrowed() as (raw, _):
        found: Node = raw.execute(f"EXPLAIN (FORMAT JSON) {statement}").fetchone()[0][0]["Plan"]
    return found


def offences(plan: Node, growing: Set[str], parts: Sequence[str], sorts: bool) -> list[str]:
    """Return the steps that go through a growing table, or (if `sorts` are asked about) sort more than a few rows."""
    found = []
    for node, above in _steps(plan, ()):
        name, table = node["Node Type"], node.get("Relation Name")
        if table in growing and "Scan" in name and _goes_through(node, above, parts):
            found.append(f"{name} of {table} by {node.get('Index Name')} {node.get('Filter', '')}")
        if sorts and "Sort" in name and node["Plans"][0]["Plan Rows"] > FEW:
            found.append(f"{name} of {node['Plans'][0]['Plan Rows']} rows by {node['Sort Key']}")
    return found


def _steps(node: Node, above: tuple[Node, ...]) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    yield node, above
    for below in node.get("Plans", ()):
        yield from _steps(below, (*above, node))


def _goes_through(node: Node, above: Sequence[Node], parts: Sequence[str]) -> bool:
    if "Index Cond" in node or "Recheck Cond" in node or "TID Cond" in node or node.get("Index Name") in parts:
        return False
    return "Filter" in node or not _stops_early(node, above)


def _stops_early(node: Node, above: Sequence[Node]) -> bool:
    """Say whether a LIMIT ends a step after the rows that are wanted, which come in the order of its index."""
    for one in reversed(above):
        if one["Node Type"] == "Limit":
            return True
        if one["Node Type"] not in _PASSING or node.get("Parent Relationship") == "Inner":
            return False
        node = one
    return False


def make_large(opened: Workspace) -> None:
    """Have all there is in a desk once more for each of `COPIES`, ever longer ago, and have it counted."""
    with opened.database.writers.borrowed() as (raw, _):  # type: ignore[attr-defined]
        for table, (changes, where) in _COPIED.items():
            names = [row[0] for row in raw.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = 'public'",
                (table,),
            )]  # fmt: skip
            values = [changes.get(name, "{}").format(name) for name in names]
            columns = ", ".join(f'"{name}"' for name in names)
            raw.execute(
                f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM {table}, "
                f"generate_series(1, {COPIES}) AS copy WHERE {where} ON CONFLICT DO NOTHING"
            )
        for statement in _OTHERS:
            raw.execute(statement)
        raw.execute("VACUUM ANALYZE")
