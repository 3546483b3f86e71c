"""What changed in the workspace, for those who show it. A hint: read the rows again."""

from __future__ import annotations

from omnidesk.store import changes
from omnidesk.store.workspace import Workspace


def position(workspace: Workspace) -> int:
    """Return the position that all committed changes lie behind."""
    return changes.position(workspace.database.reader)


def since(workspace: Workspace, after: int) -> tuple[list[int], int]:
    """Return the conversations changed after a position, and the new position."""
    return changes.since(workspace.database.reader, after)


def stirred(workspace: Workspace) -> int:
    """Return a number that changes when another connection committed anything; compare on one thread."""
    return changes.stirred(workspace.database.reader)
