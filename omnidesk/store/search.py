"""Full-text search on SQLite: FTS5 without content, fed with words that `text.fold` made (see desk.indexing).

A row's id is made from the message's time, so newest first is index order. Rows are taken out with the values they
were put in with (SQLite 3.40 has no contentless_delete).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnidesk.store import ids
from omnidesk.store.database import Connection, Transaction
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Place
from omnidesk.words.query import Query, Term

DDL = "CREATE VIRTUAL TABLE search USING fts5(body, who, content='', tokenize='ascii')"


def add(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Make a message findable."""
    tx.execute("INSERT INTO search (rowid, body, who) VALUES (?, ?, ?)", (search_id, *body_and_who))


def remove(tx: Transaction, search_id: int, body_and_who: tuple[str, str]) -> None:
    """Take a message out again; the words must be those it was added with."""
    tx.execute("INSERT INTO search (search, rowid, body, who) VALUES ('delete', ?, ?, ?)", (search_id, *body_and_who))


def free_id(connection: Connection, at: int, salt: int) -> int:
    """Return a search id for a message at `at` that no other message has."""
    wanted = ids.search_id(at, salt)
    while connection.value("SELECT 1 FROM message WHERE search_id = ?", (wanted,)):
        wanted += 1
    return wanted


def find(connection: Connection, query: Query, agent_id: int | None, limit: int, after: int | None = None) -> list[Any]:
    """Return (search id, message id, conversation id) of the newest matches, newest first.

    `after` is the search id to go on behind. Rides on the full-text index in row id order, or on message_search
    where only filters are given; filters are looked up by primary key for each candidate.
    """
    wheres, values = _filters(connection, query, agent_id)
    place = "search.rowid" if query.terms else "m.search_id"
    bounds = (
        ("<", after),
        ("<", None if query.before is None else ids.search_id(query.before, 0)),
        (">=", None if query.after is None else ids.search_id(query.after, 0)),
    )
    for comparison, bound in bounds:
        if bound is not None:
            wheres.append(f"{place} {comparison} ?")
            values.append(bound)
    if query.terms:
        source = "search JOIN message m ON m.search_id = search.rowid"
        wheres.insert(0, "search MATCH ?")
        values.insert(0, _match(query.terms))
    else:
        source = "message m"
    sql = (
        f"SELECT {place}, m.id, m.conversation_id FROM {source} CROSS JOIN conversation c ON c.id = m.conversation_id "
        f"WHERE {' AND '.join(wheres)} ORDER BY {place} DESC LIMIT ?"
    )
    return connection.all(sql, (*values, limit))


def _match(terms: Sequence[Term]) -> str:
    wanted = " AND ".join(_phrase(term) for term in terms if not term.negated)
    unwanted = " OR ".join(_phrase(term) for term in terms if term.negated)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _phrase(term: Term) -> str:
    column = "who : " if term.sender else ""
    return f'{column}"{" ".join(term.words)}"' + (" *" if term.prefix else "")


def _filters(connection: Connection, query: Query, agent_id: int | None) -> tuple[list[str], list[Any]]:
    wheres: list[str] = []
    values: list[Any] = []

    def one_of(column: str, wanted: Sequence[Any]) -> None:
        wheres.append(f"{column} IN ({', '.join('?' * len(wanted))})")
        values.extend(wanted)

    if query.places and not query.statuses:
        one_of("c.place", query.places)
    else:
        one_of("c.place", (Place.DESK, *query.places))
    if query.statuses:
        one_of("c.status", query.statuses)
    if query.channels:
        found = [
            row[0]
            for row in connection.all("SELECT id, name, kind FROM channel")
            if {row[1], row[2]} & set(query.channels)
        ]
        kinds = ", ".join("?" * len(query.channels))
        wheres.append(f"(m.channel_id IN ({', '.join('?' * len(found))}) OR m.kind IN ({kinds}))")
        values.extend([*found, *query.channels])
    if query.owners:
        owners = [_owner(connection, owner, agent_id) for owner in query.owners]
        wheres.append(
            "(" + " OR ".join("c.owner_id IS NULL" if owner is None else "c.owner_id = ?" for owner in owners) + ")"
        )
        values.extend(owner for owner in owners if owner is not None)
    for tag in query.tags:
        wheres.append(
            "EXISTS (SELECT 1 FROM conversation_tag t JOIN tag ON tag.id = t.tag_id "
            "WHERE t.conversation_id = c.id AND tag.name = ?)"
        )
        values.append(tag)
    if query.attachment:
        wheres.append("m.files > 0")
    if query.unread:
        wheres.append("c.unread")
    return wheres, values


def _owner(connection: Connection, name: str, agent_id: int | None) -> int | None:
    if name.lower() == "none":
        return None
    if name.lower() == "me":
        return agent_id
    found = connection.value("SELECT id FROM agent WHERE login = ?", (name,))
    if found is None:
        raise NotFoundError(f"owner:{name}: there is no agent of that login; `omnidesk agent list` shows them")
    return int(found)
