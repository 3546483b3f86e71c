"""Notes that stay with a customer: written, edited, taken out; each undone without a text in the history."""

from __future__ import annotations

import json

import pytest

from omnidesk.desk import customer_merging, customer_notes, customers, undo
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from tests.filling import ANNA, BRAM, Desk, mail

pytestmark = pytest.mark.databases


@pytest.fixture
def busy(desk: Desk) -> Desk:
    desk.receives(mail("1"), mail("b", sender=BRAM))
    return desk


def anna(desk: Desk, address: str = ANNA) -> int:
    (found,) = customers.find(desk.workspace, address)
    return found.id


def texts(desk: Desk, who: int | None = None) -> list[str]:
    found, behind = customer_notes.page(desk.workspace, who or anna(desk), 50)
    assert behind is None
    return [one.text for one in found]


def test_a_note_is_written_edited_and_taken_out_and_each_is_undone(busy: Desk) -> None:
    opened, me = busy.workspace, busy.me
    _, note = customer_notes.write(opened, me, anna(busy), "  Calls only\nbefore noon\n")
    assert (note.text, note.author, note.edited_at) == ("Calls only\nbefore noon", "sanne", None)
    koen = busy.another_agent("koen")
    edited, after = customer_notes.edit(opened, koen, note.id, "Calls only after noon")
    assert (after.id, after.text, after.author, after.edited_by) == (note.id, "Calls only after noon", "sanne", "koen")
    assert after.at == note.at
    removed = customer_notes.remove(opened, me, note.id)
    assert texts(busy) == []
    undo.undo(opened, me, removed.id)
    assert texts(busy) == ["Calls only after noon"]
    undo.undo(opened, me, edited.id)
    assert customer_notes.get(opened, note.id) == note


def test_writing_is_not_undone_after_the_note_was_edited(busy: Desk) -> None:
    act, note = customer_notes.write(busy.workspace, busy.me, anna(busy), "One")
    customer_notes.edit(busy.workspace, busy.me, note.id, "Two")
    with pytest.raises(RefusedError):
        undo.undo(busy.workspace, busy.me, act.id)
    assert texts(busy) == ["Two"]


def test_another_note_does_not_stand_in_the_way_of_an_undo(busy: Desk) -> None:
    act, _ = customer_notes.write(busy.workspace, busy.me, anna(busy), "One")
    customer_notes.write(busy.workspace, busy.me, anna(busy), "Two")
    undo.undo(busy.workspace, busy.me, act.id)
    assert texts(busy) == ["Two"]


def test_no_event_holds_a_text(busy: Desk) -> None:
    _, note = customer_notes.write(busy.workspace, busy.me, anna(busy), "Secret sauce")
    customer_notes.edit(busy.workspace, busy.me, note.id, "Secret soup")
    for row in busy.workspace.database.reader.all("SELECT before_json, after_json FROM event"):
        assert "Secret" not in json.dumps([row[0], row[1]])


def test_an_edit_that_changes_nothing_is_no_act(busy: Desk) -> None:
    _, note = customer_notes.write(busy.workspace, busy.me, anna(busy), "Same")
    act, after = customer_notes.edit(busy.workspace, busy.me, note.id, "Same ")
    assert not act.undoable
    assert after.edited_at is None


def test_notes_of_whoever_was_merged_show_and_go_back_with_them(busy: Desk) -> None:
    opened, me = busy.workspace, busy.me
    customer_notes.write(opened, me, anna(busy), "Anna's")
    customer_notes.write(opened, me, anna(busy, BRAM), "Bram's")
    bram = anna(busy, BRAM)
    customer_merging.merge(opened, me, [bram], anna(busy))
    assert texts(busy) == ["Bram's", "Anna's"]
    _, written = customer_notes.write(opened, me, bram, "Of both")
    assert written.customer_id == anna(busy)
    undo.undo(opened, me, customer_merging.unmerge(opened, bram))
    assert texts(busy) == ["Of both", "Anna's"]
    assert texts(busy, bram) == ["Bram's"]


def test_notes_are_paged(busy: Desk) -> None:
    for number in range(5):
        customer_notes.write(busy.workspace, busy.me, anna(busy), f"Note {number}")
    found, behind = customer_notes.page(busy.workspace, anna(busy), 3)
    rest, end = customer_notes.page(busy.workspace, anna(busy), 3, behind)
    assert [one.text for one in (*found, *rest)] == [f"Note {number}" for number in (4, 3, 2, 1, 0)]
    assert end is None


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 20_001])
def test_a_note_says_something_and_not_too_much(busy: Desk, text: str) -> None:
    with pytest.raises(UsageError):
        customer_notes.write(busy.workspace, busy.me, anna(busy), text)


def test_what_is_not_there_is_said(busy: Desk) -> None:
    with pytest.raises(NotFoundError):
        customer_notes.write(busy.workspace, busy.me, 7, "Hello")
    with pytest.raises(NotFoundError):
        customer_notes.edit(busy.workspace, busy.me, 7, "Hello")
    _, note = customer_notes.write(busy.workspace, busy.me, anna(busy), "One")
    customer_notes.remove(busy.workspace, busy.me, note.id)
    with pytest.raises(NotFoundError):
        customer_notes.remove(busy.workspace, busy.me, note.id)
