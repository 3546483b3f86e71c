"""Who gets what is being written: fields that are always there to read and to change. Loaded with the text area."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from omnidesk.text import recipients
from omnidesk.text.clean import one_line
from omnidesk.widgets.sheet import Sheet
from omnidesk.words.speech import _

LONGEST = 4_000
"""Characters of a field, and of what is pasted into it."""
ARROW = " → "
"""Stands between what was typed and somebody whose name or address does not begin so."""


class KnownPeople(Suggester):
    """Completes the last recipient of a field from the addresses that are known."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.known: tuple[str, ...] = ()
        self.begun, self.other = "", ""
        """What was typed of a recipient, and who has it elsewhere in their name or address."""

    async def get_suggestion(self, value: str) -> str | None:
        """Return the field as it would be completed; somebody who is found by another part stands behind an arrow."""
        full = recipients.completed(value, self.known)
        if full is None and self.other and recipients.last(value) == self.begun:
            return f"{value}{ARROW}{self.other}"
        return full


class Field(Input):
    """One line to type in; Tab takes what is suggested, or going right at its end."""

    def __init__(self, name: str, suggester: Suggester | None) -> None:
        super().__init__(id=f"field-{name}", select_on_focus=False, suggester=suggester, max_length=LONGEST)

    def take_suggestion(self) -> bool:
        """Complete the field; False when nothing is suggested."""
        if not self._suggestion or not self.cursor_at_end or len(self._suggestion) <= len(self.value):
            return False
        more = self._suggestion[len(self.value) :]
        found = more.startswith(ARROW)
        self.value = recipients.put_last(self.value, more.removeprefix(ARROW)) if found else self._suggestion
        self.cursor_position = len(self.value)
        return True

    def action_cursor_right(self, select: bool = False) -> None:
        """Go right; at the end take what is suggested."""
        if select or not self.take_suggestion():
            super().action_cursor_right(select)

    def suggest_again(self) -> None:
        """Look for a suggestion once more: other addresses are known now."""
        if self.suggester is not None and self.value:
            self.run_worker(self.suggester._get_suggestion(self, self.value))

    def on_paste(self, event: events.Paste) -> None:
        """Take one clean line; Textual then calls the input's own handler."""
        event.text = one_line(event.text[:LONGEST])


class Fields(Vertical):
    """To, Cc, Bcc, Subject: what is empty is hidden until the agent goes through the fields."""

    DEFAULT_CSS = """
    Fields {
        height: auto;
        & Horizontal { height: 1; }
        & Static { width: 5; height: 1; padding: 0 0 0 1; color: $foreground 75%; }
        & Field, & Field:focus { border: none; height: 1; padding: 0; background: $background; width: 1fr; }
        & Field:focus { background: $surface; }
    }
    """

    NAMES: ClassVar[dict[str, str]] = {"to": "To", "cc": "Cc", "bcc": "Bcc", "subject": "Re"}

    @dataclass
    class Searched(Message):
        """The agent types an address; `begun` is what there is of it."""

        begun: str

        def can_replace(self, message: Message) -> bool:
            """Only what was typed last matters."""
            return isinstance(message, Fields.Searched)

    @dataclass
    class Changed(Message):
        """A field changed."""

        def can_replace(self, message: Message) -> bool:
            """Once is enough."""
            return isinstance(message, Fields.Changed)

    @dataclass
    class Shown(Message):
        """Other fields are shown now."""

    def __init__(self) -> None:
        super().__init__(id="fields")
        self.people = KnownPeople()
        self.fields = {name: Field(name, None if name == "subject" else self.people) for name in self.NAMES}
        self._rows: dict[str, Horizontal] = {}
        self._set: dict[str, str] = {}
        self._sheet: Sheet | None = None

    def compose(self) -> ComposeResult:
        """A row a field."""
        for name, label in self.NAMES.items():
            row = self._rows[name] = Horizontal(Static(Content(_(label))), self.fields[name])
            yield row

    def set_sheet(self, sheet: Sheet) -> None:
        """Show who gets it."""
        self._sheet = sheet
        for name, people in (("to", sheet.to), ("cc", sheet.cc), ("bcc", sheet.bcc)):
            if recipients.read(self.fields[name].value) != people or not people:
                self._put(name, recipients.write(people))
        self._put("subject", one_line(sheet.subject, 500))
        self.show_rows()

    def _put(self, name: str, value: str) -> None:
        self._set[name] = value
        field = self.fields[name]
        if field.value != value:
            field.value = value
            field.cursor_position = len(value)

    def show_rows(self) -> None:
        """Hide what is empty, unless the agent is among the fields."""
        if self._sheet is None:
            return
        self.display = self._sheet.sort != "note"
        here = any(field.has_focus for field in self.fields.values())
        titled = self._sheet.sort in ("new", "aside") and (self._sheet.way is None or self._sheet.way.letters)
        for name, row in self._rows.items():
            if name == "subject":
                row.display = titled
            else:
                row.display = name == "to" or here or bool(self.fields[name].value)
        self.post_message(self.Shown())

    @property
    def rows(self) -> int:
        """How many lines there are."""
        return sum(row.display for row in self._rows.values()) if self.display else 0

    def on_descendant_focus(self) -> None:
        """Show all fields."""
        self.show_rows()

    def on_descendant_blur(self) -> None:
        """Hide the empty ones again."""
        self.show_rows()

    @property
    def shown(self) -> list[Field]:
        """The fields one can go to, in order; all but the subject count as shown when one is."""
        titled = self._rows["subject"].display
        return [field for name, field in self.fields.items() if name != "subject" or titled]

    def taken(self, sheet: Sheet) -> Sheet:
        """Return the sheet with what the fields say."""
        to, cc, bcc = (recipients.read(self.fields[name].value) for name in ("to", "cc", "bcc"))
        return replace(sheet, to=to, cc=cc, bcc=bcc, subject=one_line(self.fields["subject"].value, 500))

    def set_known(self, known: tuple[str, ...], begun: str, other: str) -> None:
        """Complete from these addresses from now on, and to the `other` what began as `begun`."""
        people = self.people
        if (known, begun, other) != (people.known, people.begun, people.other):
            people.known, people.begun, people.other = known, begun, other
            for field in self.fields.values():
                if field.has_focus:
                    field.suggest_again()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell of what the agent typed, and ask for addresses that begin so."""
        event.stop()
        name = (event.input.id or "").removeprefix("field-")
        if event.value == self._set.get(name):
            return
        self._set.pop(name, None)
        self.post_message(self.Changed())
        if name != "subject" and (begun := recipients.last(event.value)):
            self.post_message(self.Searched(begun))
