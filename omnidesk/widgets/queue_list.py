"""The queue: a virtual list of any length, painted from a window of rows.

Two lines a row. What arrives never moves the row being looked at: the cursor sticks to its conversation, and the list
scrolls under it by as much as the row moved. Rows outside the window are asked for with `Wanted`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from omnidesk import clock
from omnidesk.widgets import queue_row
from omnidesk.widgets.marks import Marks
from omnidesk.widgets.painted_rows import Company, Look, PaintedRows
from omnidesk.widgets.painting import PaintedSheet
from omnidesk.widgets.queue_window import Window
from omnidesk.words.rows import QueueRow

TALL = 2
"""Lines a row takes unless the agent wants it otherwise."""
PAINTED = 0.12
"""Seconds after which a key has been painted."""
MARKS = 2
"""Columns at the left in which a click marks the row."""
AHEAD = 25
"""Rows kept loaded beyond what is on the screen."""


class QueueList(PaintedSheet, can_focus=True):
    """The list of conversations of one view."""

    DEFAULT_CSS = """
    QueueList {
        width: 1fr; height: 1fr;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; overflow-y: scroll;
        scrollbar-background: $background; scrollbar-color: $foreground 25%; scrollbar-gutter: stable;
    }
    """

    @dataclass
    class Wanted(Message):
        """Rows around a row (with so many before it), or around a place, are needed to go on painting."""

        around: QueueRow | None = None
        place: int | None = None
        offset: int | None = None
        land: int | None = None

        def can_replace(self, message: Message) -> bool:
            """A newer wish makes an older one useless."""
            return isinstance(message, QueueList.Wanted)

    @dataclass
    class RangeWanted(Message):
        """The range of marks reaches over rows that are not loaded: which are they?"""

        start: int
        count: int

        def can_replace(self, message: Message) -> bool:
            """Only the range as it is now matters."""
            return isinstance(message, QueueList.RangeWanted)

    @dataclass
    class Moved(Message):
        """The cursor stands on another conversation (None: the view is empty)."""

        row: QueueRow | None

        def can_replace(self, message: Message) -> bool:
            """Only where the cursor ends up matters."""
            return isinstance(message, QueueList.Moved)

    @dataclass
    class Opened(Message):
        """A row was clicked twice."""

        row: QueueRow

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.window = Window("", (), 0, 0)
        self.cursor: QueueRow | None = None
        self.place = 0
        """How many rows stand before the cursor's."""
        self.tall = TALL
        """Lines a row takes: two, or one."""
        self.marks = Marks()
        self.touched = False
        """Whether the agent moved in this view."""
        self._growing = False
        """Whether the view was empty when it was opened; until touched, the cursor then stays on the first row."""
        self._asked = False
        self._tail: tuple[QueueRow, ...] = ()
        self._painted = PaintedRows()

    # What to show

    def set_window(self, window: Window) -> None:
        """Take new rows without moving the row being looked at."""
        self._asked = False
        before = self.cursor
        if window.view != self.window.view:
            self._start(window)
        elif window.land is not None:
            self._take(window)
            self._put(window.land)
            self.reveal()
            self._extend()
        elif self._growing and not self.touched:
            self._start(window)
        else:
            self._follow(window)
        after = self.cursor
        if (before and before.id) != (after and after.id) or before != after:
            self.post_message(self.Moved(after))
        self.refresh()

    def _start(self, window: Window) -> None:
        same = window.view == self.window.view
        self._growing = not window.count or (self._growing and same)
        self.touched = self.touched and same
        if not same:
            self.unmark()
        self._take(window)
        self._put(window.at if window.anchor is not None else 0)
        self.scroll_to(y=0, animate=False, force=True)
        self.reveal()

    def _take(self, window: Window) -> None:
        if window.tail or window.view != self.window.view:
            self._tail = window.tail
        self._painted.tidy()
        if window.columns != self.window.columns:
            self._painted.clear()
        self.window = window
        self.set_height(window.count * self.tall)

    def _follow(self, window: Window) -> None:
        old, new = self._places(self.window), self._places(window)
        here = self.cursor.id if self.cursor else None
        shift = window.at - old[window.anchor] if window.anchor in old else 0
        top = self.scroll_offset.y
        place = new[here] if here in new else window.at if here == window.anchor else self.place + shift
        self.marks.follow(new, shift)
        self._take(window)
        self._put(place)
        if shift:
            self.scroll_to(y=max(0, top + shift * self.tall), animate=False, force=True)

    @staticmethod
    def _places(window: Window) -> dict[int | None, int]:
        return {row.id: window.start + index for index, row in enumerate(window.rows)}

    def _put(self, place: int) -> None:
        self.place = max(0, min(place, self.window.count - 1))
        self.cursor = self.row_at(self.place) or (self.cursor if self.window.count else None)

    def row_at(self, place: int) -> QueueRow | None:
        """Return the row at a place, if it is loaded."""
        index = place - self.window.start
        return self.window.rows[index] if 0 <= index < len(self.window.rows) else None

    @property
    def held_row(self) -> QueueRow | None:
        """The row that must not move: the cursor's while it is on the screen, else the first on the screen."""
        top = int(self.scroll_offset.y) // self.tall
        if self.cursor is not None and top <= self.place <= top + self.size.height // self.tall:
            return self.cursor
        return self.row_at(top) or self.cursor

    @property
    def above(self) -> int:
        """How many rows are hidden above the screen."""
        return int(self.scroll_offset.y) // self.tall

    # Moving

    def move(self, rows: int) -> None:
        """Move the cursor by so many rows, as far as rows go."""
        self.move_to(self.place + rows)

    def move_to(self, place: int) -> None:
        """Put the cursor on the row with so many rows before it."""
        self.touched = True
        place = max(0, min(place, self.window.count - 1))
        if self.row_at(place) is None and not self._show_tail(place):
            if self.window.count:
                self._ask(self.Wanted(offset=place, land=place))
            return
        before = self.place
        self._put(place)
        self.reveal()
        if place != before:
            self._refresh_row(before)
            self._refresh_row(place)
            self._extend(whole=abs(place - before) > 1)
            self.post_message(self.Moved(self.cursor))
        self._look_ahead(place)

    def select(self, conversation_id: int) -> None:
        """Put the cursor on a conversation, if it is loaded."""
        for index, row in enumerate(self.window.rows):
            if row.id == conversation_id:
                self.move_to(self.window.start + index)

    def _show_tail(self, place: int) -> bool:
        """Go on from the last rows of the view, when the place is among them."""
        start = self.window.count - len(self._tail)
        if not self.window.exact or place < start:
            return False
        self._take(replace(self.window, rows=self._tail, start=start, anchor=None, land=None))
        self.refresh()
        return True

    def page(self, pages: float) -> None:
        """Move by a part of what the screen holds."""
        self.move(round(pages * max(1, self.size.height // self.tall)))

    def reveal(self) -> None:
        """Scroll as little as shows the cursor."""
        top, height = int(self.scroll_offset.y), self.size.height
        line = self.place * self.tall
        if line < top:
            self.scroll_to(y=line, animate=False, force=True)
        elif line + self.tall > top + height > 0:
            self.scroll_to(y=line + self.tall - height, animate=False, force=True)

    # Marks

    @property
    def marked(self) -> dict[int, None]:
        """The conversations marked, in the order of marking; also such as are not loaded."""
        return self.marks.ids

    @property
    def ranging(self) -> bool:
        """Whether moving extends a range of marks."""
        return self.marks.ranging

    def mark(self, row: QueueRow) -> None:
        """Mark the row of the cursor, or unmark it."""
        self.marks.toggle(row.id, self.place)
        self.refresh()

    def mark_all(self, ids: Iterable[int]) -> None:
        """Mark these conversations too, loaded or not."""
        self.marks.add(ids)
        self.refresh()

    def unmark(self) -> None:
        """Forget all marks."""
        self.marks.clear()
        self.refresh()

    def begin_range(self) -> None:
        """Mark from the last mark, where there is none from here, to the cursor; moving extends it."""
        if self.cursor is not None:
            self.marks.begin(self.cursor.id, self.place)
            self._extend()

    @property
    def range_waits(self) -> bool:
        """Whether the range reaches over rows that are still being read."""
        return self.marks.waits(self.place, self.window.start, self._loaded)

    def set_range(self, start: int, ids: tuple[int, ...]) -> None:
        """Take the conversations from a place on that a range reaches over."""
        self.marks.tell(start, ids)
        self.marks.extend(self.place, self.window.start, self._loaded)
        self.refresh()

    @property
    def _loaded(self) -> list[int]:
        return [row.id for row in self.window.rows]

    def _extend(self, whole: bool = True) -> None:
        """Let the range reach to the cursor. Not `whole`: only rows that are painted anew in any case come or go."""
        if not self.ranging:
            return
        missing = self.marks.extend(self.place, self.window.start, self._loaded)
        if missing is not None:
            self.post_message(self.RangeWanted(*missing))
        if whole:
            self.refresh()

    def _refresh_row(self, place: int) -> None:
        y = place * self.tall - int(self.scroll_offset.y)
        self.refresh(Region(0, y, self.size.width, self.tall))

    def _look_ahead(self, place: int) -> None:
        window = self.window
        end = window.start + len(window.rows)
        short = (place - AHEAD < window.start and window.start > 0) or (place + AHEAD > end and end < window.count)
        if short and not self._asked:
            self._asked = True
            self.set_timer(PAINTED, partial(self._read_around, place))

    def _read_around(self, place: int) -> None:
        """Read more rows, once the key that asked for them has been painted: the reading takes the same processor."""
        row = self.row_at(place)
        self.post_message(self.Wanted(offset=place) if row is None else self.Wanted(around=row, place=place))

    def _ask(self, wanted: Wanted) -> None:
        if not self._asked or wanted.land is not None:
            self._asked = True
            self.post_message(wanted)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for rows that come into sight."""
        super().watch_scroll_y(old_value, new_value)
        top = int(new_value) // self.tall
        middle = min(top + self.size.height // (2 * self.tall), max(0, self.window.count - 1))
        if self.window.count and self.row_at(middle) is None:
            self._ask(self.Wanted(offset=middle))
        elif self.window.count:
            self._look_ahead(middle)

    # Painting

    @property
    def room(self) -> int:
        """Columns beside the scrollbar."""
        return max(0, self.size.width - 1)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the screen."""
        line = int(self.scroll_offset.y) + y
        row = self.row_at(line // self.tall)
        if row is None:
            waits = line // self.tall < self.window.count and line % self.tall == 0
            return self.strip((("faint", " .." if waits else ""),), self.room)
        cursor = self.cursor is not None and row.id == self.cursor.id
        look = Look(row.id, line % self.tall, cursor and self.has_focus, cursor, row.id in self.marked)
        return self._painted.line(row, look, self._paint_line)

    def _paint_line(self, row: QueueRow, look: Look) -> Strip:
        columns, company = self.window.columns, self.company(row)
        if look.line == 1:
            parts = queue_row.second_line(row, self.room, columns)
        else:
            paint = queue_row.whole_line if self.tall == 1 else queue_row.first_line
            parts = paint(row, self.room, clock.now(), look.cursor, look.marked, columns, company)
        return self.strip(parts, self.room, "here" if look.focused else "cursor" if look.cursor else "")

    def company(self, row: QueueRow) -> Company | None:
        """Return who else is at a conversation."""
        return self._painted.company.get(row.id)

    def set_company(self, company: Mapping[int, Company]) -> None:
        """Show who else is where; only rows that say something else then are painted anew."""
        changed = self._painted.meet(company)
        top = int(self.scroll_offset.y) // self.tall
        for place in range(top, top + self.size.height // self.tall + 2) if changed else ():
            if (row := self.row_at(place)) is not None and row.id in changed:
                self._refresh_row(place)

    def set_tall(self, lines: int) -> None:
        """Give each row so many lines, one or two; the cursor stays in sight."""
        if lines != self.tall:
            self.tall = lines
            self._painted.clear()
            self.set_height(self.window.count * lines)
            self.scroll_to(y=0, animate=False, force=True)
            self.reveal()
            self.refresh()

    def repaint(self) -> None:
        """Paint all rows anew: time went on, or the theme changed."""
        self._painted.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was painted in another theme."""
        self._painted.clear()
        super().notify_style_update()

    # Mouse and size

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens, one at the left edge or with ctrl marks."""
        place = (int(self.scroll_offset.y) + event.y) // self.tall
        if self.row_at(place) is None:
            return
        self.move_to(place)
        if self.cursor is not None and (event.ctrl or event.x < MARKS):
            self.mark(self.cursor)
            return
        if event.chain > 1 and self.cursor is not None:
            self.post_message(self.Opened(self.cursor))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._painted.clear()
        self.set_height(self.window.count * self.tall)
        self.reveal()
