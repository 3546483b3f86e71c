"""The rows of a view that the queue holds: a window on it."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.words.kinds import Sort
from omnidesk.words.rows import QueueRow


@dataclass(frozen=True, slots=True)
class Window:
    """Rows of a view that stand together: `start` rows stand before them, `count` rows are in the view.

    `anchor` is the conversation the window was read around and `at` its place, or the place of what came after it.
    `land` is where the cursor shall go, when the agent jumped there.
    """

    view: str
    rows: tuple[QueueRow, ...]
    start: int
    count: int
    anchor: int | None = None
    at: int = 0
    land: int | None = None
    exact: bool = True
    """Whether `count` was counted; the first paint does without."""
    tail: tuple[QueueRow, ...] = ()
    """The last rows of the view, where they were read: a jump to its end then waits for nothing."""
    columns: tuple[str, ...] = ()
    """What a row shows; empty: as usual."""
    title: str = ""
    """The name of a saved view."""
    sort: Sort = Sort.DUE
