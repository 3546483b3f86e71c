"""How quick a page of the queue is read: each built-in view, at its beginning, behind a row, in its middle and at its
end.

Called as the console calls it, in its reading threads; a key never waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.desks import Desk
from bench.figures import Figure, percentile
from omnidesk.desk import status, views
from omnidesk.desk.workspace import open_workspace
from omnidesk.screens import session as sessions
from omnidesk.screens import windows
from omnidesk.screens.messages import WindowRead

TIMES = 15
SURE = 1_000_000_000
"""A count that no end of a view comes near: so a page in its middle is asked for by its place."""


def measure(desk: Desk) -> list[Figure]:
    """Return the 95th percentile of each sort of page over all views, and of what the bars count."""
    with desk.pointed_at():
        opened = open_workspace(desk.home)
        session = sessions.begin(opened, str(desk.home)).session
        me = session.agent.id
        taken: dict[str, list[float]] = {}

        def timed(name: str, read: Callable[[], object]) -> None:
            read()
            for _ in range(TIMES):
                started = time.perf_counter()
                read()
                taken.setdefault(name, []).append((time.perf_counter() - started) * 1_000)

        for view in views.NAMES:
            found = windows.window(session, windows.Asked(view))
            assert isinstance(found, WindowRead)
            rows, count = found.window.rows, found.window.count
            asked = {"the end": windows.Asked(view, offset=count, count=count)}
            asked["the middle"] = windows.Asked(view, offset=count // 2, count=SURE)
            if rows:
                asked["the next page"] = windows.Asked(view, around=rows[-1], place=len(rows) - 1, count=count)
            timed("first page", lambda view=view: windows.first_window(opened, me, view))
            for name, one in asked.items():
                timed(name, lambda one=one: windows.window(session, one))
            timed("counted", lambda view=view: views.count(opened, view, me))
        timed("the bars", lambda: status.summary(opened, me))
        opened.close()
    return [
        Figure(f"queue, {name}, p95 of all views", percentile(runs, 0.95), "ms", size=desk.messages, runs=runs)
        for name, runs in taken.items()
    ]
