"""The screen of statistics: figures, charts, groups; keys change the period and the grouping."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import composing, triage
from omnidesk.screens.terminal import shown_in
from omnidesk.widgets import chart
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import BRAM, NOON, Desk, mail, standing_clock


@pytest.fixture
def full(desk: Desk) -> Desk:
    """Two messages today, one answered; and one a week ago."""
    (one, two) = desk.receives(mail("1"), mail("2", sender=BRAM))
    composing.reply(desk.workspace, desk.me, one, "Soon")
    triage.tag(desk.workspace, desk.me, two, ["boots"])
    return desk


def turned(run: Console) -> str:
    return run.screen().split("\n")[0]


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_figures_stand_on_the_screen(full: Desk, size: tuple[int, int]) -> None:
    async with console(full.workspace, size) as run:
        await run.press("g", "%")
        await run.sees("Statistics", "by channel", "arrived 2   answered 1   waiting 1", "By hour", "demo")
        await run.press("G")
        await run.sees("Next reply", "around the clock")
        await run.press("q")
        await run.until(lambda: run.app.screen is run.desk, "the main screen")


async def test_every_figure_has_its_definition_under_it(full: Desk) -> None:
    async with console(full.workspace, (140, 60)) as run:
        await run.press("g", "%")
        await run.sees("Closed unanswered 0", "whose conversation is closed", "messages from customers that arrived")


async def test_b_turns_the_groups(full: Desk) -> None:
    async with console(full.workspace) as run:
        await run.press("g", "%")
        for by, name in (("agent", "nobody"), ("tag", "boots"), ("day", "Day"), ("channel", "demo")):
            await run.press("b")
            await run.sees(f"by {by}", name)


async def test_brackets_turn_the_period_and_p_asks_for_one(full: Desk) -> None:
    async with console(full.workspace) as run:
        await run.press("g", "%")
        await run.sees("arrived 2")
        first = turned(run)
        await run.press("]")
        await run.sees("period: today", "arrived 2")
        await run.press("]")
        await run.sees("period: yesterday", "arrived 0")
        await run.press("[", "[")
        await run.until(lambda: turned(run) == first, "the first period again")
        await run.press("p", "ctrl+u")
        await run.type("yesterday, yesterday")
        await run.press("enter")
        await run.sees("arrived 0")
        await run.press("p", "ctrl+u")
        await run.type("soon")
        await run.press("enter")
        await run.sees("since:soon is no date")


async def test_the_palette_takes_a_first_day(full: Desk) -> None:
    with standing_clock(NOON):
        full.receives(mail("9", at=NOON - 9 * clock.DAY, sender="d@example.test"))
        async with console(full.workspace) as run:
            await run.press("colon")
            await run.type("stats 2026-11-14")
            await run.sees("a first day")
            await run.press("down", "enter")
            await run.sees("Sat 14 Nov 2026 - ")


def test_columns_show_whatever_is_not_nothing() -> None:
    assert chart.columns([0, 1, 1000], 2, 1) == ["  █", " ▁█"]
    assert chart.columns([1, 2], 1, 3) == ["▄▄ ██ "]
    assert chart.columns([], 2, 4) == ["", ""]
    assert chart.columns([0], 1, 1) == [" "]
    assert chart.columns([4], 2, 1, top=8) == [" ", "█"]


def test_bars_are_as_long_as_they_are_of_the_most() -> None:
    assert chart.bar(10, 10, 8) == "█" * 8
    assert chart.bar(5, 10, 8) == "█" * 4
    assert chart.bar(1, 1000, 8) == "▏"
    assert chart.bar(0, 10, 8) == "" and chart.bar(3, 0, 8) == ""


def test_names_under_columns_never_touch() -> None:
    assert chart.axis([str(hour) for hour in range(12)], 2) == "0 1 2 3 4 5 6 7 8 9 10"
    assert chart.axis(["Mon 1", "Tue 2"], 8) == "Mon 1   Tue 2"


def test_charts_can_be_seen_in_a_terminal_without_utf_8() -> None:
    drawn = "".join(chart.columns(range(9), 2, 1)) + chart.bar(5, 9, 7)
    shown = shown_in(drawn, "ascii")
    assert shown.isascii() and "?" not in shown and "#" in shown and len(shown) == len(drawn)
