"""One answer to many in the console: looked at, sent, stopped, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk.desk import drafts
from omnidesk.screens.bulk import BulkPreview
from tests.console.steering import Console, console
from tests.filling import ANNA, BRAM, CARO, Desk, mail


@pytest.fixture
def three(desk: Desk) -> list[int]:
    """Three customers with one question; nothing is known by which to call the third."""
    return desk.receives(mail("1", sender=ANNA), mail("2", sender=BRAM), mail("3", sender=CARO, name=""))


async def look(here: Console, text: str) -> None:
    """Mark all three, write to the first and look at who would get it."""
    await here.until(lambda: here.desk.queue.window.count == 3, "three")
    await here.press("x", "x", "x", "r")
    await here.until(lambda: here.desk.place == "composer", "the composer")
    await here.type(text)
    await here.press("ctrl+s")
    await here.until(lambda: here.desk.asks_how, "the question how")
    await here.press("m")
    await here.until(lambda: isinstance(here.app.screen, BulkPreview) and here.app.screen.prepared, "the preview")


async def test_what_is_written_goes_to_all_marked_each_with_their_name(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await look(here, "Hi {{customer.first_name}}")
        await here.sees("to 2 of 3: y sends it", "Hi Anna", "Hi Bram", "1 left out", "their first name is not known")
        await here.press("enter")
        await here.sees(ANNA)
        await here.press("y")
        await here.sees("sent an answer to 2 customers")
        assert here.app.screen is here.desk and not here.desk.queue.marked
        assert desk.count("outbox", "state = 'queued'") == 2
        await here.press("u")
        await here.sees("took back: sent an answer")
        assert desk.count("outbox", "state = 'queued'") == 0
        kept = drafts.get(desk.workspace, desk.me, three[-1], "reply") or drafts.get(
            desk.workspace, desk.me, three[0], "reply"
        )
        assert kept is None or kept.text == "Hi {{customer.first_name}}"


async def test_files_of_the_draft_go_along_to_all(desk: Desk, three: list[int], tmp_path: Path) -> None:
    leaflet = tmp_path / "returns.pdf"
    leaflet.write_bytes(b"how to return")
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.window.count == 3, "three")
        await here.press("x", "x", "x", "r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("See the leaflet")
        await here.press("f5")
        await here.type(str(leaflet))
        await here.press("enter")
        await here.sees("[1] returns.pdf")
        await here.press("ctrl+s")
        await here.until(lambda: here.desk.asks_how, "the question how")
        await here.press("m")
        await here.sees("[returns.pdf] to 3 of 3")
        await here.press("y")
        await here.until(lambda: desk.count("outbox") == 3, "the outbox")
    assert desk.count("attachment", "name = 'returns.pdf'") == 3


async def test_x_leaves_one_out_and_q_sends_nothing(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await look(here, "Hello")
        await here.sees("to 3 of 3")
        await here.press("x")
        await here.sees("to 2 of 2")
        await here.press("q")
        await here.until(lambda: here.app.screen is here.desk, "the queue")
        assert desk.count("outbox") == 0
        assert len(here.desk.queue.marked) == 3


async def test_capital_s_stops_what_has_not_left(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("S")
        await here.sees("nothing of yours is being sent to many")
        await look(here, "Hello")
        await here.press("y")
        await here.sees("sent an answer to 3 customers")
        await here.press("S")
        await here.sees("3 answers stopped")
        assert desk.count("outbox", "state = 'cancelled'") == 3


async def test_without_marks_nothing_goes_to_many(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("Hello")
        await here.press("ctrl+s", "m")
        await here.sees("mark conversations with x first")
        await here.until(lambda: here.desk.place == "composer", "the text")
        assert desk.count("outbox") == 0
