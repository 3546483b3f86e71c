"""The full-text index on SQLite: FTS5 without content, fed with the words that `text.fold` made.

Rows are taken out with the values they were put in with (SQLite 3.40 has no contentless_delete).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from omnidesk.store.database import Connection, Transaction
from omnidesk.words.query import Term

DDL = "CREATE VIRTUAL TABLE search USING fts5(body, who, content='', tokenize='ascii')"
VOCABULARY = "CREATE VIRTUAL TABLE search_vocabulary USING fts5vocab(search, instance)"
FEW = 300
"""Words that a prefix may begin to be asked for as these words. FTS5 walks through the rows of words from the newest
on; the rows of a prefix it brings together before the first hit, and `customer*` may begin a hundred thousand words."""
READ = 200
"""Messages that are read at a time for a prefix of more words."""
MOST_READ = 2_500
"""It is asked nevertheless where more would have to be read, as the share of hits among those read tells."""
LOOKED = 3_000
"""Matches that are looked at before it is asked whether the filters leave few conversations."""
FIRST, AT_A_TIME = 500, 5_000
"""Hits that are taken out of the index at first, and then."""
Completed = Mapping[str, Sequence[str]]
"""Prefixes, with all the words that begin so; those of many words are not among them."""
NONE: Completed = {}
Reads = Callable[[Connection, Any], tuple[str, str]]
"""Makes the folded (body, who) of a row of `message`, see desk.indexing."""


def add(tx: Transaction, rows: Iterable[tuple[int, str, str]]) -> None:
    """Make messages findable: (search id, folded body, folded words of the author) each."""
    tx.execute_many("INSERT INTO search (rowid, body, who) VALUES (?, ?, ?)", rows)


def remove(tx: Transaction, search_id: int, body: str, who: str) -> None:
    """Take a message out again; the words must be those it was added with."""
    tx.execute("INSERT INTO search (search, rowid, body, who) VALUES ('delete', ?, ?, ?)", (search_id, body, who))


def match(terms: Sequence[Term], completed: Completed = NONE) -> str:
    """Return the MATCH of terms: all that are wanted, none that is not."""
    wanted = " AND ".join(_phrase(term, completed) for term in terms if not term.negated)
    unwanted = any_of([term for term in terms if term.negated], completed)
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def any_of(terms: Sequence[Term], completed: Completed = NONE) -> str:
    """Return the MATCH that one of these terms is there."""
    return " OR ".join(_phrase(term, completed) for term in terms)


def holding(place: str, parameter: str) -> str:
    """Return the condition that the row `place` of the index matches."""
    return f"{place} IN (SELECT rowid FROM search WHERE search MATCH {parameter})"


def hits(
    connection: Connection, terms: Sequence[Term], below: int, above: int, wanted: int, reads: Reads | None = None
) -> Iterator[list[int]]:
    """Yield the search ids that match terms, newest first, between two ids (the upper one left out). So many are
    `wanted`: to ask for more later means to bring all words of a prefix together again.

    Rides on the full-text index in the order of its ids; a prefix of many words is looked for in the newest messages
    before."""
    prefixes = {term.words[-1] for term in terms if term.prefix}
    completed = _completed(connection, terms)
    if reads is not None and len(completed) < len(prefixes):
        read = hit = 0
        while True:
            rows = _newest(connection, below, above)
            found = [row["search_id"] for row in rows if holds(terms, *reads(connection, row))]
            yield found
            if len(rows) < READ:
                return
            below = rows[-1]["search_id"]
            read, hit = read + len(rows), hit + len(found)
            if wanted * read > MOST_READ * hit:
                break
    most = FIRST + wanted + wanted // 5  # filters leave some out, and to ask again is to begin again
    while True:
        found = [
            row[0]
            for row in connection.all(
                "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? AND rowid >= ? "
                "ORDER BY rowid DESC LIMIT ?",
                (match(terms, completed), below, above, most),
            )
        ]
        yield found
        if len(found) < most:
            return
        below, most = found[-1], AT_A_TIME


def prepared(connection: Connection, terms: Sequence[Term]) -> str:
    """Return the MATCH of terms with the words for prefixes that begin no more than a few."""
    return match(terms, _completed(connection, terms))


def _completed(connection: Connection, terms: Sequence[Term]) -> dict[str, list[str]]:
    prefixes = {term.words[-1] for term in terms if term.prefix}
    return {prefix: words for prefix in prefixes if (words := _completions(connection, prefix)) is not None}


def few(connection: Connection, terms: Sequence[Term], most: int) -> list[int] | None:
    """Return all rows that match terms, None where they are more than so many, or a prefix begins many words."""
    prefixes = {term.words[-1] for term in terms if term.prefix}
    completed = _completed(connection, terms)
    if len(completed) < len(prefixes):
        return None
    found = connection.all("SELECT rowid FROM search WHERE search MATCH ? LIMIT ?", (match(terms, completed), most + 1))
    return None if len(found) > most else [row[0] for row in found]


def among(connection: Connection, matching: str, search_ids: Sequence[int]) -> set[int]:
    """Return which of these rows match; each is looked up in the full-text index by itself."""
    found = connection.all(
        "SELECT search.rowid FROM (SELECT value AS number FROM json_each(?)) CROSS JOIN search "
        "ON search.rowid = number WHERE search MATCH ?",
        (json.dumps(list(search_ids)), matching),
    )
    return {row[0] for row in found}


def _newest(connection: Connection, below: int, above: int) -> list[Any]:
    """Return the newest messages between two search ids with all that their words are made from."""
    return connection.all(
        "SELECT id, search_id, subject, text, recipients_json, from_name, from_address FROM message "
        "WHERE search_id < ? AND search_id >= ? ORDER BY search_id DESC LIMIT ?",
        (below, above, READ),
    )


def holds(terms: Sequence[Term], body: str, who: str) -> bool:
    """Say whether a message's words match as the full-text index would have it."""
    in_body, in_who = f" {body} ", f" {who} "
    for term in terms:
        wanted = f" {' '.join(term.words)}" + ("" if term.prefix else " ")
        if ((not term.sender and wanted in in_body) or wanted in in_who) is term.negated:
            return False
    return True


def _completions(connection: Connection, prefix: str) -> list[str] | None:
    """Return the words in the index that begin so, None where they are more than a few.

    Rides on the full-text index: each word is looked up behind the one before it, with none of its rows."""
    found: list[str] = []
    while len(found) <= FEW:
        behind = f"{found[-1]}\x01" if found else prefix
        word = connection.value("SELECT term FROM search_vocabulary WHERE term >= ? LIMIT 1", (behind,))
        if word is None or not word.startswith(prefix):
            return found
        found.append(word)
    return None


def _phrase(term: Term, completed: Completed) -> str:
    *before, last = term.words
    column = "who : " if term.sender else ""
    if not term.prefix or last not in completed:
        return f"{column}{_quoted(*term.words)}" + (" *" if term.prefix else "")
    words = completed[last] or [last]  # which is nowhere
    return f"{column}({' OR '.join(_quoted(*before, word) for word in words)})"


def _quoted(*words: str) -> str:
    return '"' + " ".join(words) + '"'
