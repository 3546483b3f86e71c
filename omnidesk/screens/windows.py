"""Reads the rows that the queue shows; the only read that the first paint needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import views
from omnidesk.screens.messages import WindowRead
from omnidesk.widgets.queue_list import Window
from omnidesk.words.rows import QueueRow

if TYPE_CHECKING:
    from omnidesk.desk.workspace import Workspace
    from omnidesk.screens.session import Session

HALF = 120
"""Rows read on each side of where the agent looks."""


def first_window(workspace: Workspace, agent_id: int | None, view: str) -> Window:
    """Return the first rows of a view without counting it: what the first paint needs."""
    rows = tuple(views.page(workspace, view, agent_id, HALF))
    return Window(view, rows, 0, len(rows), exact=len(rows) < HALF)


def window(
    session: Session, view: str, around: QueueRow | None = None, offset: int | None = None, land: int | None = None
) -> WindowRead:
    """Read rows of a view around a row, around a place, or from its top."""
    began = clock.monotonic()
    workspace, me = session.workspace, session.agent.id
    count = views.count(workspace, view, me)
    if around is not None:
        found = _around(session, view, around)
        shown = replace(found, count=max(count, found.start + len(found.rows)), land=land)
    else:
        start = max(0, min(offset or 0, count - 1) - HALF)
        rows = tuple(views.page(workspace, view, me, 2 * HALF, offset=start))
        shown = Window(view, rows, start, max(count, start + len(rows) if rows else count), land=land)
    return WindowRead(shown, clock.monotonic() - began)


def _around(session: Session, view: str, row: QueueRow) -> Window:
    workspace, me = session.workspace, session.agent.id
    here = views.rows(workspace, [row.id], me, view)
    key = here[0].key if here else row.key
    before = views.page(workspace, view, me, HALF, before=key)
    after = views.page(workspace, view, me, HALF, after=key)
    ahead = len(before) if len(before) < HALF else views.position(workspace, view, me, key)
    return Window(view, (*before, *here, *after), ahead - len(before), 0, row.id, ahead)
