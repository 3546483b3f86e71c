"""Wrong words are answered in ours, every command says what it does, and what is deleted is not called closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from omnidesk.cli.main import application
from tests.cli.conftest import Desk

WRONG = (
    (["priority", "1", "huge"], "PRIORITY is urgent, high, normal or low, not 'huge'"),
    (["status", "1", "gone"], "STATUS is open, pending, on-hold or closed, not 'gone'"),
    (["queue", "--limit", "0"], "--limit is a whole number from 1 to 1000, not '0'"),
    (["queue", "--limit", "many"], "--limit is a whole number from 1 to 1000, not 'many'"),
    (["queue", "--limit", "9" * 30], "--limit is a whole number from 1 to 1000, not"),
    (["view", "move", "x", "0"], "PLACE is a whole number, 1 or more, not '0'"),
    (["stats", "--by", "moon"], "--by is channel, agent, tag or day, not 'moon'"),
    (["channel", "history", "shop", "some"], "DAYS is a whole number from 0 to 36500, not 'some'"),
    (["agent", "set", "me", "--state", "asleep"], "--state is available, no-chats or away, not 'asleep'"),
    (["queue", "--vew", "open"], "there is no option --vew (perhaps --view)"),
    (["queue", "--view"], "--view needs a value"),
    (["show", "1", "--full=yes"], "--full takes no value"),
    (["move", "1", "1"], "--into is missing"),
    (["close"], "ID.. is missing"),
    (["doctor", "now"], "there is more than it takes: now"),
    (["nosuch"], "there is no command 'nosuch'"),
    (["undo", "last"], "'last' is no number of an act"),
    (["team", "set", ""], "a team needs a name"),
    (["agent", "add", ""], "'' is no login"),
    (["agent", "add", "two words"], "'two words' is no login"),
)


@pytest.mark.parametrize(("arguments", "said"), WRONG, ids=lambda one: " ".join(one)[:60])
def test_a_bad_value_is_answered_in_plain_words(desk: Desk, arguments: list[str], said: str) -> None:
    line = desk.fails(*arguments, status=2)
    assert said in line
    assert "Value error" not in line and "Input should" not in line


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from _commands(inner, (*path, name))


COMMANDS = list(_commands(get_command(application())))


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) or "omnidesk" for path, _ in COMMANDS])
def test_every_command_and_every_option_says_what_it_is(path: tuple[str, ...], command: Any) -> None:
    assert re.search(r"[.;]", command.help or ""), path
    for parameter in command.params:
        if parameter.name != "help" and not parameter.hidden:
            assert (getattr(parameter, "help", "") or "").strip(), (path, parameter.opts)


def test_what_is_deleted_or_spam_is_not_called_closed(desk: Desk) -> None:
    desk.run("delete", "1")
    desk.run("spam", "2")
    assert "#1 is deleted: E (`omnidesk reopen 1`) brings it back" in desk.fails("close", "1", status=4)
    assert "#2 is spam" in desk.fails("snooze", "2", "2h", status=4)
    assert "#1 is deleted" in desk.fails("close", "3", "1", status=4)
    assert desk.json("show", "3")["status"] == "open"
    desk.run("reopen", "1")
    desk.run("close", "1")
    assert desk.json("show", "1")["status"] == "closed"


def test_closing_what_is_closed_says_so_and_leaves_the_last_act_to_take_back(desk: Desk) -> None:
    desk.run("close", "1")
    again = desk.run("close", "1").out
    assert again.strip() == "closed already: #1"
    desk.run("undo")
    assert desk.json("show", "1")["status"] == "open"


def test_a_team_is_removed_and_comes_back_with_its_members_and_conversations(desk: Desk) -> None:
    desk.run("team", "set", "returns", "me")
    desk.run("assign", "1", "@returns")
    said = desk.json("team", "remove", "Returns")
    assert said["conversations"] == 1
    assert said["act"]["summary"] == "removed the team returns; 1 conversation without a team"
    assert desk.json("team", "list")["items"] == []
    assert desk.json("show", "1")["team"] is None
    desk.fails("team", "remove", "returns", status=3)
    desk.run("undo")
    (team,) = desk.json("team", "list")["items"]
    assert (team["name"], team["members"]) == ("returns", ["sanne"])
    assert desk.json("show", "1")["team"] == "returns"


def test_a_removed_team_does_not_come_back_over_a_new_one_of_its_name(desk: Desk) -> None:
    desk.run("team", "set", "returns", "me")
    act = desk.json("team", "remove", "returns")["act"]["id"]
    desk.run("team", "set", "returns")
    assert "there is a team returns again" in desk.fails("undo", str(act), status=4)


def test_a_folder_cannot_be_written_over_by_an_export(desk: Desk) -> None:
    assert "is a folder" in desk.fails("export", "--out", "/", status=1)
