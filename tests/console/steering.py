"""Runs the console in a test: keys in, what is on the screen out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from omnidesk.desk.workspace import Workspace
from omnidesk.screens.console import OmniDeskApp
from omnidesk.screens.desk import DeskScreen
from omnidesk.screens.preferences import DEFAULTS, Found
from omnidesk.screens.session import begin

NOTHING_SAID = Found(DEFAULTS)
WIDE, MIDDLE, NARROW = (140, 40), (110, 30), (80, 24)


@dataclass
class Console:
    """A running console."""

    app: OmniDeskApp
    pilot: Pilot[Any]

    @property
    def desk(self) -> DeskScreen:
        """The main screen."""
        found = next(screen for screen in self.app.screen_stack if isinstance(screen, DeskScreen))
        return found

    async def press(self, *keys: str) -> None:
        """Press keys, one after another; a longer text without a + is typed."""
        for key in keys:
            await self.pilot.press(key)

    async def type(self, text: str) -> None:
        """Type a text, as fast as a terminal hands it over."""
        for letter in text:
            self.app.post_message(events.Key("space" if letter == " " else _character_to_key(letter), letter))
        await self.pilot.pause()

    async def until(self, true: Callable[[], Any], what: str = "", seconds: float = 20.0) -> Any:
        """Wait for a condition."""
        end = time.monotonic() + seconds
        while not (found := true()):
            assert time.monotonic() < end, f"waited in vain for {what or true}\n{self.screen()}"
            await self.pilot.pause()
            await asyncio.sleep(0.01)
        return found

    async def sees(self, *texts: str) -> None:
        """Wait until all texts are on the screen."""
        await self.until(lambda: all(text in self.screen() for text in texts), f"{texts} on the screen")

    async def sees_not(self, text: str) -> None:
        """Wait until a text is not on the screen."""
        await self.until(lambda: text not in self.screen(), f"{text} to leave the screen")

    def screen(self) -> str:
        """Return what the screen shows, as lines of text."""
        screen = self.app.screen
        strips = screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def pane(self, widget: Widget) -> str:
        """Return what a widget shows."""
        lines = self.screen().split("\n")
        region = widget.region
        return "\n".join(line[region.x : region.right] for line in lines[region.y : region.bottom])


@asynccontextmanager
async def console(
    workspace: Workspace,
    size: tuple[int, int] = WIDE,
    *,
    found: Found = NOTHING_SAID,
    config: Path | None = None,
    remember: bool = False,
) -> AsyncIterator[Console]:
    """Run the console on a workspace, without an engine; the agent's preferences are what `found` says, kept in
    `config`."""
    home = str(workspace.home.path)
    opening = begin(workspace, home, remember)
    opening = replace(opening, session=replace(opening.session, preferences=found.preferences, config=config))
    app = OmniDeskApp(opening, home, engine=False, found=found, config=config)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Console(app, pilot)
