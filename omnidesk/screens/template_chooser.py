"""Chooses an approved text and fills it in: a list that answers to what is typed, then its fields one by one, and at
last the whole as the customer will read it."""

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
from omnidesk.text.fold import fold
from omnidesk.widgets.bars import Caption, KeyLine
from omnidesk.widgets.lines import Line, LinesView, cut, fit, spread, wrap
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import reaching, templates
    from omnidesk.desk.templates import Listed
    from omnidesk.screens.session import Session
else:
    reaching, templates = Later("omnidesk.desk.reaching"), Later("omnidesk.desk.templates")

LONGEST_VALUE = 1_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template with its values, as it goes."""

    one: Listed
    values: tuple[str, ...]


@dataclass
class TemplatesRead(Message):
    """The templates there are."""

    found: list[Listed]


class TemplateChooser(ModalScreen[Chosen | None], OnTop[Chosen | None]):
    """Gives the template to send, None where the agent thinks better of it."""

    CSS = """
    TemplateChooser { align: center bottom; background: $background 40%; }
    TemplateChooser > Vertical { height: 80%; max-height: 26; width: 100%; background: $surface;
        border-top: heavy $primary; }
    TemplateChooser PickList { height: 1fr; }
    TemplateChooser #template-preview { height: 11; border-top: solid $primary 50%; }
    TemplateChooser Input, TemplateChooser Input:focus { border: none; height: 1; padding: 0 1; background: $surface; }
    """

    def __init__(self, session: Session, number: int, channel: str | None, waits: bool) -> None:
        super().__init__()
        self.session, self.number, self.channel, self.waits = session, number, channel, waits
        self.backstage = Backstage(self.post_message)
        self.caption = Caption()
        self.list = PickList(id="template-list")
        self.preview = LinesView(id="template-preview")
        self.keys = KeyLine()
        self.typed = Input(placeholder=_("type a part of its name"), select_on_focus=False, max_length=LONGEST_VALUE)
        self.there: list[Listed] = []
        self.found: list[Listed] = []
        self.chosen: Listed | None = None
        """The template that is being filled in; None while one is chosen."""
        self.values: list[str] = []
        self._sought = ""

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
        self.set_focus(self.typed)
        self._show()
        self.backstage.read("templates", self._read)

    def _read(self) -> TemplatesRead:
        if self.number:
            return TemplatesRead(reaching.choices(self.session.workspace, self.number, self.channel))
        return TemplatesRead(templates.named(self.session.workspace, self.channel or ""))

    def on_templates_read(self, message: TemplatesRead) -> None:
        """Show the list."""
        self.there = message.found
        self._show()

    def on_database_lost(self, message: DatabaseLost) -> None:
        """The database is out of reach: what is listed stays."""
        self.on_trouble(Trouble(message.said))

    def on_trouble(self, message: Trouble) -> None:
        """Something did not work."""
        self.caption.set_parts([("warn", f" {one_line(message.said, 200)}")], [])

    # What is shown

    @property
    def under(self) -> Listed | None:
        """The template under the cursor."""
        return self.found[self.list.cursor_key - 1] if 0 < self.list.cursor_key <= len(self.found) else None

    @property
    def place(self) -> int:
        """The field that is asked for; behind the last one nothing is missing."""
        return len(self.values)

    def _show(self) -> None:
        width = max(20, self.app.size.width - 2)
        if self.chosen is None:
            self._show_list(width)
        else:
            self._ask(self.chosen)
        one = self.chosen or self.under
        self.preview.show(_preview(one, [*self.values, self._now], width) if one is not None else [])
        self.preview.go(0)

    @property
    def _now(self) -> str:
        return self.typed.value.strip() if self.chosen is not None else ""

    def _show_list(self, width: int) -> None:
        wanted = fold(self.typed.value).split()
        self.found = [
            one for one in self.there if all(word in fold(f"{one.name} {one.text}") for word in wanted)
        ]  # fmt: skip
        here = self.list.cursor_key if 0 < self.list.cursor_key <= len(self.found) else 1
        lines = [Line(_row(one, width, key == here), key) for key, one in enumerate(self.found, 1)]
        self.list.show(lines or [Line((("dim", f" {self._nothing()}"),))])
        if lines:
            self.list.pick(here)
        waits = _("what you wrote waits for their answer") if self.waits else _("they get nothing else")
        self.caption.set_parts([("title", f" {_('Template: {what}').format(what=waits)}")], [])
        self.keys.set_keys([("Enter", _("fill it in")), ("esc", _("never mind"))])

    def _nothing(self) -> str:
        if not self.there:
            return _("there are no templates: the engine asks the provider for them")
        return _("no template answers to {typed}").format(typed=one_line(self.typed.value, 40))

    def _ask(self, one: Listed) -> None:
        if self.place < len(one.fields):
            example = one.examples[self.place] if self.place < len(one.examples) else ""
            self.typed.placeholder = _("such as {example}").format(example=example) if example else ""
            said = _("{name}, field {place} of {count}: {field}").format(
                name=one.name, place=self.place + 1, count=len(one.fields), field=one.fields[self.place]
            )
            self.keys.set_keys([("Enter", _("next")), ("S-Tab", _("back")), ("esc", _("never mind"))])
        else:
            self.typed.placeholder = ""
            said = _("{name}: this is what they get").format(name=one.name)
            self.keys.set_keys([("Enter", _("send it")), ("S-Tab", _("back")), ("esc", _("never mind"))])
        self.caption.set_parts([("title", f" {said}")], [("dim", f"{one.channel} {one.language} ")])

    # What is typed

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another name is sought, or a value typed."""
        event.stop()
        if self.chosen is None:
            self.list.cursor_key = 0
        self._show()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the template under the cursor, the value that was typed, or the whole."""
        event.stop()
        if self.chosen is None:
            if self.under is not None:
                self.chosen, self._sought = self.under, self.typed.value
                self._begin("")
        elif self.place >= len(self.chosen.fields):
            self.dismiss(Chosen(self.chosen, tuple(self.values)))
        elif self._now:
            self.values.append(one_line(clean(self.typed.value), LONGEST_VALUE))
            self._begin("")

    def _begin(self, value: str) -> None:
        self.list.display = self.chosen is None
        self.preview.styles.height = 11 if self.chosen is None else "1fr"
        self.typed.value = value
        self.typed.cursor_position = len(value)
        self._show()

    def back(self) -> None:
        """Go back to the field before, from the first one to the list."""
        if self.chosen is None:
            return
        if self.values:
            self._begin(self.values.pop())
            return
        self.chosen = None
        self.typed.placeholder = _("type a part of its name")
        self._begin(self._sought)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """A template was clicked twice."""
        event.stop()
        self.on_input_submitted(Input.Submitted(self.typed, self.typed.value))

    def on_click(self) -> None:
        """Show the template under the mouse."""
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Walk through the list, go back."""
        steps = {"down": 1, "tab": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if event.key == "escape":
            self.dismiss(None)
        elif event.key == "shift+tab" and self.chosen is not None:
            self.back()
        elif event.key in steps and self.chosen is None:
            self.list.move(steps[event.key])
            self._show()
        elif event.character and event.is_printable and self.focused is not self.typed:
            self.typed.insert_text_at_cursor(event.character)  # typed before the screen was there
        else:
            return
        event.stop()
        event.prevent_default()

    def on_unmount(self) -> None:
        """Let the threads end."""
        self.backstage.close()


def _row(one: Listed, width: int, here: bool) -> tuple[Part, ...]:
    left: list[Part] = [
        ("accent", ">" if here else " "),
        ("strong", f"{fit(one_line(one.name), 26)} "),
        ("accent", fit(one_line(one.language), 7)),
        ("", cut(one_line(one.text, 300), max(10, width - 52))),
    ]
    return spread(left, [("dim", f"  {one_line(one.category, 16)} ")], width)


def _preview(one: Listed, values: list[str], width: int) -> list[Line]:
    text = templates.text_of(one, values)
    said = [line for part in clean(text).split("\n") for line in (wrap(part, width - 2) or [""])]
    cost = [Line((("faint", f" {line}"),)) for line in wrap(one_line(one.cost), width - 2)] if one.cost else []
    return [*(Line((("", f" {line}"),)) for line in said[:200]), *cost]
