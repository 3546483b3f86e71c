"""Search in the open thread, and the way from hit to hit; in the queue the hits are its rows."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import OlderRead
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import finding
    from omnidesk.screens import reading
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
else:
    finding, reading = Later("omnidesk.desk.finding"), Later("omnidesk.screens.reading")


@dataclass
class ThreadHits(Message):
    """The messages of a conversation that hold what was searched for, by key (at, id), oldest first."""

    conversation_id: int
    needle: str
    hits: list[tuple[int, int]]


@dataclass
class Hits:
    """A search in a thread: what for, where its hits are, and at which of them the agent is. Without words to look for
    it is one message that is gone to."""

    conversation_id: int = 0
    needle: str = ""
    messages: list[tuple[int, int]] = field(default_factory=list)
    place: int = -1
    awaited: bool = False
    """Whether the hit's message is still being read or unfolded."""


def find(desk: DeskScreen, press: Press) -> None:
    """Ask what to look for in the thread."""
    if desk.open_id is None:
        desk.say(_("there is no conversation here"))
    elif press.argument:
        _look(desk, press.argument)
    else:
        hint = _("words as they stand there; empty ends the search")
        desk.ask("find", _("find in this conversation:"), _look, hint)


def _look(desk: DeskScreen, text: str) -> None:
    number, needle = desk.thread.conversation_id, finding.needle(text)
    if number is None:
        return
    desk.hits = Hits()
    if not needle:
        desk.thread.search("")
        return
    desk.backstage.read("find", partial(_hits, desk.session, number, needle))


def _hits(session: Session, number: int, needle: str) -> ThreadHits:
    return ThreadHits(number, needle, finding.messages_with(session.workspace, number, needle))


def show_hits(desk: DeskScreen, found: ThreadHits) -> None:
    """Mark what was found and go to the newest hit above the end of the screen."""
    if found.conversation_id != desk.thread.conversation_id:
        return
    desk.thread.search(found.needle)
    desk.hits = Hits(found.conversation_id, found.needle, found.hits)
    if not found.hits:
        desk.say(_("nothing here says {words}").format(words=found.needle))
        return
    current = desk.thread.current
    key = (current.message.at, current.message.id) if current is not None else found.hits[-1]
    _go(desk, min(bisect_left(found.hits, key), len(found.hits) - 1))


def step(desk: DeskScreen, steps: int) -> None:
    """Go on to another hit: of the thread where one was searched, else to another row of the queue."""
    hits = desk.hits
    if desk.place == "queue":
        desk.queue.move(steps)
    elif not hits.messages or hits.conversation_id != desk.thread.conversation_id:
        desk.say(_("nothing is searched for here: / searches"))
    else:
        _go(desk, (hits.place + steps) % len(hits.messages))


def _go(desk: DeskScreen, place: int) -> None:
    """Show a hit; where its message is not loaded or the words are folded, ask for that and come back."""
    hits, thread = desk.hits, desk.thread
    hits.place = place
    at, message_id = hits.messages[place]
    if hits.needle:
        said = _("hit {place} of {count} for {words}: ; next, comma previous")
        desk.say(said.format(place=place + 1, count=len(hits.messages), words=hits.needle))
    loaded = any(block.message.id == message_id for block in thread.blocks)
    if loaded and not hits.needle:
        thread.go_to(message_id)
        desk.hits = Hits()
    elif loaded:
        if thread.start_of(message_id) is None:
            thread.unfold_history()
        hits.awaited = not thread.go_hit(message_id) and message_id not in desk.opened and not desk.unfolded
        if hits.awaited:
            desk.opened.add(message_id)
            desk.lay_out_again()
    elif thread.blocks and desk.head.conversation is not None:
        hits.awaited = True
        first = thread.blocks[0].message
        asked = reading.Asked(hits.conversation_id, desk.paper)
        waiting = desk.head.conversation.waiting_since
        span = ((at, message_id), (first.at, first.id))
        desk.backstage.read("older", partial(_up_to, desk.session, asked, span, waiting))


def _up_to(
    session: Session, asked: reading.Asked, span: tuple[tuple[int, int], tuple[int, int]], waiting_since: int | None
) -> OlderRead:
    return reading.older_up_to(session, asked, span[0], span[1], waiting_since)


def thread_shown(desk: DeskScreen) -> None:
    """The thread was read again: go to the hit that waited for it."""
    hits = desk.hits
    if hits.awaited and hits.conversation_id == desk.thread.conversation_id:
        hits.awaited = False
        _go(desk, hits.place)


def arrive_at(desk: DeskScreen, conversation_id: int, message: tuple[int, int]) -> None:
    """Open a conversation at one of its messages, by its key (at, id), however far back that lies."""
    desk.leave_composer()
    desk.queue.select(conversation_id)
    desk.enter(conversation_id)
    desk.hits = Hits(conversation_id, "", [message], 0, awaited=True)
    if desk.thread.conversation_id == conversation_id:
        thread_shown(desk)


def next_hit(desk: DeskScreen, press: Press) -> None:
    """Go to the next hit."""
    step(desk, press.count or 1)


def previous_hit(desk: DeskScreen, press: Press) -> None:
    """Go to the hit before."""
    step(desk, -(press.count or 1))


ACTIONS = (
    Action("find", "find", "Search in this conversation", ("/",), ("thread",), "Read", find, 12, "what to look for"),
    Action("next-hit", "next hit", "Go to the next hit of a search", (";",), PANES, "Read", next_hit),
    Action("previous-hit", "previous hit", "Go to the hit before", (",",), PANES, "Read", previous_hit),
)
