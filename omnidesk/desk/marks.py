"""Which conversations a mark on a whole view, a search or a customer means, loaded in the console or not."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.desk import views
from omnidesk.store.workspace import Workspace

MOST = 10_000
"""Conversations that one mark takes at most: one act on more would keep colleagues and the engine from writing."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The conversations meant, in the order they are shown; `more` says that there are others beyond `MOST`."""

    ids: tuple[int, ...]
    more: bool = False


def of_view(workspace: Workspace, view: str, agent_id: int | None, offset: int = 0, most: int = MOST) -> Meant:
    """Return the conversations of a view or a search (`/refund`), from a place on. Raises NotFoundError, UsageError."""
    wanted = min(most, MOST)
    if offset:
        found = [row.id for row in views.page(workspace, view, agent_id, wanted + 1, offset=offset)]
    else:
        found = views.ids(workspace, view, agent_id, wanted + 1)
    return Meant(tuple(found[:wanted]), len(found) > wanted)


def of_customer(workspace: Workspace, customer_id: int, view: str | None, agent_id: int | None) -> Meant:
    """Return a customer's conversations that a view holds (None: all on the desk); rides on conversation_customer."""
    numbers = [
        row[0]
        for row in workspace.database.reader.all(
            "SELECT id FROM conversation WHERE customer_id = ? AND (? OR place = 'desk') "
            "ORDER BY last_message_at DESC LIMIT ?",
            (customer_id, view is not None, MOST + 1),
        )
    ]
    more = len(numbers) > MOST
    if view is not None:
        numbers = [row.id for row in views.rows(workspace, numbers[:MOST], agent_id, view)]
    return Meant(tuple(numbers[:MOST]), more)
