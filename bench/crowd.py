"""How soon all see what one did: twenty processes on one workspace, and two consoles side by side.

The crowd is that of `tests/crowd`: engines, consoles and command lines at work, and one who reads the change feed as a
console does. It works twice: at a pace that two cores carry, and as fast as the machine lets it, where most of what is
measured is how many wait for a processor. Two consoles then look at one conversation, of which one begins to answer
and stops, again and again.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from unittest import mock

from textual import events

from bench.figures import Figure, percentile
from omnidesk.desk import workspace
from tests.console.steering import Console, console
from tests.crowd import judging
from tests.crowd.crowd import MANY, Crowd, Size

SEEN, COMPANY = 500.0, 1_000.0
"""Milliseconds in which a change is to be seen, and in which it shows who is answering."""
AFTER_COMMIT = 100.0
"""Milliseconds from a commit until it is seen."""
PACED = replace(MANY, steps=25, messages=120, pause=1.5)
"""The same twenty, of whom each pauses as people do."""
PATIENCE = 10.0
"""Seconds after which something is not seen at all."""


def measure(folder: Path, rounds: int, database: Callable[[], str | None]) -> list[Figure]:
    """Return how soon changes and colleagues are seen, how long the crowd's commands took, and how its log grew.

    `database` makes an empty database and returns its address, or None where the crowd is to work on a file."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne", OMNIDESK_CONFIG=str(folder / "config.toml")):
        paced = _worked(folder / "paced", PACED, database())
        figures = _of_the_crowd(paced, f"{PACED.processes} processes that pause")
        crowd = _worked(folder / "crowd", MANY, database())
        figures += _of_the_crowd(crowd, f"{MANY.processes} processes")
        return [*figures, *asyncio.run(_of_two_consoles(crowd, rounds))]


def _worked(folder: Path, size: Size, url: str | None) -> Crowd:
    folder.mkdir()
    crowd = Crowd(folder, size, url=url)
    crowd.prepare()
    crowd.work()
    return crowd


def _of_the_crowd(crowd: Crowd, many: str) -> list[Figure]:
    with crowd.opened() as opened:
        seen = judging.delays(crowd, opened)
        after = judging.delays_after_commit(crowd, opened)
    lines = crowd.lines("clerk-*.jsonl")
    commands = [(line["ended"] - line["began"]) * 1_000 for line in lines if line["argv"][0] != "queue"]
    return [
        *_figures(f"a change seen, {many}", seen, SEEN, 0.99),
        *(_figures(f"a commit seen, {many}", after, AFTER_COMMIT, 0.99) if after else ()),
        *_figures(f"a command done, {many}", commands, None, 0.95),
        Figure(f"write-ahead log at most, {many}", crowd.wal / 2**20, "MB"),
    ]


def _figures(name: str, taken: list[float], budget: float | None, most: float) -> list[Figure]:
    details: dict[str, float | str] = {"worst": max(taken), "count": len(taken)}
    return [
        Figure(f"{name}, p{part * 100:.0f}", percentile(taken, part), "ms", budget=budget, runs=taken, details=details)
        for part in (0.5, most)
    ]


async def _of_two_consoles(crowd: Crowd, rounds: int) -> list[Figure]:
    """One agent begins to answer and stops; how long until the other's row in the queue says so."""
    begun, stopped = [], []
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="koen"):
        theirs = workspace.open_workspace(crowd.home)
    mine = workspace.open_workspace(crowd.home)
    async with AsyncExitStack() as stack:
        with mock.patch.dict(os.environ, OMNIDESK_AGENT="koen"):
            koen = await stack.enter_async_context(console(theirs))
        sanne = await stack.enter_async_context(console(mine))
        await koen.press("enter")
        await _seen(sanne, lambda: "koen reads" in sanne.pane(sanne.desk.queue))
        for _ in range(rounds):
            await asyncio.sleep(4.5)  # what was borrowed of later turns is paid back
            koen.app.post_message(events.Key("r", "r"))
            begun.append(await _seen(sanne, lambda: "koen answers" in sanne.pane(sanne.desk.queue)))
            koen.app.post_message(events.Key("escape", None))
            stopped.append(await _seen(sanne, lambda: "koen reads" in sanne.pane(sanne.desk.queue)))
    theirs.close()
    mine.close()
    return [
        *_figures("a colleague who begins to answer shown", begun, COMPANY, 0.95),
        *_figures("a colleague who stops answering shown", stopped, COMPANY, 0.95),
    ]


async def _seen(here: Console, there: Callable[[], bool]) -> float:
    """Return the milliseconds until something is on the screen."""
    began = time.perf_counter()
    while not there():
        if time.perf_counter() - began > PATIENCE:
            raise RuntimeError(f"not seen in {PATIENCE} s:\n{here.screen()}")
        await asyncio.sleep(0.005)
    return (time.perf_counter() - began) * 1_000
