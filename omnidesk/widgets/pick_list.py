"""Lines of which some belong together under a key: the cursor walks from key to key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from textual import events
from textual.message import Message

from omnidesk.widgets.lines import Line, LinesView


class PickList(LinesView):
    """A list to pick from; where no line has a key it scrolls."""

    @dataclass
    class Picked(Message):
        """A line was clicked twice."""

        key: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._spans: dict[int, tuple[int, int]] = {}
        """The first and the last line of each key, in order: a key is looked up, however long the list is."""

    def show(self, lines: Iterable[Line]) -> None:
        """Paint these lines from now on, where the scroll position stays as it is."""
        super().show(lines)
        spans: dict[int, tuple[int, int]] = {}
        for index, line in enumerate(self.lines):
            if line.key:
                spans[line.key] = (spans[line.key][0] if line.key in spans else index, index)
        self._spans = spans

    @property
    def keys(self) -> list[int]:
        """What the cursor can stand on, in order."""
        return list(self._spans)

    @property
    def row(self) -> int:
        """The first line of what the cursor stands on; where that is nothing, the first on the screen."""
        first, last = self._lines_of(self.cursor_key)
        return first if last >= 0 else self.top

    @property
    def words(self) -> str:
        """What the lines under the cursor say, without the blanks that set them out."""
        row = self.row
        last = max(row, self._lines_of(self.cursor_key)[1])
        said = ("".join(text for _, text in line.parts) for line in self.lines[row : last + 1])
        return " ".join(" ".join(said).split())

    def move(self, rows: int) -> None:
        """Move the cursor from key to key; scroll where there are none."""
        keys = self.keys
        if not keys:
            self.go(self.top + rows)
            return
        place = keys.index(self.cursor_key) + rows if self.cursor_key in keys else 0
        self.pick(keys[max(0, min(place, len(keys) - 1))])

    def first(self) -> None:
        """Go to the first key and to the top."""
        self.move_to(0)
        self.go(0)

    def last(self) -> None:
        """Go to the last key and to the bottom."""
        self.move_to(len(self.lines))
        self.go(self.bottom)

    def move_to(self, place: int) -> None:
        """Put the cursor on the key with so many keys before it; where there are none, go to that line."""
        keys = self.keys
        if keys:
            self.pick(keys[max(0, min(place, len(keys) - 1))])
        else:
            self.go(place)

    def pick(self, key: int) -> None:
        """Put the cursor on a key and scroll as little as shows its lines."""
        self.cursor_key = key
        first, last = self._lines_of(key)
        if last < 0:
            return
        if first < self.top:
            self.go(0 if first == next(iter(self._spans.values()))[0] else first)
        elif last >= self.top + self.size.height:
            self.go(min(first, last - self.size.height + 1))

    def _lines_of(self, key: int) -> tuple[int, int]:
        """Return the first and the last line of a key; (0, -1) where it has none."""
        return self._spans.get(key, (0, -1))

    def page(self, pages: float) -> None:
        """Move by a part of what the screen holds: to the key that is so many lines away, at least to the next."""
        rows = round(pages * max(2, self.size.height))
        first, last = self._lines_of(self.cursor_key)
        if last < 0:
            self.move(rows)
            return
        step = 1 if rows > 0 else -1
        here = max(first, min(self.top, last))
        there = max(0, min(here + rows, len(self.lines) - 1))
        found = (self.lines[index].key for index in range(there, here, -step))
        wanted = next((key for key in found if key), self.cursor_key)
        before = self.top
        if wanted != self.cursor_key:
            self.pick(wanted)
        else:
            self.go(self.top + rows)
            if self.top == before:
                self.move(step)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click picks."""
        index = self.top + event.y
        key = self.lines[index].key if 0 <= index < len(self.lines) else 0
        if key:
            self.cursor_key = key
            if event.chain > 1:
                self.post_message(self.Picked(key))
