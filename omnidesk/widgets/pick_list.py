"""Lines of which some belong together under a key: the cursor walks from key to key."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from omnidesk.widgets.lines import LinesView


class PickList(LinesView):
    """A list to pick from; where no line has a key it scrolls."""

    @dataclass
    class Picked(Message):
        """A line was clicked twice."""

        key: int

    @property
    def keys(self) -> list[int]:
        """What the cursor can stand on, in order."""
        return list(dict.fromkeys(line.key for line in self.lines if line.key))

    def move(self, rows: int) -> None:
        """Move the cursor from key to key; scroll where there are none."""
        keys = self.keys
        if not keys:
            self.go(self.top + rows)
            return
        place = keys.index(self.cursor_key) + rows if self.cursor_key in keys else 0
        self.pick(keys[max(0, min(place, len(keys) - 1))])

    def pick(self, key: int) -> None:
        """Put the cursor on a key and bring its first line into sight."""
        self.cursor_key = key
        line = next((index for index, line in enumerate(self.lines) if line.key == key), None)
        if line is not None and not self.top <= line < self.top + self.size.height - 1:
            self.go(line - self.size.height // 2)

    def page(self, pages: float) -> None:
        """Move by a part of what the screen holds."""
        self.move(round(pages * max(1, self.size.height // 2)))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click picks."""
        index = self.top + event.y
        key = self.lines[index].key if 0 <= index < len(self.lines) else 0
        if key:
            self.cursor_key = key
            if event.chain > 1:
                self.post_message(self.Picked(key))
