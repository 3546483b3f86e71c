"""Sizes, focus, help and palette."""

from __future__ import annotations

import pytest

from tests.console.steering import MIDDLE, NARROW, WIDE, console
from tests.filling import BRAM, Desk, mail


async def test_any_size_shows_something_and_none_breaks(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.press("enter", "r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        for width, height in ((100, 30), (80, 24), (59, 24), (80, 14), (40, 10), (20, 5), (2, 2), (60, 15), (200, 60)):
            await here.pilot.resize_terminal(width, height)
            await here.pilot.pause()
        await here.sees("REPLY - private")


async def test_a_terminal_that_is_too_small_says_so_and_takes_no_keys(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace, (50, 20)) as here:
        await here.sees("is too small")
        await here.press("e")
        await here.pilot.resize_terminal(80, 24)
        await here.sees("Open 1")
        assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "open"


@pytest.mark.parametrize(
    ("size", "shown"),
    [(WIDE, ["queue", "thread", "customer"]), (MIDDLE, ["queue", "thread"]), (NARROW, ["queue"])],
)
async def test_so_many_panes_stand_side_by_side(desk: Desk, size: tuple[int, int], shown: list[str]) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace, size) as here:
        parts = {"queue": here.desk.queue, "thread": here.desk.thread, "customer": here.desk.customer}
        assert [name for name, pane in parts.items() if pane.size.width and pane.region.width] == shown


async def test_tab_goes_round_the_panes(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.open_id is not None, "the preview")
        places = []
        for _ in range(3):
            await here.press("tab")
            places.append(here.desk.place)
        assert places == ["thread", "customer", "queue"]
        await here.press("shift+tab")
        assert here.desk.place == "customer"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_question_mark_lists_every_action_and_q_goes_back(desk: Desk, size: tuple[int, int]) -> None:
    async with console(desk.workspace, size) as here:
        await here.press("question_mark")
        from omnidesk.screens.help import HelpView

        await here.sees("Keys - q goes back")
        said = "\n".join("".join(text for _, text in line.parts) for line in here.app.screen.query_one(HelpView).lines)
        for action in here.desk.keymap.actions.values():
            assert action.description[:20] in said
        await here.press("j", "q")
        await here.sees("Open 0")


async def test_the_palette_runs_actions_by_their_words(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("colon")
        await here.type("priority urgent")
        await here.sees("Priority urgent")
        await here.press("enter")
        await here.until(
            lambda: desk.value("SELECT priority FROM conversation WHERE id = ?", number) == "urgent", "the priority"
        )


async def test_the_mouse_chooses_rows_and_views(desk: Desk) -> None:
    _, second = desk.receives(mail("1"), mail("2", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.pilot.click(here.desk.queue, offset=(10, 2))
        assert here.desk.queue.cursor is not None and here.desk.queue.cursor.id == second
        await here.sees("Mine 0")
        at = here.pane(here.desk.header).index("Mine")
        await here.pilot.click(here.desk.header, offset=(at, 0))
        await here.until(lambda: here.desk.queue.window.view == "mine", "the view")


@pytest.mark.parametrize("theme", ["textual-light", "nord", "ansi-dark", "ansi-light"])
async def test_every_theme_paints(desk: Desk, theme: str) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        here.app.theme = theme
        await here.press("enter", "r")
        await here.sees("REPLY - private", "Open 1", "NOT ANSWERED")


async def test_a_subject_of_ten_thousand_emoji_fits_its_line(desk: Desk) -> None:
    desk.receives(mail("1", subject="😀" * 10_000, name="名" * 500))
    async with console(desk.workspace, NARROW) as here:
        await here.press("enter")
        await here.sees("😀😀😀")
