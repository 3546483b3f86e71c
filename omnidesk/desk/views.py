"""The queue through its views, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterable

from omnidesk import clock
from omnidesk.store import queue
from omnidesk.store.workspace import Workspace
from omnidesk.words.rows import QueueRow

NAMES = tuple(queue.VIEWS)
DEFAULT = "open"


def page(
    workspace: Workspace,
    view: str,
    agent_id: int | None,
    limit: int,
    after: tuple[int, ...] | None = None,
    before: tuple[int, ...] | None = None,
    offset: int = 0,
) -> list[QueueRow]:
    """Return rows of a view in order: from `offset`, behind the key `after`, or the last ahead of `before`."""
    return queue.page(workspace.database.reader, view, agent_id, limit, after, before, offset)


def rows(workspace: Workspace, ids: Iterable[int], agent_id: int | None, view: str | None = None) -> list[QueueRow]:
    """Return the rows of these conversations, in this order; of a view, only those in it."""
    return queue.rows(workspace.database.reader, ids, agent_id, view)


def count(workspace: Workspace, view: str, agent_id: int | None) -> int:
    """Return how many conversations a view holds."""
    return queue.count(workspace.database.reader, view, agent_id)


def position(workspace: Workspace, view: str, agent_id: int | None, key: tuple[int, ...]) -> int:
    """Return how many rows of a view stand before a key."""
    return queue.position(workspace.database.reader, view, agent_id, key)


def overdue(workspace: Workspace) -> int:
    """Return how many open conversations are past due."""
    return queue.overdue(workspace.database.reader, clock.now())
