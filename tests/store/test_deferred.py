"""Rows put off: nobody who asks through the same transaction finds them missing."""

from __future__ import annotations

from omnidesk.store.chunks import MOST_VALUES, rows_in
from omnidesk.store.database import Transaction
from omnidesk.store.deferred import Deferred
from omnidesk.store.search import free_ids
from tests.filling import Desk, mail

TEAM = "INSERT INTO team (id, name, created_at) VALUES (?, ?, 0)"


def test_what_was_put_off_is_there_for_who_asks(desk: Desk) -> None:
    def work(tx: Transaction) -> None:
        late = Deferred(tx, lambda: None, lambda: None)
        late.later("UPDATE team SET name = ? WHERE id = ?", ("Repairs", 1))
        late.later(TEAM, (1, "Returns"))
        assert tx.value("SELECT count(*) FROM team") == 0
        assert late.value("SELECT name FROM team WHERE id = 1") == "Repairs"

    desk.workspace.database.write(work)


def test_its_owner_adds_what_it_holds_and_forgets_when_others_write(desk: Desk) -> None:
    told: list[str] = []

    def work(tx: Transaction) -> None:
        late = Deferred(tx, lambda: told.append("complete"), lambda: told.append("changed"))
        late.later(TEAM, (1, "Returns"))
        assert told == []
        late.all("SELECT 1")
        assert told == ["complete"]
        late.execute("UPDATE team SET name = 'Repairs' WHERE id = 1")
        late.insert("team", id=2, name="Sales", created_at=0)
        assert told == ["complete", "complete", "changed", "complete", "changed"]

    desk.workspace.database.write(work)
    assert desk.count("team") == 2


def test_a_list_longer_than_a_statement_takes_is_asked_in_parts(desk: Desk) -> None:
    desk.workspace.database.write(lambda tx: tx.execute_many(TEAM, [(number, str(number)) for number in range(9)]))
    wanted = [*range(MOST_VALUES + 5), 3, 3]
    found = rows_in(
        desk.workspace.database.reader, "SELECT id FROM team WHERE name <> ? AND id IN ({})", wanted, ("4",)
    )
    assert sorted({row[0] for row in found}) == [0, 1, 2, 3, 5, 6, 7, 8]
    assert rows_in(desk.workspace.database.reader, "SELECT id FROM team WHERE id IN ({})", []) == []


def test_search_ids_that_are_taken_count_up(desk: Desk) -> None:
    desk.receives(mail("1"))
    taken = desk.value("SELECT search_id FROM message")
    assert free_ids(desk.workspace.database.reader, [taken, 7, taken, 7]) == [taken + 1, 7, taken + 2, 8]
