"""What the screens beside the main one have in common: a title, a list to pick from, a line to ask in, the keys.

A screen of this sort says what it lists (`read`, called in a thread) and which actions work on it: its place is its
class's `PLACE`, and its actions are in the one registry like all others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.message import Message

from omnidesk.screens.backstage import Backstage
from omnidesk.screens.keys import Action, KeyReader, Press, pressed, shown
from omnidesk.screens.messages import DatabaseLost, Trouble
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import one_line
from omnidesk.widgets.bars import Caption, KeyLine, StatusBar
from omnidesk.widgets.lines import Line
from omnidesk.widgets.pick_list import PickList
from omnidesk.widgets.prompt import Prompt
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.help import HelpScreen
    from omnidesk.screens.session import Session

Scrolled: TypeAlias = "Listing | HelpScreen"
"""What goes up and down with the same keys."""

LISTINGS: tuple[str, ...] = (
    "history",
    "channels",
    "kinds",
    "outbox",
    "quarantine",
    "agents",
    "macros",
    "facts",
    "views",
    "stats",
    "news",
    "leaving",
    "bulk",
    "ways",
    "preview",
    "drafts",
    "details",
    "reader",
    "picking",
    "orders",
    "order",
    "import",
    "permissions",
    "timeline",
)
"""The places of these screens."""
SCROLLED = (*LISTINGS, "help")
"""Where one goes up and down in the same way."""


@dataclass
class ListRead(Message):
    """What a list shows now."""

    lines: list[Line]
    title: str = ""


@dataclass
class Done(Message):
    """Something asked for on such a screen was done; `said` is for the agent."""

    said: str


class Listing(OnTop[None]):
    """A list over the whole terminal; q goes back."""

    PLACE: ClassVar[str]
    """Where its keys work; one of `LISTINGS`."""
    HEADING: ClassVar[str]

    def __init__(self, desk: DeskScreen) -> None:
        super().__init__()
        self.desk = desk
        self.session: Session = desk.session
        self.backstage = Backstage(self.post_message)
        self.reader = KeyReader(desk.keymap)
        self.heading = Caption(id="heading")
        self.list = PickList(id="list")
        self.status = StatusBar(id="list-status")
        self.prompt = Prompt(id="list-prompt")
        self.keys = KeyLine(id="list-keys")
        self._answered: Callable[[Any, str], None] | None = None
        self._announced: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        """Title, list, bars."""
        yield self.heading
        yield self.list
        yield self.status
        yield self.prompt
        yield self.keys

    def read(self, width: int) -> ListRead:
        """Return what the list shows in so many columns; called in a thread. May raise OmniDeskError."""
        raise NotImplementedError

    @property
    def key(self) -> int:
        """What the cursor stands on; 0 for nothing."""
        return self.list.cursor_key

    def on_mount(self) -> None:
        """Read the list."""
        self.heading.set_parts([("title", f" {_(self.HEADING)}")], [])
        self.set_focus(self.list)
        self.refresh_keys()

    def on_resize(self) -> None:
        """Lay out for the width."""
        self.read_again()

    def read_again(self) -> None:
        """Show the list as it is now."""
        width = max(20, self.app.size.width - 1)
        self.backstage.read(self.PLACE, lambda: self.read(width))

    def on_list_read(self, message: ListRead) -> None:
        """The list as it is now; the cursor stays on its key."""
        self.heading.set_parts([("title", f" {message.title or _(self.HEADING)}")], [])
        self.list.show(message.lines)
        keys = self.list.keys
        if self.key not in keys:
            self.list.cursor_key = keys[0] if keys else 0
        self.listed()
        self.announce(over=False)

    def listed(self) -> None:
        """The list is on the screen."""

    # Plain mode

    def announce(self, over: bool = True) -> None:
        """In plain mode: say in one line what the cursor stands on, and put the terminal's cursor there. What was said
        before stays unless the row may be said `over` it."""
        if not self.session.preferences.plain or self.prompt.active or not self.list.lines:
            return
        row = self.list.row
        self.app.cursor_position = self.list.region.offset + Offset(0, row - self.list.top)
        if (self.key, 0 if self.key else row) != self._announced:
            self._announced = (self.key, 0 if self.key else row)
            if over or not self.status.said:
                self.say(self.spoken())

    def spoken(self) -> str:
        """Return the row under the cursor as a sentence, with its place; where no row can be chosen, the top line."""
        keys, words = self.list.keys, one_line(self.list.words, 600)
        if self.key not in keys:
            return words
        place = _("{place} of {count}").format(place=keys.index(self.key) + 1, count=len(keys))
        return f"{place}, {words}"

    def on_click(self) -> None:
        """The mouse may have put the cursor on another row."""
        self.announce()

    def on_done(self, message: Done) -> None:
        """Say what was done and show what came of it."""
        self.status.say(message.said)
        self.read_again()

    def on_trouble(self, message: Trouble) -> None:
        """Something did not work."""
        self.status.say(message.said, True)
        self.read_again()

    def do(self, work: Callable[[], str]) -> None:
        """Change something in a thread; `work` returns what to say then, and may raise OmniDeskError."""
        self.backstage.write(lambda: Done(one_line(work(), 300)))

    def on_database_lost(self, message: DatabaseLost) -> None:
        """The database is out of reach: what is listed stays."""
        self.on_trouble(Trouble(message.said))

    def say(self, text: str, wrong: bool = False) -> None:
        """Tell the agent something."""
        self.status.say(text, wrong)

    def ask(self, question: str, then: Callable[[Any, str], None], hint: str = "", text: str = "") -> None:
        """Ask in the line at the bottom; `then` gets this screen and the answer."""
        self._answered = then
        self.prompt.ask(self.PLACE, question, hint, text)
        self.refresh_keys()

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        """The agent answered, or did not."""
        self.set_focus(self.list)
        if message.text is not None and self._answered is not None:
            self._answered(self, message.text)
        self.refresh_keys()

    def on_key(self, event: events.Key) -> None:
        """Run the action of a key."""
        if self.prompt.active or self.passed_on(event):
            return
        found = self.reader.feed(self.PLACE, pressed(event.key, event.character))
        if found is not None:
            self.run(*found)
        if self.reader.used:
            event.stop()
            event.prevent_default()
        self.refresh_keys()

    def run(self, action: Action, press: Press) -> None:
        """Run an action of this list, and say in plain mode where the cursor is then."""
        self.say("")
        action.run(self, press)
        if self.on_top:
            self.announce(over=False)
        self.refresh_keys()

    def on_key_line_chosen(self, message: KeyLine.Chosen) -> None:
        """A key of the line was clicked: that is as good as pressing it."""
        place = "" if self.prompt.active else self.PLACE
        for key in self.desk.keymap.sequence(place, message.label, self.reader.waiting):
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))

    def explain(self) -> None:
        """Show the keys, those of this list first."""
        self.desk.show_help(self.PLACE, _(self.HEADING))

    def refresh_keys(self) -> None:
        """Show the keys that work here."""
        if self.prompt.active:
            self.keys.set_keys([("Enter", _("ok")), ("Tab", _("completes")), ("esc", _("never mind"))])
        elif self.reader.waiting:
            following = self.reader.keymap.following(self.PLACE, self.reader.waiting)
            self.keys.set_keys([(shown(key), _(action.word)) for key, action in following], "")
        else:
            self.keys.set_keys(self.desk.keymap.line(self.PLACE))

    def on_unmount(self) -> None:
        """Let the threads end."""
        self.backstage.close()


def _move(screen: Scrolled, press: Press) -> None:
    screen.list.move(press.count or 1)


def _move_up(screen: Scrolled, press: Press) -> None:
    screen.list.move(-(press.count or 1))


def _first(screen: Scrolled, press: Press) -> None:
    if press.count:
        screen.list.move_to(press.count - 1)
    else:
        screen.list.first()


def _last(screen: Scrolled, press: Press) -> None:
    if press.count:
        screen.list.move_to(press.count - 1)
    else:
        screen.list.last()


def _page(pages: float) -> Callable[[Scrolled, Press], None]:
    def turn(screen: Scrolled, press: Press) -> None:
        screen.list.page(pages * (press.count or 1))

    return turn


def _leave(screen: Scrolled, press: Press) -> None:
    screen.dismiss()


def _help(screen: Scrolled, press: Press) -> None:
    screen.explain()


def _palette(screen: Listing, press: Press) -> None:
    screen.app.action_command_palette()


_TEXTS = ("reader:space", "preview:space", "details:space", "help:space")
ACTIONS = (
    Action("list-down", "down", "Go down a list; 5j goes five rows", ("j", "down"), SCROLLED, "Lists", _move),
    Action("list-up", "up", "Go up a list", ("k", "up"), SCROLLED, "Lists", _move_up),
    Action("list-first", "first", "Go to the first line, or line 5: 5gg", ("g g", "home"), SCROLLED, "Lists", _first),
    Action("list-last", "last", "Go to the last line", ("G", "end"), SCROLLED, "Lists", _last),
    Action("list-half-down", "half down", "Go down half a list", ("ctrl+d",), SCROLLED, "Lists", _page(0.5)),
    Action("list-half-up", "half up", "Go up half a list", ("ctrl+u",), SCROLLED, "Lists", _page(-0.5)),
    Action("list-page-down", "page down", "Go down a page", ("pagedown", *_TEXTS), SCROLLED, "Lists", _page(1)),
    Action("list-page-up", "page up", "Go up a page", ("pageup",), SCROLLED, "Lists", _page(-1)),
    Action("list-palette", "commands", "The commands of this list", (":", "ctrl+p"), LISTINGS, "Lists", _palette),
    Action("list-help", "keys", "Show the keys", ("?",), SCROLLED, "Lists", _help, 99),
    Action("list-leave", "back", "Go back", ("q", "escape"), SCROLLED, "Lists", _leave, 98),
)
