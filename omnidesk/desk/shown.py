"""What a conversation shows of its messages: counts, the newest, who waits since when. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Direction, MessageStatus

PREVIEW = 160
LOOKED_AT = 2000
"""Characters of a message from which the preview is made."""
_NO_ANSWER = (MessageStatus.FAILED, MessageStatus.CANCELLED, MessageStatus.DRAFT)


class Said(NamedTuple):
    """Of one message what its conversation derives from; in the order of `COLUMNS`."""

    at: int
    id: int
    kind: str
    direction: str
    auto: str | None
    aside: int | None
    status: str
    history: bool
    unproven: bool


COLUMNS = "at, id, kind, direction, auto, aside_id, status, history, unproven"


@dataclass(slots=True)
class Shown:
    """What a conversation shows, grown by one message after the other in their order."""

    messages: int = 0
    newest: int | None = None
    oldest: int | None = None
    inbound_at: int | None = None
    waiting: tuple[int, str] | None = None
    """When the oldest customer message that nobody answered came, and by which kind of channel."""
    last_inbound: tuple[int, str] | None = None
    """When anything came last, and by which kind of channel."""
    kinds: list[str] = field(default_factory=list)
    unproven: bool = False
    last: Said | None = None
    """The message whose text is shown: the newest that a person wrote, where there is one."""
    _newest_at_all: int | None = None

    def add(self, said: Said) -> None:
        """Take the next message in."""
        if said.status == MessageStatus.CANCELLED:
            return
        self.messages += 1
        self.oldest = said.at if self.oldest is None else self.oldest
        self._newest_at_all = said.at
        if said.kind != "note":
            self.newest = said.at
            if said.kind not in self.kinds:
                self.kinds.append(said.kind)
            if self.last is None or said.auto is None or self.last.auto is not None:
                self.last = said
        if said.direction == Direction.INBOUND:
            self.last_inbound = said.at, said.kind
        if said.auto is None and said.aside is None:
            self._answer_or_question(said)

    def _answer_or_question(self, said: Said) -> None:
        if said.direction == Direction.INBOUND:
            self.inbound_at = said.at
            self.unproven = bool(said.unproven)
            if self.waiting is None and not said.history:
                self.waiting = said.at, said.kind
        elif said.direction == Direction.OUTBOUND and said.status not in _NO_ANSWER:
            self.waiting = None

    @property
    def last_message_at(self) -> int | None:
        """When the newest message came: of those that are no notes, where there are any."""
        return self._newest_at_all if self.newest is None else self.newest


def shown(messages: Iterable[Said]) -> Shown:
    """Return what a conversation shows of its messages, in whatever order they come."""
    found = Shown()
    for said in sorted(messages):
        found.add(said)
    return found


def preview(text: str) -> str:
    """Return the one line of a text that the queue shows."""
    return one_line(text[:LOOKED_AT], PREVIEW)
