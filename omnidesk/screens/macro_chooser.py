"""Chooses a macro: a list over the lower part of the screen that answers to what is typed, and what it would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input

from omnidesk.screens.backstage import Backstage
from omnidesk.screens.later import Later
from omnidesk.screens.messages import DatabaseLost, Trouble
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.bars import Caption, KeyLine
from omnidesk.widgets.lines import Line, LinesView, cut, fit, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import macro_rows, macros, placeholders
    from omnidesk.desk.macros import FilledMacro, Suggestion
    from omnidesk.screens.session import Session
    from omnidesk.words.rows import Macro
else:
    macros, macro_rows = Later("omnidesk.desk.macros"), Later("omnidesk.desk.macro_rows")
    placeholders = Later("omnidesk.desk.placeholders")

PREVIEW = 8
"""Lines of what a macro would say."""
SHOWN = 200
"""Macros listed at most."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A macro as it goes into a reply; `channel_class` is what it was filled for."""

    filled: FilledMacro
    channel_class: str


@dataclass
class ChoicesRead(Message):
    """The macros that answer to what was typed, and the one under the cursor as it would be said."""

    found: list[Suggestion]
    filled: FilledMacro | None


class MacroChooser(ModalScreen[Chosen | None], OnTop[Chosen | None]):
    """Gives the macro chosen, None where the agent thinks better of it."""

    CSS = """
    MacroChooser { align: center bottom; background: $background 40%; }
    MacroChooser > Vertical { height: 80%; max-height: 26; width: 100%; background: $surface;
        border-top: heavy $primary; }
    MacroChooser PickList { height: 1fr; }
    MacroChooser #preview { height: 10; border-top: solid $primary 50%; }
    MacroChooser Input, MacroChooser Input:focus { border: none; height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self, session: Session, number: int, channel_class: str = "", many: int = 1) -> None:
        super().__init__()
        self.session, self.number, self.channel_class = session, number, channel_class
        self.backstage = Backstage(self.post_message)
        self.caption = Caption()
        self.list = PickList(id="macro-list")
        self.preview = LinesView(id="preview")
        self.keys = KeyLine()
        self.typed = Input(placeholder=_("type a part of its name"), select_on_focus=False)
        self.found: list[Suggestion] = []
        self.filled: FilledMacro | None = None
        self.language: str | None = None
        self._to = f"#{number}" if many == 1 else _("{count} conversations").format(count=many)
        self._facts: placeholders.Facts | None = None
        self._macros: list[Macro] = []

    def compose(self) -> ComposeResult:
        """What was typed, the list, the preview, the keys."""
        with Vertical():
            yield self.caption
            yield self.typed
            yield self.list
            yield self.preview
            yield self.keys

    def on_mount(self) -> None:
        """Read what there is."""
        self.list.can_focus = self.preview.can_focus = False
        self.caption.set_parts([("title", f" {_('Macro for {what}').format(what=self._to)}")], [])
        self.keys.set_keys([("Enter", _("insert")), ("ctrl+l", _("language")), ("esc", _("never mind"))])
        self.set_focus(self.typed)
        self.ask()

    def ask(self) -> None:
        """Read the macros that answer to what was typed, and the one under the cursor."""
        prefix, wanted, language = self.typed.value, self.list.cursor_key, self.language
        self.backstage.read("macros", lambda: self._read(prefix, wanted, language))

    def _read(self, prefix: str, wanted: int, language: str | None) -> ChoicesRead:
        if self._facts is None:
            self._macros = macros.list_macros(self.session.workspace, self.session.actor)
            self._facts = placeholders.Facts(self.session.workspace, self.session.actor, self.number)
            if not self.channel_class:
                self.channel_class = macros.class_of_conversation(self.session.workspace, self.number)
        found = macros.ranked(self._macros, self._facts, self.channel_class, prefix)[:SHOWN]
        chosen = next((one.macro for one in found if one.macro.id == wanted), found[0].macro if found else None)
        filled = macros.filled(chosen, self._facts, self.channel_class, language) if chosen is not None else None
        return ChoicesRead(found, filled)

    def on_choices_read(self, message: ChoicesRead) -> None:
        """Show the list; the cursor stays where it was while that macro is listed."""
        self.found, self.filled = message.found, message.filled
        width = max(20, self.app.size.width - 2)
        here = message.filled.macro.id if message.filled is not None else 0
        lines = [Line(_row(one, width, one.macro.id == here), one.macro.id) for one in self.found]
        self.list.show(lines or [_nothing(self.typed.value)])
        if message.filled is not None:
            self.list.pick(message.filled.macro.id)
        self.preview.show(_preview(message.filled, width))
        self.preview.go(0)

    def on_database_lost(self, message: DatabaseLost) -> None:
        """The database is out of reach: what is listed stays."""
        self.on_trouble(Trouble(message.said))

    def on_trouble(self, message: Trouble) -> None:
        """Something did not work."""
        self.caption.set_parts([("warn", f" {one_line(message.said, 200)}")], [])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another name is typed: the best one is under the cursor."""
        event.stop()
        self.list.cursor_key = 0
        self.ask()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the macro under the cursor."""
        event.stop()
        if self.filled is not None and self.filled.macro.id == self.list.cursor_key:
            self.dismiss(Chosen(self.filled, self.channel_class))

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A macro was clicked twice."""
        event.stop()
        self.on_input_submitted(Input.Submitted(self.typed, self.typed.value))

    def on_click(self) -> None:
        """Show what the macro under the mouse would say."""
        self.ask()

    def on_key(self, event: events.Key) -> None:
        """Walk through the list, turn the language, go back."""
        steps = {"down": 1, "tab": 1, "up": -1, "shift+tab": -1, "pagedown": 8, "pageup": -8}
        if event.key == "escape":
            self.dismiss(None)
        elif event.key in steps:
            self.list.move(steps[event.key])
            self.language = None
            self.ask()
        elif event.key == "ctrl+l":
            self.turn()
        elif event.character and event.is_printable and self.focused is not self.typed:
            self.typed.insert_text_at_cursor(event.character)  # typed before the screen was there
        else:
            return
        event.stop()
        event.prevent_default()

    def turn(self) -> None:
        """Show the macro in its next language."""
        if self.filled is not None:
            self.language = next_language(self.filled)
            self.ask()

    def on_unmount(self) -> None:
        """Let the threads end."""
        self.backstage.close()


