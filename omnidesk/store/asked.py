"""A search as a view: what it holds is found at a bounded cost, however many conversations there are.

Where the search has words, the newest matches of the full-text index are the candidates. Else one index brings the
candidates (a tag's, an owner's, a status's, those between two days): the one with the fewest, looked at no further
than `MOST`. Where none has so few, only the newest `MOST` conversations are looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from omnidesk.store import filters, search
from omnidesk.store.database import Connection
from omnidesk.store.filters import Conditions
from omnidesk.store.queue import View, held
from omnidesk.words.kinds import Place, Sort, Status
from omnidesk.words.query import Query

MOST = 50_000
"""Conversations that a search without words looks at."""
HITS = 1_000
"""Matching messages that a search with words looks at: the newest."""
FEW = 2_000
"""A candidate list so short that no other is tried."""
_WAITING = (Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SNOOZED)


def view(connection: Connection, name: str, query: Query, agent_id: int | None, sort: Sort | None = None) -> View:
    """Return the view that a search means, ordered by `sort`, else as the search says, else as fits it best.

    Raises NotFoundError for agents and teams there are not."""
    wanted = sort or query.sort or usual_sort(query)
    if query.wanted:
        return _with_words(connection, name, query, agent_id, wanted)
    return _without_words(connection, name, query, agent_id, wanted)


def usual_sort(query: Query) -> Sort:
    """Return the order of a search that names none: due first where it asks for what is to do, else the newest."""
    to_do = bool(query.statuses) and set(query.statuses) <= set(_WAITING) and not query.places
    return Sort.DUE if to_do and not query.wanted else Sort.NEWEST


def _with_words(connection: Connection, name: str, query: Query, agent_id: int | None, sort: Sort) -> View:
    hits: dict[int, int] = {}
    for _, message, conversation in search.find(connection, query, agent_id, HITS):
        hits.setdefault(conversation, message)
    words = tuple(word for term in query.wanted for word in term.words)
    return replace(held(name, hits, sort), hits=hits, words=words)


def _without_words(connection: Connection, name: str, query: Query, agent_id: int | None, sort: Sort) -> View:
    said = Conditions()
    filters.put_conversation(said, connection, query, agent_id)
    filters.put_some_message(said, connection, query)
    search.put_none_holding(said, connection, query)
    put_days(said, query)
    found = View(name, said.where, sort, values=said.values)
    index = _in_order(query, sort)
    if index:
        return _riding_on(found, index)
    best, fewest = "", MOST + 1
    for index, source, values in _sources(connection, query, agent_id, sort):
        count = filters.counted(connection, source, values, MOST)
        if count < fewest:
            best, fewest = index, count
        if fewest <= FEW:
            break
    if best.startswith("tag:"):
        tag = connection.value("SELECT id FROM tag WHERE name = ?", (best[4:],))
        source = "(SELECT conversation_id AS number FROM conversation_tag WHERE tag_id = :tag) AS tagged"
        return replace(
            found,
            source=f"{source} CROSS JOIN conversation c ON c.id = number",
            values={**said.values, "tag": tag},
        )
    return _riding_on(found, best) if best else _newest(connection, found, query)


def put_days(said: Conditions, query: Query) -> None:
    """Add between which times the last message of a conversation came."""
    if query.before is not None:
        said.add(f"c.last_message_at < {said.put(query.before)}")
    if query.after is not None:
        said.add(f"c.last_message_at >= {said.put(query.after)}")


def _riding_on(found: View, index: str) -> View:
    return replace(found, index=index, source=f"conversation c INDEXED BY {index}")


def _in_order(query: Query, sort: Sort) -> str:
    """Return the index that holds just this search in its order, so that nothing else is ever looked at; else ""."""
    plain = Query(statuses=query.statuses, owners=query.owners, places=query.places, sort=query.sort)
    if query != plain:
        return ""
    if len(query.statuses) == 1 and not query.places and sort is Sort.DUE and len(query.owners) <= 1:
        return "conversation_owner" if query.owners else "conversation_queue"
    if sort is not Sort.NEWEST or query.owners:
        return ""
    if len(query.statuses) == 1 and not query.places:
        return "conversation_status_newest"
    return "conversation_newest" if not query.statuses and len(query.places) <= 1 else ""


def _sources(
    connection: Connection, query: Query, agent_id: int | None, sort: Sort
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return the lists that candidates can come from: (index or `tag:NAME`, FROM .. WHERE .., its values)."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for tag in query.tags:
        source = "FROM conversation_tag t JOIN tag ON tag.id = t.tag_id WHERE tag.name = :tag"
        found.append((f"tag:{tag}", source, {"tag": tag}))
    if len(query.owners) == 1:
        said = Conditions()
        said.add(said.one_of("c.place", filters.places(query)))
        said.add(said.one_of("c.status", query.statuses or tuple(Status)))
        said.add(filters.owned(said, filters.owner_ids(connection, query.owners, agent_id)))
        found.append(_index("conversation_owner", said))
    if query.statuses:
        said = Conditions()
        said.add(said.one_of("c.place", filters.places(query)))
        said.add(said.one_of("c.status", query.statuses))
        found.append(_index("conversation_status_newest" if sort is Sort.NEWEST else "conversation_queue", said))
    said = Conditions()
    said.add(said.one_of("c.place", filters.places(query)))
    put_days(said, query)
    found.append(_index("conversation_newest", said))
    if "undelivered" in query.states:
        said = Conditions()
        said.add("c.undelivered > 0")
        found.append(_index("conversation_undelivered", said))
    return found


def _index(name: str, said: Conditions) -> tuple[str, str, dict[str, Any]]:
    return name, f"FROM conversation c INDEXED BY {name} WHERE {said.where}", said.values


def _newest(connection: Connection, found: View, query: Query) -> View:
    """Look at the newest conversations only: those of its status where there is one, else of its heap."""
    status = query.statuses[0] if len(query.statuses) == 1 and not query.places else None
    index = "conversation_newest" if status is None else "conversation_status_newest"
    said = Conditions()
    said.add(said.one_of("c.place", filters.places(query)[:1] if not query.places else (Place.DESK,)))
    if status is not None:
        said.add(said.one_of("c.status", (status,)))
    put_days(said, query)
    row = connection.execute(
        f"SELECT c.last_message_at FROM conversation c INDEXED BY {index} WHERE {said.where} "
        f"ORDER BY c.last_message_at DESC, c.id DESC LIMIT 1 OFFSET {MOST}",
        said.values,
    ).fetchone()
    if row is None:
        return _riding_on(found, index)
    bounded = replace(
        found, where=f"{found.where} AND c.last_message_at >= :horizon", values={**found.values, "horizon": row[0]}
    )
    return _riding_on(bounded, index)
