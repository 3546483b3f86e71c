"""One glance at everything: counts, channels, the outbox and the engine, for status bar and doctor."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk import clock
from omnidesk.desk import live_calls, notifications, views
from omnidesk.store import people
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Channel, LiveCall, News, OutboxRow

LATEST = 50
"""How much news comes with the summary."""


@dataclass(frozen=True, slots=True)
class Summary:
    """How the desk does. `next_send` is the message that leaves next; `engine_alive`: some process holds a lease;
    `news` counts what the agent has not seen, of which `latest` are the newest."""

    counts: dict[str, int]
    overdue: int
    channels: tuple[Channel, ...]
    queued: int
    undelivered: int
    quarantined: int
    next_send: OutboxRow | None
    engine_alive: bool
    last_success_at: int | None
    news: int = 0
    latest: tuple[News, ...] = ()
    overdue_mine: int = 0
    calls: tuple[LiveCall, ...] = ()
    """Those that ring or run."""
    next_many: int = 0
    """How many still wait of the answer to many that `next_send` is one of; 0 where it is none."""


def summary(
    workspace: Workspace,
    agent_id: int | None,
    counted: tuple[str, ...] = ("mine", "unassigned", "open", "pending", "on-hold", "snoozed", "undelivered", "spam"),
) -> Summary:
    """Return how the desk does, for one agent."""
    reader = workspace.database.reader
    counts = {name: views.count(workspace, name, agent_id) for name in counted}
    channels = tuple(channel for channel in people.channels(reader) if channel.kind != "desk")
    first = reader.value("SELECT message_id FROM outbox WHERE state IN ('queued', 'sending') ORDER BY due_at LIMIT 1")
    leaving = people.outbox(reader, (MessageStatus.QUEUED, MessageStatus.SENDING), 1, first - 1) if first else []
    successes = [channel.last_success_at for channel in channels if channel.last_success_at is not None]
    return Summary(
        counts=counts,
        overdue=views.overdue(workspace),
        channels=channels,
        queued=int(reader.value("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')")),
        undelivered=counts.get("undelivered", 0),
        quarantined=int(reader.value("SELECT count(*) FROM quarantine")),
        next_send=next(iter(leaving), None),
        next_many=_many(reader, leaving[0]) if leaving else 0,
        engine_alive=bool(reader.value("SELECT 1 FROM lease WHERE expires_at > ?", (clock.now(),))),
        last_success_at=max(successes, default=None),
        news=notifications.unseen(workspace, agent_id),
        latest=tuple(notifications.page(workspace, agent_id, LATEST)),
        calls=tuple(live_calls.live(workspace)),
        overdue_mine=notifications.overdue(workspace, agent_id),
    )


def _many(reader: Connection, leaving: OutboxRow) -> int:
    """Return how many messages still wait of the answer to many that a message is one of, else 0.

    Rides on event_conversation and event_act."""
    act_id = reader.value(
        "SELECT act.id FROM event JOIN act ON act.id = event.act_id WHERE event.conversation_id = ? "
        "AND event.message_id = ? AND event.kind = 'replied' AND act.kind = 'bulk'",
        (leaving.conversation_id, leaving.message_id),
    )
    if act_id is None:
        return 0
    waiting = (
        "SELECT count(*) FROM event JOIN outbox o ON o.message_id = event.message_id "
        "WHERE event.act_id = ? AND event.kind = 'replied' AND o.state IN ('queued', 'sending')"
    )
    return int(reader.value(waiting, (act_id,)))
