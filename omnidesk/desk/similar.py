"""Open conversations about the same as another one: fifty-nine customers who ask where their parcel is.

What each is about is worked out from its subject and its last words (see text.gist), so it costs no table and no
index; only the newest open conversations are compared.
"""

from __future__ import annotations

from dataclasses import replace

from omnidesk.desk import threads, views
from omnidesk.store import queue
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.gist import alike, gist
from omnidesk.words.kinds import Sort

COMPARED = 3_000
"""Open conversations that are compared, the newest."""


def similar(workspace: Workspace, number: int) -> list[int]:
    """Return the open conversations that are about the same as this one, without it, newest first; of one customer
    several may be among them. Raises NotFoundError."""
    return _alike(workspace.database.reader, threads.current(workspace, number))


def view(workspace: Workspace, name: str) -> queue.View:
    """Return the view of a conversation and of those like it, still open, for a name such as `~1042`."""
    said = name.removeprefix(views.ALIKE)
    number = threads.current(workspace, int(said) if said.isdigit() and len(said) < 16 else 0)
    held = [number, *_alike(workspace.database.reader, number)]
    found = queue.held(name, held, Sort.DUE, "c.place = 'desk' AND c.status = 'open'")
    return replace(found, title=f"like #{number}")


def _alike(reader: Connection, number: int) -> list[int]:
    """Rides on conversation_status_newest."""
    row = reader.one(f"SELECT {_SAID} FROM conversation c {_WHOSE} WHERE c.id = ?", (number,))
    if row is None:
        return []
    wanted = gist(row["subject"], row["preview"], row["names"])
    if len(wanted) < 2:
        return []
    rows = reader.all(
        f"SELECT {_SAID} FROM conversation c {_WHOSE} WHERE c.place = 'desk' AND c.status = 'open' "
        "ORDER BY c.last_message_at DESC, c.id DESC LIMIT ?",
        (COMPARED,),
    )
    return [
        one["id"]
        for one in rows
        if one["id"] != number and alike(wanted, gist(one["subject"], one["preview"], one["names"]))
    ]


_SAID = "c.id, c.subject, c.preview, coalesce(customer.name, '') || ' ' || coalesce(agent.name, '') AS names"
_WHOSE = "LEFT JOIN customer ON customer.id = c.customer_id LEFT JOIN agent ON agent.id = c.owner_id"
