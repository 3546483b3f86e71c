"""What the threads backstage tell the main screen: small dataclasses, one a thing that happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.widgets.customer_pane import Known
from omnidesk.widgets.queue_window import Window
from omnidesk.widgets.thread_lines import Block
from omnidesk.words.rows import Conversation, Held, SavedView

if TYPE_CHECKING:
    from omnidesk.desk.status import Summary
    from omnidesk.screens.session import Opening
    from omnidesk.widgets.sheet import Sheet


@dataclass
class Stirred(Message):
    """Something was committed to the workspace."""

    def can_replace(self, message: Message) -> bool:
        """Once is enough."""
        return isinstance(message, Stirred)


@dataclass
class DatabaseLost(Message):
    """The database is out of reach since a time (UTC ms), and why."""

    since: int
    said: str


@dataclass
class Opened(Message):
    """The workspace could be opened at last; None where there is none yet."""

    opening: Opening | None


@dataclass
class DatabaseBack(Message):
    """The database can be reached again."""


@dataclass
class WindowRead(Message):
    """Rows of the queue; `seconds` is what reading them took."""

    window: Window
    seconds: float = 0.0


@dataclass
class ViewRefused(Message):
    """A view or a search that cannot be shown, and why; with `gone` there is none of that name."""

    view: str
    said: str
    gone: bool = False


@dataclass
class ViewSaved(Message):
    """A view was saved or changed; `show` is the view to show now."""

    view: str
    said: str
    show: str | None = None


@dataclass
class ViewsRead(Message):
    """The agent's saved views, in their order, and how many conversations each holds."""

    views: tuple[SavedView, ...]
    counts: dict[str, int]
    seconds: float = 0.0


@dataclass
class ThreadRead(Message):
    """A conversation and its newest messages, laid out for `width`; `asked` is the number it was asked by."""

    asked: int
    conversation: Conversation
    blocks: list[Block]
    more: bool
    offers: tuple[int, ...]
    width: int
    refresh: bool
    seconds: float = 0.0
    check: str = ""
    """Why the person is to be checked, "" where they are not."""
    check_items: tuple[str, ...] = ()
    """What is asked for in a check."""
    held: Held | None = None


@dataclass
class OlderRead(Message):
    """Older messages of a conversation, laid out."""

    conversation_id: int
    blocks: list[Block]
    more: bool


@dataclass
class CustomerRead(Message):
    """The customer of a conversation; `seconds` is what reading took."""

    conversation_id: int
    known: Known
    seconds: float = 0.0


@dataclass
class SummaryRead(Message):
    """Counts and health."""

    summary: Summary
    seconds: float = 0.0


@dataclass
class SheetRead(Message):
    """Who a reply would go to and how, and the draft there is."""

    sheet: Sheet
    text: str
    began: bool = True


@dataclass
class Acted(Message):
    """An act was done. `leaving` are conversations that were dealt with, so that the next one can open; `show` is one
    to show, with `enter` to go into, with `write` to write in."""

    said: str
    leaving: tuple[int, ...] = ()
    show: int | None = None
    undoable: bool = True
    enter: bool = False
    write: bool = False


@dataclass
class Written(Message):
    """A reply was queued or a note was stored; `sheet` is what it was written on, `after` what is shown then: the
    next conversation, the list, what is there (stay), or the next line of a chat (chat). What waits for the database is
    not `undoable` yet."""

    sheet: Sheet
    said: str
    leaving: tuple[int, ...] = ()
    after: str = "next"
    undoable: bool = True


@dataclass
class DraftKept(Message):
    """A draft is safe."""

    sheet: Sheet


@dataclass
class Choices(Message):
    """Words that a prompt can complete."""

    purpose: str
    words: list[str] = field(default_factory=list)
    each: bool = False
    """Whether the answer is a list of such words."""


@dataclass
class MarksRead(Message):
    """What is to be marked in a view, loaded or not; `more` says that there is more than one mark takes."""

    view: str
    ids: tuple[int, ...]
    more: bool = False


@dataclass
class RangeRead(Message):
    """The conversations of a view from a place on."""

    view: str
    start: int
    ids: tuple[int, ...]


@dataclass
class Undecided(Message):
    """An act did not work; `ids` were marked in `view` for it."""

    said: str
    view: str
    ids: tuple[int, ...]


@dataclass
class MergePreviewed(Message):
    """What merging `ids` into a conversation would do, in words."""

    question: str
    lines: list[str]
    ids: tuple[int, ...]
    into: int


@dataclass
class AlikeRead(Message):
    """How many open conversations are about the same as one."""

    conversation_id: int
    count: int
    seconds: float = 0.0


@dataclass
class EngineSays(Message):
    """How the engine's process does, in words; "" when it runs or is not needed."""

    said: str


@dataclass
class KeysWelcome(Message):
    """Keys that were kept back can go on; it bubbles up to the application."""


@dataclass
class Trouble(Message):
    """Something did not work; the words are for the agent."""

    said: str
