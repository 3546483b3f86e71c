"""Marks: one, a range, a customer's, all; every action works on what is marked, with one undo."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from omnidesk import clock
from omnidesk.desk import marks, triage
from omnidesk.screens.triage_desk import TriageDesk
from tests.console.steering import NARROW, console
from tests.filling import ANNA, BRAM, CARO, Desk, mail


def state(desk: Desk, number: int, column: str) -> Any:
    return desk.value(f"SELECT {column} FROM conversation WHERE id = ?", number)


def fill(desk: Desk, count: int) -> list[int]:
    """Return conversations of three customers in turn, the first one waiting longest."""
    begin = clock.now() - 2 * clock.HOUR
    people = (ANNA, BRAM, CARO)
    return desk.receives(
        *(mail(f"n{number}", sender=people[number % 3], at=begin + number * 1000) for number in range(count))
    )


@pytest.fixture
def nine(desk: Desk) -> list[int]:
    """Nine conversations."""
    return fill(desk, 9)


async def test_v_marks_a_range_that_moving_extends_and_shrinks(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("j", "v", "j", "j", "j")
        await here.sees("4 marked, moving extends")
        await here.press("k")
        assert list(here.desk.queue.marked) == nine[1:4]
        await here.press("v", "j", "j", "j")
        assert list(here.desk.queue.marked) == nine[1:4]
        await here.sees("3 marked")


async def test_a_range_begins_at_the_last_mark_and_keeps_the_marks_before_it(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("x", "j", "x", "j", "v")
        assert set(here.desk.queue.marked) == {nine[0], *nine[2:5]}
        await here.press("k", "k")
        assert set(here.desk.queue.marked) == {nine[0], nine[2]}


async def test_a_range_reaches_over_rows_that_are_not_loaded(desk: Desk) -> None:
    ids = fill(desk, 400)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.until(lambda: queue.window.exact, "the count")
        await here.press("5", "j", "v", "G")
        await here.until(lambda: len(queue.marked) == 395, "the whole range")
        assert list(queue.marked) == ids[5:]
        await here.press("e")
        await here.sees("closed 395 conversations")
        await here.until(lambda: state(desk, ids[200], "status") == "closed", "those between")
        assert state(desk, ids[0], "status") == "open"


async def test_an_action_waits_until_the_range_is_known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = fill(desk, 300)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.until(lambda: queue.window.exact, "the count")
        monkeypatch.setattr(TriageDesk, "on_queue_list_range_wanted", lambda desk, message: None)
        await here.press("v", "G", "e")
        await here.sees("the range is still being read")
        assert all(state(desk, number, "status") == "open" for number in ids)


async def test_star_marks_all_of_the_view_also_what_is_not_loaded(desk: Desk) -> None:
    ids = fill(desk, 250)
    async with console(desk.workspace) as here:
        await here.press("*")
        await here.sees("250 marked")
        await here.press("p", "h")
        await here.sees("priority high: 250 conversations")
        await here.until(lambda: state(desk, ids[-1], "priority") == "high", "the last one")
        await here.press("u")
        await here.until(lambda: state(desk, ids[-1], "priority") == "normal", "the undo")
        assert desk.count("conversation", "priority = 'high'") == 0


async def test_an_action_typed_at_once_after_star_works_on_all(desk: Desk) -> None:
    ids = fill(desk, 120)
    async with console(desk.workspace) as here:
        await here.type("*e")
        await here.sees("closed 120 conversations")
        assert all(state(desk, number, "status") == "closed" for number in ids)


async def test_what_is_beyond_the_most_of_one_mark_is_said(
    desk: Desk, nine: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "MOST", 5)
    monkeypatch.setattr(marks.of_view, "__defaults__", (0, 5))
    async with console(desk.workspace) as here:
        await here.press("*")
        await here.sees("the first 5 are marked: there are more", "5 marked")


async def test_star_in_a_search_marks_all_that_match(desk: Desk, nine: list[int]) -> None:
    found = desk.receives(*(mail(f"u{number}", "my umbrella broke", sender=CARO) for number in range(3)))
    async with console(desk.workspace) as here:
        await here.press("slash")
        await here.type("umbrella")
        await here.press("enter")
        await here.sees("3 found")
        await here.press("*")
        await here.sees("3 marked")
        assert set(here.desk.queue.marked) == set(found)


async def test_x_in_capitals_marks_all_of_the_same_customer_in_the_view(desk: Desk, nine: list[int]) -> None:
    triage.close(desk.workspace, desk.me, nine[3])
    async with console(desk.workspace) as here:
        await here.press("X")
        await here.sees("2 marked")
        assert set(here.desk.queue.marked) == {nine[0], nine[6]}


async def test_a_click_at_the_left_edge_marks_and_elsewhere_only_moves(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.pilot.click(here.desk.queue, offset=(1, 4))
        await here.sees("1 marked")
        await here.pilot.click(here.desk.queue, offset=(20, 6))
        assert list(here.desk.queue.marked) == [nine[2]]
        assert here.desk.queue.place == 3


async def test_escape_forgets_the_marks_and_the_range(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("v", "j", "escape", "j", "j")
        assert not here.desk.queue.marked
        assert not here.desk.queue.ranging


async def test_another_view_starts_without_marks(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("x", "v")
        await here.type("gu")
        await here.until(lambda: here.desk.queue.window.view == "unassigned", "the view")
        await here.press("j")
        assert not here.desk.queue.marked


async def test_marks_stay_when_rows_arrive_above(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.press("2", "j", "v", "j")
        desk.receives(mail("early", sender="d@example.test", at=clock.now() - 9 * clock.HOUR))
        await here.until(lambda: queue.window.count == 10, "the new row")
        await here.press("j")
        assert list(queue.marked) == nine[2:5]


async def test_where_an_act_fails_the_marks_come_back(desk: Desk, nine: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("x", "x", "a", "enter")
        await here.type("nobodyhere")
        await here.press("enter")
        await here.sees("there is no agent nobodyhere", "2 marked")


async def test_keys_typed_faster_than_the_screen_leave_the_cursor_where_they_lead(desk: Desk) -> None:
    fill(desk, 60)
    async with console(desk.workspace, NARROW) as here:
        await here.type("j" * 40 + "k" * 15 + "x")
        await here.until(lambda: here.desk.queue.marked, "the mark")
        assert here.desk.queue.place == 26


async def test_a_subject_of_ten_thousand_emoji_is_cut_to_the_row(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", subject="👩‍👩‍👧‍👦" * 10_000))
    async with console(desk.workspace, NARROW) as here:
        await here.sees("Anna")
        assert {cell_len(line) for line in here.screen().split("\n")} == {NARROW[0]}
        await here.press("enter")
        await here.until(lambda: here.desk.open_id == number, "the thread")
        await here.press("q", "x")
        assert list(here.desk.queue.marked) == [number]
