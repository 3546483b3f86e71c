"""omnidesk view, queue --view with saved views, and omnidesk stats."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.cli.conftest import EVIL, Desk


def ids(document: Any) -> list[int]:
    return [item["id"] for item in document["items"]]


def test_a_view_is_saved_listed_and_its_queue_paged(desk: Desk) -> None:
    desk.run("tag", "1", "+boots")
    desk.run("tag", "2", "+boots")
    saved = desk.json("view", "save", "my boots", "tag:boots", "status:open", "--sort", "newest", "--shared")
    assert saved["act"]["undoable"] and saved["view"]["count"] == 2
    assert {**saved["view"], "id": 0} == {
        "id": 0,
        "name": "my boots",
        "shared": True,
        "query": "tag:boots status:open",
        "sort": "newest",
        "columns": [],
        "count": 2,
    }
    assert [item["name"] for item in desk.json("view", "list")["items"]] == ["my boots"]
    first = desk.json("queue", "--view", "my boots", "--limit", "1")
    rest = desk.json("queue", "--view", "my boots", "--limit", "1", "--after", first["next"])
    assert ids(first) + ids(rest) == [1, 2] and rest["next"] is None
    assert "no token of the view" in desk.fails("queue", "--view", "open", "--after", first["next"], status=2)
    assert ids(desk.json("queue", "--view", "/tag:boots sort:newest")) == [1, 2]


def test_a_view_with_dots_and_quotes_in_its_name_is_paged_by_the_command_it_prints(desk: Desk) -> None:
    desk.run("view", "save", "v1.2 'x'", "status:open")
    said = desk.run("queue", "--view", "v1.2 'x'", "--limit", "1").out
    assert "--view 'v1.2 '\"'\"'x'\"'\"''" in said
    token = desk.json("queue", "--view", "v1.2 'x'", "--limit", "1")["next"]
    assert desk.json("queue", "--view", "v1.2 'x'", "--after", token)["items"]


def test_a_view_is_changed_moved_shared_and_removed(desk: Desk) -> None:
    for name in ("one", "two", "three"):
        desk.run("view", "save", name, f"tag:{name}")
    desk.run("view", "move", "three", "1")
    desk.run("view", "rename", "one", "first")
    assert [item["name"] for item in desk.json("view", "list")["items"]] == ["three", "first", "two"]
    page = desk.json("view", "list", "--limit", "2")
    assert len(page["items"]) == 2
    assert [one["name"] for one in desk.json("view", "list", "--after", page["next"])["items"]] == ["two"]
    assert desk.json("view", "share", "first")["view"]["shared"]
    assert not desk.json("view", "share", "first", "--off")["view"]["shared"]
    desk.run("view", "save", "first", "tag:one", "--columns", "subject,tags")
    assert desk.json("view", "show", "first")["view"]["columns"] == ["subject", "tags"]
    desk.run("view", "remove", "first")
    assert "there is no view first" in desk.fails("view", "show", "first", status=3)
    desk.run("undo")
    assert desk.json("view", "show", "first")["view"]["query"] == "tag:one"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("view", "save", "open", "tag:x"), 2, "always there"),
        (("view", "save", "x", "status:lost"), 2, "status:lost is not known"),
        (("view", "save", "x", "owner:nobody"), 3, "no agent of that login"),
        (("view", "save", "x", "tag:x", "--columns", "weather"), 2, "nothing a row shows"),
        (("view", "remove", "x"), 3, "there is no view x"),
        (("view", "move", "x", "0"), 2, "PLACE is a whole number, 1 or more"),
        (("queue", "--view", "x"), 3, "omnidesk view list"),
        (("queue", "--view", "/is:odd"), 2, "is:odd is not known"),
        (("stats", "--since", "soon"), 2, "since:soon is no date"),
        (("stats", "--since", "today", "--until", "yesterday"), 2, "lies before"),
        (("stats", "--by", "moon"), 2, "moon"),
        (("stats", "--csv", "--json"), 2, "do not go together"),
    ],
)
def test_what_will_not_do_is_said_in_a_line(desk: Desk, arguments: tuple[str, ...], status: int, words: str) -> None:
    assert words in desk.fails(*arguments, status=status)


def test_a_name_from_anywhere_reaches_no_terminal(desk: Desk) -> None:
    desk.run("view", "save", f"v{EVIL}", "status:open")
    for arguments in (("view", "list"), ("queue", "--view", desk.json("view", "list")["items"][0]["name"])):
        out = desk.run(*arguments).out
        assert not any(letter in out for letter in "\x1b\x07\x00\u202e\u2066")


def test_statistics_are_one_document_with_their_definitions(desk: Desk) -> None:
    desk.run("reply", "1", "--text", "It is on its way")
    found = desk.json("stats", "--by", "channel")
    assert found["by"] == "channel" and found["total"]["arrived"] == 5
    assert [group["name"] for group in found["groups"]] == ["shop"]
    assert found["groups"][0] == {**found["total"], "name": "shop"}
    assert found["total"]["answered"] == 2 and found["total"]["waiting"] == 3 and found["total"]["replies"] == 1
    assert set(found["total"]["first_reply_time"]) == {"count", "median", "p90"}
    assert found["total"]["next_reply_time"] == {"count": 0, "median": None, "p90": None}
    assert len(found["hours"]) == 24 and len(found["days"]) == 7
    assert sum(hour["arrived"] for hour in found["hours"]) == 5
    assert {"arrived", "first_reply_time", "times"} <= set(found["definitions"])


def test_statistics_for_people_have_the_definition_under_each_figure(desk: Desk) -> None:
    lines = desk.run("stats").out.split("\n")
    place = next(index for index, line in enumerate(lines) if line.startswith("Arrived "))
    assert "messages from customers that arrived" in lines[place + 1]
    assert any("around the clock" in line for line in lines)


def test_statistics_as_csv(desk: Desk) -> None:
    desk.run("tag", "2", "+=cmd|calc")
    out = desk.run("stats", "--by", "tag", "--csv").out
    assert out.endswith("\r\n")
    head, *rows = csv.reader(io.StringIO(out))
    assert head[:6] == ["tag", "arrived", "answered", "waiting", "closed_unanswered", "replies"]
    assert {row[0] for row in rows} == {"untagged", "'=cmd|calc"}
