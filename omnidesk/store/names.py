"""The index by which customers are found by any part of their names and addresses: trigrams on both databases.

A row for each customer holds, folded, the words of the name, the company and every address, each word behind two
spaces. So the beginning of a word is a part like any other: what is shorter than the three characters of a trigram is
looked for behind the spaces, on the same index. Folding is the desk's, which hands it in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction

SQLITE = "CREATE VIRTUAL TABLE search_names USING fts5(words, tokenize='trigram')"
POSTGRESQL = 'CREATE TABLE search_names (id bigint PRIMARY KEY, words text COLLATE "C" NOT NULL)'
TRIGRAMS = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX search_names_words ON search_names USING gin (words gin_trgm_ops) "
    "WITH (gin_pending_list_limit = 1024)",
)
"""What PostgreSQL may be without: where nobody may create the extension, customers are looked at one by one."""
SHORTEST = 3
"""Characters of a part that may stand anywhere in a word; what is shorter begins a word."""
FILLED = 2_000
"""Customers that are made findable at a time."""
Fold = Callable[[str], str]
_GAP = "  "
_KEY = {"sqlite": "rowid", "postgresql": "id"}


def add(tx: Transaction, customer_id: int, folded: str) -> None:
    """Make a new customer findable."""
    tx.later(_insert(tx), (customer_id, _spaced(folded)))


def add_words(tx: Transaction, customer_id: int, folded: str) -> None:
    """Have a customer found by these words too."""
    said = f"UPDATE search_names SET words = words || ? WHERE {_KEY[tx.dialect]} = ?"
    tx.later(said, (_spaced(folded), customer_id))


def renew(tx: Transaction, customers: Iterable[int], fold: Fold) -> None:
    """Have customers found by what is known of them now, and by nothing else; those who are gone by nothing."""
    wanted = sorted(set(customers))
    for customer in wanted:
        tx.execute(f"DELETE FROM search_names WHERE {_KEY[tx.dialect]} = ?", (customer,))
    tx.execute_many(_insert(tx), _rows(tx, wanted, fold))


def fill(tx: Transaction, after: int, fold: Fold) -> list[int]:
    """Make the next customers behind an id findable, of whom none is yet; return them, nobody at the end."""
    rows = tx.all("SELECT id FROM customer WHERE id > ? ORDER BY id LIMIT ?", (after, FILLED))
    some = [row[0] for row in rows]
    tx.execute_many(_insert(tx), _rows(tx, some, fold))
    return some


def find(connection: Connection, sought: Sequence[str], limit: int, after: int = 0) -> list[int]:
    """Return the customers who have each of these folded parts somewhere, or all in a row: by id, behind one.

    Rides on the trigrams of search_names; on PostgreSQL a part that is frequent on its primary key."""
    each = [_part(one) for one in sought]
    ways = [each] if len(each) < 2 else [[_part(" ".join(sought))], each]
    return _found(connection, ways, ">", "", after, limit)


def newest(connection: Connection, sought: Sequence[str], limit: int, beginning: bool) -> list[int]:
    """Return the customers who came last of those who have each of these folded parts somewhere; with `beginning` only
    at the beginnings of words."""
    each = [_spaced(one) if beginning else _part(one) for one in sought]
    return _found(connection, [each], "<", "DESC", (1 << 63) - 1, limit)


def _spaced(folded: str) -> str:
    return "".join(f"{_GAP}{word}" for word in folded.split())


def _part(folded: str) -> str:
    spaced = _spaced(folded)
    return spaced.lstrip() if len(spaced.lstrip()) >= SHORTEST else spaced[-SHORTEST:]


def _insert(tx: Transaction) -> str:
    return f"INSERT INTO search_names ({_KEY[tx.dialect]}, words) VALUES (?, ?)"


def _rows(tx: Transaction, customers: Sequence[int], fold: Fold) -> list[tuple[int, str]]:
    """Return the rows of these customers, in the order of their ids, without those merged into others."""
    asked = "SELECT id, name, company FROM customer WHERE merged_into IS NULL AND id IN ({})"
    said = {row[0]: [row[1], row[2] or ""] for row in rows_in(tx, asked, customers)}
    for row in rows_in(tx, "SELECT customer_id, value, name FROM identity WHERE customer_id IN ({})", customers):
        if row[0] in said:
            said[row[0]] += row[1:3]
    return [(customer, _spaced(fold("\n".join(dict.fromkeys(said[customer]))))) for customer in sorted(said)]


def _found(
    connection: Connection, ways: Sequence[Sequence[str]], beyond: str, order: str, bound: int, limit: int
) -> list[int]:
    if not any(ways):
        return []
    if connection.dialect == "sqlite":
        values = [" OR ".join("(" + " AND ".join(f'"{part}"' for part in way) + ")" for way in ways)]
        said = "search_names MATCH ?"
    else:  # folded words hold no wildcards
        values = [f"%{part}%" for way in ways for part in way]
        said = " OR ".join("(" + " AND ".join("words LIKE ?" for _ in way) + ")" for way in ways)
    key = _KEY[connection.dialect]
    rows = connection.all(
        f"SELECT {key} FROM search_names WHERE ({said}) AND {key} {beyond} ? ORDER BY {key} {order} LIMIT ?",
        (*values, bound, limit),
    )
    return [row[0] for row in rows]
