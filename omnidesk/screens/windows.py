"""Reads the rows that the queue shows; the only read that the first paint needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import views
from omnidesk.screens.messages import WindowRead
from omnidesk.widgets.queue_list import Window
from omnidesk.words.rows import QueueRow

if TYPE_CHECKING:
    from omnidesk.desk.workspace import Workspace
    from omnidesk.screens.session import Session

HALF = 70
"""Rows read on each side of where the agent looks."""


TAIL = 60
"""Rows at the end of the view that are read with it."""


def first_window(workspace: Workspace, agent_id: int | None, view: str) -> Window:
    """Return the first rows of a view without counting it: what the first paint needs."""
    rows = tuple(views.page(workspace, view, agent_id, HALF))
    return Window(view, rows, 0, len(rows), exact=len(rows) < HALF)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of a view to read: around a row, around a place, or (neither given) the first ones.

    What is known already need not be counted: how many rows stand before the row (`place`), how many there are
    (`count`). `land` is where the cursor shall go."""

    view: str
    around: QueueRow | None = None
    offset: int | None = None
    land: int | None = None
    place: int | None = None
    count: int | None = None


def window(session: Session, asked: Asked) -> WindowRead:
    """Read rows of a view."""
    began = clock.monotonic()
    workspace, me = session.workspace, session.agent.id
    count = views.count(workspace, asked.view, me) if asked.count is None else asked.count
    if asked.around is not None:
        found = _around(session, asked, asked.around)
    elif asked.offset is not None and asked.offset > count - HALF:
        rows = tuple(views.page(workspace, asked.view, me, HALF, before=()))
        found = Window(asked.view, rows, max(0, count - len(rows)), 0)
    else:
        start = max(0, (asked.offset or 0) - HALF // 2)
        found = Window(asked.view, tuple(views.page(workspace, asked.view, me, HALF, offset=start)), start, 0)
    count = max(count, found.start + len(found.rows)) if found.rows else count
    tail: tuple[QueueRow, ...] = ()
    if asked.count is None and count > found.start + len(found.rows):
        tail = tuple(views.page(workspace, asked.view, me, TAIL, before=()))
    return WindowRead(replace(found, count=count, land=asked.land, tail=tail), clock.monotonic() - began)


def _around(session: Session, asked: Asked, row: QueueRow) -> Window:
    workspace, me, view = session.workspace, session.agent.id, asked.view
    here = views.rows(workspace, [row.id], me, view)
    key = here[0].key if here else row.key
    before = views.page(workspace, view, me, HALF, before=key)
    after = views.page(workspace, view, me, HALF, after=key)
    ahead = asked.place if key == row.key else None
    if len(before) < HALF:
        ahead = len(before)
    elif ahead is None:
        ahead = views.position(workspace, view, me, key)
    return Window(view, (*before, *here, *after), ahead - len(before), 0, row.id, ahead)
