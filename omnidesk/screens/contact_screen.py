"""The call screen, and those of the counter and the post: who it is, how it went, what was said; saving logs it.

Whatever was open lies beneath, untouched: saving or `esc` leads back to the same cursor and the same draft.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label, Static, TextArea

from omnidesk import clock
from omnidesk.desk import live_calls, logbook, lookup, order_people, phones
from omnidesk.desk.contacts import Entry
from omnidesk.desk.lookup import Candidate
from omnidesk.screens.backstage import Backstage
from omnidesk.screens.contact_keys import PLACE
from omnidesk.screens.contact_sheet import (
    UNUSED,
    asked,
    contacted,
    hint,
    looks_like_order,
    open_words,
    order_words,
    row,
    title,
)
from omnidesk.screens.contact_sheet import Sheet as Sheet
from omnidesk.screens.keys import KeyReader, pressed
from omnidesk.screens.messages import DatabaseLost, Trouble
from omnidesk.screens.on_top import OnTop
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.text.phone import shown_phone, valid_phone
from omnidesk.widgets.bars import Caption, KeyLine, StatusBar
from omnidesk.widgets.lines import Line, cut
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.contacts import length, outcome
from omnidesk.words.rows import Contact, Conversation, LiveCall
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


@dataclass
class Looked(Message):
    """Who it may be; `number` is what was typed as a telephone number, "" where it is none."""

    typed: str
    number: str
    found: list[Candidate]


@dataclass
class CallHeard(Message):
    """How the call stands that the screen is about; None where it has ended."""

    call: LiveCall | None


@dataclass
class Saved(Message):
    """It is written down."""

    said: str
    number: int


class ContactScreen(OnTop[None]):
    """Writes one call, visit or letter down."""

    PLACE: ClassVar[str] = PLACE
    CSS = """
    ContactScreen .row { height: 1; }
    ContactScreen .row Label { width: 17; color: $text-muted; padding: 0 1; }
    ContactScreen Input { width: 1fr; }
    ContactScreen #facts, ContactScreen #choices { height: 1; padding: 0 1; }
    ContactScreen TextArea { height: 1fr; border: none; border-top: solid $primary 50%; padding: 0 1; }
    ContactScreen PickList { height: 5; border-top: solid $primary 50%; }
    """

    def __init__(self, desk: DeskScreen, sheet: Sheet) -> None:
        super().__init__()
        self.desk, self.session, self.sheet = desk, desk.session, sheet
        self.backstage = Backstage(self.post_message)
        self.reader = KeyReader(desk.keymap)
        self.heading = Caption(id="contact-heading")
        self.facts = Static("", id="facts", markup=False)
        self.choices = Static("", id="choices", markup=False)
        self.notes = TextArea(sheet.notes, id="notes", compact=True)
        self.list = PickList(id="found")
        self.status = StatusBar(id="contact-status")
        self.keys = KeyLine(id="contact-keys")
        self.found: list[Candidate] = []
        self.chosen: Candidate | None = None
        self.number = ""
        self.live: LiveCall | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """Fields, what is known, notes, who it may be."""
        kind = self.sheet.kind
        yield self.heading
        yield from self._row(asked(kind), Input(self.sheet.who, placeholder=hint(kind), id="who", compact=True))
        if kind != "call":
            yield from self._row(_("Order"), Input(self.sheet.order, id="order", compact=True))
        if kind == "visit":
            yield from self._row(_("Shop"), Input(self.sheet.shop, id="shop", compact=True))
        if kind == "letter":
            scan = _("the file of the scan")
            yield from self._row(_("Scan"), Input(self.sheet.scan, placeholder=scan, id="scan", compact=True))
        yield self.facts
        yield self.choices
        yield self.notes
        yield self.list
        yield self.status
        yield self.keys

    def _row(self, label: str, entry: Input) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Label(label, markup=False)
            yield entry

    def on_mount(self) -> None:
        """Begin with who it is, or with the notes where that is known."""
        self.list.can_focus = False
        keymap, unused = self.desk.keymap, UNUSED[self.sheet.kind]
        idle = {keymap.hint(name) for name in unused}
        self.keys.set_keys([(key, word) for key, word in keymap.line(self.PLACE) if key not in idle])
        self.set_focus(self.notes if self.sheet.who else self.query_one("#who", Input))
        self.show()
        self.look()
        self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        self.show()
        call = self.sheet.call
        if call is not None:
            workspace = self.session.workspace
            self.backstage.read(
                "call", lambda: CallHeard(next((one for one in live_calls.live(workspace) if one.id == call), None))
            )

    def on_call_heard(self, message: CallHeard) -> None:
        """The telephone system knows when it was taken, and whether it goes on."""
        before, self.live = self.live, message.call
        sheet = self.sheet
        if message.call is None:
            sheet.lasted = sheet.seconds
        elif message.call.answered_at is not None and (before is None or before.answered_at is None):
            sheet.began = clock.monotonic() - (clock.now() - message.call.answered_at) / clock.SECOND

    # Who it is

    def look(self) -> None:
        """Look for who it may be."""
        typed, workspace, customer = self.sheet.who, self.session.workspace, self.sheet.customer

        def work() -> Looked:
            region = phones.region(workspace.database.reader)
            number = normalise_identity("phone", typed, region)
            found = lookup.look_up(workspace, typed)
            if customer is not None and customer not in [one.customer.id for one in found]:
                found = [*lookup.candidates(workspace, [customer]), *found]
            return Looked(typed, number if valid_phone(number) else "", found)

        self.backstage.read("who", work)

    def on_looked(self, message: Looked) -> None:
        """Show who it may be; whose number it is, is chosen."""
        if message.typed != self.sheet.who:
            return
        self.number, self.found = message.number, message.found
        self.chosen = next((one for one in self.found if one.customer.id == self.sheet.customer), None)
        if self.chosen is None and self.number:
            self.chosen = next((one for one in self.found if _has(one, self.number)), None)
        self._list()
        self.show()

    def _list(self) -> None:
        width, now = max(20, self.app.size.width - 1), clock.now()
        self.list.show([Line(row(one, width, now), place) for place, one in enumerate(self.found, 1)])
        self.list.cursor_key = min(max(1, self.list.cursor_key), len(self.found))

    def choose(self) -> None:
        """Take the one under the cursor."""
        if self.found:
            self.chosen = self.found[max(1, self.list.cursor_key) - 1]
            self.sheet.customer, self.sheet.belongs = self.chosen.customer.id or None, None
            if self.chosen.order is not None and not self.sheet.order:
                self._take_order(self.chosen.order.order.number)
        self.show()

    def _take_order(self, number: str) -> None:
        """Write down which order it is about."""
        self.sheet.order = number
        for entry in self.query("#order").results(Input):
            entry.value = number

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep what is typed; who it is, is looked for meanwhile."""
        event.stop()
        name, value = event.input.id or "", one_line(event.value, 300)
        if value == getattr(self.sheet, name):
            return
        setattr(self.sheet, name, value)
        if name == "who":
            self.sheet.customer, self.chosen, self.sheet.belongs, self.number = None, None, None, ""
            self.look()
        self.show()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Keep the notes."""
        self.sheet.notes = event.text_area.text

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter takes who was found, and goes on; a scanned number that is nobody's is the order's."""
        event.stop()
        if event.input.id == "who":
            typed = self.sheet.who
            self.choose()
            if self.sheet.kind != "call" and looks_like_order(typed) and not self.number and not self.sheet.order:
                self.query_one("#order", Input).value = typed
        self.set_focus(self.notes)

    def on_pick_list_picked(self, event: PickList.Picked) -> None:
        """One was clicked twice."""
        event.stop()
        self.choose()

    # Keys

    def on_key(self, event: events.Key) -> None:
        """Run an action of this screen, or walk through who was found."""
        if self.passed_on(event):
            return
        found = self.reader.feed(self.PLACE, pressed(event.key, event.character))
        if found is not None:
            found[0].run(self, found[1])
        elif event.key in ("down", "up") and self.focused is not self.notes and self.found:
            self.list.move(1 if event.key == "down" else -1)
        else:
            return
        event.stop()
        event.prevent_default()

    def show(self) -> None:
        """Show what is known and chosen, and how long it lasts."""
        sheet, width = self.sheet, max(20, self.app.size.width - 3)
        whose = shown_phone(self.chosen.customer.name) if self.chosen is not None else shown_phone(self.number)
        self.heading.set_parts([("title", f" {title(sheet.kind)}  "), ("strong", one_line(whose, 60))], self._clock())
        self.facts.update(cut(self._facts(), width))
        self.choices.update(cut("   ".join(self._choices()), width))

    def _clock(self) -> list[Part]:
        if self.sheet.kind != "call":
            return []
        state = _("rings") if self.live is not None and self.live.state == "ringing" else ""
        if self.sheet.lasted is not None:
            state = _("ended")
        return [("key", f"{state} {length(self.sheet.seconds)} ".lstrip())]

    def _facts(self) -> str:
        if self.chosen is None:
            nobody = _("nobody known by that") if self.sheet.who and not self.found else ""
            return _("Enter takes the one marked below") if self.found else nobody
        one, now = self.chosen, clock.now()
        said = (one_line(shown_phone(one.customer.name)), "VIP" if one.customer.vip else "", order_words(one),
                contacted(one, now), open_words(len(one.open)))  # fmt: skip
        return "  ".join(part for part in said if part)

    def _choices(self) -> list[str]:
        keymap, sheet = self.desk.keymap, self.sheet
        said = []
        if sheet.kind != "visit":
            words = {"in": _("came in"), "out": _("went out")}
            if sheet.kind == "call":
                words = {"in": _("they called"), "out": _("we called")}
            said.append(f"{words[sheet.way]} ({keymap.hint('contact-way')})")
        if sheet.kind == "call":
            said.append(f"{outcome(sheet.outcome)} ({keymap.hint('contact-outcome')})")
        matter = next((f"#{one.id} {one_line(one.subject, 40)}" for one in self._matters() if one.id == sheet.belongs),
                      f"#{sheet.belongs}" if sheet.belongs else _("a new conversation"))  # fmt: skip
        return [*said, f"{matter} ({keymap.hint('contact-matter')})"]

    def _matters(self) -> tuple[Conversation, ...]:
        return self.chosen.open if self.chosen is not None else ()

    def turn_matter(self) -> None:
        """Choose the next conversation that it may belong to."""
        there = [None, *(one.id for one in self._matters())]
        if self.sheet.belongs is not None and self.sheet.belongs not in there:
            there.append(self.sheet.belongs)
        self.sheet.belongs = there[(there.index(self.sheet.belongs) + 1) % len(there)]
        if len(there) == 1:
            self.status.say(_("no conversation of theirs is open: it begins one"))
        self.show()

    # Saving

    def entry(self) -> Entry | None:
        """Return what is to be written down; None, and said why, where something is missing."""
        sheet, chosen = self.sheet, self.chosen
        talked = sheet.kind == "call" and sheet.outcome == "answered"
        contact = Contact(
            way=sheet.way,
            outcome=sheet.outcome if sheet.kind == "call" else "",
            seconds=sheet.seconds if talked else 0,
            taken_by=self.session.agent.login if talked else "",
            shop=sheet.shop,
            order=sheet.order,
        )
        number = self.number or (chosen.phone if chosen is not None and sheet.kind == "call" else "")
        if chosen is not None and self.number and not _has(chosen, self.number):
            number = ""
        if sheet.kind == "call" and sheet.who and not number and chosen is None:
            self.status.say(_("{who} is no number: choose who it is with Enter").format(who=sheet.who), wrong=True)
            return None
        return Entry(
            kind=sheet.kind,
            contact=contact,
            text=sheet.notes,
            number=number if sheet.kind != "letter" else "",
            who=sheet.who if sheet.kind == "letter" and chosen is None else "",
            customer_id=(chosen.customer.id or None) if chosen is not None else None,
            conversation=sheet.belongs,
            call=sheet.call,
        )

    def save(self) -> None:
        """Write it down, and go back to what was open."""
        entry = self.entry()
        if entry is None or self._busy:
            return
        if entry.kind == "visit" and not (entry.text.strip() or entry.contact.order or entry.customer_id):
            self.status.say(_("say who it was, the order or what was said"), wrong=True)
            return
        self._busy = True
        session, scan, chosen = self.session, self.sheet.scan, self.chosen

        def work() -> Saved:
            written = entry
            if chosen is not None and chosen.customer.id == 0 and chosen.order is not None:
                customer = order_people.customer_of(session.workspace, session.actor, chosen.order.id)
                written = replace(entry, customer_id=customer)
            done = logbook.log(session.workspace, session.actor, written, [scan] if scan else ())  # type: ignore[list-item]
            back = _(" - u takes it back") if done.act.undoable else ""
            return Saved(done.act.summary + back, done.message.conversation_id)

        self.backstage.write(work)

    def on_saved(self, message: Saved) -> None:
        """Back to what was open."""
        self.dismiss()
        self.desk.say(message.said)
        self.desk.read_again()

    def on_trouble(self, message: Trouble) -> None:
        """Something did not work: what was written stays."""
        self._busy = False
        self.status.say(message.said, wrong=True)

    def on_database_lost(self, message: DatabaseLost) -> None:
        """The database is out of reach: what was written stays."""
        self.on_trouble(Trouble(message.said))

    def leave(self) -> None:
        """Go back; what was written waits for the same key."""
        if self.sheet.written:
            self.desk.put_aside[self.sheet.kind] = self.sheet
            self.desk.say(_("kept: the same key goes on with it"))
        self.dismiss()

    def on_unmount(self) -> None:
        """Let the threads end."""
        self.backstage.close()


def _has(one: Candidate, number: str) -> bool:
    return any(each.kind == "phone" and each.value == number for each in one.customer.identities)
