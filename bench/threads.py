"""How long from Enter on a row of the queue to the first screen of its thread, whatever the thread's length.

The console runs on 80x24, one pane: nothing of the thread is read before it is opened. Each conversation is opened and
left again many times; what counts is the paint that shows its newest message.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

from bench.figures import Figure, percentile
from bench.keys import WatchedDriver, console, standing
from omnidesk import clock
from omnidesk.desk import intake
from tests.filling import Desk, mail, open_desk

BUDGET = 50.0
"""Milliseconds, for the first screen of a conversation of 1,000 messages."""
LENGTHS = (20_000, 1_000, 20)
"""Messages of the conversations; the longest waits longest, so it stands on top."""
TEXT = "\n\nThe parcel came, but the kettle in it has a dent.\n\n> Where is it?\n> Anna"
BATCH = 500
PATIENCE = 5.0


class ReadDriver(WatchedDriver):
    """A terminal of one pane that knows whether words stand in what was painted since they were awaited."""

    SIZE = (80, 24)
    awaited = ""
    seen = ""

    def write(self, data: str) -> None:
        """Take what is painted; the paint counts once the awaited words are in it."""
        self.seen += data
        if self.awaited in self.seen:
            super().write(data)

    async def press_until(self, key: str, words: str) -> float:
        """Press a key and return the milliseconds until a paint brings `words`."""
        await self.quiet()
        self.awaited, self.seen = words, ""
        taken = await self.press(key, PATIENCE)
        self.awaited = ""
        if taken is None:
            raise RuntimeError(f"no paint showed {words!r} within {PATIENCE:.0f} s of {key}")
        return taken


def fill(folder: Path) -> Path:
    """Make a workspace with one conversation of each length in a new folder; return its home."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    desk = open_desk(folder)
    for place, length in enumerate(LENGTHS):
        _fill_one(desk, length, clock.now() - (place + 1) * clock.HOUR)
    desk.workspace.close()
    return folder / "home"


def _fill_one(desk: Desk, length: int, newest: int) -> None:
    items = [
        mail(
            f"{length}-{index}",
            f"Message {index} of {length}.{TEXT}",
            sender=f"customer{length}@example.test",
            subject=f"A thread of {length}",
            at=newest - (length - index) * clock.MINUTE // 4,
            answers=f"{length}-{index - 1}" if index else None,
        )
        for index in range(length)
    ]
    for start in range(0, length, BATCH):
        desk.receives(*items[start : start + BATCH])
    intake.settle_rest(desk.workspace, desk.channel.id)


def measure(folder: Path, times: int) -> list[Figure]:
    """Return the median and the worst of so many openings of each conversation."""
    taken = asyncio.run(_open_each(fill(folder), times))
    return [
        Figure(
            f"opening a thread of {length:,} messages, {words}",
            percentile(runs, part),
            "ms",
            budget=BUDGET,
            runs=runs,
        )
        for length, runs in taken.items()
        for part, words in ((0.5, "median"), (1.0, "worst"))
    ]


async def _open_each(home: Path, times: int) -> dict[int, list[float]]:
    app = console(home)
    app.driver_class = ReadDriver
    running = asyncio.create_task(app.run_async())
    driver: Any = await standing(app, running)
    taken: dict[int, list[float]] = {length: [] for length in LENGTHS}
    for _ in range(times):
        await driver.press("g")
        await driver.press("g")
        for place, length in enumerate(LENGTHS):
            if place:
                await driver.press("j")
            taken[length].append(await driver.press_until("enter", f"Message {length - 1} of {length}"))
            await driver.press_until("escape", f"A thread of {LENGTHS[0]}")
    app.exit()
    await running
    return taken
