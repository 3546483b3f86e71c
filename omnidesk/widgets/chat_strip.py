"""The line of live chats: who waits in which, and for how long. It is there while there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.bars import Bar
from omnidesk.widgets.lines import cells, cut
from omnidesk.widgets.painting import Part
from omnidesk.words.speech import _

NAME = 20
"""Columns of a customer's name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One chat of the strip; `waiting_since` is UTC ms. `new`: nobody has it; `open`: it is the one on the screen;
    `alarm_at` (UTC ms) is from when on everybody is to see it, `left` that the customer is not there."""

    number: int
    customer: str
    waiting_since: int | None
    alarm_at: int | None
    unread: bool = False
    typing: bool = False
    left: bool = False
    new: bool = False
    open: bool = False


class ChatStrip(Bar):
    """Chats from the left, whoever waits longest first; what does not fit is counted."""

    DEFAULT_CSS = """
    ChatStrip { background: $panel; display: none; }
    """

    @dataclass
    class Chosen(Message):
        """A chat was clicked."""

        number: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.chats: tuple[Shown, ...] = ()
        self.key = "f3"
        """The key that goes to the first."""
        self.take = "t"
        """The key that takes a new one."""
        self._spans: list[tuple[int, int, int]] = []

    def set_chats(self, chats: Sequence[Shown]) -> None:
        """Show these; what says the same as before is let be."""
        if tuple(chats) != self.chats:
            self.chats = tuple(chats)
            self.refresh()

    def tick(self) -> None:
        """A second went by."""
        if any(one.waiting_since is not None for one in self.chats):
            self.refresh()

    def parts(self, width: int) -> tuple[Part, ...]:
        """New ones first, then the agent's own."""
        now = clock.now()
        said: list[Part] = [("key", f" {self.key} "), ("", " ")]
        used = sum(cells(text) for _style, text in said)
        self._spans = []
        for place, one in enumerate(self.chats):
            parts = chat(one, now, self.take)
            size, left = sum(cells(text) for _style, text in parts), len(self.chats) - place
            more = f" +{left} " if left > 1 else ""
            if used + size + cells(more) > width and place:
                said.append(("strong", f" +{left} "))
                break
            said += parts
            self._spans.append((used, used + size, one.number))
            used += size
        return tuple(said)

    def on_click(self, event: events.Click) -> None:
        """Go to the chat under the mouse."""
        for start, end, number in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(number))


def chat(one: Shown, now: int, take: str) -> tuple[Part, ...]:
    """Return what the strip says of one chat: `>*Visitor 81 waiting 0:34 typing`."""
    mark = f"{'>' if one.open else ' '}{'*' if one.unread else ' '}"
    said: list[Part] = [("accent", mark)]
    if one.new:
        said.append(("note", _("NEW") + " "))
    name = cut(one_line(one.customer), NAME) or _("unknown")
    said.append(("strong" if one.unread or one.new else "", name))
    if one.waiting_since is not None:
        waited = times.seconds(now - one.waiting_since)
        alarm = one.alarm_at is not None and now >= one.alarm_at
        said.append(("warn", " " + _("waiting {time}").format(time=waited)) if alarm else ("dim", f" {waited}"))
    if one.typing:
        said.append(("good", " " + _("typing")))
    elif one.left:
        said.append(("dim", " " + _("left")))
    if one.new:
        said.append(("key", f" {take}"))
    return (*said, ("", " "))
