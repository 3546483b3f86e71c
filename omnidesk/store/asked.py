"""A search as a view: what it holds is found at a bounded cost, however many conversations there are.

Where the search has words, the newest matches of the full-text index are the candidates. Else one index brings the
candidates (a tag's, an owner's, a status's, those between two days): the one with the fewest, looked at no further
than `MOST`. Where none has so few, only the newest `MOST` conversations are looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from omnidesk.store import candidates, filters, search
from omnidesk.store.candidates import Candidates, put_days
from omnidesk.store.database import Connection
from omnidesk.store.filters import Conditions
from omnidesk.store.fts5 import Reads
from omnidesk.store.queue import View, held
from omnidesk.words.kinds import Place, Sort, Status
from omnidesk.words.query import Query

MOST = 50_000
"""Conversations that a search without words looks at."""
HITS = 1_000
"""Matching messages that a search with words looks at: the newest."""
_WAITING = (Status.OPEN, Status.PENDING, Status.ON_HOLD, Status.SNOOZED)


def view(
    connection: Connection,
    name: str,
    query: Query,
    agent_id: int | None,
    sort: Sort | None = None,
    reads: Reads | None = None,
) -> View:
    """Return the view that a search means, ordered by `sort`, else as the search says, else as fits it best.

    `reads` is for `search.find`. Raises NotFoundError for agents and teams there are not."""
    wanted = sort or query.sort or usual_sort(query)
    if query.wanted:
        hits = search.find(connection, query, agent_id, HITS, reads=reads)
        return _with_words(name, query, hits, wanted)
    return _without_words(connection, name, query, agent_id, wanted)


def usual_sort(query: Query) -> Sort:
    """Return the order of a search that names none: due first where it asks for what is to do, else the newest."""
    to_do = bool(query.statuses) and set(query.statuses) <= set(_WAITING) and not query.places
    return Sort.DUE if to_do and not query.wanted else Sort.NEWEST


def _with_words(name: str, query: Query, found: list[Any], sort: Sort) -> View:
    hits: dict[int, int] = {}
    for _, message, conversation in found:
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
    best = candidates.shortest(connection, candidates.lists(connection, query, agent_id, sort), MOST)
    return _newest(connection, found, query) if best is None else _of(found, best[0])


def _of(found: View, best: Candidates) -> View:
    """Look for a view's conversations in a list of candidates."""
    where, values = f"{found.where} AND {best.where}", {**found.values, **best.values}
    return replace(found, index=best.index, source=best.source, where=where, values=values)


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
