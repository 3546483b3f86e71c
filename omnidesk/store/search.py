"""Full-text search over the messages, newest first, with filters; `fts5` and `tsvector` hold the words.

A row's id in the index is made from the message's time, so newest first is the order of ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk.store import filters, fts5, ids, tsvector
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction
from omnidesk.words.query import Query

NEWEST = (1 << 63) - 1
CHUNK = 500
"""Hits whose conversations are looked at in one statement."""


def add(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Make a message findable."""
    add_all(tx, [(search_id, *body_and_who)])


def add_all(tx: Transaction, rows: Iterable[tuple[int, str, str]]) -> None:
    """Make messages findable: (search id, folded body, folded words of the author) each."""
    (fts5 if tx.dialect == "sqlite" else tsvector).add(tx, rows)


def remove(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Take a message out again; the words must be those it was added with."""
    if tx.dialect == "sqlite":
        fts5.remove(tx, search_id, *body_and_who)
    else:
        tsvector.remove(tx, search_id)


def free_id(connection: Connection, at: int, salt: int) -> int:
    """Return a search id for a message at `at` that no other message has."""
    wanted = ids.search_id(at, salt)
    while connection.value("SELECT 1 FROM message WHERE search_id = ?", (wanted,)):
        wanted += 1
    return wanted


def free_ids(connection: Connection, wanted: Sequence[int]) -> list[int]:
    """Return a search id for each message that no other has, stored or among these: the wanted one or one above it."""
    found = list(wanted)
    given: set[int] = set()
    waiting = list(range(len(found)))
    while waiting:
        taken = {row[0] for row in rows_in(
            connection, "SELECT search_id FROM message WHERE search_id IN ({})", [found[place] for place in waiting]
        )}  # fmt: skip
        again = []
        for place in waiting:
            if found[place] in taken or found[place] in given:
                found[place] += 1
                again.append(place)
            else:
                given.add(found[place])
        waiting = again
    return found


def find(connection: Connection, query: Query, agent_id: int | None, limit: int, after: int | None = None) -> list[Any]:
    """Return (search id, message id, conversation id) of the newest matches, newest first.

    `after` is the search id to go on behind. Rides on the full-text index in the order of its ids, or on message_search
    where only filters are given; filters are looked up by primary key for each candidate.
    """
    above = 0 if query.after is None else ids.search_id(query.after, 0)
    below = min(one for one in (NEWEST, after, query.before and ids.search_id(query.before, 0)) if one is not None)
    said = filters.Conditions()
    filters.put_conversation(said, connection, query, agent_id)
    filters.put_messages(said, connection, query)
    if query.wanted and connection.dialect == "postgresql":
        return _find_in_tsvector(connection, query, said, limit, below, above)
    place, source = "m.search_id", "message m"
    if query.wanted:
        place, source = "search.rowid", "search JOIN message m ON m.search_id = search.rowid"
        said.add(f"search MATCH {said.put(fts5.match(query.terms))}")
    elif query.unwanted:
        said.add(f"NOT {holding(connection, said, query, place)}")
    said.add(f"{place} < {said.put(below)}")
    said.add(f"{place} >= {said.put(above)}")
    return connection.all(
        f"SELECT {place}, m.id, m.conversation_id FROM {source} CROSS JOIN conversation c ON c.id = m.conversation_id "
        f"WHERE {said.where} ORDER BY {place} DESC LIMIT :limit",
        {**said.values, "limit": limit},
    )


def _find_in_tsvector(
    connection: Connection, query: Query, said: filters.Conditions, limit: int, below: int, above: int
) -> list[Any]:
    found: list[Any] = []
    for hits in tsvector.hits(connection, tsvector.match(query.terms), below, above):
        for begin in range(0, len(hits), CHUNK):
            found += connection.all(
                "SELECT m.search_id, m.id, m.conversation_id FROM message m JOIN conversation c "
                f"ON c.id = m.conversation_id WHERE m.search_id = ANY(:hits) AND {said.where} "
                "ORDER BY m.search_id DESC LIMIT :limit",
                {**said.values, "hits": hits[begin : begin + CHUNK], "limit": limit - len(found)},
            )
            if len(found) >= limit:
                return found
    return found


def put_none_holding(said: filters.Conditions, connection: Connection, query: Query) -> None:
    """Add that no message of the conversation holds what the query leaves out; rides on message_thread."""
    if query.unwanted:
        held = holding(connection, said, query, "m.search_id")
        said.add(f"NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND {held})")


def holding(connection: Connection, said: filters.Conditions, query: Query, place: str) -> str:
    """Return the condition that the message whose search id is `place` holds one of the terms to be left out."""
    if connection.dialect == "sqlite":
        return fts5.holding(place, said.put(fts5.any_of(query.unwanted)))
    return tsvector.holding(place, said.put(tsvector.any_of(query.unwanted)))
