"""How long from a key to the bytes that repaint the terminal, in the console's own process.

The console runs on a driver that stands in for a terminal: it takes key events and sees every write. So the whole
way is measured (bindings, the queue's page, layout, rendering to escape sequences), without a terminal's own time.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from bench.busy import engine_at_work
from bench.desks import Desk
from bench.figures import Figure, percentile, resident

BUDGET = 16.0
"""Milliseconds, at the 99th percentile."""
PATIENCE = 1.0
"""Seconds after which a key counts as one that repaints nothing."""
PAUSE = 0.03
"""So many seconds nothing is painted before the next key is pressed, as when a person types."""
KEYS = ("j",) * 10 + ("k",) * 4 + ("ctrl+d", "j", "j", "ctrl+d", "j", "ctrl+u", "k", "G", "k", "k", "g", "g")


class WatchedDriver(HeadlessDriver):
    """A terminal that keeps nothing, and remembers when it was last written to."""

    SIZE = (140, 40)

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **(options | {"size": self.SIZE}))
        self.written_at = time.perf_counter()
        self.painted = asyncio.Event()

    @property
    def is_headless(self) -> bool:
        """Be painted like a real terminal."""
        return False

    def write(self, data: str) -> None:
        """Take what is painted."""
        self.written_at = time.perf_counter()
        self.painted.set()

    async def quiet(self) -> None:
        """Wait until nothing is being painted, but not for ever: clocks tick."""
        for _ in range(20):
            if time.perf_counter() - self.written_at > PAUSE:
                return
            await asyncio.sleep(PAUSE / 2)

    async def press(self, key: str, patience: float = PATIENCE) -> float | None:
        """Press a key and return the milliseconds until the first paint after it, None when there is none."""
        await self.quiet()
        self.painted.clear()
        started = time.perf_counter()
        self.send_message(events.Key(key, key if len(key) == 1 else None))
        try:
            await asyncio.wait_for(self.painted.wait(), patience)
        except TimeoutError:
            return None
        return (self.written_at - started) * 1_000


def measure(desk: Desk, keys: int, busy: bool) -> list[Figure]:
    """Return the 50th and 99th percentile over so many keys in the queue, the engine off and then (`busy`) at work."""
    with desk.pointed_at():
        figures = _measure(desk, "", keys)
        if busy:
            with engine_at_work(desk.home) as engine:
                figures += _measure(desk, ", engine at work", keys)
                memory = resident(engine, "VmHWM")
            figures.append(Figure("memory of the engine at work", memory, "MB", budget=150.0, size=desk.messages))
    return figures


def _measure(desk: Desk, how: str, keys: int) -> list[Figure]:
    taken, silent = asyncio.run(_type(desk.home, keys))
    details: dict[str, float | str] = {"worst": max(taken), "keys_without_paint": silent}
    return [
        Figure(
            f"key to repaint in the queue{how}, p{part * 100:.0f}",
            percentile(taken, part),
            "ms",
            budget=BUDGET,
            size=desk.messages,
            runs=taken,
            details=details,
        )
        for part in (0.5, 0.99)
    ]


def console(home: Path) -> App[Any]:
    """Return the console on a workspace, without the engine's process."""
    from omnidesk.screens.console import OmniDeskApp
    from omnidesk.screens.session import open_session

    return OmniDeskApp(open_session(str(home)), str(home), engine=False)


async def standing(app: App[Any], running: asyncio.Task[Any]) -> WatchedDriver:
    """Return the console's driver once the queue stands on the screen; raises what the console raised."""
    for _ in range(500):
        if running.done():
            running.result()
            raise RuntimeError("the console ended by itself")
        driver = app._driver
        if isinstance(driver, WatchedDriver) and driver.painted.is_set() and app.focused is not None:
            await driver.quiet()
            return driver
        await asyncio.sleep(0.02)
    raise RuntimeError("the console showed no queue within ten seconds")


async def _type(home: Path, keys: int) -> tuple[list[float], int]:
    app = console(home)
    app.driver_class = WatchedDriver
    running = asyncio.create_task(app.run_async())
    driver = await standing(app, running)
    taken: list[float] = []
    silent = 0
    for index in range(-len(KEYS), keys):
        seconds = await driver.press(KEYS[index % len(KEYS)])
        if index < 0:  # the first round warms caches
            continue
        if seconds is None:
            silent += 1
        else:
            taken.append(seconds)
    app.exit()
    await running
    if len(taken) < keys / 2:
        raise RuntimeError(f"only {len(taken)} of {keys} keys repainted the queue")
    return taken, silent
