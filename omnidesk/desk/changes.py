"""What changed in the workspace, for those who show it. A hint: read the rows again."""

from __future__ import annotations

import threading

from omnidesk.store import changes
from omnidesk.store.changes import Position
from omnidesk.store.workspace import Workspace


def position(workspace: Workspace) -> Position:
    """Return the position that all committed changes lie before."""
    return changes.position(workspace.database.reader)


def since(workspace: Workspace, after: Position) -> tuple[list[int], Position]:
    """Return the conversations changed after a position, and the new position."""
    return changes.since(workspace.database.reader, after)


def stirred(workspace: Workspace) -> object:
    """Return something that differs after another connection committed anything; compare on one thread."""
    return changes.stirred(workspace.database.reader)


def wait(workspace: Workspace, seconds: float, ended: threading.Event) -> None:
    """Wait so long, or until `ended`, or until another process says that it committed something."""
    workspace.database.wait(seconds, ended)
