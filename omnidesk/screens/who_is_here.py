"""Tells colleagues where this agent is, and this agent where colleagues are."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.later import Later
from omnidesk.screens.session import Session
from omnidesk.screens.writing_messages import PresenceRead
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import engines, outbox, presence
    from omnidesk.desk.engines import Left
    from omnidesk.desk.presence import Away, Doing, Present
    from omnidesk.screens.writing_desk import WritingDesk
else:
    outbox, presence = Later("omnidesk.desk.outbox"), Later("omnidesk.desk.presence")
    engines = Later("omnidesk.desk.engines")

TYPING_SECONDS = 8.0
"""How long after the last key an agent counts as typing."""
LOOK_SECONDS = 2.0


class WhoIsHere:
    """Presence as one console writes and reads it: at most one write each two seconds, and one small read."""

    def __init__(self, desk: WritingDesk) -> None:
        self.desk = desk
        self.present: tuple[Present, ...] = ()
        self.away: tuple[Away, ...] = ()
        self.scheduled: int | None = None
        self.left: Left | None = None
        self._process = ""
        self._told: tuple[int | None, str] | None = None
        self._told_at = -1e9
        self._looked_at = -1e9
        self._typed_at = -1e9
        self._for: int | None = None

    @property
    def state(self) -> tuple[int | None, Doing]:
        """Where the agent is and what they do there."""
        sheet = self.desk.composer.sheet
        if sheet is None or sheet.sort != "reply":
            return self.desk.open_id, "viewing"
        typing = clock.monotonic() - self._typed_at < TYPING_SECONDS
        return sheet.conversation_id, "typing" if typing else "answering"

    def typed(self) -> None:
        """The agent typed something."""
        self._typed_at = clock.monotonic()

    def changed(self) -> None:
        """The agent opened or closed something: look who else is there."""
        self._looked_at = -1e9
        self.tick()

    def tick(self) -> None:
        """Write and read where it is time to; called each second."""
        now = clock.monotonic()
        agent = self.desk.session.agent
        if agent.id is None:
            return
        state = self.state
        tell = now - self._told_at >= presence.APART and (
            state != self._told or now - self._told_at >= presence.RENEWED
        )
        if tell:
            self._told, self._told_at = state, now
            self._process = self._process or presence.process_name()
            session, process = self.desk.session, self._process
            self.desk.backstage.write(lambda: presence.show(session.workspace, process, agent.id, *state))
        if tell or now - self._looked_at >= LOOK_SECONDS or state[0] != self._for:
            self._looked_at, self._for = now, state[0]
            session, number = self.desk.session, state[0]
            pid = self.desk.engine_pid
            self.desk.backstage.read("presence", lambda: read(session, number, pid))

    def gone(self) -> None:
        """The console closes."""
        if self._process:
            session, process = self.desk.session, self._process
            self.desk.backstage.write(lambda: presence.leave(session.workspace, process))

    def take(self, message: PresenceRead) -> None:
        """Show who is here."""
        mine = self.desk.session.agent.id
        self.present = tuple(one for one in message.present if one.agent_id != mine)
        self.away, self.left = message.away, message.left
        number = self.state[0]
        if message.conversation_id != number:
            return
        self.scheduled = message.scheduled
        there = presence.by_conversation(self.present).get(number or 0, ())
        head = [presence.said(there)] if there else []
        if self.scheduled is not None:
            when = times.moment(self.scheduled, clock.now())
            head.append(_("an answer goes {when} (W takes it back)").format(when=when))
        self.desk.head.set_present(one_line("; ".join(head), 200))
        answering = tuple(one for one in there if one.doing != "viewing")
        writes = self.desk.composer.active and self.state[1] != "viewing"
        self.desk.composer.warn("colleague", *([presence.said(answering)] if answering and writes else []))
        self.desk.refresh_bars()

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
