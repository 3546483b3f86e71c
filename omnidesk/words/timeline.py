"""What stands on a customer's timeline, and what of it is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.words.kinds import Direction
from omnidesk.words.query import Query

Key = tuple[int, int, int]
"""Where something stands on a timeline: its time (UTC ms), its id, and the rank of the source it comes from."""

WRITTEN = "message"
"""What was written on any channel; what was logged by hand and notes bear their own kinds."""
KINDS = (WRITTEN, "call", "video", "visit", "letter", "note", "consent", "merge", "change")
"""What can be asked for by kind, in the order in which it is offered."""


@dataclass(frozen=True)
class Entry:
    """One thing on the timeline of a customer.

    `said` is what it is in a line: a subject, what was done; `text` what was written, as far as it is shown here.
    `marks` are auto, aside, public, unproven, undone, and the state of what did not go out."""

    at: int
    id: int
    rank: int
    kind: str
    said: str
    text: str = ""
    who: str = ""
    channel: str = ""
    channel_kind: str = ""
    direction: Direction | None = None
    conversation_id: int | None = None
    message_id: int | None = None
    note_id: int | None = None
    marks: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """Where it stands."""
        return self.at, self.id, self.rank


NO_WORDS = Query()


@dataclass(frozen=True)
class Wanted:
    """What of a timeline is asked for; what is empty leaves nothing out. Of `query` the words and days count."""

    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    """Names and kinds of channels."""
    directions: tuple[Direction, ...] = ()
    query: Query = NO_WORDS

    def takes(self, kind: str) -> bool:
        """Say whether this kind is asked for."""
        return not self.kinds or kind in self.kinds

    @property
    def only_messages(self) -> bool:
        """Whether only what came or went by a channel can be as asked."""
        return bool(self.channels or self.directions)


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Page:
    """A stretch of a timeline, newest first; `following` is the key to go on behind, None at its end."""

    entries: tuple[Entry, ...]
    following: Key | None
