"""The console comes back to where the agent was, and keeps how the agent likes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from omnidesk.desk import drafts
from omnidesk.screens import remembered
from omnidesk.screens.preferences import Found, Preferences, read
from omnidesk.screens.remembered import Remembered
from tests.console.steering import MIDDLE, NARROW, WIDE, console
from tests.filling import BRAM, Desk, mail


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The agent's state folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_view_row_conversation_and_pane_are_as_they_were(desk: Desk, size: tuple[int, int]) -> None:
    desk.receives(*(mail(str(number)) for number in range(8)))
    async with console(desk.workspace, size, remember=True) as here:
        await here.press("g", "u", "j", "j", "j", "enter")
        await here.until(lambda: here.desk.thread.conversation_id, "the thread")
        before = here.desk.where
        assert (before.view, before.front) == ("unassigned", "thread")
    async with console(desk.workspace, size, remember=True) as here:
        await here.until(lambda: here.desk.thread.conversation_id == before.open, "the thread")
        assert here.desk.where == before
        assert here.desk.queue.place == 3


async def test_a_row_far_down_is_found_again(desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(200)))
    async with console(desk.workspace, remember=True) as here:
        await here.until(lambda: here.desk.queue.window.exact, "the count")
        await here.press("1", "5", "0", "g", "g")
        await here.until(lambda: here.desk.queue.place == 149 and here.desk.queue.cursor, "row 150")
        cursor = here.desk.queue.cursor
        assert cursor is not None
    async with console(desk.workspace, remember=True) as here:
        assert here.desk.queue.cursor is not None
        assert (here.desk.queue.cursor.id, here.desk.queue.place) == (cursor.id, 149)
        assert f"#{cursor.id}" in here.screen() or cursor.subject[:10] in here.screen()


async def test_what_was_being_written_is_open_again(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace, remember=True) as here:
        await here.press("enter", "n")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("half a thought")
    async with console(desk.workspace, remember=True) as here:
        await here.until(lambda: here.desk.place == "composer", "the composer")
        assert here.desk.composer.text == "half a thought"
    kept = drafts.get(desk.workspace, desk.me, number, "note")
    assert kept is not None and kept.text == "half a thought"


async def test_a_search_is_made_again(desk: Desk) -> None:
    desk.receives(mail("1", "about boots"), mail("2", "about hats", sender=BRAM))
    async with console(desk.workspace, remember=True) as here:
        await here.press("slash")
        await here.type("boots")
        await here.press("enter")
        await here.sees("1 found")
    async with console(desk.workspace, remember=True) as here:
        await here.sees("1 found")
        await here.press("q")
        await here.sees("Open 2")


async def test_what_is_gone_meanwhile_stops_nobody(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    home = str(desk.workspace.home.path)
    me = desk.me.agent_id
    assert me is not None
    for where in (
        Remembered(me, "a view that was deleted", cursor=number),
        Remembered(me, "open", cursor=999_999, open=999_999, front="thread", writing="reply"),
        Remembered(me, "open", query='"', front="nowhere"),
        Remembered(me, "mine", cursor=number, open=number, front="composer", writing="nonsense"),
    ):
        remembered.write(remembered.file_of(home), where)
        async with console(desk.workspace, remember=True) as here:
            await here.press("g", "o")
            await here.sees("Open 1", "Subject 1")


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"agent": "x"}', '{"agent": true}', "[" * 100_000, '{"agent": 1, "cursor": -5}']
)
def test_a_broken_memory_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "place.json").write_text(content)
    found = remembered.read(tmp_path / "place.json", 1)
    assert found is None or found == Remembered(1)


def test_the_memory_of_another_agent_is_not_taken(tmp_path: Path) -> None:
    remembered.write(tmp_path / "place.json", Remembered(7, "mine"))
    assert remembered.read(tmp_path / "place.json", 8) is None
    assert remembered.read(tmp_path / "place.json", 7) == Remembered(7, "mine")
    assert (tmp_path / "place.json").stat().st_mode & 0o777 == 0o600


def test_places_that_were_unused_for_long_are_forgotten(tmp_path: Path) -> None:
    for number in range(remembered.KEPT + 5):
        remembered.write(tmp_path / f"{number}.json", Remembered(number))
    remembered.tidy(tmp_path / "0.json")
    assert len(list(tmp_path.glob("*.json"))) == remembered.KEPT


def test_a_state_folder_that_cannot_be_written_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    remembered.write(tmp_path / "file" / "place.json", Remembered(1))
    remembered.tidy(tmp_path / "file" / "place.json")


async def test_the_place_is_written_while_working_so_that_a_crash_loses_little(desk: Desk, state: Path) -> None:
    desk.receives(mail("1"), mail("2"))
    async with console(desk.workspace, remember=True) as here:
        await here.press("j")
        here.desk._remembered_at -= 60
        file = remembered.file_of(here.desk.session.home)
        await here.until(lambda: file.exists() and json.loads(file.read_text())["cursor"], "the place")
        assert state in file.parents


async def test_panes_rows_and_plain_mode_are_kept(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    config = tmp_path / "config.toml"
    async with console(desk.workspace, config=config) as here:
        await here.press("equals_sign", "1")
        assert here.desk.layout_mode == "one"
        await here.press("equals_sign", "r")
        assert here.desk.queue.tall == 1
        await here.until(lambda: config.exists() and read(config).preferences.rows == "compact", "the file")
    kept = read(config)
    assert (kept.preferences.panes, kept.preferences.rows) == (1, "compact")
    async with console(desk.workspace, found=kept) as here:
        assert (here.desk.layout_mode, here.desk.queue.tall) == ("one", 1)


@pytest.mark.parametrize(
    ("size", "panes", "mode"),
    [
        (WIDE, 0, "three"),
        (WIDE, 3, "three"),
        (WIDE, 2, "two"),
        (WIDE, 1, "one"),
        (MIDDLE, 3, "two"),
        (NARROW, 3, "one"),
    ],
)
async def test_no_more_panes_than_wanted_and_than_fit(desk: Desk, size: tuple[int, int], panes: int, mode: str) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, size, found=Found(Preferences(panes=panes))) as here:
        assert here.desk.layout_mode == mode
        widths = [pane.region.width for pane in (here.desk.left, here.desk.middle, here.desk.customer) if pane.display]
        assert sum(widths) == size[0]


async def test_a_preference_that_cannot_be_kept_is_said_and_holds_until_the_end(desk: Desk, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[broken")
    async with console(desk.workspace, config=config) as here:
        await here.press("equals_sign", "r")
        await here.sees("mend config.toml first")
        assert here.desk.queue.tall == 1
    assert config.read_text() == "[broken"


async def test_what_could_not_be_used_of_the_preferences_is_said(desk: Desk) -> None:
    found = Found(Preferences(keys={"close": ("w",)}), ("config.toml names colour, which is no preference",))
    async with console(desk.workspace, found=found) as here:
        await here.sees("names colour, which is no preference (and 1 more")
        await here.press("j")
        await here.sees_not("names colour")
