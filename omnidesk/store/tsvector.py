"""The full-text index on PostgreSQL: a table of tsvectors with GIN, fed with the words that `text.fold` made.

The vectors are spelled out here and never parsed by PostgreSQL, so that both databases find the same. The author's
words bear the weight A and stand before the text's, with a gap that no phrase bridges.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from omnidesk.store.database import Connection, Transaction
from omnidesk.words.query import Term

DDL = (
    "CREATE TABLE search (id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX search_words ON search USING gin (words) WITH (gin_pending_list_limit = 1024)",
)
LONGEST_WORD = 500
LAST_POSITION = 16_383
"""PostgreSQL counts no further: behind it words are found, phrases are not."""
MOST_BYTES = 900_000
"""A tsvector holds less than a megabyte."""
GAP = 10
WINDOWS = (2_000, 20_000)
"""Rows that are looked at one by one before the index is asked: what is frequent is found among the newest."""
LOOKED = 0
"""Matches that are looked at before it is asked whether the filters leave few conversations: those among the newest
rows, for all others are dear."""
AT_A_TIME = 5_000
"""Hits that are taken out of the index at once."""


def add(tx: Transaction, rows: Iterable[tuple[int, str, str]]) -> None:
    """Make messages findable: (search id, folded body, folded words of the author) each."""
    tx.execute_many(
        "INSERT INTO search (id, words) VALUES (?, ?::tsvector)",
        [(search_id, vector(body, who)) for search_id, body, who in rows],
    )


def remove(tx: Transaction, search_id: int, body: str, who: str) -> None:
    """Take a message out again, whatever words it was added with."""
    tx.execute("DELETE FROM search WHERE id = ?", (search_id,))


def vector(body: str, who: str) -> str:
    """Return the tsvector of a message as PostgreSQL reads it."""
    places: dict[str, list[str]] = {}
    author = who.split()
    for place, word in enumerate(author, 1):
        places.setdefault(word[:LONGEST_WORD], []).append(f"{place}A")
    size = 0
    for place, word in enumerate(body.split(), len(author) + GAP):
        held = places.get(word[:LONGEST_WORD])
        if held is None:
            size += 4 * len(word) + 4
            if size > MOST_BYTES:
                break
            held = places[word[:LONGEST_WORD]] = []
        if len(held) < 255 and place <= LAST_POSITION:
            held.append(str(place))
    return " ".join(f"'{word}':{','.join(held)}" if held else f"'{word}'" for word, held in places.items())


def match(terms: Sequence[Term]) -> str:
    """Return the tsquery of terms: all that are wanted, none that is not."""
    wanted = [_phrase(term) for term in terms if not term.negated]
    return " & ".join(wanted + [f"!({any_of(unwanted)})" for unwanted in [[t for t in terms if t.negated]] if unwanted])


def any_of(terms: Sequence[Term]) -> str:
    """Return the tsquery that one of these terms is there."""
    return " | ".join(_phrase(term) for term in terms)


def _phrase(term: Term) -> str:
    weight = "A" if term.sender else ""
    last = len(term.words) - 1
    words = []
    for place, word in enumerate(term.words):
        flags = ("*" if term.prefix and place == last else "") + weight
        words.append(f"'{word[:LONGEST_WORD]}'" + (f":{flags}" if flags else ""))
    return f"({' <-> '.join(words)})"


def hits(
    connection: Connection, terms: Sequence[Term], below: int, above: int, wanted: int, reads: object = None
) -> Iterator[list[int]]:
    """Yield the search ids that match terms, newest first, between two ids (the upper one left out).

    Frequent words are found by looking at the newest rows, in windows that grow, which rides on the primary key; only
    what is not found there is asked of search_words, which knows all rows of a word but not their order."""
    query = match(terms)
    for rows in WINDOWS:
        bound = connection.value(
            "SELECT id FROM search WHERE id < ? AND id >= ? ORDER BY id DESC LIMIT 1 OFFSET ?", (below, above, rows)
        )
        found = connection.all(
            "SELECT id FROM search WHERE id < ? AND id >= ? AND words @@ ?::tsquery ORDER BY id DESC",
            (below, above if bound is None else bound, query),
        )
        yield [row[0] for row in found]
        if bound is None:
            return
        below = bound
    while True:
        found = connection.all(
            "WITH hit AS MATERIALIZED (SELECT id FROM search WHERE words @@ ?::tsquery AND id < ? AND id >= ?) "
            "SELECT id FROM hit ORDER BY id DESC LIMIT ?",
            (query, below, above, AT_A_TIME),
        )
        yield [row[0] for row in found]
        if len(found) < AT_A_TIME:
            return
        below = found[-1][0]


def prepared(connection: Connection, terms: Sequence[Term]) -> str:
    """Return the tsquery of terms."""
    return match(terms)


def few(connection: Connection, terms: Sequence[Term], most: int) -> list[int] | None:
    """Return all rows that match terms, None where they are more than so many; rides on search_words."""
    found = connection.all(
        "WITH hit AS MATERIALIZED (SELECT id FROM search WHERE words @@ ?::tsquery LIMIT ?) SELECT id FROM hit",
        (match(terms), most + 1),
    )
    return None if len(found) > most else [row[0] for row in found]


def among(connection: Connection, matching: str, search_ids: Sequence[int]) -> set[int]:
    """Return which of these rows match; each is looked up by its primary key."""
    found = connection.all(
        "SELECT id FROM search WHERE id = ANY(?) AND words @@ ?::tsquery", (list(search_ids), matching)
    )
    return {row[0] for row in found}


def holding(place: str, parameter: str) -> str:
    """Return the condition that the row `place` of the index matches a tsquery; rides on its primary key."""
    return f"EXISTS (SELECT 1 FROM search WHERE search.id = {place} AND search.words @@ {parameter}::tsquery)"
