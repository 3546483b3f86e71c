"""Full-text search on SQLite: FTS5 without content, fed with words that `text.fold` made (see desk.indexing).

A row's id is made from the message's time, so newest first is index order. Rows are taken out with the values they
were put in with (SQLite 3.40 has no contentless_delete).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk.store import filters, ids
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction
from omnidesk.words.query import Query, Term

DDL = "CREATE VIRTUAL TABLE search USING fts5(body, who, content='', tokenize='ascii')"


def add(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Make a message findable."""
    add_all(tx, [(search_id, *body_and_who)])


def add_all(tx: Transaction, rows: Iterable[tuple[int, str, str]]) -> None:
    """Make messages findable: (search id, folded body, folded words of the author) each."""
    tx.execute_many("INSERT INTO search (rowid, body, who) VALUES (?, ?, ?)", rows)


def remove(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Take a message out again; the words must be those it was added with."""
    tx.execute("INSERT INTO search (search, rowid, body, who) VALUES ('delete', ?, ?, ?)", (search_id, *body_and_who))


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

    `after` is the search id to go on behind. Rides on the full-text index in row id order, or on message_search
    where only filters are given; filters are looked up by primary key for each candidate.
    """
    said = filters.Conditions()
    place = "search.rowid" if query.wanted else "m.search_id"
    source = "message m"
    if query.wanted:
        source = "search JOIN message m ON m.search_id = search.rowid"
        said.add(f"search MATCH {said.put(_match(query.terms))}")
    elif query.unwanted:
        said.add(f"m.search_id NOT IN ({_holding(said, query.unwanted)})")
    filters.put_conversation(said, connection, query, agent_id)
    filters.put_messages(said, connection, query)
    bounds = (
        ("<", after),
        ("<", None if query.before is None else ids.search_id(query.before, 0)),
        (">=", None if query.after is None else ids.search_id(query.after, 0)),
    )
    for comparison, bound in bounds:
        if bound is not None:
            said.add(f"{place} {comparison} {said.put(bound)}")
    sql = (
        f"SELECT {place}, m.id, m.conversation_id FROM {source} CROSS JOIN conversation c ON c.id = m.conversation_id "
        f"WHERE {said.where} ORDER BY {place} DESC LIMIT :limit"
    )
    return connection.raw.execute(sql, {**said.values, "limit": limit}).fetchall()


def _match(terms: Sequence[Term]) -> str:
    wanted = " AND ".join(_phrase(term) for term in terms if not term.negated)
    unwanted = _any_of([term for term in terms if term.negated])
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _any_of(terms: Sequence[Term]) -> str:
    return " OR ".join(_phrase(term) for term in terms)


def _holding(said: filters.Conditions, terms: Sequence[Term]) -> str:
    return f"SELECT rowid FROM search WHERE search MATCH {said.put(_any_of(terms))}"


def put_none_holding(said: filters.Conditions, query: Query) -> None:
    """Add that no message of the conversation holds what the query leaves out; rides on message_thread."""
    if query.unwanted:
        said.add(
            "NOT EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND m.search_id IN "
            f"({_holding(said, query.unwanted)}))"
        )


def _phrase(term: Term) -> str:
    column = "who : " if term.sender else ""
    return f'{column}"{" ".join(term.words)}"' + (" *" if term.prefix else "")
