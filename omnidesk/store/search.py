"""Full-text search over the messages, newest first, with filters; `fts5` holds the words, on PostgreSQL `tsvector`.

A row's id in the index is made from the message's time, so newest first is the order of ids. Where filters leave few
conversations (see `candidates`) and the newest matches do not lie in them, their messages are asked for the words,
instead of all messages with the words for the filters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

from omnidesk.store import candidates, filters, fts5, ids, tsvector
from omnidesk.store.candidates import Candidates
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.fts5 import Reads
from omnidesk.words.query import Query

NEWEST = (1 << 63) - 1
CHUNK = 500
"""Messages that are looked at in one statement."""


def _index(connection: Connection) -> ModuleType:
    """Return the module that knows the index of this database; both say the same with the same names."""
    return fts5 if connection.dialect == "sqlite" else tsvector


def add(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Make a message findable."""
    add_all(tx, [(search_id, *body_and_who)])


def add_all(tx: Transaction, rows: Iterable[tuple[int, str, str]]) -> None:
    """Make messages findable: (search id, folded body, folded words of the author) each."""
    _index(tx).add(tx, rows)


def remove(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Take a message out again; the words must be those it was added with."""
    _index(tx).remove(tx, search_id, *body_and_who)


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
    index = _index(connection)
    for hits in index.hits(connection, query.terms, below, above, limit, reads):
        for begin in range(0, len(hits), CHUNK):
            found += _kept(connection, hits[begin : begin + CHUNK], said, limit - len(found))
            if len(found) >= limit:
                return found
        looked += len(hits)
        if looked >= index.LOOKED and not asked:
            asked = True
            few = candidates.few(connection, query, agent_id)
            if few is not None:
                behind = found[-1][0] if found else below
                return found + _among(connection, query, few, said, limit - len(found), behind, above)
    return found


def _kept(connection: Connection, hits: Sequence[int], said: filters.Conditions, limit: int) -> list[Any]:
    """Return those of the matches that the filters leave; rides on message_search."""
    marks = ", ".join(map(str, hits))
    return connection.execute(
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
        rows = connection.execute(
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
    rows = connection.execute(
        f"SELECT m.search_id, m.id, m.conversation_id FROM {few.source} CROSS JOIN message m "
        "ON m.conversation_id = c.id WHERE m.search_id < :below AND m.search_id >= :above AND "
        f"{few.where} AND {said.where} ORDER BY m.search_id DESC",
        {**few.values, **said.values, "below": below, "above": above},
    ).fetchall()
    found: list[Any] = []
    for begin in range(0, len(rows), CHUNK):
        some = rows[begin : begin + CHUNK]
        if query.wanted:
            held = _index(connection).among(connection, _index(connection).match(query.terms), [row[0] for row in some])
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
    held = _index(connection).among(connection, _index(connection).any_of(query.unwanted), [row[0] for row in rows])
    return [row for row in rows if row[0] not in held]


def put_none_holding(said: filters.Conditions, connection: Connection, query: Query) -> None:
    """Add that no message of the conversation holds what the query leaves out; rides on message_thread."""
    if query.unwanted:
        index = _index(connection)
        held = index.holding("m.search_id", said.put(index.any_of(query.unwanted)))
        said.add(f"NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND {held} {filters.EACH})")


def matching(connection: Connection, query: Query, search_ids: Sequence[int]) -> set[int]:
    """Return which of these messages hold what a query looks for, and nothing of what it leaves out; each is looked up
    by itself."""
    index = _index(connection)
    if query.wanted:
        return set(index.among(connection, index.prepared(connection, query.terms), search_ids))
    held = index.among(connection, index.any_of(query.unwanted), search_ids) if query.unwanted else set()
    return set(search_ids) - held


def few(connection: Connection, query: Query, most: int) -> list[int] | None:
    """Return all messages that hold what a query looks for, by search id; None where they are more than so many, or it
    would take long to know."""
    found: list[int] | None = _index(connection).few(connection, query.terms, most) if query.wanted else None
    return found
