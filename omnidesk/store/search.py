"""Full-text search over the messages, newest first, with filters; `fts5` holds the words.

A row's id in the index is made from the message's time, so newest first is the order of ids. Where filters leave few
conversations (see `candidates`) and the newest matches do not lie in them, their messages are asked for the words,
instead of all messages with the words for the filters.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnidesk.store import candidates, filters, fts5, ids
from omnidesk.store.candidates import Candidates
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.fts5 import Reads
from omnidesk.words.query import Query

NEWEST = (1 << 63) - 1
CHUNK = 500
"""Messages that are looked at in one statement."""
LOOKED = 3_000
"""Matches that are looked at before it is asked whether the filters leave few conversations."""


def add(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Make a message findable."""
    fts5.add(tx, [(search_id, *body_and_who)])


def remove(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Take a message out again; the words must be those it was added with."""
    fts5.remove(tx, search_id, *body_and_who)


def free_id(connection: Connection, at: int, salt: int) -> int:
    """Return a search id for a message at `at` that no other message has."""
    wanted = ids.search_id(at, salt)
    while connection.value("SELECT 1 FROM message WHERE search_id = ?", (wanted,)):
        wanted += 1
    return wanted


def find(
    connection: Connection,
    query: Query,
    agent_id: int | None,
    limit: int,
    after: int | None = None,
    reads: Reads | None = None,
) -> list[Any]:
    """Return (search id, message id, conversation id) of the newest matches, newest first.

    `after` is the search id to go on behind; `reads` makes the words of a message again, which finds wide prefixes
    sooner. Filters are looked up by primary key for each match, or lead to the matches where they leave few."""
    above = 0 if query.after is None else ids.search_id(query.after, 0)
    below = min(one for one in (NEWEST, after, query.before and ids.search_id(query.before, 0)) if one is not None)
    said = filters.Conditions()
    filters.put_conversation(said, connection, query, agent_id)
    filters.put_messages(said, connection, query)
    if not query.wanted:
        return _by_filters(connection, query, agent_id, said, limit, below, above)
    found: list[Any] = []
    looked = 0
    asked = False
    for hits in fts5.hits(connection, query.terms, below, above, limit, reads):
        for begin in range(0, len(hits), CHUNK):
            found += _kept(connection, hits[begin : begin + CHUNK], said, limit - len(found))
            if len(found) >= limit:
                return found
        looked += len(hits)
        if looked >= LOOKED and not asked:
            asked = True
            few = candidates.few(connection, query, agent_id)
            if few is not None:
                behind = found[-1][0] if found else below
                return found + _among(connection, query, few, said, limit - len(found), behind, above)
    return found


def _kept(connection: Connection, hits: Sequence[int], said: filters.Conditions, limit: int) -> list[Any]:
    """Return those of the matches that the filters leave; rides on message_search."""
    marks = ", ".join(map(str, hits))
    return connection.raw.execute(
        "SELECT m.search_id, m.id, m.conversation_id FROM message m CROSS JOIN conversation c "
        f"ON c.id = m.conversation_id WHERE m.search_id IN ({marks or 'NULL'}) AND {said.where} "
        "ORDER BY m.search_id DESC LIMIT :limit",
        {**said.values, "limit": limit},
    ).fetchall()


def _by_filters(
    connection: Connection,
    query: Query,
    agent_id: int | None,
    said: filters.Conditions,
    limit: int,
    below: int,
    above: int,
) -> list[Any]:
    """Return the newest messages that only filters ask for: those of few conversations, else from the newest on."""
    few = candidates.few(connection, query, agent_id)
    if few is not None:
        return _among(connection, query, few, said, limit, below, above)
    found: list[Any] = []
    while len(found) < limit:
        rows = connection.raw.execute(
            "SELECT m.search_id, m.id, m.conversation_id FROM message m CROSS JOIN conversation c "
            "ON c.id = m.conversation_id WHERE m.search_id < :below AND m.search_id >= :above AND "
            f"{said.where} ORDER BY m.search_id DESC LIMIT :most",
            {**said.values, "below": below, "above": above, "most": CHUNK if query.unwanted else limit},
        ).fetchall()
        found += _without(connection, query, rows)
        if len(rows) < CHUNK or not query.unwanted:
            break
        below = rows[-1][0]
    return found[:limit]


def _among(
    connection: Connection,
    query: Query,
    few: Candidates,
    said: filters.Conditions,
    limit: int,
    below: int,
    above: int,
) -> list[Any]:
    """Return the newest matches in the messages of few conversations; rides on message_thread."""
    rows = connection.raw.execute(
        f"SELECT m.search_id, m.id, m.conversation_id FROM {few.source} CROSS JOIN message m "
        "ON m.conversation_id = c.id WHERE m.search_id < :below AND m.search_id >= :above AND "
        f"{few.where} AND {said.where} ORDER BY m.search_id DESC",
        {**few.values, **said.values, "below": below, "above": above},
    ).fetchall()
    found: list[Any] = []
    for begin in range(0, len(rows), CHUNK):
        some = rows[begin : begin + CHUNK]
        if query.wanted:
            held = fts5.among(connection, fts5.match(query.terms), [row[0] for row in some])
            found += [row for row in some if row[0] in held]
        else:
            found += _without(connection, query, some)
        if len(found) >= limit:
            break
    return found[:limit]


def _without(connection: Connection, query: Query, rows: list[Any]) -> list[Any]:
    """Leave out the messages that hold what a query leaves out."""
    if not query.unwanted:
        return rows
    held = fts5.among(connection, fts5.any_of(query.unwanted), [row[0] for row in rows])
    return [row for row in rows if row[0] not in held]


def put_none_holding(said: filters.Conditions, query: Query) -> None:
    """Add that no message of the conversation holds what the query leaves out; rides on message_thread."""
    if query.unwanted:
        held = fts5.holding("m.search_id", said.put(fts5.any_of(query.unwanted)))
        said.add(f"NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND {held})")
