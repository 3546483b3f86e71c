"""The full-text index on SQLite: FTS5 without content, fed with the words that `text.fold` made.

Rows are taken out with the values they were put in with (SQLite 3.40 has no contentless_delete).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omnidesk.store.database import Transaction
from omnidesk.words.query import Term

DDL = "CREATE VIRTUAL TABLE search USING fts5(body, who, content='', tokenize='ascii')"


def add(tx: Transaction, rows: Iterable[tuple[int, str, str]]) -> None:
    """Make messages findable: (search id, folded body, folded words of the author) each."""
    tx.execute_many("INSERT INTO search (rowid, body, who) VALUES (?, ?, ?)", rows)


def remove(tx: Transaction, search_id: int, body: str, who: str) -> None:
    """Take a message out again; the words must be those it was added with."""
    tx.execute("INSERT INTO search (search, rowid, body, who) VALUES ('delete', ?, ?, ?)", (search_id, body, who))


def match(terms: Sequence[Term]) -> str:
    """Return the MATCH of terms: all that are wanted, none that is not."""
    wanted = " AND ".join(_phrase(term) for term in terms if not term.negated)
    unwanted = any_of([term for term in terms if term.negated])
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def any_of(terms: Sequence[Term]) -> str:
    """Return the MATCH that one of these terms is there."""
    return " OR ".join(_phrase(term) for term in terms)


def holding(place: str, parameter: str) -> str:
    """Return the condition that the row `place` of the index matches."""
    return f"{place} IN (SELECT rowid FROM search WHERE search MATCH {parameter})"


def _phrase(term: Term) -> str:
    column = "who : " if term.sender else ""
    return f'{column}"{" ".join(term.words)}"' + (" *" if term.prefix else "")
