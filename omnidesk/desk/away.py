"""Going away and coming back: what an agent had goes to a colleague or the pool, and what is said to them meanwhile
stands in unassigned under their name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from omnidesk import clock
from omnidesk.desk import agents
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.letters import note_in
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import AgentState, MessageStatus, Status
from omnidesk.words.rows import PROGRAM, Actor, Agent
from omnidesk.words.speech import _

POOL = 0
"""The agent id of a draft that belongs to whoever answers next."""
SOON = 2 * clock.MINUTE
"""A message that leaves within this is no scheduled one: it is in its undo window."""
_MOVES = (Status.OPEN, Status.PENDING, Status.SNOOZED)


@dataclass(frozen=True, slots=True)
class Moving:
    """One conversation that changes hands."""

    id: int
    subject: str
    customer: str
    status: Status


@dataclass(frozen=True, slots=True)
class Leaving:
    """What happens when an agent goes: `to` is the colleague who takes over, None for the pool; `until` is UTC ms."""

    agent: Agent
    to: Agent | None
    until: int | None
    disabled: bool
    conversations: tuple[Moving, ...]
    drafts: int
    sends: int

    @property
    def said(self) -> str:
        """The leaving in one line."""
        return _summary(self, len(self.conversations), self.drafts, self.sends)


def prepare(
    workspace: Workspace, login: str, to: str | None = None, until: int | None = None, disabled: bool = False
) -> Leaving:
    """Say what would change hands if an agent went away or was disabled; `to` None is the pool.

    Raises NotFoundError, RefusedError where the colleague is not there."""
    if until is not None and until <= clock.now():
        raise RefusedError(_("that time has passed: give one in the future"))
    agent = agents.get_agent(workspace, login)
    colleague = None if to is None else agents.get_agent(workspace, to)
    if colleague is not None:
        if colleague.id == agent.id:
            raise RefusedError(_("{login} cannot take over from themselves").format(login=login))
        if colleague.disabled or colleague.state is AgentState.AWAY:
            raise RefusedError(
                (_("{login} is disabled too") if colleague.disabled else _("{login} is away too")).format(
                    login=colleague.login
                )
            )
    reader = workspace.database.reader
    moving = tuple(
        Moving(row["id"], row["subject"], row["name"] or "", Status(row["status"]))
        for row in _conversations(reader, agent.id)
    )
    drafts, sends = len(_drafts(reader, agent.id)), len(_sends(reader, agent.id))
    return Leaving(agent, colleague, until, disabled, moving, drafts, sends)


def leave(workspace: Workspace, actor: Actor, leaving: Leaving, note: str = "") -> rows.Act:
    """Send an agent away, or disable them, and hand everything over as one act; one note in each conversation says
    why. What they got since it was prepared goes too."""
    agent, to = leaving.agent, leaving.to
    words = _note(leaving, clean(note).strip())

    def work(act: Act) -> None:
        fields: dict[str, Any] = (
            {"disabled": True} if leaving.disabled else {"state": AgentState.AWAY, "away_until": leaving.until}
        )
        act.change_row("agent_changed", "agent", agent.id, fields)
        moved = _conversations(act.tx, agent.id)
        for row in moved:
            act.change("handed_over", row["id"], owner_id=to.id if to is not None else None, absent_owner_id=agent.id)
            note_in(act, row["id"], words)
        drafts = sum(_move_draft(act, row, to) for row in _drafts(act.tx, agent.id))
        sends = _sends(act.tx, agent.id)
        for row in sends:
            _move_send(act, row, agent.id, to.id if to is not None else None)
        act.summary = _summary(leaving, len(moved), drafts, len(sends))

    return perform_undoable(workspace, actor, "away", work)[0]


def back(workspace: Workspace, actor: Actor, login: str, take: bool = False) -> rows.Act:
    """Bring an agent back, or enable them again: their name comes off what waits without owner. With `take` they get
    it back as far as nobody took it. Raises NotFoundError."""
    agent = agents.get_agent(workspace, login)

    def work(act: Act) -> None:
        fields = {"state": AgentState.AVAILABLE, "away_until": None, "disabled": False}
        act.change_row("agent_changed", "agent", agent.id, fields)
        taken = 0
        for row in act.tx.all("SELECT id, owner_id, status FROM conversation WHERE absent_owner_id = ?", (agent.id,)):
            theirs = take and row["owner_id"] is None and row["status"] != Status.CLOSED
            owner = {"owner_id": agent.id} if theirs else {}
            act.change("owner_back", row["id"], absent_owner_id=None, **owner)
            taken += theirs
        act.summary = f"{agent.login} is back" + (f" and has {taken} conversations again" if take else "")

    return perform_undoable(workspace, actor, "back", work)[0]


def end_due(workspace: Workspace) -> int:
    """Bring back who is away until now; returns how many. The lease `clock` calls it."""
    found = workspace.database.reader.all(
        "SELECT login FROM agent WHERE state = 'away' AND away_until IS NOT NULL AND away_until <= ? AND NOT disabled",
        (clock.now(),),
    )
    for (login,) in found:
        back(workspace, PROGRAM, login)
    return len(found)


def take_over_draft(workspace: Workspace, actor: Actor, number: int, sort: str) -> None:
    """Give the draft that somebody left to the pool to the agent who writes there now and has none of their own."""
    values = (number, sort)
    waits = "SELECT 1 FROM draft WHERE conversation_id = ? AND agent_id = 0 AND sort = ?"
    if actor.agent_id is None or not workspace.database.reader.value(waits, values):
        return
    workspace.database.write(
        lambda tx: tx.execute(
            "UPDATE draft SET agent_id = ? WHERE conversation_id = ? AND sort = ? AND agent_id = 0 AND NOT EXISTS "
            "(SELECT 1 FROM draft d WHERE d.conversation_id = ? AND d.sort = ? AND d.agent_id = ?)",
            (actor.agent_id, *values, *values, actor.agent_id),
        )
    )


def take_back(
    act: Act, event: Any, before: dict[str, Any], after: dict[str, Any], restored: list[str], left: list[str]
) -> None:
    """Return a draft or a scheduled message, within the act of an undo, where it still is with who got it."""
    number = event["conversation_id"]
    if event["kind"] == "send_moved":
        changed = act.tx.execute(
            "UPDATE outbox SET agent_id = ? WHERE message_id = ? AND state = 'queued' AND agent_id IS NOT DISTINCT "
            "FROM ?",
            (before["agent"], event["message_id"], after["agent"]),
        ).rowcount
        what = "scheduled message"
    else:
        changed = act.tx.execute(
            "UPDATE draft SET agent_id = ? WHERE uuid = ? AND agent_id = ? AND NOT EXISTS (SELECT 1 FROM draft d "
            "WHERE d.conversation_id = draft.conversation_id AND d.sort = draft.sort AND d.agent_id = ?)",
            (before["agent"], before["draft"], after["agent"], before["agent"]),
        ).rowcount
        what = "draft"
    (restored if changed else left).append(f"#{number} {what}" + ("" if changed else " went on since"))


def _conversations(connection: Connection, agent_id: int) -> list[Any]:
    """Return what an agent has to do; rides on conversation_owner."""
    return connection.all(
        "SELECT c.id, c.subject, c.status, customer.name FROM conversation c LEFT JOIN customer ON "
        "customer.id = c.customer_id WHERE c.place = 'desk' AND c.status IN (?, ?, ?) AND c.owner_id = ? "
        "ORDER BY c.queue_due, c.queue_waiting, c.id",
        (*_MOVES, agent_id),
    )


def _drafts(connection: Connection, agent_id: int) -> list[Any]:
    return connection.all("SELECT uuid, conversation_id, agent_id, sort FROM draft WHERE agent_id = ?", (agent_id,))


def _sends(connection: Connection, agent_id: int) -> list[Any]:
    return connection.all(
        "SELECT message_id, conversation_id FROM outbox WHERE state = ? AND agent_id = ? AND due_at > ?",
        (MessageStatus.QUEUED, agent_id, clock.now() + SOON),
    )


def _move_draft(act: Act, row: Any, to: Agent | None) -> bool:
    """Give a draft to the colleague, or to the pool where they write there themselves; False where both have one."""
    for owner in ([to.id] if to is not None else []) + [POOL]:
        taken = act.tx.value(
            "SELECT 1 FROM draft WHERE conversation_id = ? AND sort = ? AND agent_id = ?",
            (row["conversation_id"], row["sort"], owner),
        )
        if not taken:
            act.tx.execute("UPDATE draft SET agent_id = ? WHERE uuid = ?", (owner, row["uuid"]))
            act.event(
                "draft_moved",
                row["conversation_id"],
                before={"draft": row["uuid"], "agent": row["agent_id"]},
                after={"draft": row["uuid"], "agent": owner},
            )
            return True
    return False


def _move_send(act: Act, row: Any, agent_id: int, to: int | None) -> None:
    act.tx.execute("UPDATE outbox SET agent_id = ? WHERE message_id = ?", (to, row["message_id"]))
    act.event(
        "send_moved",
        row["conversation_id"],
        message=row["message_id"],
        before={"agent": agent_id},
        after={"agent": to},
    )


def _summary(leaving: Leaving, conversations: int, drafts: int, sends: int) -> str:
    until = f" until {_day(leaving.until)}" if leaving.until else ""
    gone = "disabled" if leaving.disabled else f"away{until}"
    counts = ((conversations, "conversation"), (drafts, "draft"), (sends, "scheduled message"))
    parts = [f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts if count]
    whom = leaving.to.login if leaving.to is not None else "the pool"
    return f"{leaving.agent.login} {gone}; {', '.join(parts) or 'nothing'} to {whom}"


def _note(leaving: Leaving, more: str) -> str:
    name = leaving.agent.name
    gone = f"{name} no longer works here" if leaving.disabled else f"{name} is away"
    until = f" until {_day(leaving.until)}" if leaving.until and not leaving.disabled else ""
    whom = f"{leaving.to.name} takes this over." if leaving.to is not None else "this is for whoever comes first."
    return f"{gone}{until}: {whom}" + (f"\n\n{more}" if more else "")


def _day(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at / clock.SECOND, UTC).astimezone().strftime("%a %d %b %H:%M")
