"""The application: which screen is shown, and what starting leaves behind."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.theme import ThemeProvider

from omnidesk.screens import remembered, terminal, themes
from omnidesk.screens.desk import DeskScreen
from omnidesk.screens.keys import Press, pressed
from omnidesk.screens.messages import KeysWelcome, Opened
from omnidesk.screens.palette import Actions, Palette
from omnidesk.screens.preferences import DEFAULTS, Found
from omnidesk.screens.session import Opening
from omnidesk.screens.telephone import OVER_ALL
from omnidesk.words.speech import _

DEMO = "demo"
"""What the app returns when the agent asked to look around with sample customers."""


def os_theme() -> str:
    """Return the theme that Textual's own variable asks for; "" for none."""
    return os.environ.get("TEXTUAL_THEME", "")


class OmniDeskApp(App[int | str]):
    """Shows the main screen, or the set-up screen where there is nothing to show yet."""

    TITLE = "OmniDesk"
    COMMANDS: ClassVar = App.COMMANDS | {Actions}

    def __init__(
        self,
        opening: Opening | None,
        home: str | None,
        engine: bool = True,
        found: Found | None = None,
        config: Path | None = None,
        charset: str = "utf-8",
        few_colours: bool = False,
        waiting: str = "",
    ) -> None:
        """Make the console; `found` are the agent's preferences, kept in `config`, `charset` what the terminal has.

        `waiting` says why the database is out of reach, where it is."""
        self.found = found or Found(opening.session.preferences if opening is not None else DEFAULTS)
        driver = terminal.driver_for(charset, self.found.preferences.plain)
        super().__init__(driver_class=driver, ansi_color=True if "NO_COLOR" in os.environ else None)
        self.opening = opening
        self.home = home
        self.engine = engine
        self.config = config
        self.charset = charset
        self.waiting = waiting
        self.animation_level = "none"
        self._typed: deque[events.Key] = deque()
        for theme in themes.OWN:
            self.register_theme(theme)
        self._choose_theme(few_colours)

    def _choose_theme(self, few_colours: bool) -> None:
        """Take the theme that was wanted, as far as the terminal can."""
        wanted, known, light = self.found.preferences.theme, set(self.available_themes), terminal.light()
        if wanted and wanted not in known:
            known_as = ", ".join(theme.name for theme in themes.OWN)
            said = _("there is no theme {name}: {names} are some").format(name=wanted, names=known_as)
            self.found = replace(self.found, complaints=(*self.found.complaints, said))
        if self.no_color:
            wanted, few_colours = "", True
        self.theme = themes.chosen(wanted or os_theme(), known, few_colours, light)
        self.stylesheet.set_variables(self.get_css_variables())

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
            if self._over_all(event):
                continue
            if desk is None or not desk.take_key(event):
                await super().on_event(event)

    def _over_all(self, event: events.Key) -> bool:
        """Run what works over whatever is on the screen: a call does not wait for a question to be answered."""
        desk = next((one for one in self.screen_stack if isinstance(one, DeskScreen)), None)
        found = None if desk is None else desk.keymap.find("queue", (pressed(event.key, event.character),))
        if desk is None or found is None or found.name not in OVER_ALL or desk.small:
            return False
        found.run(desk, Press())
        return True

    async def on_keys_welcome(self, message: KeysWelcome) -> None:
        """Go on with the keys that were kept back."""
        await self._hand_out()

    def on_mount(self) -> None:
        """Show the first screen."""
        if self.waiting:
            from omnidesk.screens.waiting import WaitingScreen

            self.push_screen(WaitingScreen(self.home, self.found.preferences, self.waiting))
        else:
            self._begin()
        self.call_after_refresh(self._settled)
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for told in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(told, self.exit, 128 + told)

    def on_opened(self, message: Opened) -> None:
        """The database is there: begin as usual."""
        self.pop_screen()
        opening = message.opening
        if opening is not None:
            self.opening = replace(opening, session=replace(opening.session, config=self.config))
        self._begin()

    def _begin(self) -> None:
        if self.opening is not None:
            self.show_desk(self.opening)
        if self.opening is None or not self.opening.channels:
            self._set_up()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Give none of Textual's own commands where the main screen's stand: they leave without asking, and show keys
        that are not this console's."""
        if not isinstance(screen, DeskScreen):
            yield SystemCommand(_("Choose a theme"), "", self.search_themes)

    def action_command_palette(self) -> None:
        """Show the palette."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(Palette(id="--command-palette", placeholder=_("Search for commands…")))

    def search_themes(self) -> None:
        """Show the themes to choose from."""
        self.push_screen(Palette(providers=[ThemeProvider], placeholder=_("Choose a theme")))

    def show_desk(self, opening: Opening) -> None:
        """Show the main screen of a workspace."""
        self.push_screen(DeskScreen(opening, self.engine, self.found.complaints))

    def switch_to_desk(self, opening: Opening) -> None:
        """Show the main screen instead of the one that is on top."""
        state = remembered.file_of(opening.session.home) if self.config is not None else None
        preferred = replace(opening.session, preferences=self.found.preferences, config=self.config, state=state)
        self.opening = opening = replace(opening, session=preferred)
        self.switch_screen(DeskScreen(opening, self.engine, self.found.complaints))

    def _set_up(self) -> None:
        from omnidesk.screens.setup import SetupScreen

        self.push_screen(SetupScreen(self.home, self.opening.session if self.opening else None))

    def add_channel(self) -> None:
        """Let the agent choose what kind of channel to add, over the main screen."""
        self.call_later(self._choose_kind)

    def _choose_kind(self) -> None:
        if isinstance(self.screen, DeskScreen):
            self.screen.add_channel()

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
        from omnidesk.desk import log

        error = sys.exc_info()[1]
        where = ""
        if self.opening is not None:
            home = self.opening.session.workspace.home
            log.open_log(home, "console")
            log.trace("the console broke")
            where = _("; {file} has more").format(file=home.log_folder / "console.log")
        said = _("an error nobody foresaw ({error}){where}. Drafts are kept.")
        said = said.format(error=type(error).__name__, where=where)
        self._exit_renderables.append(Text(f"omnidesk: {said}\n"))
        self._close_messages_no_wait()
