"""The queue through its views, for whoever shows it.

A view is named: a built-in one, a saved one, or a search behind a slash (`/status:open tag:vip`). Every function takes
a name, or what `resolve` made of it where several reads follow each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from omnidesk import clock
from omnidesk.store import queue
from omnidesk.store.queue import View
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import QueueRow

__all__ = ["View", "count", "ids", "overdue", "page", "position", "resolve", "rows", "unknown"]

NAMES = tuple(queue.VIEWS)
DEFAULT = "open"
SEARCH = "/"
"""What the name of a search begins with."""
ALIKE = "~"
"""What the name of the view of a conversation and those like it begins with: `~1042`."""


def resolve(workspace: Workspace, name: str | View, agent_id: int | None) -> View:
    """Return what a name of a view means for an agent. Raises NotFoundError, and UsageError for a search that is not
    understood."""
    if isinstance(name, View):
        return name
    if name in queue.VIEWS:
        return queue.VIEWS[name]
    from omnidesk.desk import saved_views, similar

    if name.startswith(SEARCH):
        return saved_views.asked(workspace, name, name[len(SEARCH) :], agent_id)
    if name.startswith(ALIKE):
        return similar.view(workspace, name)
    return saved_views.view(workspace, name, agent_id)


def page(
    workspace: Workspace,
    view: str | View,
    agent_id: int | None,
    limit: int,
    after: tuple[int, ...] | None = None,
    before: tuple[int, ...] | None = None,
    offset: int = 0,
) -> list[QueueRow]:
    """Return rows of a view in order: from `offset`, behind the key `after`, or the last ahead of `before`."""
    wanted = resolve(workspace, view, agent_id)
    return queue.page(workspace.database.reader, wanted, agent_id, limit, after, before, offset)


def rows(
    workspace: Workspace, ids: Iterable[int], agent_id: int | None, view: str | View | None = None
) -> list[QueueRow]:
    """Return the rows of these conversations, in this order; of a view, only those in it."""
    wanted = None if view is None else resolve(workspace, view, agent_id)
    return queue.rows(workspace.database.reader, ids, agent_id, wanted)


def ids(workspace: Workspace, view: str | View, agent_id: int | None, most: int) -> list[int]:
    """Return the conversations that a view or a search (`/refund status:open`) holds, in its order, at most `most`."""
    return queue.ids(workspace.database.reader, resolve(workspace, view, agent_id), agent_id, most)


def count(workspace: Workspace, view: str | View, agent_id: int | None) -> int:
    """Return how many conversations a view holds."""
    return queue.count(workspace.database.reader, resolve(workspace, view, agent_id), agent_id)


def position(workspace: Workspace, view: str | View, agent_id: int | None, key: tuple[int, ...]) -> int:
    """Return how many rows of a view stand before a key."""
    return queue.position(workspace.database.reader, resolve(workspace, view, agent_id), agent_id, key)


def overdue(workspace: Workspace) -> int:
    """Return how many open conversations are past due."""
    return queue.overdue(workspace.database.reader, clock.now())


def unknown(name: str) -> NotFoundError:
    """Return the error that says there is no view of this name."""
    return NotFoundError(
        f"there is no view {name}; views are {', '.join(NAMES)}; `omnidesk view list` shows the saved ones"
    )
