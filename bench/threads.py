"""How long from Enter on a row of the queue to the first screen of its thread, whatever the thread's length.

The console runs on 80x24, one pane: nothing of the thread is read before it is opened. The conversations whose
lengths are known are listed by a search; each is opened and left again many times, and what counts is the paint that
shows its newest message.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from bench import years
from bench.desks import LENGTH_TAG, Desk
from bench.figures import Figure, percentile, resident
from bench.keys import WatchedDriver, console, standing
from omnidesk.desk import views, workspace

BUDGET = 50.0
"""Milliseconds, for the first screen of a conversation of 1,000 messages."""
PATIENCE = 5.0
ASKED = f"/tag:{LENGTH_TAG} sort:newest"


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
            raise RuntimeError(f"no paint showed {words!r} within {PATIENCE:.0f} s of {key}: {self.seen[-2000:]!r}")
        return taken


def measure(desk: Desk, times: int) -> list[Figure]:
    """Return the median and the worst of so many openings of each conversation, and what the longest cost in memory."""
    with desk.pointed_at():
        taken, grown = asyncio.run(_open_each(desk, times))
    figures = []
    for subject, runs in taken.items():
        length = years.special(desk.messages)[subject]
        name = {years.LONG: "the longest thread", years.THOUSAND: "a long thread"}.get(subject, "a thread of 20")
        details: dict[str, float | str] = {"messages_in_thread": length, "worst": max(runs)}
        figures.append(
            Figure(
                f"opening {name}, median", percentile(runs, 0.5), "ms", budget=BUDGET, size=desk.messages, runs=runs,
                details=details,
            )
        )  # fmt: skip
    figures.append(Figure("memory that opening them all added", grown, "MB", size=desk.messages))
    return figures


async def _open_each(desk: Desk, times: int) -> tuple[dict[str, list[float]], float]:
    app = console(desk.home)
    app.driver_class = ReadDriver
    running = asyncio.create_task(app.run_async())
    driver: Any = await standing(app, running)
    order = _order(desk)
    await _list_them(app, driver)
    before = resident(os.getpid())
    taken: dict[str, list[float]] = {subject: [] for subject in order}
    lengths = years.special(desk.messages)
    for turn in range(times + 1):  # the first round warms caches
        await driver.press("g")
        await driver.press("g")
        for place, subject in enumerate(order):
            if place:
                await driver.press("j")
            spent = await driver.press_until("enter", f"Message {lengths[subject] - 1} of {lengths[subject]}")
            if turn:
                taken[subject].append(spent)
            await driver.press("escape")
    grown = max(0.0, resident(os.getpid()) - before)
    app.exit()
    await running
    return taken, grown


async def _list_them(app: Any, driver: Any) -> None:
    """Search for the conversations, and wait until they stand on the screen."""
    for letter in ASKED:
        await driver.press(letter)
    await driver.press("enter")
    for _ in range(500):
        if app.screen.view == ASKED:
            await driver.quiet()
            return
        await asyncio.sleep(0.02)
    raise RuntimeError(f"the console did not show {ASKED} within ten seconds")


def _order(desk: Desk) -> list[str]:
    """Return the subjects of the conversations of known lengths in the order in which the search shows them."""
    opened = workspace.open_workspace(desk.home)
    found = [row.subject.removeprefix("Re: ") for row in views.page(opened, ASKED, None, 10)]
    opened.close()
    return found