def next_language(filled: FilledMacro) -> str:
    """Return the language after the one a macro is in now."""
    there = filled.languages
    return there[(there.index(filled.language) + 1) % len(there)] if filled.language in there else there[0]


def _row(one: Suggestion, width: int, here: bool) -> tuple[Part, ...]:
    macro = one.macro
    languages = " ".join(filter(None, macros.languages_of(macro)))
    does = macro_rows.described(macro.actions)
    left: list[Part] = [
        ("accent", ">" if here else " "),
        ("strong", f"{fit(one_line(macro.name), 28)} "),
        ("accent", fit(languages, 9)),
        ("", cut(one_line(one.wording.text, 200), max(10, width - 60))),
    ]
    right: list[Part] = [
        ("dim", f"  {does}" if does else ""),
        ("accent", "" if macro.shared else f"  {_('own')}"),
        ("", " "),
    ]
    return spread(left, right, width)


def _nothing(typed: str) -> Line:
    nothing = _("no macros yet: g M lists and makes them")
    said = _("no macro answers to {typed}").format(typed=one_line(typed, 40)) if typed.strip() else nothing
    return Line((("dim", f" {said}"),))


def _preview(filled: FilledMacro | None, width: int) -> list[Line]:
    if filled is None:
        return []
    lines = [Line((("warn", f" ! {text}"),)) for said in filled.warnings for text in wrap(said, width - 4)]
    said = [text for line in clean(filled.text).split("\n") for text in wrap(line, width - 2)]
    return [*lines, *(Line((("", f" {text}"),)) for text in said[:200])]
