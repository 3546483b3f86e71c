"""omnidesk customer timeline, note, notes and show: the pane and the history for scripts and screen readers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import EVIL, Desk


def anna(desk: Desk) -> str:
    (found,) = desk.json("customer", "find", "anna@x.test")["items"]
    return str(found["id"])


def test_a_timeline_is_listed_filtered_and_paged(desk: Desk) -> None:
    who = anna(desk)
    whole = desk.json("customer", "timeline", who)
    assert [one["text"] for one in whole["items"]] == ["Any news?", "Waar is mijn bestelling NL-10234?"]
    assert whole["next"] is None
    assert set(whole["items"][0]) == {
        "at", "kind", "direction", "channel", "channel_kind", "who", "said", "text", "conversation_id", "message_id",
        "note_id", "marks",
    }  # fmt: skip
    first = desk.json("customer", "timeline", who, "--limit", "1")
    rest = desk.json("customer", "timeline", who, "--limit", "1", "--after", first["next"])
    assert first["items"] + rest["items"] == whole["items"]
    assert rest["next"] is None
    assert desk.json("customer", "timeline", who, "--kind", "call", "--kind", "visit")["items"] == []
    assert len(desk.json("customer", "timeline", who, "--text", "bestelling direction:in")["items"]) == 1
    assert len(desk.json("customer", "timeline", who, "--channel", "shop", "--direction", "in")["items"]) == 2


def test_notes_are_written_edited_taken_out_and_undone(desk: Desk) -> None:
    who = anna(desk)
    done = desk.json("customer", "note", who, "--text", "Calls only\nbefore noon")
    note = done["note"]
    assert done["act"]["undoable"] and note["text"] == "Calls only\nbefore noon"
    edited = desk.json("customer", "note", who, "--edit", str(note["id"]), "--text", "Any time")
    assert edited["note"]["id"] == note["id"] and edited["note"]["edited_by"] == edited["act"]["actor"]
    listed: Any = desk.json("customer", "notes", who)
    assert [one["text"] for one in listed["items"]] == ["Any time"]
    assert desk.json("customer", "show", who)["notes"] == listed["items"]
    assert desk.json("customer", "note", who, "--remove", str(note["id"]))["note"] is None
    assert desk.json("customer", "notes", who)["items"] == []
    desk.json("undo")
    desk.json("undo", str(edited["act"]["id"]))
    assert [one["text"] for one in desk.json("customer", "notes", who)["items"]] == ["Calls only\nbefore noon"]


def test_an_export_holds_the_notes(desk: Desk) -> None:
    desk.json("customer", "note", anna(desk), "--text", "Calls only")
    rows = [json.loads(line) for line in desk.run("export").out.splitlines()]
    noted = {one["name"]: [note["text"] for note in one["notes"]] for one in rows if one["type"] == "customer"}
    assert noted["Anna"] == ["Calls only"] and noted["Bram"] == []


def test_a_customer_is_shown_with_all_that_the_pane_says(desk: Desk) -> None:
    desk.json("customer", "note", anna(desk), "--text", "Calls only")
    found = desk.json("customer", "show", anna(desk))
    assert found["spoken"] == {"language": "nl", "learned": True}
    assert found["reach"][0]["ways"][0]["usable"] is True
    assert found["contacts"][0]["about"] == "Matter 3"
    assert (found["local_time"], found["preference"], found["last_owner"]) == (None, None, None)
    assert [one["id"] for one in found["open"]] == [1]
    said = desk.run("customer", "show", anna(desk)).out
    assert "writes nl (learned)" in said and "by shop: open" in said and "Calls only" in said


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["timeline", "999"], 3),
        (["timeline", "x"], 2),
        (["timeline", "1", "--kind", "parcel"], 2),
        (["timeline", "1", "--after", "soon"], 2),
        (["note", "999", "--text", "hi"], 3),
        (["notes", "999"], 3),
    ],
)
def test_what_is_not_there_or_not_understood_is_said(desk: Desk, command: list[str], status: int) -> None:
    assert desk.fails("customer", *command, status=status)


def test_a_note_is_either_written_or_taken_out(desk: Desk) -> None:
    assert desk.fails("customer", "note", anna(desk), status=2)
    assert desk.fails("customer", "note", anna(desk), "--text", "", status=2)
    assert desk.fails("customer", "note", anna(desk), "--text", "a", "--remove", "5", status=2)


def test_nothing_evil_leaves_by_a_timeline(desk: Desk) -> None:
    (found,) = [one for one in desk.json("customer", "list")["items"] if "evil" in one["name"]]
    desk.json("customer", "note", str(found["id"]), "--text", f"Nice {EVIL}")
    for command in ("timeline", "notes", "show"):
        said = desk.run("customer", command, str(found["id"])).out
        assert "\x1b" not in said and "\u202e" not in said and "\x00" not in said
