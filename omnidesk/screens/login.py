"""Logging in at a provider: the page to open or the code to enter, and the wait until it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from omnidesk.screens.later import Later
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import one_line
from omnidesk.widgets.bars import KeyLine
from omnidesk.widgets.lines import Line, LinesView, wrap
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.sync import login
else:
    login = Later("omnidesk.sync.login")

Walk = Callable[[str, Callable[[Any], None], threading.Event], Any]
"""Does the login, blocking: told the way, whom to show each step, and what stops it. Gives what the screen gives."""


@dataclass
class Stepped(Message):
    """The provider wants something of the person."""

    turn: int
    said: str
    url: str
    code: str


@dataclass
class LoggedIn(Message):
    """It is done."""

    turn: int
    brought: Any


@dataclass
class NotLoggedIn(Message):
    """It failed, and why; `ended` where it cannot go on."""

    turn: int
    why: str
    ended: bool = True


class LoginScreen(ModalScreen[Any], OnTop[Any]):
    """One login; gives what `walk` brought, None when it was given up."""

    CSS = """
    LoginScreen { align: center middle; }
    LoginScreen Vertical { width: 78; max-width: 96%; height: auto; max-height: 96%; border: round $primary;
        background: $surface; padding: 0 1; }
    LoginScreen LinesView, LoginScreen Input { height: auto; }
    LoginScreen KeyLine { background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "give_up", "Give up"),
        ("ctrl+y", "copy", "Copy the address"),
        ("ctrl+t", "turn", "The other way"),
    ]

    def __init__(self, name: str, ways: tuple[str, ...], way: str, walk: Walk) -> None:
        super().__init__()
        self.heading = one_line(_("Log in for {name}").format(name=name), 200)
        self.ways, self.way = ways, way
        self.view, self.keys = LinesView(), KeyLine()
        self.pasted = Input(placeholder=_("browser elsewhere? paste here the address it ends at"), compact=True)
        self._walk = walk
        self._turn = 0
        self._stopped = threading.Event()
        self._step = Stepped(0, _("asking the provider .."), "", "")
        self._wrong = ""

    def compose(self) -> ComposeResult:
        """What to do, where to paste, and the keys."""
        with Vertical():
            yield self.view
            yield self.pasted
            yield self.keys

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    def on_unmount(self) -> None:
        """Nobody waits for it any more."""
        self._stopped.set()

    def _begin(self) -> None:
        self._stopped.set()
        self._stopped, self._wrong = threading.Event(), ""
        self._turn += 1
        self._step = Stepped(self._turn, _("asking the provider .."), "", "")
        threading.Thread(
            target=self._work, args=(self._turn, self.way, self._stopped), name="login", daemon=True
        ).start()
        self._lay_out()

    def _work(self, turn: int, way: str, stopped: threading.Event) -> None:
        def show(step: Any) -> None:
            self.post_message(Stepped(turn, one_line(step.message, 300), one_line(step.url, 4000), step.code))
            if step.url and not step.code:
                login.open_browser(step.url)

        try:
            self.post_message(LoggedIn(turn, self._walk(way, show, stopped)))
        except OmniDeskError as error:
            self.post_message(NotLoggedIn(turn, one_line(retold(str(error)), 600)))
        except Exception as error:  # noqa: BLE001  shown to the agent instead of ending the program
            self.post_message(NotLoggedIn(turn, one_line(repr(error), 300)))

    def on_stepped(self, message: Stepped) -> None:
        """Show what the person must do."""
        if message.turn == self._turn and (message.url or message.code):
            self._step = message
            self._lay_out()

    def on_logged_in(self, message: LoggedIn) -> None:
        """Go back with what it brought."""
        if message.turn == self._turn:
            self.dismiss(message.brought)

    def on_not_logged_in(self, message: NotLoggedIn) -> None:
        """Say why; what was shown stays only where it still counts."""
        if message.turn == self._turn:
            self._wrong = message.why
            if message.ended:
                self._step = Stepped(self._turn, "", "", "")
            self._lay_out()

    def _lay_out(self) -> None:
        step, width = self._step, max(20, min(78, self.app.size.width * 96 // 100) - 6)
        lines = [Line((("strong", self.heading),)), Line(())]
        lines += [Line((("", text),)) for text in (wrap(retold(step.said), width) if step.said else [])]
        if step.url:
            lines.append(Line(()))
            lines += [Line((("key", step.url[at : at + width]),)) for at in range(0, len(step.url), width)]
        if step.code:
            lines += [Line(()), Line((("strong", _("code: {code}").format(code=one_line(step.code, 60))),))]
        if self._wrong:
            lines += [Line((("warn", text),)) for text in wrap(f"! {self._wrong}", width)]
        lines.append(Line(()))
        waits_for_browser = bool(step.url) and not step.code
        self.pasted.display = waits_for_browser
        if waits_for_browser:
            self.pasted.focus()
        self.view.styles.height = min(len(lines), max(3, self.app.size.height - 6))
        self.view.show(lines)
        self.call_after_refresh(self.view.refresh)
        keys = [("esc", _("give up") if step.said else _("back"))]
        if step.url:
            keys.insert(0, ("ctrl+y", _("copy the address")))
        if len(self.ways) > 1:
            keys.insert(0, ("ctrl+t", _("with a code") if self.way == "browser" else _("with the browser")))
        if not step.said:
            keys.insert(0, ("Enter", _("again")))
        self.keys.set_keys(keys)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Hand over the address at which a browser elsewhere ended."""
        text, turn = event.value, self._turn

        def work() -> None:
            try:
                login.pasted(text)
            except OmniDeskError as error:
                self.post_message(NotLoggedIn(turn, one_line(retold(str(error)), 300), ended=False))

        if text.strip():
            self.pasted.value = ""
            threading.Thread(target=work, name="pasted", daemon=True).start()

    def key_enter(self) -> None:
        """Begin anew what has failed."""
        if not self._step.said:
            self._begin()

    def action_turn(self) -> None:
        """Log in the other way."""
        others = [way for way in self.ways if way != self.way]
        if others:
            self.way = others[0]
            self._begin()

    def action_copy(self) -> None:
        """Copy the address of the page."""
        if self._step.url:
            self.app.copy_to_clipboard(self._step.url)
            self.notify(_("copied {what}").format(what=_("the address")), markup=False)

    def action_give_up(self) -> None:
        """Go back without."""
        self.dismiss(None)
