"""Tells colleagues where this agent is, and this agent where colleagues are."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from textual.timer import Timer

from omnidesk import clock
from omnidesk.screens.later import Later
from omnidesk.screens.session import Session
from omnidesk.screens.writing_messages import PresenceRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.painted_rows import Company
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import engines, outbox, presence, processes
    from omnidesk.desk.engines import Left
    from omnidesk.desk.presence import Away, Doing, Present
    from omnidesk.screens.writing_desk import WritingDesk
else:
    outbox, presence = Later("omnidesk.desk.outbox"), Later("omnidesk.desk.presence")
    engines, processes = Later("omnidesk.desk.engines"), Later("omnidesk.desk.processes")

TYPING_SECONDS = 8.0
"""How long after the last key an agent counts as typing."""
LOOK_SECONDS = 2.0
"""How often is looked for who left without a word."""
STAYED = 0.3
"""Seconds on a conversation from which an agent counts as reading it: who runs past reads nothing."""
LIVE_APART = 0.8
"""Seconds between two writes in a live chat at least: its customer sees within a second that the agent types."""
BORROWED = 2
"""Turns of later writes that what happens now may take: opening a conversation and answering it are told at once."""


class WhoIsHere:
    """Presence as one console writes and reads it.

    What an agent begins to do is told at once, be it that the turn for it comes later: then the next thing waits the
    longer, so that in the long run there is a write each two seconds at most."""

    def __init__(self, desk: WritingDesk) -> None:
        self.desk = desk
        self.present: tuple[Present, ...] = ()
        self.away: tuple[Away, ...] = ()
        self.scheduled: int | None = None
        self.left: Left | None = None
        self._scheduled_in: int | None = None
        self._begun = False
        """Whether the first paint is over and the modules that this takes are loaded."""
        self._process = ""
        self._told: tuple[int | None, str] | None = None
        self._told_at = -1e9
        self._turn = -1e9
        """When the next write is due that owes nothing."""
        self._noticed: tuple[tuple[int | None, str], float] = ((None, ""), 0.0)
        self._telling: Timer | None = None
        self._looked_at = -1e9
        self._typed_at = -1e9

    @property
    def conversation_id(self) -> int | None:
        """The conversation that is being answered, or else shown."""
        sheet = self.desk.composer.sheet
        return sheet.conversation_id if sheet is not None and sheet.sort == "reply" else self.desk.open_id

    @property
    def state(self) -> tuple[int | None, Doing]:
        """Where the agent is and what they do there."""
        sheet = self.desk.composer.sheet
        if sheet is None or sheet.sort != "reply":
            hidden = self.desk.front == "queue" and not self.desk.side_by_side
            return None if hidden else self.desk.open_id, "viewing"
        typing = clock.monotonic() - self._typed_at < TYPING_SECONDS
        return sheet.conversation_id, "typing" if typing else "answering"

    @property
    def _chats(self) -> bool:
        """Whether somebody waits at the other end, who sees when the agent types."""
        sheet = self.desk.composer.sheet
        return sheet is not None and sheet.live

    def typed(self) -> None:
        """The agent typed something."""
        self._typed_at = clock.monotonic()
        self._tell()

    def stopped_typing(self) -> None:
        """What the agent typed was sent."""
        self._typed_at = -1e9
        self._tell()

    def changed(self) -> None:
        """The agent opened or closed something: say so, and look who else is there."""
        if not self._begun:
            return
        self._tell()
        self._show_head()
        self._look()

    def moved(self) -> None:
        """The agent went to another pane."""
        self._tell()

    def stirred(self) -> None:
        """Something was committed, or nothing was looked at yet: somebody may have come or gone."""
        self._begun = True
        self._tell()
        self._look()

    def tick(self) -> None:
        """Write and read where it is time to; called each second."""
        self._begun = True
        self._tell()
        if clock.monotonic() - self._looked_at >= LOOK_SECONDS:
            self._look()

    def _tell(self) -> None:
        """Write where the agent is, or arrange that it is written when it is time to."""
        if self.desk.session.agent.id is None or not self._begun:
            return
        now, state = clock.monotonic(), self.state
        if state != self._noticed[0]:
            self._noticed = state, now
        if state == self._told:
            wait = self._told_at + presence.RENEWED - now
        else:
            passes = state[1] == "viewing" and (self._told is None or state[0] != self._told[0])
            settled = self._noticed[1] + (STAYED if passes else 0.0)
            wait = max(settled, self._turn - BORROWED * presence.APART) - now
            if self._chats:
                wait = min(wait, max(0.0, self._told_at + LIVE_APART - now))
        if wait <= 0:
            self._write(now, state)
        elif state != self._told and self._telling is None:
            self._telling = self.desk.set_timer(wait, self._tell_later)

    def _tell_later(self) -> None:
        self._telling = None
        self._tell()

    def _write(self, now: float, state: tuple[int | None, Doing]) -> None:
        if state != self._told:  # a renewal comes when turns were left unused
            self._turn = max(now, self._turn) + presence.APART
        self._told, self._told_at = state, now
        self._process = self._process or processes.process_name()
        session, process, agent = self.desk.session, self._process, self.desk.session.agent.id or 0
        self.desk.backstage.write(lambda: presence.show(session.workspace, process, agent, *state))

    def _look(self) -> None:
        self._looked_at = clock.monotonic()
        session, number, pid = self.desk.session, self.conversation_id, self.desk.engine_pid
        self.desk.backstage.read("presence", lambda: read(session, number, pid))

    def gone(self) -> None:
        """The console closes."""
        if self._process:
            session, process = self.desk.session, self._process
            self.desk.backstage.write(lambda: presence.leave(session.workspace, process))

    def take(self, message: PresenceRead) -> None:
        """Show who is here; what says the same as before is let be."""
        mine = self.desk.session.agent.id
        present = tuple(one for one in message.present if one.agent_id != mine)
        self.scheduled, self._scheduled_in = message.scheduled, message.conversation_id
        known = (self.present, self.away, self.left)
        self.present, self.away, self.left = present, message.away, message.left
        self.show_rows()
        self._show_head()
        if (self.present, self.away, self.left) != known:
            self.desk.refresh_bars()

    def show_rows(self) -> None:
        """Show in the queue's rows who is where: colleagues, and customers who wait or type in a live chat."""
        queue = self.desk.queue
        row = queue.cursor
        before = queue.company(row) if row is not None else None
        shown = {
            number: Company(presence.brief(there), presence.said(there), any(one.doing != "viewing" for one in there))
            for number, there in presence.by_conversation(self.present).items()
        }
        for number, customer in self.desk.chat_company.items():
            if number not in shown or (customer.loud and not shown[number].loud):
                shown[number] = customer
        queue.set_company(shown)
        company = queue.company(row) if row is not None else None
        said = company.said if company is not None else ""
        if self.desk.plain and self.desk.place == "queue" and said and (before is None or before.said != said):
            self.desk.say(one_line(said, 200))

    def _show_head(self) -> None:
        number = self.conversation_id
        there = presence.by_conversation(self.present).get(number or 0, ())
        head = [presence.said(there)] if there else []
        if self.scheduled is not None and self._scheduled_in == number:
            when = times.moment(self.scheduled, clock.now())
            head.append(_("an answer goes {when} (W takes it back)").format(when=when))
        self.desk.head.set_present(one_line("; ".join(head), 200))
        answering = tuple(one for one in there if one.doing != "viewing")
        writes = self.desk.composer.active and self.state[1] != "viewing"
        self.desk.composer.warn("colleague", *([presence.said(answering)] if answering and writes else []))

    @property
    def line(self) -> str:
        """Who works here, for the header: `sanne + koen bo, mila away till Fri`."""
        now = clock.now()
        others = list(dict.fromkeys(one.login for one in self.present))
        said = self.desk.session.agent.login + (f" + {' '.join(others)}" if others else "")
        mine = self.desk.session.agent.login
        for one in self.away[:3]:
            if one.login != mine:
                until = times.day(one.until, now) if one.until else ""
                away = _("away till {when}").format(when=until) if until else _("away")
                said += f", {one.login} {away}"
        return one_line(said, 120)


def read(session: Session, number: int | None, engine: int | None) -> PresenceRead:
    """Read who is where, what is scheduled in a conversation, and what the console's `engine` would leave behind."""
    workspace = session.workspace
    scheduled = outbox.scheduled(workspace, number) if number else None
    left = engines.left_by(workspace, socket.gethostname(), engine) if engine is not None else None
    return PresenceRead(number, presence.around(workspace), presence.away(workspace), scheduled, left)
