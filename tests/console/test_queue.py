"""The queue: rows, moving, views, and what arrives while an agent looks."""

from __future__ import annotations

from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import triage
from omnidesk.screens import windows
from omnidesk.screens.messages import Stirred
from omnidesk.words.kinds import Priority
from tests.console.steering import MIDDLE, NARROW, WIDE, console
from tests.filling import BRAM, CARO, Desk, mail


def many(desk: Desk, count: int) -> list[int]:
    """Let so many customers write, the first one waiting longest."""
    now = clock.now()
    return desk.receives(
        *(
            mail(f"n{number}", sender=f"customer{number:04d}@example.test", at=now - (count - number) * clock.MINUTE)
            for number in range(count)
        )
    )


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_the_first_paint_shows_who_waits(desk: Desk, size: tuple[int, int]) -> None:
    desk.receives(mail("1", subject="Where is NL-10234?", sender=BRAM))
    async with console(desk.workspace, size) as here:
        assert "Bram" in here.screen()
        assert "Where is NL-10234?" in here.screen()


async def test_header_counts_what_each_view_holds(desk: Desk) -> None:
    first, _ = desk.receives(mail("1"), mail("2", sender=BRAM))
    triage.assign(desk.workspace, desk.me, first, "sanne")
    async with console(desk.workspace) as here:
        await here.sees("Mine 1", "Unassigned 1", "Open 2", "sanne")


async def test_j_and_k_move_the_cursor_and_a_count_moves_it_further(desk: Desk) -> None:
    ids = many(desk, 10)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.press("j", "j", "k")
        assert queue.cursor is not None and queue.cursor.id == ids[1]
        await here.press("5", "j")
        assert queue.cursor is not None and queue.cursor.id == ids[6]
        await here.press("g", "g")
        assert queue.cursor is not None and queue.cursor.id == ids[0]


async def test_g_goes_to_the_last_of_many_rows_and_back(desk: Desk) -> None:
    ids = many(desk, 900)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.until(lambda: queue.window.count == 900, "the count")
        await here.press("G")
        await here.until(lambda: queue.cursor is not None and queue.cursor.id == ids[-1], "the last row")
        await here.sees("Customer0899")
        await here.press("4", "5", "0", "g", "g")
        await here.until(lambda: queue.cursor is not None and queue.cursor.id == ids[449], "row 450")
        await here.press("g", "g")
        await here.sees("Customer0000")


async def test_scrolling_down_pages_through_rows_that_were_not_loaded(desk: Desk) -> None:
    ids = many(desk, 600)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.until(lambda: queue.window.count == 600, "the count")
        for _ in range(80):
            await here.press("ctrl+d")
            if queue.place == 599:
                break
        await here.until(lambda: queue.cursor is not None and queue.cursor.id == ids[-1], "the last row")


async def test_what_arrives_never_moves_the_row_being_looked_at(desk: Desk) -> None:
    ids = many(desk, 60)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.press("2", "0", "j")
        line = queue.place * 2 - queue.scroll_offset.y
        long_ago = clock.now() - 3 * clock.HOUR
        desk.receives(*(mail(f"early{number}", sender=CARO, at=long_ago + number) for number in range(7)))
        await here.until(lambda: queue.window.count == 67, "the new rows")
        assert queue.cursor is not None and queue.cursor.id == ids[20]
        assert queue.place == 27
        assert queue.place * 2 - queue.scroll_offset.y == line
        await here.sees("10 above")


async def test_the_cursor_follows_its_conversation_when_that_moves(desk: Desk) -> None:
    ids = many(desk, 50)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.press("3", "0", "j")
        triage.set_priority(desk.workspace, desk.me, ids[30], Priority.URGENT)
        await here.until(lambda: queue.cursor is not None and queue.cursor.priority is Priority.URGENT, "the change")
        assert queue.cursor is not None and queue.cursor.id == ids[30]


async def test_when_the_row_leaves_the_view_the_next_takes_its_place(desk: Desk) -> None:
    ids = many(desk, 10)
    async with console(desk.workspace) as here:
        queue = here.desk.queue
        await here.press("4", "j")
        triage.close(desk.workspace, desk.me, ids[4])
        await here.until(lambda: queue.window.count == 9, "the row to leave")
        assert queue.cursor is not None and queue.cursor.id == ids[5]
        assert queue.place == 4


async def test_an_empty_queue_that_fills_shows_the_first_row(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        for number in range(5):
            desk.receives(mail(str(number), sender=f"c{number}@example.test", at=clock.now() - number * clock.MINUTE))
        await here.until(lambda: here.desk.queue.window.count == 5, "the rows")
        assert here.desk.queue.place == 0
        await here.sees("C4", "Where is my order?")


@pytest.mark.parametrize(
    ("keys", "view"),
    [("gm", "mine"), ("gu", "unassigned"), ("gp", "pending"), ("gh", "on-hold"), ("gs", "snoozed"),
     ("gf", "undelivered"), ("g!", "spam"), ("g#", "deleted"), ("gc", "closed"), ("ga", "all"), ("go", "open")],
)  # fmt: skip
async def test_g_and_a_letter_show_a_view(desk: Desk, keys: str, view: str) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.type(keys)
        await here.until(lambda: here.desk.queue.window.view == view, view)


async def test_g_alone_says_what_can_follow_and_escape_forgets_it(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("g")
        assert "unassigned" in here.pane(here.desk.keys)
        await here.press("escape", "e")
        await here.sees("closed #1")


async def test_a_row_says_that_it_is_late_without_colour(desk: Desk) -> None:
    desk.receives(mail("1", at=clock.now() - 3 * clock.HOUR))
    async with console(desk.workspace) as here:
        await here.sees("! -2:00")


async def test_j_stays_quick_among_what_arrives(desk: Desk) -> None:
    many(desk, 300)
    async with console(desk.workspace) as here:
        for number in range(20):
            desk.receives(mail(f"x{number}", sender=CARO, at=clock.now() - 10 * clock.HOUR + number))
            await here.press("j")
        await here.until(lambda: here.desk.queue.window.count == 320, "all rows")
        queue = here.desk.queue
        assert queue.cursor == queue.row_at(queue.place)


async def test_what_happens_while_another_view_is_being_read_is_shown_with_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes are seen by all: also one that is committed after the other view was read and before it is shown."""
    desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.window.count == 2, "the rows")
        assert here.desk._watcher is not None
        here.desk._watcher.end()  # what it says comes from the test, in the one moment that matters
        here.desk._watcher.join()
        read = windows.window

        def read_too_early(*about: Any) -> Any:
            found = read(*about)
            if here.desk.coming:
                desk.receives(mail("3", sender="caro@example.test"))
                here.desk.typed_at = -1e9
                here.desk.post_message(Stirred())
            return found

        monkeypatch.setattr(windows, "window", read_too_early)
        await here.press("g", "u")
        await here.until(lambda: here.desk.view == "unassigned", "the view")
        await here.sees("Caro")
