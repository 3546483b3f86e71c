"""The line over the thread: number, subject, status, priority, owner; and what the agent must know about it."""

from __future__ import annotations

from textual.strip import Strip

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import spread
from omnidesk.widgets.painting import Painted, Part
from omnidesk.words.kinds import Place, Priority, Status
from omnidesk.words.rows import Conversation


def first_line(conversation: Conversation, width: int) -> tuple[Part, ...]:
    """Number and subject at the left; status, priority, owner at the right."""
    place = conversation.status if conversation.place is Place.DESK else conversation.place
    right: list[Part] = [("good" if conversation.status is Status.OPEN else "dim", f"  {place}")]
    if conversation.priority is not Priority.NORMAL:
        urgent = conversation.priority in (Priority.URGENT, Priority.HIGH)
        right.append(("warn" if urgent else "dim", f"  {conversation.priority}"))
    right.append(("strong" if conversation.owner else "dim", f"  {one_line(conversation.owner or '') or 'nobody'} "))
    left = (("dim", f" #{conversation.id} "), ("title", one_line(conversation.subject) or "(no subject)"))
    return spread(left, right, width)


def second_line(conversation: Conversation, offers: tuple[int, ...], width: int, now: int) -> tuple[Part, ...]:
    """Tags at the left, clocks and offers at the right."""
    left: list[Part] = [
        ("accent", " " + " ".join(f"+{one_line(tag)}" for tag in conversation.tags) if conversation.tags else "")
    ]
    if offers:
        left.append(("note", f"  may belong to #{offers[0]}: y joins it"))
    return spread(left, (*_clocks(conversation, now), ("", " ")), width)


def _clocks(conversation: Conversation, now: int) -> list[Part]:
    if conversation.status is Status.SNOOZED and conversation.snoozed_until:
        return [("dim", f" back {times.day_time(conversation.snoozed_until, now).strip()}")]
    if conversation.status is Status.ON_HOLD:
        return [("dim", f" waiting for {one_line(conversation.hold_for or '') or 'somebody'}")]
    if conversation.waiting_since is None or conversation.status is Status.CLOSED:
        return []
    said: list[Part] = [("", f" waiting {times.span(now - conversation.waiting_since)}")]
    if conversation.next_due_at is not None and conversation.next_due_at < now:
        said.append(("warn", f", {times.span(now - conversation.next_due_at)} late"))
    return said


class ThreadHead(Painted):
    """Two lines over the thread."""

    DEFAULT_CSS = """
    ThreadHead { height: 2; background: $surface; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.conversation: Conversation | None = None
        self.offers: tuple[int, ...] = ()

    def set_conversation(self, conversation: Conversation | None, offers: tuple[int, ...] = ()) -> None:
        """Show a conversation, or nothing."""
        if (conversation, offers) != (self.conversation, self.offers):
            self.conversation, self.offers = conversation, offers
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one of the lines."""
        width = self.size.width
        parts: tuple[Part, ...] = ()
        if self.conversation is not None and y == 0:
            parts = first_line(self.conversation, width)
        elif self.conversation is not None and y == 1:
            parts = second_line(self.conversation, self.offers, width, clock.now())
        return self.strip(parts, width)
