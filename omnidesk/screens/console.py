"""The application: which screen is shown, and what starting leaves behind."""

from __future__ import annotations

import gc
import os
from typing import ClassVar

from textual.app import App

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
        if "TEXTUAL_THEME" not in os.environ and os.environ.get("COLORFGBG", "").endswith((";7", ";15")):
            self.theme = "textual-light"

    def on_mount(self) -> None:
        """Show the first screen."""
        if self.opening is not None:
            self.show_desk(self.opening)
        if self.opening is None or not self.opening.channels:
            self._set_up()
        self.call_after_refresh(self._settled)

    def show_desk(self, opening: Opening) -> None:
        """Show the main screen of a workspace."""
        from omnidesk.screens.desk import DeskScreen

        self.push_screen(DeskScreen(opening, self.engine))

    def switch_to_desk(self, opening: Opening) -> None:
        """Show the main screen instead of the one that is on top."""
        from omnidesk.screens.desk import DeskScreen

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
