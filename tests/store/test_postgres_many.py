"""Many rows in one statement on PostgreSQL: what comes of it is what comes of them one after the other."""

from __future__ import annotations

import pytest

from omnidesk.store.database import Transaction
from omnidesk.store.postgres_many import for_many
from tests.filling import Desk

TEAM = "INSERT INTO team (id, name, created_at) VALUES (?, ?, ?)"


@pytest.fixture
def desk(desk_on_postgres: Desk) -> Desk:
    """A workspace in PostgreSQL."""
    return desk_on_postgres


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "INSERT INTO search (id, words) VALUES (?, ?::tsvector)",
            "INSERT INTO search (id, words) SELECT id, words FROM json_populate_recordset(NULL::search, %s::json)",
        ),
        (
            "INSERT INTO tag (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            "INSERT INTO tag (id, name) SELECT id, name FROM json_populate_recordset(NULL::tag, %s::json) "
            "ON CONFLICT (name) DO NOTHING",
        ),
        (
            "UPDATE raw_item SET state = 'done', size = ? WHERE id = ? AND size > ?",
            "UPDATE raw_item AS held SET state = 'done', size = given.size "
            "FROM json_populate_recordset(NULL::raw_item, %s::json) AS given "
            "WHERE held.id = given.id AND held.size > given.size",
        ),
        (
            "DELETE FROM quarantine WHERE raw_item_id = ?",
            "DELETE FROM quarantine AS held USING json_populate_recordset(NULL::quarantine, %s::json) AS given "
            "WHERE held.raw_item_id = given.raw_item_id",
        ),
        ("INSERT INTO event (id, at) VALUES (?, 1)", None),
        ("INSERT INTO event (id, at) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET at = 1", None),
        ("UPDATE counter SET value = value + ? WHERE name = ?", None),
        ("UPDATE customer SET name = ? WHERE id = ? AND name IN ('', ?)", None),
        ("DELETE FROM team", None),
    ],
)
def test_a_statement_that_only_names_its_columns_takes_all_rows_at_once(said: str, meant: str | None) -> None:
    many = for_many(said)
    assert (None if many is None else many.sql) == meant


def test_where_the_order_of_rows_matters_they_go_one_by_one() -> None:
    many = for_many("UPDATE team SET name = ? WHERE id = ?")
    assert many is not None
    assert many.document([("a", 1), ("b", 2)]) == '[{"name":"a","id":1},{"name":"b","id":2}]'
    assert many.document([("a", 1), ("b", 1)]) is None


def test_where_a_column_has_two_values_they_go_one_by_one() -> None:
    many = for_many("UPDATE team SET created_at = ? WHERE id = ? AND created_at > ?")
    assert many is not None
    assert many.document([(5, 1, 5)]) is not None
    assert many.document([(5, 1, 6)]) is None


@pytest.mark.postgresql
def test_rows_are_changed_and_deleted_as_one_by_one(desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        tx.execute_many(TEAM, [(number, f"team {number}", 10) for number in range(6)])
        tx.execute_many("UPDATE team SET created_at = ? WHERE id = ? AND created_at > ?", [(4, 1, 4), (40, 2, 40)])
        tx.execute_many("UPDATE team SET name = ? WHERE id = ?", [("first", 3), ("last", 3), ("other", 4)])
        tx.execute_many("DELETE FROM team WHERE id = ?", [(0,), (5,), (99,)])

    desk.workspace.database.write(work)
    found = desk.workspace.database.reader.all("SELECT id, name, created_at FROM team ORDER BY id")
    assert [tuple(row) for row in found] == [(1, "team 1", 4), (2, "team 2", 10), (3, "last", 10), (4, "other", 10)]
