"""What a database says it will do for a statement, and which of its steps grow with the desk.

`recorded` lists the statements that the program sends while a block runs; `offences` asks the database for the plan of
one. How PostgreSQL is asked stands in `tests.plans_postgres`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from omnidesk.store.database import Connection
from omnidesk.store.sqlite import SqliteDatabase
from omnidesk.store.workspace import Workspace
from tests import plans_postgres

GROWING = frozenset((
    "act", "attachment", "conversation", "conversation_tag", "customer", "customer_note", "draft", "event", "identity",
    "message", "message_reference", "moved", "notification", "order_note", "outbox", "participant", "provider_id",
    "raw_item", "receipt", "search", "search_names", "shop_order", "shop_order_address",
))  # fmt: skip
"""The tables that grow with the messages; the others have a row an agent, a channel, a macro .."""
PARTS = (
    "act_bulk", "conversation_open", "conversation_undelivered", "conversation_unread", "conversation_waiting",
    "conversation_wake",
    "customer_vip", "message_files", "notification_unseen", "raw_item_admitted",
)  # fmt: skip
"""Indexes of the few rows that wait for somebody or are special; a search counts them before it goes through them."""
_NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", re.IGNORECASE)
_STEP = re.compile(r"(SCAN|SEARCH) (\w+)")
_BROAD = re.compile(r"\((?:(?:channel_id|kind|place|status|state|direction|scope)=\?(?: AND )?)+\)$")
"""Steps that an index narrows down to what is of one channel, kind or state, which grows as well."""
_MATCH = re.compile(r"VIRTUAL TABLE INDEX \d+:\S*M\d")
_EACH_NAMED = re.compile(r"\bIN \((?:-?\d+(?:, )?)+\)")


@contextmanager
def recorded(opened: Workspace) -> Iterator[list[str]]:
    """Yield the list that fills with each statement this thread reads with, its values written out."""
    if opened.database.dialect == "postgresql":
        with plans_postgres.recorded(opened) as said:
            yield said
        return
    said = []
    raw = opened.database.reader.raw
    raw.set_trace_callback(said.append)
    try:
        yield said
    finally:
        raw.set_trace_callback(None)


@contextmanager
def recorded_writing(opened: Workspace) -> Iterator[list[str]]:
    """Yield the list that fills with each statement that is sent within a transaction that writes (SQLite only)."""
    assert isinstance(opened.database, SqliteDatabase)
    said: list[str] = []
    raw = opened.database._writer.raw
    raw.set_trace_callback(said.append)
    try:
        yield said
    finally:
        raw.set_trace_callback(None)


def offences_in_writing(opened: Workspace, statement: str) -> list[str]:
    """Return the steps by which a statement finds its rows that go through a growing table, or through all of it that
    is of one channel, kind or state."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")):
        return []
    tables = {alias or table: table for table, alias in _NAMED.findall(statement)}
    steps = [str(row[3]) for row in opened.database.reader.raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return [step for step in steps if _goes_through(step, tables) or _BROAD.search(step)]


def offences(connection: Connection, statement: str, sorts: bool = True) -> list[str]:
    """Return the steps of a plan that go through a growing table, or (unless `sorts` may be) sort what grows."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return []
    if connection.dialect == "postgresql":
        return plans_postgres.offences(plans_postgres.plan(connection, statement), GROWING, PARTS, sorts)
    tables = {alias or table: table for table, alias in _NAMED.findall(statement)}
    steps = [str(row[3]) for row in connection.raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return [step for step in steps if _goes_through(step, tables) or (sorts and _sorts(step, steps, statement, tables))]


def _goes_through(step: str, tables: dict[str, str]) -> bool:
    match = _STEP.match(step)
    if match is None or match[1] != "SCAN" or tables.get(match[2], match[2]) not in GROWING:
        return False
    looked_up = _MATCH.search(step)  # so SQLite calls a look-up of words
    return not looked_up and not step.endswith(tuple(f"INDEX {name}" for name in PARTS))


def _sorts(step: str, steps: list[str], statement: str, tables: dict[str, str]) -> bool:
    """Say whether a step sorts rows that were neither named one by one nor are those of a small table."""
    if "TEMP B-TREE FOR ORDER BY" not in step or _EACH_NAMED.search(statement):
        return False
    first = next((match for each in steps if (match := _STEP.match(each))), None)
    if first is None or tables.get(first[2], first[2]) not in GROWING:
        return False
    return not any(each.startswith(first[0]) and each.endswith("PRIMARY KEY (rowid=?)") for each in steps)
