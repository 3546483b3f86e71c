"""Which engines are at work, and what would stay behind without them."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk import clock
from omnidesk.store.workspace import Workspace

FINISHED = 60 * clock.SECOND
"""An engine that ends still sends what is due within this: the longest undo window."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a console leaves when it closes: whether another engine is at work, how many messages wait beyond an undo
    window, and whether there is a channel to run at all."""

    others: bool
    staying: int
    channels: bool


def left_by(workspace: Workspace, host: str, pid: int | None) -> Left:
    """Return what would be left without the engine of this process id (None: there is none) on this host."""
    reader, now = workspace.database.reader, clock.now()
    owners = [row[0] for row in reader.all("SELECT DISTINCT owner FROM lease WHERE expires_at > ?", (now,))]
    mine = f"{host}:{pid}:"
    staying = reader.value("SELECT count(*) FROM outbox WHERE state = 'queued' AND due_at > ?", (now + FINISHED,))
    running = reader.value("SELECT count(*) FROM channel WHERE enabled AND removed_at IS NULL AND kind NOT IN ('desk')")
    return Left(any(not owner.startswith(mine) for owner in owners), int(staying), bool(running))
