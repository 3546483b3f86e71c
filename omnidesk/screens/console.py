"""The application: which screen is shown, and what starting leaves behind."""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App

from omnidesk.screens.desk import DeskScreen
from omnidesk.screens.messages import KeysWelcome
from omnidesk.screens.palette import Actions
from omnidesk.screens.session import Opening

DEMO = "demo"
"""What the app returns when the agent asked to look around with sample customers."""


class OmniDeskApp(App[int | str]):
    """Shows the main screen, or the set-up screen where there is nothing to show yet."""

    TITLE = "OmniDesk"
    COMMANDS: ClassVar = App.COMMANDS | {Actions}

    def __init__(self, opening: Opening | None, home: str | None, engine: bool = True) -> None:
        super().__init__()
        self.opening = opening
        self.home = home
        self.engine = engine
        self.animation_level = "none"
        self._typed: deque[events.Key] = deque()
        if "TEXTUAL_THEME" not in os.environ and os.environ.get("COLORFGBG", "").endswith((";7", ";15")):
            self.theme = "textual-light"

    async def on_event(self, event: events.Event) -> None:
        """Hand keys out one by one, in the order they were typed."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._typed.append(event)
            await self._hand_out()
        else:
            await super().on_event(event)

    async def _hand_out(self) -> None:
        while self._typed:
            desk = self.screen if isinstance(self.screen, DeskScreen) else None
            if desk is not None and desk.keys_wait:
                return
            event = self._typed.popleft()
            if desk is None or not desk.take_key(event):
                await super().on_event(event)

    async def on_keys_welcome(self, message: KeysWelcome) -> None:
        """Go on with the keys that were kept back."""
        await self._hand_out()

    def on_mount(self) -> None:
        """Show the first screen."""
        if self.opening is not None:
            self.show_desk(self.opening)
        if self.opening is None or not self.opening.channels:
            self._set_up()
        self.call_after_refresh(self._settled)

    def show_desk(self, opening: Opening) -> None:
        """Show the main screen of a workspace."""
        self.push_screen(DeskScreen(opening, self.engine))

    def switch_to_desk(self, opening: Opening) -> None:
        """Show the main screen instead of the one that is on top."""
        self.opening = opening
        self.switch_screen(DeskScreen(opening, self.engine))

    def _set_up(self) -> None:
        from omnidesk.screens.setup import SetupScreen

        self.push_screen(SetupScreen(self.home, self.opening.session if self.opening else None))

    def _settled(self) -> None:
        """Collect what starting left behind once, and leave it out of later collections (see docs/architecture)."""
        gc.enable()
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 100)
        sys.setswitchinterval(0.0005)  # a key waits no longer than this for a thread that reads

    def _fatal_error(self) -> None:
        """Say in one line that the console broke; what it held at that moment belongs neither on the screen nor in
        the log. Textual would print every local variable, customers' messages among them."""
        from omnidesk.sync import log

        error = sys.exc_info()[1]
        where = ""
        if self.opening is not None:
            home = self.opening.session.workspace.home
            log.open_log(home, "console")
            log.trace("the console broke")
            where = f"; {home.log_folder / 'console.log'} has more"
        said = f"omnidesk: an error nobody foresaw ({type(error).__name__}){where}. Drafts are kept.\n"
        self._exit_renderables.append(Text(said))
        self._close_messages_no_wait()
