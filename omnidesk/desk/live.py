"""Live chats: open conversations whose customer waits at the other end, as the manifest of their channel says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import visitors
from omnidesk.desk.visitors import Visitor
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import AgentState

ALARM = 30 * clock.SECOND
"""How long somebody waits until everybody sees it."""
LOOKED_BACK = clock.DAY
"""Who came longer ago waits in the queue like everybody else."""
MOST = 30
"""Chats of each sort that are shown."""


@dataclass(frozen=True, slots=True)
class Chat:
    """One live chat: who, and since when they wait for an answer (UTC ms; None: they do not).

    `offered`: nobody has it, and `t` gives it to the agent. `visitor` is None where nobody knows who is there."""

    number: int
    customer: str
    waiting_since: int | None
    unread: bool = False
    offered: bool = False
    visitor: Visitor | None = None


@dataclass(frozen=True, slots=True)
class Chats:
    """The live chats of an agent (`mine`), those that nobody has and somebody waits in (`new`), longest waiting first;
    `rings` says whether the agent takes chats, `kinds` which kinds of channel are live. `visitors` are those known of
    further conversations that were asked for, by number."""

    kinds: frozenset[str] = frozenset()
    mine: tuple[Chat, ...] = ()
    new: tuple[Chat, ...] = ()
    rings: bool = False
    visitors: tuple[tuple[int, Visitor], ...] = ()

    def visitor(self, number: int | None) -> Visitor | None:
        """Return the visitor of a conversation, where one is known."""
        return next((one for at, one in self.visitors if at == number), None)


NONE = Chats()


def kinds(reader: Connection) -> frozenset[str]:
    """Return the kinds of channel there are that are live."""
    found = set()
    for (kind,) in reader.all("SELECT DISTINCT kind FROM channel WHERE kind <> 'desk' AND removed_at IS NULL"):
        try:
            if registry.manifest(kind).live:
                found.add(kind)
        except NotFoundError:
            continue  # a connector that is not installed here
    return frozenset(found)


def chats(workspace: Workspace, agent_id: int | None, also: tuple[int, ...] = ()) -> Chats:
    """Return the live chats as one agent sees them, and the visitors of the conversations `also`.

    One small read where no channel is live."""
    reader = workspace.database.reader
    live = kinds(reader)
    if not live:
        return NONE
    mine, new = _mine(reader, agent_id, live), _new(reader, agent_id, live)
    there = visitors.of_conversations(workspace, [*(row["id"] for row in (*mine, *new)), *also])
    state = reader.value("SELECT state FROM agent WHERE id = ? AND NOT disabled", (agent_id,))
    return Chats(
        live,
        tuple(_chat(row, there) for row in mine),
        tuple(_chat(row, there, bool(row["offered"])) for row in new),
        state == AgentState.AVAILABLE,
        tuple(sorted(there.items())),
    )


def _mine(reader: Connection, agent_id: int | None, live: frozenset[str]) -> list[Any]:
    """The agent's open conversations whose newest private message is on a live channel; rides on conversation_owner
    and message_thread."""
    marks = ", ".join("?" * len(live))
    there = " OR ".join("' ' || c.kinds || ' ' LIKE ?" for _kind in live)
    return reader.all(
        "SELECT c.id, coalesce(customer.name, '') AS customer, c.waiting_since, c.unread FROM conversation c "
        "LEFT JOIN customer ON customer.id = c.customer_id "
        f"WHERE c.place = 'desk' AND c.status = 'open' AND c.owner_id = ? AND ({there}) AND "
        "(SELECT m.kind FROM message m WHERE m.conversation_id = c.id AND m.aside_id IS NULL AND NOT m.public "
        f"AND m.kind <> 'note' AND m.status <> 'cancelled' ORDER BY m.at DESC, m.id DESC LIMIT 1) IN ({marks}) "
        "ORDER BY CASE WHEN c.waiting_since IS NULL THEN 1 ELSE 0 END, c.waiting_since, c.id LIMIT ?",
        (agent_id, *(f"% {kind} %" for kind in sorted(live)), *sorted(live), MOST),
    )


def _new(reader: Connection, agent_id: int | None, live: frozenset[str]) -> list[Any]:
    """What nobody has and somebody waits in, lately; rides on conversation_waiting."""
    now, marks = clock.now(), ", ".join("?" * len(live))
    return reader.all(
        "SELECT c.id, coalesce(customer.name, '') AS customer, c.waiting_since, c.unread, "
        "(c.team_id IS NULL OR c.team_id IN (SELECT team_id FROM team_member WHERE agent_id = ?)) AND NOT EXISTS "
        "(SELECT 1 FROM skip s WHERE s.conversation_id = c.id AND s.agent_id = ? AND s.until > ?) AS offered "
        "FROM conversation c INDEXED BY conversation_waiting LEFT JOIN customer ON customer.id = c.customer_id "
        "WHERE c.waiting_since IS NOT NULL AND c.queue_waiting > ? AND c.place = 'desk' AND c.status = 'open' "
        f"AND c.owner_id IS NULL AND c.last_kind IN ({marks}) ORDER BY c.queue_waiting, c.id LIMIT ?",
        (agent_id, agent_id, now, now - LOOKED_BACK, *sorted(live), MOST),
    )


def _chat(row: Any, there: dict[int, Visitor], offered: bool = False) -> Chat:
    return Chat(row["id"], row["customer"], row["waiting_since"], bool(row["unread"]), offered, there.get(row["id"]))
