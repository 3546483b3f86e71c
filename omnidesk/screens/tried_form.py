"""A form whose settings are tried live first: one key tests, the same key adds. Mailboxes and other kinds share it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Label, Static

from omnidesk.screens.adding import Refused, Tested
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import clean
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _


class Tick(Checkbox):
    """A checkbox that shows without colour whether it is on."""

    BUTTON_LEFT, BUTTON_INNER, BUTTON_RIGHT = "[", " ", "]"

    def watch_value(self) -> None:
        """Put the cross in, or take it out."""
        self.BUTTON_INNER = "X" if self.value else " "
        super().watch_value()


class TriedForm(OnTop[str]):
    """Fields in a box `#form`, a line `#result` and a button `#go`; gives what is to be said once it is left."""

    CSS = """
    #form { width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 2; scrollbar-size-vertical: 1; }
    #form Static { height: auto; }
    #form .title, #form .door { text-style: bold; color: $text-accent; }
    #form .door { margin: 1 0 0 0; }
    #form .about { color: $text-muted; }
    #form .row { height: 1; }
    #form .row Label { width: 16; color: $text-muted; }
    #form Input { width: 1fr; }
    #form .narrow { width: 9; }
    #form .rest { width: 1fr; }
    #advanced { height: auto; display: none; }
    #form.open #advanced { display: block; }
    #result { min-height: 2; width: 1fr; }
    #result.wrong { color: $text-error; }
    #result.good { color: $text-success; }
    .buttons { height: 1; }
    .buttons Button { margin-right: 2; min-width: 0; padding: 0 1; }
    #form Checkbox { border: none; padding: 0; background: transparent; }
    #form Checkbox > .toggle--button { color: $background; background: $foreground 60%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Back"),
        ("ctrl+s", "go", "Test, then add"),
        ("ctrl+t", "advanced", "More"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.tested: Tested | None = None
        """What the last test found, while the fields are as they were then."""
        self.busy = False

    def on_mount(self) -> None:
        """Begin with the first field."""
        self.query(Input).first().focus()

    def row(self, label: str, *widgets: Widget) -> ComposeResult:
        """Return a label and what is filled in behind it."""
        with Horizontal(classes="row"):
            yield Label(Content(label))
            yield from widgets

    def value(self, name: str) -> str:
        """Return what stands in a field, "" where there is no such field."""
        found = self.query(f"#{name}").results(Input)
        return next((field.value if field.password else field.value.strip() for field in found), "")

    def action_go(self) -> None:
        """Test what was filled in; add it when it was tested."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss()

    def action_advanced(self) -> None:
        """Show or hide what few people fill in."""
        self.query_one("#form").toggle_class("open")

    def start(self, work: Callable[[], Message]) -> None:
        """Do it in a thread that nobody waits for when the agent leaves: a server may keep silent for long."""

        def run() -> None:
            try:
                message = work()
            except OmniDeskError as error:
                message = Refused(retold(str(error)))
            except Exception as error:  # noqa: BLE001  shown to the agent instead of ending the program
                message = Refused(_("that did not work: {error}").format(error=repr(error)))
            self.post_message(message)

        threading.Thread(target=run, name="set-up", daemon=True).start()

    def run(self, work: Callable[[], Message]) -> None:
        """Do what the form is for; until it is done the same key does nothing."""
        self.busy = True
        self.start(work)

    def changed(self) -> None:
        """What was tested is no longer what is there."""
        if self.tested is not None:
            self.tested = None
            self.say("")
            self._label()

    def on_tested(self, message: Tested) -> None:
        """Show what was found; the same key adds it now."""
        self.busy = False
        self.tested = message
        self.say(message.said, "good")
        self._label()
        self.query_one("#go", Button).focus()

    def on_refused(self, message: Refused) -> None:
        """Say why not."""
        self.busy = False
        self.say(clean(message.said), "wrong")

    def _label(self) -> None:
        button = self.query_one("#go", Button)
        button.label = Content(_("Add it ctrl+s") if self.tested is not None else _("Test ctrl+s"))
        button.refresh(layout=True)

    def say(self, text: str, style: str = "") -> None:
        """Show a sentence under the form, as `wrong` or `good` where it is."""
        result = self.query_one("#result", Static)
        result.set_class(style == "wrong", "wrong")
        result.set_class(style == "good", "good")
        result.update(Content(f"! {text}" if style == "wrong" else text))

    def press_button(self, event: Button.Pressed, actions: dict[str, Callable[[], Any]]) -> None:
        """Do what a button stands for; each has a key too."""
        actions[event.button.id or ""]()
