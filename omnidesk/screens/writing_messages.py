"""What the threads backstage tell the main screen while an agent writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.words.facts import Fact
from omnidesk.words.rows import Enclosure

if TYPE_CHECKING:
    from omnidesk.desk.engines import Left
    from omnidesk.desk.live import Chats
    from omnidesk.desk.presence import Away, Present
    from omnidesk.screens.sending import How
    from omnidesk.widgets.sheet import Sheet


@dataclass
class AskAgain(Message):
    """What was to be sent should be looked at once more, and why."""

    sheet: Sheet
    text: str
    how: How
    said: tuple[str, ...]


@dataclass
class Cautioned(Message):
    """What to mind about the draft of a conversation as it is now."""

    conversation_id: int
    said: tuple[str, ...]


@dataclass
class FactFound(Message):
    """What is known of that which the draft of a conversation asks for; None for nothing."""

    conversation_id: int
    fact: Fact | None


@dataclass
class AddressesRead(Message):
    """Addresses that the one being typed may become; `other` is who fits best and does not begin so."""

    known: tuple[str, ...]
    begun: str = ""
    other: str = ""


@dataclass
class FilesFound(Message):
    """Files to attach; where there is none `text` is what was pasted, to be written after all."""

    conversation_id: int
    files: tuple[Enclosure, ...]
    said: str = ""
    text: str = ""


@dataclass
class DraftsWaiting(Message):
    """How many drafts of the agent wait."""

    count: int


@dataclass
class PresenceRead(Message):
    """Who else is at a console, who is away, and when the next scheduled answer of a conversation goes (UTC ms)."""

    conversation_id: int | None
    present: tuple[Present, ...]
    away: tuple[Away, ...]
    scheduled: int | None
    left: Left | None = None


@dataclass
class ChatsRead(Message):
    """The live chats as they are now."""

    chats: Chats


@dataclass
class Redirected(Message):
    """How a reply goes now that its customer left their chat, or is back."""

    sheet: Sheet


@dataclass
class EditorReady(Message):
    """The file for the external editor is written."""

    conversation_id: int
    path: str


@dataclass
class EditorDone(Message):
    """What the external editor left in its file; None when the draft stays as it was."""

    conversation_id: int
    text: str | None
    path: str


@dataclass
class EditorFound(Message):
    """An editor was cut off in this draft at a time (UTC ms)."""

    conversation_id: int
    at: int


@dataclass
class LeftRead(Message):
    """What this console's engine would leave behind; None when that could not be read."""

    left: Left | None
