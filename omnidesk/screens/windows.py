"""Reads the rows that the queue shows; the only read that the first paint needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import views
from omnidesk.screens.messages import ViewRefused, WindowRead
from omnidesk.widgets.queue_window import Window
from omnidesk.words.errors import DatabaseLostError, NotFoundError, OmniDeskError
from omnidesk.words.rows import QueueRow

if TYPE_CHECKING:
    from omnidesk.desk.views import View
    from omnidesk.desk.workspace import Workspace
    from omnidesk.screens.session import Session

HALF = 70
"""Rows read on each side of where the agent looks."""


TAIL = 60
"""Rows at the end of the view that are read with it."""


def search_of(view: str) -> str | None:
    """Return what is searched for where a view is a search, else None."""
    return view[len(views.SEARCH) :] if view.startswith(views.SEARCH) else None


def passing(view: str) -> bool:
    """Say whether a view is left again with q: a search, or what is like a conversation."""
    return view.startswith((views.SEARCH, views.ALIKE))


def first_window(workspace: Workspace, agent_id: int | None, view: str) -> Window:
    """Return the first rows of a view without counting it: what the first paint needs."""
    found = views.resolve(workspace, view, agent_id)
    rows = tuple(views.page(workspace, found, agent_id, HALF))
    return _dressed(workspace, found, Window(view, rows, 0, len(rows), exact=len(rows) < HALF))


MANY = 5_000
"""Rows that make a view a large one."""
COUNTS_APART = 200
"""A large view is not counted again for so many times as long as counting it took."""


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


def window(session: Session, asked: Asked) -> WindowRead | ViewRefused:
    """Read rows of a view, or say why there is none."""
    began = clock.monotonic()
    try:
        view = views.resolve(session.workspace, asked.view, session.agent.id)
        found = _read(session, asked, view)
    except DatabaseLostError:
        raise  # the view is as good as before
    except OmniDeskError as error:
        return ViewRefused(asked.view, str(error), isinstance(error, NotFoundError))
    return WindowRead(_dressed(session.workspace, view, found), clock.monotonic() - began)


def _read(session: Session, asked: Asked, view: View) -> Window:
    workspace, me = session.workspace, session.agent.id
    count = _count(session, asked.view, view) if asked.count is None else asked.count
    if asked.around is not None:
        found = _around(session, asked, view, asked.around)
    elif asked.offset is not None and asked.offset > count - HALF:
        rows = tuple(views.page(workspace, view, me, HALF, before=()))
        found = Window(asked.view, rows, max(0, count - len(rows)), 0)
    else:
        start = max(0, (asked.offset or 0) - HALF // 2)
        found = Window(asked.view, tuple(views.page(workspace, view, me, HALF, offset=start)), start, 0)
    count = max(count, found.start + len(found.rows)) if found.rows else count
    tail: tuple[QueueRow, ...] = ()
    if asked.count is None and count > found.start + len(found.rows):
        tail = tuple(views.page(workspace, view, me, TAIL, before=()))
    return replace(found, count=count, land=asked.land, tail=tail)


def _count(session: Session, name: str, view: View) -> int:
    """Return how many rows a view has; a large one, whose counting grows with it, is counted again only once in a
    while, for its last figures tell nobody anything."""
    count, until = session.counted.get(name, (0, 0.0))
    began = clock.monotonic()
    if began < until:
        return count
    count = views.count(session.workspace, view, session.agent.id)
    now = clock.monotonic()
    if count >= MANY:
        session.counted[name] = (count, now + COUNTS_APART * (now - began))
    return count


def _around(session: Session, asked: Asked, view: View, row: QueueRow) -> Window:
    workspace, me = session.workspace, session.agent.id
    here = views.rows(workspace, [row.id], me, view)
    key = here[0].key if here else row.key
    before = views.page(workspace, view, me, HALF, before=key)
    after = views.page(workspace, view, me, HALF, after=key)
    ahead = asked.place if key == row.key else None
    if len(before) < HALF:
        ahead = len(before)
    elif ahead is None:
        ahead = views.position(workspace, view, me, key)
    return Window(asked.view, (*before, *here, *after), ahead - len(before), 0, row.id, ahead)


def _dressed(workspace: Workspace, view: View, found: Window) -> Window:
    """Say how the view shows its rows; where words were searched for, the rows show where they were found."""
    if view.hits:
        from omnidesk.desk import searching

        shown = (*found.rows, *found.tail)
        snippets = searching.snippets(workspace, {row.id: view.hits[row.id] for row in shown}, view.words)
        found = replace(
            found,
            rows=tuple(_found(row, snippets) for row in found.rows),
            tail=tuple(_found(row, snippets) for row in found.tail),
        )
    return replace(found, columns=view.columns, title=view.title, sort=view.sort)


def _found(row: QueueRow, snippets: dict[int, str]) -> QueueRow:
    said = ": ".join(part for part in (row.subject, snippets.get(row.id, "")) if part)
    return replace(row, preview=said, subject="")
