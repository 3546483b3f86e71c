"""The figures that a supervisor of the desk watches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from omnidesk.desk import channels
from omnidesk.store.workspace import Workspace
from omnidesk.words.kinds import Health


@dataclass(frozen=True, slots=True)
class Figures:
    """How the desk does: channels with 1 where they are well, and counts of what is not done."""

    channels: tuple[tuple[str, int], ...]
    outbox: Mapping[str, int]
    quarantine: int
    conversations: Mapping[str, int]


def alive(workspace: Workspace) -> None:
    """Return where the database answers. Raises DatabaseLostError and its kin."""
    workspace.database.reader.value("SELECT 1")


def current(workspace: Workspace) -> Figures:
    """Count what is not done; rides on outbox_state and conversation_queue, never over what is closed."""
    reader = workspace.database.reader
    outbox = reader.all(
        "SELECT state, count(*) FROM outbox WHERE state IN ('queued', 'sending', 'failed', 'unknown') GROUP BY state"
    )
    conversations = reader.all(
        "SELECT status, count(*) FROM conversation WHERE place = 'desk' "
        "AND status IN ('open', 'pending', 'on-hold', 'snoozed') GROUP BY status"
    )
    found = [channel for channel in channels.list_channels(workspace) if channel.enabled]
    return Figures(
        tuple((channel.name, int(channel.health is Health.OK)) for channel in found),
        dict.fromkeys(("queued", "sending", "failed", "unknown"), 0) | {row[0]: row[1] for row in outbox},
        int(reader.value("SELECT count(*) FROM quarantine")),
        dict.fromkeys(("open", "pending", "on-hold", "snoozed"), 0) | {row[0]: row[1] for row in conversations},
    )
