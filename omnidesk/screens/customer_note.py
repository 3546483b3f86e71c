"""A note about a customer, being written or edited: over the whole terminal, so that it has room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import TextArea

from omnidesk.screens.backstage import Backstage
from omnidesk.screens.keys import KeyReader, pressed
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Done, Listing
from omnidesk.screens.messages import DatabaseLost, Trouble
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import clean
from omnidesk.widgets.bars import Caption, KeyLine, StatusBar
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import customer_notes
    from omnidesk.screens.desk import DeskScreen
else:
    customer_notes = Later("omnidesk.desk.customer_notes")


@dataclass
class NoteKept(Message):
    """The note is stored."""

    said: str


class NoteScreen(OnTop[None]):
    """Writes one note."""

    PLACE: ClassVar[str] = "customer-note"
    CSS = """
    NoteScreen TextArea { height: 1fr; border: none; border-top: solid $primary 50%; padding: 0 1; }
    """

    def __init__(self, desk: DeskScreen, customer: int, note: int | None, text: str) -> None:
        super().__init__()
        self.desk, self.session = desk, desk.session
        self.customer, self.note, self.before = customer, note, clean(text)
        self.backstage = Backstage(self.post_message)
        self.reader = KeyReader(desk.keymap)
        self.heading = Caption(id="note-heading")
        begun = desk.begun_notes.pop((customer, note), self.before)
        self.area = TextArea(begun, id="note-text", compact=True)
        self.status = StatusBar(id="note-status")
        self.keys = KeyLine(id="note-keys")
        self._busy = False

    def compose(self) -> ComposeResult:
        """Title, text, bars."""
        yield self.heading
        yield self.area
        yield self.status
        yield self.keys

    def on_mount(self) -> None:
        """Begin to write, behind what is there."""
        what = _("A note that stays with the customer") if self.note is None else _("Edit the note")
        self.heading.set_parts([("title", f" {what}  "), ("dim", _("only the team sees it"))], [])
        self.keys.set_keys(self.desk.keymap.line(self.PLACE))
        self.area.move_cursor(self.area.document.end)
        self.set_focus(self.area)

    def on_key(self, event: events.Key) -> None:
        """Run an action of this screen."""
        if self.passed_on(event):
            return
        found = self.reader.feed(self.PLACE, pressed(event.key, event.character))
        if found is not None:
            found[0].run(self, found[1])
            event.stop()
            event.prevent_default()

    def save(self) -> None:
        """Store it and go back."""
        text, session, customer, note = self.area.text, self.session, self.customer, self.note
        if self._busy:
            return
        self._busy = True

        def work() -> NoteKept:
            actor = session.actor
            if note is None:
                act, _kept = customer_notes.write(session.workspace, actor, customer, text)
            else:
                act, _kept = customer_notes.edit(session.workspace, actor, note, text)
            return NoteKept(act.summary + (_(" - u takes it back") if act.undoable else ""))

        self.backstage.write(work)

    def on_note_kept(self, message: NoteKept) -> None:
        """Back to what was open, which shows it."""
        self.dismiss()
        self.desk.say(message.said)
        self.desk.read_again()
        for screen in self.app.screen_stack:
            if isinstance(screen, Listing):
                screen.post_message(Done(message.said))

    def leave(self) -> None:
        """Go back; what was written waits for the next time."""
        if self.area.text.strip() and self.area.text != self.before:
            self.desk.begun_notes[self.customer, self.note] = self.area.text
            self.desk.say(_("kept: the same key goes on with it"))
        self.dismiss()

    def on_trouble(self, message: Trouble) -> None:
        """Something did not work: what was written stays."""
        self._busy = False
        self.status.say(message.said, True)

    def on_database_lost(self, message: DatabaseLost) -> None:
        """The database is out of reach: what was written stays."""
        self.on_trouble(Trouble(message.said))

    def on_unmount(self) -> None:
        """Let the threads end."""
        self.backstage.close()
