"""The lists as a whole: what is cut says so, the help begins at their keys, all their actions are in the palette."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from omnidesk.desk import agents, drafts
from omnidesk.screens.agents import Agents
from omnidesk.screens.chooser import Ways
from omnidesk.screens.draft_list import DraftList
from omnidesk.screens.help import HelpScreen, HelpView
from omnidesk.screens.help import lines as help_lines
from omnidesk.screens.listing import LISTINGS, Listing
from omnidesk.screens.palette import Actions, Palette
from omnidesk.screens.preferences import Found, Preferences
from omnidesk.widgets.composer_title import channels_line
from omnidesk.widgets.lines import cells, ended, spread
from omnidesk.widgets.sheet import Sheet, Way
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail

LONG = "all about the boots that came in two boxes and of which one was much too large for anybody"


async def listing(here: Console, keys: str, kind: type[Listing]) -> Listing:
    """Open a list and wait until it is read."""
    await here.type(keys)
    await here.until(lambda: isinstance(here.app.screen, kind) and here.app.screen.list.lines, f"{kind.__name__}")
    assert isinstance(here.app.screen, Listing)
    return here.app.screen


def many_agents(desk: Desk, count: int) -> None:
    for number in range(count):
        desk.another_agent(f"agent{number:02}")


# What is cut


@pytest.mark.parametrize("width", [0, 1, 2, 9, 10, 11, 30])
def test_a_line_that_is_cut_ends_in_the_sign_for_it_and_fits(width: int) -> None:
    parts = (("strong", "Anna 漢字"), ("", " writes   "))
    found = ended(parts, width)
    text = "".join(text for _, text in found)
    assert cells(text) <= width
    assert text.endswith("…") == (0 < width < cells("Anna 漢字 writes"))


def test_parts_of_which_the_last_has_no_room_at_all_are_marked_as_cut() -> None:
    text = "".join(text for _, text in spread((("", "12345678"), ("", "90")), (("", "ab"),), 10))
    assert text == "1234567…ab"


async def test_the_teams_of_an_agent_that_do_not_fit_end_in_the_sign_for_it(desk: Desk) -> None:
    for name in ("Service desk", "Returns and repairs", "Wholesale customers"):
        agents.set_team(desk.workspace, desk.me, name, ["sanne"])
    desk.another_agent("bartholomeus")
    async with console(desk.workspace, NARROW) as here:
        screen = await listing(here, "gA", Agents)
        (row,) = [line for line in here.pane(screen.list).split("\n") if line.startswith(" sanne")]
        assert row[: screen.list.room].rstrip().endswith("…")


async def test_a_team_under_the_cursor_is_no_agent(desk: Desk) -> None:
    agents.set_team(desk.workspace, desk.me, "support", ["sanne"])
    async with console(desk.workspace) as here:
        screen = await listing(here, "gA", Agents)
        assert isinstance(screen, Agents)
        await here.press("G")
        assert screen.agent is None
        await here.press("t")
        await here.until(lambda: screen.prompt.active, "the question")
        assert screen.query_one(Input).value == "support: sanne"


async def test_a_draft_that_does_not_fit_ends_in_the_sign_for_it(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", subject=LONG))
    drafts.save(desk.workspace, desk.me, number, "reply", f"Dear Anna, {LONG}")
    async with console(desk.workspace, NARROW) as here:
        screen = await listing(here, "gd", DraftList)
        first, second = here.pane(screen.list).split("\n")[:2]
        assert second[: screen.list.room].rstrip().endswith("…")
        assert "…" in first


async def test_why_a_channel_cannot_carry_it_is_read_whole_on_a_narrow_terminal(desk: Desk) -> None:
    why = f"tom@shop.example cannot be reached: {LONG}"
    sheet = Sheet("reply", 1, chosen="mail", ways=(Way("mail", True, ""), Way("old mail", False, why, "imap")))
    async with console(desk.workspace, NARROW) as here:
        here.app.push_screen(Ways(here.desk, sheet))
        await here.sees("cannot:", "for anybody")
        said = " ".join(here.screen().split())
        assert why in said


# Keys


async def test_the_help_of_a_list_begins_with_the_keys_of_that_list(desk: Desk) -> None:
    async with console(desk.workspace, NARROW) as here:
        await listing(here, "gA", Agents)
        await here.press("question_mark")
        await here.until(lambda: isinstance(here.app.screen, HelpScreen), "the help")
        await here.sees("Bring an agent back", "Keys - q goes back")
        await here.press("question_mark")
        await here.until(lambda: isinstance(here.app.screen, Agents), "the list again")


async def test_the_help_of_every_list_names_all_its_keys_before_anything_else(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        keymap = here.desk.keymap
        for place in LISTINGS:
            said = ["".join(text for _, text in line.parts) for line in help_lines(keymap, 80, place, "This list")]
            assert said[0] == " This list"
            own = "\n".join(said[: said.index("")])
            for action in keymap.actions.values():
                if place in action.where:
                    assert action.description[:50] in own


async def test_the_help_is_gone_through_with_the_keys_of_every_list(desk: Desk) -> None:
    async with console(desk.workspace, NARROW) as here:
        await here.press("question_mark")
        view = await here.until(lambda: next(iter(here.app.screen.query(HelpView)), None), "the help")
        await here.until(lambda: view.bottom > 40, "its lines")
        for key, top in (("G", view.bottom), ("home", 0), ("end", view.bottom)):
            await here.press(key)
            assert view.top == top
        await here.type("gg")
        assert view.top == 0
        page = view.size.height
        for key, top in (("pagedown", page), ("pageup", 0), ("ctrl+d", page // 2), ("ctrl+u", 0), ("space", page)):
            await here.press(key)
            assert view.top == top, key
        await here.type("3j")
        assert view.top == page + 3


async def test_a_list_is_gone_through_like_the_queue(desk: Desk) -> None:
    many_agents(desk, 60)
    async with console(desk.workspace, NARROW) as here:
        screen = await listing(here, "gA", Agents)
        keys, page = screen.list.keys, screen.list.size.height
        assert len(keys) == 61

        async def goes(to: int, *pressed: str) -> None:
            await here.press(*pressed)
            assert screen.key == keys[to], pressed
            row = screen.list.row
            assert screen.list.top <= row < screen.list.top + page

        await goes(60, "G")
        await goes(0, "g", "g")
        await goes(60, "end")
        await goes(0, "home")
        await goes(page, "pagedown")
        await goes(0, "pageup")
        await goes(page // 2, "ctrl+d")
        await goes(0, "ctrl+u")
        await goes(4, "5", "G")
        await goes(6, "2", "j")
        await goes(2, "3", "g", "g")


# The palette


async def test_every_action_of_every_list_is_in_the_palette_of_that_list(desk: Desk) -> None:
    class Some(Listing):
        """A list of any sort."""

        HEADING = "Some"

    async with console(desk.workspace) as here:
        for place in LISTINGS:
            screen = Some(here.desk)
            screen.PLACE = place  # type: ignore[misc]
            offered = {str(hit.prompt) async for hit in Actions(screen).discover()}
            wanted = {one.description for one in here.desk.keymap.actions.values() if place in one.where}
            assert offered == wanted


@pytest.mark.parametrize("key", ["colon", "ctrl+p"])
async def test_an_action_of_a_list_is_run_by_its_words(desk: Desk, key: str) -> None:
    async with console(desk.workspace) as here:
        screen = await listing(here, "gA", Agents)
        await here.press(key)
        await here.until(lambda: isinstance(here.app.screen, Palette), "the palette")
        await here.type("add an agent")
        await here.sees("Add an agent")
        await here.press("enter")
        await here.until(lambda: here.app.screen is screen and screen.prompt.active, "the question")
        await here.type("koen")
        await here.press("enter")
        await here.sees("Agents 2")


async def test_going_back_through_the_palette_leaves_the_list(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await listing(here, "gA", Agents)
        await here.press("colon")
        await here.until(lambda: isinstance(here.app.screen, Palette), "the palette")
        await here.type("go back")
        await here.sees("Go back")
        await here.press("enter")
        await here.until(lambda: here.app.screen is here.desk, "the main screen")


# Plain mode


async def test_in_plain_mode_a_list_says_the_row_under_the_cursor_and_puts_the_cursor_there(desk: Desk) -> None:
    many_agents(desk, 2)
    async with console(desk.workspace, WIDE, found=Found(Preferences(plain=True))) as here:
        screen = await listing(here, "gA", Agents)
        await here.until(lambda: "of 3, sanne" in screen.status.said, "the first row")
        await here.press("g", "g", "j")
        assert screen.status.said.startswith("2 of 3, agent01 ")
        assert here.app.cursor_position.y == screen.list.region.y + 1
        await here.press("k")
        assert screen.status.said.startswith("1 of 3, agent00 ")


async def test_in_plain_mode_an_empty_list_says_that_it_is_empty(desk: Desk) -> None:
    async with console(desk.workspace, WIDE, found=Found(Preferences(plain=True))) as here:
        screen = await listing(here, "gd", DraftList)
        await here.until(lambda: screen.status.said == "nothing is unfinished", "the words")


async def test_without_plain_mode_a_list_says_nothing_of_its_rows(desk: Desk) -> None:
    many_agents(desk, 2)
    async with console(desk.workspace) as here:
        screen = await listing(here, "gA", Agents)
        await here.press("g", "g", "j")
        assert screen.status.said == ""


# The line of channels above what is written


def test_where_the_reasons_do_not_fit_the_line_of_channels_names_all_and_says_where_the_reasons_are() -> None:
    ways = tuple(
        Way(name, False, f"no {name} address of the customer is known") for name in ("chat", "sms", "whatsapp")
    )
    sheet = Sheet("reply", 1, chosen="mail", ways=(Way("mail", True, ""), *ways))
    narrow, wide = ("".join(text for _, text in channels_line(sheet, width)) for width in (80, 200))
    assert narrow == " By  [mail]  cannot: chat sms whatsapp - f4 says why"
    assert "sms: no sms address of the customer is known" in wide
    assert "".join(text for _, text in channels_line(sheet, 30)) == " By  [mail]  cannot: chat sms…"


async def test_the_cursor_stays_on_its_draft_when_another_comes_above_it(desk: Desk) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    drafts.save(desk.workspace, desk.me, first, "reply", "Dear Anna")
    async with console(desk.workspace) as here:
        screen = await listing(here, "gd", DraftList)
        await here.sees("Dear Anna")
        drafts.save(desk.workspace, desk.me, second, "note", "Ask koen")
        screen.read_again()
        await here.sees("Your drafts: 2", "Ask koen")
        await here.press("enter")
        await here.until(lambda: here.desk.composer.text == "Dear Anna", "the draft that the cursor stood on")
