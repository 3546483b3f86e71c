"""The quarantine screen: why something is there, how it arrived, trying again, saving it."""

from __future__ import annotations

from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import quarantine
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail

EVIL = b"\x1b]0;owned\x07\x1b[2J{not json \xff"


@pytest.fixture
def sick(desk: Desk) -> Desk:
    """A desk with two items in quarantine."""
    for name, raw in (("bad1", EVIL), ("bad2", b"[" * 100_000)):
        assert desk.receives(Item(name, raw, clock.now(), "application/json")) == [0]
    return desk


def ids(desk: Desk) -> list[int]:
    return [one.id for one in quarantine.page(desk.workspace)]


def heal(desk: Desk) -> None:
    """Let what is in quarantine be decoded, as an upgrade would: the raw item holds a message now."""
    blob = desk.workspace.blobs.put(mail("9").raw)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE raw_item SET blob = ? WHERE id IN "
                                                        "(SELECT raw_item_id FROM quarantine)", (blob,)))  # fmt: skip


async def opened(running: Console) -> None:
    """Open the screen and wait until it is read."""
    await running.press("g", "Q")
    await running.sees("Quarantine 2", "cannot be decoded")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_says_what_came_from_where_when_and_why(sick: Desk, size: tuple[int, int]) -> None:
    async with console(sick.workspace, size) as running:
        await opened(running)
        await running.sees("demo", "application/json", "100 kB", "this line is no sample message")


async def test_what_arrived_is_shown_as_text_that_steers_nothing(sick: Desk) -> None:
    async with console(sick.workspace) as running:
        await opened(running)
        await running.press("enter")
        await running.sees("{not json", "q goes back")
        assert "\x1b" not in running.screen()
        assert "owned" not in running.screen()
        await running.press("q", "j", "enter")
        await running.sees("[[[[[")
        await running.press("G")
        await running.sees("the first 64 kB of 100 kB")


async def test_trying_again_says_whether_it_went_through(sick: Desk) -> None:
    async with console(sick.workspace) as running:
        await opened(running)
        await running.press("r")
        await running.sees("1 still here: the cause is the same", "tried 2x")
        heal(sick)
        await running.press("R")
        await running.sees("2 went through", "Nothing is in quarantine")
    assert ids(sick) == []


async def test_saving_one_keeps_it_byte_for_byte_and_overwrites_nothing(sick: Desk, tmp_path: Path) -> None:
    path = tmp_path / "one.raw"
    async with console(sick.workspace) as running:
        await opened(running)
        for said in (f"saved {path}", "is there already"):
            await running.press("w")
            await running.sees("Save as:")
            await running.press("ctrl+u")
            await running.type(str(path))
            await running.press("enter")
            await running.sees(said)
    assert path.read_bytes() == EVIL
    assert path.stat().st_mode & 0o077 == 0


async def test_saving_all_puts_each_in_a_file(sick: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "all"
    async with console(sick.workspace) as running:
        await opened(running)
        await running.press("W")
        await running.sees("Save 2 items in the folder:")
        await running.press("ctrl+u")
        await running.type(str(folder))
        await running.press("enter")
        await running.sees("saved 2 items")
    assert sorted(path.name for path in folder.iterdir()) == [f"quarantined-{one}.raw" for one in ids(sick)]


async def test_an_empty_quarantine_says_so(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await running.press("g", "Q")
        await running.sees("Nothing is in quarantine")
        await running.press("r", "enter", "w", "W", "q")
        await running.until(lambda: running.app.screen is running.desk)
