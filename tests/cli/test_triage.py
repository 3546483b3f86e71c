"""Taking, passing over, promising, teams, moving, refusing and what is similar, on the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Desk, line, take_in


def test_take_takes_the_next_until_nothing_waits(desk: Desk) -> None:
    taken = [desk.json("take")["conversation"] for _ in range(5)]
    assert [one and one["owner"] for one in taken] == ["sanne"] * 4 + [None]
    assert "nothing waits" in desk.run("take").out
    assert desk.json("undo")["undone"]["kind"] == "take"


def test_what_was_skipped_is_not_taken_and_undo_offers_it_again(desk: Desk) -> None:
    first = desk.json("take")["conversation"]["id"]
    desk.run("undo")
    done = desk.json("skip", str(first), "--reason", "not my language")
    assert done["until"] and done["conversations"][0]["owner"] is None
    events = desk.json("history", str(first))["items"]
    assert [event["after"]["reason"] for event in events if event["kind"] == "skipped"] == ["not my language"]
    assert desk.json("take")["conversation"]["id"] != first
    desk.run("undo")
    desk.run("undo")
    assert desk.json("take")["conversation"]["id"] == first


def test_skip_needs_a_reason(desk: Desk) -> None:
    desk.fails("skip", "1", "--reason", " ", status=2)
    desk.fails("skip", "1", status=2)
    desk.fails("skip", "99", "--reason", "x", status=3)


def test_a_promise_is_made_and_taken_off(desk: Desk) -> None:
    promised = desk.json("promise", "1", "over", "10", "minuten")["conversations"][0]
    assert promised["promised_at"] and promised["next_due_at"] <= promised["promised_at"]
    assert desk.json("promise", "1", "none")["conversations"][0]["promised_at"] is None
    assert "9:00 for a time" in desk.fails("promise", "1", "9", status=2)


def test_a_team_is_given_a_conversation(desk: Desk) -> None:
    desk.run("team", "set", "Returns", "sanne")
    assert desk.json("assign", "1", "@returns")["conversations"][0]["team"] == "Returns"
    assert desk.json("assign", "1", "@none")["conversations"][0]["team"] is None
    assert "teams are Returns" in desk.fails("assign", "1", "@nowhere", status=3)


def test_a_message_is_moved_and_comes_back(desk: Desk) -> None:
    message = desk.json("show", "1")["messages"][-1]["id"]
    moved = desk.json("move", "1", str(message), "--into", "2")["conversation"]
    assert (moved["id"], moved["message_count"]) == (2, 2)
    desk.run("undo")
    assert desk.json("show", "2")["message_count"] == 1
    desk.fails("move", "2", str(message), "--into", "1", status=2)


def test_a_suggestion_is_refused(desk: Desk) -> None:
    desk.run("assign", "1", "me")
    desk.run("assign", "2", "me")
    take_in(desk.home, line(60, "anna@x.test", "Both", references=["<1@shop.test>", "<2@shop.test>"]))
    assert [desk.json("show", str(number))["may_belong"] for number in (1, 2)] != [[], []]
    assert desk.json("refuse", "1", "2")["act"]["undoable"]
    assert [desk.json("show", str(number))["may_belong"] for number in (1, 2)] == [[], []]


def test_similar_lists_and_pages_what_is_about_the_same(desk: Desk) -> None:
    said = "Waar blijft mijn pakket? PostNL zou gisteren komen, NL-{0}"
    take_in(desk.home, *(line(70 + one, f"c{one}@x.test", said.format(one)) for one in range(4)))
    newest = max(item["id"] for item in desk.json("queue")["items"])
    page = desk.json("similar", str(newest), "--limit", "2")
    rest = desk.json("similar", str(newest), "--after", page["next"])
    found = [item["id"] for item in (*page["items"], *rest["items"])]
    assert (found, rest["next"]) == ([newest - 1, newest - 2, newest - 3], None)
    assert "nothing open is like #2" in desk.run("similar", "2").out
    desk.fails("similar", "99", status=3)


def test_who_is_slower_is_refused_and_from_says_whose_it_has_to_be(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """No double claim: exit status 4 where a colleague took it a moment ago."""
    monkeypatch.setenv("OMNIDESK_AGENT", "koen")
    desk.run("assign", "1", "me")
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    assert "#1 is koen's now" in desk.fails("assign", "1", "me", status=4)
    desk.fails("assign", "1", "me", "--from", "none", status=4)
    desk.fails("assign", "1", "@none", "--from", "koen", status=2)
    assert desk.json("assign", "1", "me", "--from", "koen")["conversations"][0]["owner"] == "sanne"
    assert "#1 is sanne's now" in desk.fails("assign", "1", "none", "--from", "koen", status=4)
    desk.run("assign", "1", "none", "--from", "me")
