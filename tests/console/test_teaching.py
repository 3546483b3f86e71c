"""The teaching line: the next useful key, one at a time, until it has been used."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omnidesk.screens import teaching
from omnidesk.screens.actions import ACTIONS
from omnidesk.screens.console import OmniDeskApp
from omnidesk.screens.keys import Keymap
from omnidesk.screens.preferences import DEFAULTS
from omnidesk.screens.session import begin
from omnidesk.screens.teaching import LESSONS, lesson
from tests.console.steering import Console
from tests.filling import BRAM, Desk, mail

EVERYTHING = frozenset(one.action for one in LESSONS)


@asynccontextmanager
async def taught(desk: Desk, folder: Path, **preferences: Any) -> AsyncIterator[Console]:
    """Run the console for an agent whose state is kept in a folder."""
    home = str(desk.workspace.home.path)
    opening = begin(desk.workspace, home)
    session = replace(
        opening.session,
        state=folder / "places" / "here.json",
        preferences=replace(DEFAULTS, **preferences),
    )
    app = OmniDeskApp(replace(opening, session=session), home, engine=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield Console(app, pilot)


def bottom(here: Console) -> str:
    return here.pane(here.desk.status).strip()


def learned(folder: Path) -> list[str]:
    file = folder / teaching.FILE
    return json.loads(file.read_text())["sanne"] if file.exists() else []


def words(place: str, known: frozenset[str] = frozenset()) -> str:
    return "".join(text for _, text in lesson(Keymap(ACTIONS), place, known))


async def test_each_key_is_taught_in_its_place_until_it_has_been_used(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    async with taught(desk, tmp_path) as here:
        await here.sees("try Enter  opens the conversation")
        await here.press("enter")
        await here.sees("try r  replies to the customer")
        await here.press("r")
        await here.sees("try ctrl+s  sends, and asks how the conversation goes on")
        await here.press("escape")
        await here.sees("try u  takes back what you did last")
        await here.press("q")
        await here.until(lambda: "opens the conversation" not in bottom(here), "the first lesson to be over")
        await here.until(lambda: {"open", "reply", "back"} <= set(learned(tmp_path)), "what was learned to be kept")


async def test_what_was_learned_is_not_taught_again_tomorrow(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    teaching.write(tmp_path / teaching.FILE, "sanne", frozenset({"open"}))
    async with taught(desk, tmp_path) as here:
        await here.sees("try u  takes back")
    assert learned(tmp_path) == ["open"]


async def test_a_command_chosen_in_the_palette_counts_as_used(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    async with taught(desk, tmp_path) as here:
        await here.sees("try Enter")
        await here.press(":")
        await here.type("Take the next conversation that")
        await here.until(lambda: "nobody has" in here.screen(), "the command")
        await here.press("enter")
        await here.until(lambda: {"palette", "take"} <= set(learned(tmp_path)), "both to be learned")


async def test_words_about_what_was_done_go_before_the_lesson(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    async with taught(desk, tmp_path) as here:
        await here.sees("try Enter")
        await here.press("e")
        await here.sees("closed #")
        assert "try" not in bottom(here)


@pytest.mark.parametrize("unwanted", [{"teach": False}, {"plain": True}])
async def test_nothing_is_taught_to_who_wants_it_not(desk: Desk, tmp_path: Path, unwanted: dict[str, bool]) -> None:
    desk.receives(mail("1"))
    async with taught(desk, tmp_path, **unwanted) as here:
        await here.press("enter")
        await here.until(lambda: here.desk.place == "thread", "the thread")
        assert "try" not in bottom(here)
    assert learned(tmp_path) == []


async def test_the_line_is_gone_once_all_is_learned(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"))
    teaching.write(tmp_path / teaching.FILE, "sanne", EVERYTHING)
    async with taught(desk, tmp_path) as here:
        await here.sees("Subject 1")
        await here.press("enter")
        await here.until(lambda: here.desk.place == "thread", "the thread")
        assert "try" not in bottom(here)


def test_lessons_name_actions_that_there_are_in_places_where_their_keys_work() -> None:
    keymap = Keymap(ACTIONS)
    for one in LESSONS:
        assert one.action in keymap.actions
        assert all(keymap.first(one.action, place) for place in one.places), one.action


def test_the_key_is_taught_that_the_agent_has() -> None:
    own = Keymap(ACTIONS, {"open": ("f9",)})
    said = lesson(own, "queue", frozenset())
    assert ("key", "f9") in said


def test_nothing_is_left_to_teach_in_a_place_without_lessons() -> None:
    assert words("queue").startswith(" try Enter")
    assert words("", frozenset()) == "" and words("send") == ""
    assert all(words(place, EVERYTHING) == "" for place in ("queue", "thread", "composer"))


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"sanne": 5}', '{"sanne": [1, null]}', "[" * 100_000])
def test_a_file_that_makes_no_sense_teaches_from_the_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / teaching.FILE
    file.write_text(content)
    assert teaching.read(file, "sanne").learned == frozenset()


def test_what_colleagues_on_the_same_account_learned_is_theirs(tmp_path: Path) -> None:
    file = tmp_path / "deep" / teaching.FILE
    teaching.write(file, "sanne", frozenset({"open"}))
    teaching.write(file, "koen", frozenset({"reply"}))
    assert teaching.read(file, "sanne").learned == {"open"}
    assert teaching.read(file, "koen").learned == {"reply"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_written_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    teaching.write(tmp_path / "file" / teaching.FILE, "sanne", frozenset({"open"}))
