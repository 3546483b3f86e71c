"""A customer over the whole terminal: what is known of them, and their timeline over all channels, newest first.

Older entries come as one goes down. Enter opens the conversation at the message, and `q` there leads back to where one
was; leaving the timeline leads back to the conversation that was open before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.message import Message

from omnidesk import clock
from omnidesk.screens import timeline_keys
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import timeline_lines
from omnidesk.widgets.lines import Line, wrap
from omnidesk.widgets.pick_list import PickList
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.kinds import Direction
from omnidesk.words.speech import _
from omnidesk.words.timeline import EVERYTHING, KINDS, Entry, Key, Wanted

if TYPE_CHECKING:
    from omnidesk.desk import channels, customer_notes, customers, portrait, timeline, timeline_wanted, undo
    from omnidesk.screens import finding
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
    from omnidesk.widgets import portrait_lines
else:
    channels, customers = Later("omnidesk.desk.channels"), Later("omnidesk.desk.customers")
    customer_notes, portrait = Later("omnidesk.desk.customer_notes"), Later("omnidesk.desk.portrait")
    timeline, timeline_wanted = Later("omnidesk.desk.timeline"), Later("omnidesk.desk.timeline_wanted")
    undo, finding = Later("omnidesk.desk.undo"), Later("omnidesk.screens.finding")
    portrait_lines = Later("omnidesk.widgets.portrait_lines")

T = TypeVar("T")
PAGE = 100
"""Entries that are read at a time."""
HINT = "words, kind:call, channel:support, direction:in, before:7d; empty shows all"


@dataclass
class Standing:
    """A timeline as it was left: what of it was asked for, what was read, where the cursor stood, and which
    conversation was open under it, with the pane that was in front."""

    customer: int
    under: int | None
    front: str
    typed: str = ""
    wanted: Wanted = EVERYTHING
    entries: tuple[Entry, ...] = ()
    following: Key | None = None
    cursor: int = 0
    laid: dict[int, list[Line]] = field(default_factory=dict)
    """The lines of entries, by the number they bear."""
    width: int = 0
    """The columns that they were laid out for."""


@dataclass
class TimelineRead(Message):
    """The newest entries as asked, with what is known of the customer; lines are laid out for `width`."""

    title: str
    head: list[Line]
    entries: tuple[Entry, ...]
    following: Key | None
    laid: dict[int, list[Line]]
    wanted: Wanted
    width: int
    channels: tuple[str, ...]


@dataclass
class OlderEntries(Message):
    """The entries behind those that were read."""

    before: Key
    entries: tuple[Entry, ...]
    following: Key | None
    laid: dict[int, list[Line]]
    wanted: Wanted
    width: int


class TimelineList(PickList):
    """The list of a timeline; it says when it was scrolled."""

    @dataclass
    class Scrolled(Message):
        """Other lines are in sight."""

        def can_replace(self, message: Message) -> bool:
            """Once is enough."""
            return isinstance(message, TimelineList.Scrolled)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say so, that older entries can come in time."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())


class Timeline(Listing):
    """All that was said with a customer and done to them."""

    PLACE: ClassVar[str] = "timeline"
    HEADING: ClassVar[str] = "The customer"

    def __init__(self, desk: DeskScreen, standing: Standing) -> None:
        super().__init__(desk)
        self.list = TimelineList(id="list")
        self.standing = standing
        self._asked: Key | None = None
        """Behind which key older entries are being read."""
        self._going = False
        """Whether it is left for a message of its own."""
        self._head = 0
        """How many lines stand over the first entry."""
        self.channels: tuple[str, ...] = ()
        """The channels there are, by name."""

    # Reading

    def read(self, width: int) -> ListRead:
        """Read the newest entries; called in a thread."""
        standing, session = self.standing, self.session
        wanted, now = standing.wanted, clock.now()
        who = customers.get(session.workspace, standing.customer)
        page = timeline.page(session.workspace, who.id, wanted, PAGE)
        known = portrait.of(session.workspace, who)
        again = standing.entries if standing.width != width else ()
        laid = _laid((*page.entries, *again), width, now)
        head = portrait_lines.head(who, known, width, now)
        said = portrait_lines.context(known, now)
        head += [Line((("", f" {line}"),)) for line in wrap(said, width - 2) if said]
        head += [Line(()), *portrait_lines.addresses(who, known, width, now), Line(())]
        title = portrait_lines.name(who)
        names = tuple(one.name for one in channels.list_channels(session.workspace))
        found = TimelineRead(title, head, page.entries, page.following, laid, wanted, width, names)
        return found  # type: ignore[return-value]

    def on_timeline_read(self, message: TimelineRead) -> None:
        """The newest entries: what was read before of older ones stays under them."""
        one, self.channels = self.standing, message.channels
        if message.wanted != one.wanted:
            return
        if message.width != one.width:
            one.laid, one.width = {}, message.width
        last = message.entries[-1].key if message.entries and message.following is not None else None
        older = tuple(each for each in one.entries if last is not None and each.key < last)
        if not older:
            one.following = message.following
        one.entries = (*message.entries, *older)
        one.laid.update(message.laid)
        self._show(message.head, message.title)

    def _show(self, head: list[Line] | None = None, title: str = "") -> None:
        """Show what was read; what is looked at stays where it is on the screen."""
        one, first = self.standing, not self.list.lines
        cursor = self.list.cursor_key or one.cursor
        row = self.list.row - self.list.top
        before = self.list.cursor_key in self.list.keys
        lines = list(head) if head is not None else self.list.lines[: self._head]
        self._head = len(lines)
        for each in one.entries:
            lines += one.laid.get(timeline_lines.key(each), ())
        if not one.entries:
            lines.append(Line((("faint", f" {_('nothing here is as asked')}"),)))
        lines.append(timeline_lines.end(one.following is not None, max(20, one.width)))
        if title:
            self.heading.set_parts([("title", f" {title}  "), ("", self._filters())], [])
        self.list.show(lines)
        keys = self.list.keys
        if cursor not in keys:
            cursor = keys[0] if keys else 0
            before = False
        self.list.cursor_key = cursor
        if before:
            self.list.go(self.list.row - row)
        elif first and one.cursor:
            self.list.pick(cursor)
        self.listed()
        self.announce(over=False)

    def _filters(self) -> str:
        wanted = self.standing.wanted
        said = [_(timeline_lines.KINDS[kind]) for kind in wanted.kinds]
        said += [one_line(name, 30) for name in wanted.channels]
        said += [_(str(way)) for way in wanted.directions]
        if wanted.query != EVERYTHING.query:
            said.append(one_line(self.standing.typed, 60))
        return f"[{', '.join(said)}]" if said else _("the whole history")

    def listed(self) -> None:
        """Have older entries in time."""
        self.look_ahead()

    def look_ahead(self) -> None:
        """Ask for older entries where the end of what was read comes near."""
        one, height = self.standing, max(10, self.list.size.height)
        near = min(self.list.bottom - self.list.top, len(self.list.lines) - self.list.row) < 2 * height
        if one.following is None or self._asked == one.following or not near:
            return
        before = self._asked = one.following
        asked = (self.session, one.customer, one.wanted, before, max(20, one.width))
        self.backstage.read("older", partial(_older, *asked))

    def on_older_entries(self, message: OlderEntries) -> None:
        """Older entries go under the others."""
        one = self.standing
        if message.wanted != one.wanted or message.before != one.following or message.width != one.width:
            self._asked = None
            return
        one.entries, one.following = (*one.entries, *message.entries), message.following
        one.laid.update(message.laid)
        self._show()

    def on_timeline_list_scrolled(self, message: TimelineList.Scrolled) -> None:
        """The mouse may have scrolled."""
        self.look_ahead()

    def announce(self, over: bool = True) -> None:
        """Say where the cursor is, in plain mode; and look ahead."""
        super().announce(over)
        self.look_ahead()

    # What of it

    def ask_for(self, wanted: Wanted, typed: str = "") -> None:
        """Show only what is asked for, from the newest on."""
        one = self.standing
        self.standing = replace(
            one, typed=typed, wanted=wanted, entries=(), following=None, cursor=0, laid={}, width=one.width
        )
        self._asked = None
        self.list.cursor_key = 0
        self.list.go(0)
        self.read_again()

    def search(self, text: str = "") -> None:
        """Ask what to look for, or look for it."""
        if text:
            self._searched(self, text)
        else:
            self.ask(_("show only:"), self._searched, _(HINT), self.standing.typed)

    @staticmethod
    def _searched(screen: Timeline, text: str) -> None:
        try:
            screen.ask_for(timeline_wanted.parse(text), text.strip())
        except OmniDeskError as error:
            screen.say(str(error), True)

    def turn_kind(self) -> None:
        """Show the next kind only, after the last all."""
        wanted = self.standing.wanted
        turned = _turned(((), *((kind,) for kind in KINDS)), wanted.kinds)
        self.ask_for(replace(wanted, kinds=turned), self.standing.typed)

    def turn_channel(self) -> None:
        """Show the next channel only, after the last all."""
        wanted = self.standing.wanted
        turned = _turned(((), *((name,) for name in self.channels)), wanted.channels)
        self.ask_for(replace(wanted, channels=turned), self.standing.typed)

    def turn_way(self) -> None:
        """Show only what came, then only what went out, then what stayed inside, then all."""
        wanted = self.standing.wanted
        turned = _turned(((), *((way,) for way in Direction)), wanted.directions)
        self.ask_for(replace(wanted, directions=turned), self.standing.typed)

    def show_all(self) -> None:
        """Show everything again."""
        self.ask_for(EVERYTHING)

    # Notes

    def write_note(self) -> None:
        """Write a note about the customer."""
        timeline_keys.write_note(self.desk, self.standing.customer)

    def remove_note(self) -> None:
        """Take the note under the cursor out."""
        one, session = self.entry, self.session
        if one is None or one.note_id is None:
            self.say(_("only a note about the customer can be taken out"))
            return
        note = one.note_id
        self.do(lambda: customer_notes.remove(session.workspace, session.actor, note).summary + _(" - u takes it back"))

    def take_back(self) -> None:
        """Take back the agent's last act."""
        session = self.session
        self.do(lambda: undo.undo(session.workspace, session.actor).act.summary)

    @property
    def entry(self) -> Entry | None:
        """What the cursor stands on."""
        return next((one for one in self.standing.entries if timeline_lines.key(one) == self.key), None)

    # Going and leaving

    def open_entry(self) -> None:
        """Open the conversation at the message; a note about the customer to be edited."""
        one = self.entry
        if one is not None and one.note_id is not None:
            timeline_keys.write_note(self.desk, self.standing.customer, one.note_id, one.text)
        elif one is None or one.conversation_id is None:
            self.say(_("there is no conversation to open"))
        else:
            self.standing.cursor = self.key
            self._going = True
            desk, standing = self.desk, self.standing
            self.dismiss()
            if one.message_id is not None:
                finding.arrive_at(desk, one.conversation_id, (one.at, one.message_id))
            else:
                desk.leave_composer()
                desk.enter(one.conversation_id)
            desk.way_back = (one.conversation_id, standing)

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Leave; unless it is for a message, what was open before is open again."""
        one, desk = self.standing, self.desk
        if self.on_top and not self._going:
            if one.under is not None and desk.open_id != one.under:
                desk.open(one.under)
            desk.focus_pane(one.front)
        return super().dismiss(result)

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """An entry was clicked twice."""
        self.open_entry()


def _turned(choices: tuple[tuple[T, ...], ...], now: tuple[T, ...]) -> tuple[T, ...]:
    place = choices.index(now) if now in choices else 0
    return choices[(place + 1) % len(choices)]


def _laid(entries: Sequence[Entry], width: int, now: int) -> dict[int, list[Line]]:
    return {timeline_lines.key(one): timeline_lines.entry(one, width, now) for one in entries}


def _older(session: Session, customer: int, wanted: Wanted, before: Key, width: int) -> OlderEntries:
    page = timeline.page(session.workspace, customer, wanted, PAGE, before)
    laid = _laid(page.entries, width, clock.now())
    return OlderEntries(before, page.entries, page.following, laid, wanted, width)
