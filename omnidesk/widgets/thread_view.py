"""The thread: what a customer and the team said, oldest first, opened at the newest.

Messages are laid out in a worker and come as blocks of lines; older ones are asked for when the agent scrolls up to
them. The line being read stays where it is whatever comes or changes above it.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from omnidesk.widgets.lines import Line, LinesView
from omnidesk.widgets.thread_lines import Block

OLDER = 12
"""Lines from the top at which older messages are asked for."""


class ThreadView(LinesView):
    """The messages of one conversation."""

    DEFAULT_CSS = """
    ThreadView { width: 1fr; height: 1fr; }
    """

    @dataclass
    class OlderWanted(Message):
        """The agent scrolled up to the first loaded message, and there are older ones."""

        before: tuple[int, int]

        def can_replace(self, message: Message) -> bool:
            """Once is enough."""
            return isinstance(message, ThreadView.OlderWanted)

    @dataclass
    class WidthChanged(Message):
        """The thread must be laid out anew."""

        width: int

        def can_replace(self, message: Message) -> bool:
            """Only the last width matters."""
            return isinstance(message, ThreadView.WidthChanged)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.conversation_id: int | None = None
        self.blocks: list[Block] = []
        self.more = False
        """Whether there are messages older than the first block."""
        self._asked = False
        self._laid_out_for = 0
        self._at_newest = True
        """Whether the agent has not scrolled since the conversation opened: a resize then shows the newest again."""

    def clear(self) -> None:
        """Show nothing."""
        self.conversation_id, self.blocks, self.more = None, [], False
        self.show(())

    def open(self, conversation_id: int, blocks: list[Block], more: bool) -> None:
        """Show a conversation from its newest message."""
        self.conversation_id = conversation_id
        self.more, self._asked = more, False
        self._place(blocks)
        self._at_newest = True
        self.go_newest()

    def update_blocks(self, blocks: list[Block], more: bool | None = None) -> None:
        """Show the same conversation as it is now; the line at the top of the screen stays."""
        if more is not None:
            self.more = more
        self._asked = False
        key, offset = self._reading()
        self._place(blocks)
        if self._at_newest and self.size.height == 0:
            return
        start = self.start_of(key)
        if start is not None:
            self.go(start + offset)

    def _place(self, blocks: list[Block]) -> None:
        self.blocks = blocks
        self._laid_out_for = self.room
        lines: list[Line] = [Line((("faint", "   … older messages"),))] if self.more else []
        for block in blocks:
            lines += block.lines
        self.show(lines)

    def _reading(self) -> tuple[int, int]:
        """The message at the top of the screen, and how many of its lines are above."""
        top = self.top
        if not self.lines or top >= len(self.lines):
            return 0, 0
        key = self.lines[top].key
        start = self.start_of(key)
        return key, top - (start or 0)

    def start_of(self, key: int) -> int | None:
        """Return the first line of a message."""
        return next((index for index, line in enumerate(self.lines) if line.key == key and key), None)

    @property
    def current(self) -> Block | None:
        """The message being read: the first that begins on the screen, else the one that fills it."""
        shown = self.lines[self.top : self.top + max(1, self.size.height)]
        starts = {block.message.id: block for block in self.blocks}
        for index, line in enumerate(shown):
            if line.key in starts and (index == 0 or shown[index - 1].key != line.key):
                if index == 0 and self.top and self.lines[self.top - 1].key == line.key:
                    continue
                return starts[line.key]
        return starts.get(shown[0].key) if shown else None

    # Moving

    def move(self, lines: int) -> None:
        """Scroll by so many lines."""
        self._at_newest = False
        self.go(self.top + lines)

    def page(self, pages: float) -> None:
        """Scroll by a part of what the screen holds."""
        self.move(round(pages * max(1, self.size.height - 1)))

    def go_first(self) -> None:
        """Scroll to the oldest loaded message."""
        self._at_newest = False
        self.go(0)
        self._look_back()

    def go_newest(self) -> None:
        """Show the head of the newest message, and as much before it as fits."""
        last = self.start_of(self.blocks[-1].message.id) if self.blocks else None
        self.go(self.bottom if last is None else min(last, self.bottom))

    def go_message(self, step: int) -> None:
        """Scroll to the head of the next message (1) or of the one before (-1)."""
        self._at_newest = False
        starts = [index for index, line in enumerate(self.lines) if line.key and self.lines[index - 1].key != line.key]
        ahead = [start for start in starts if start > self.top]
        behind = [start for start in starts if start < self.top]
        if step > 0 and ahead:
            self.go(ahead[0])
        elif step < 0:
            self.go(behind[-1] if behind else 0)

    @property
    def below(self) -> int:
        """How many lines are hidden under the screen."""
        return max(0, self.bottom - self.top)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for older messages in time."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value:
            self._look_back()

    def _look_back(self) -> None:
        if self.top <= OLDER and self.more and not self._asked and self.blocks:
            self._asked = True
            first = self.blocks[0].message
            self.post_message(self.OlderWanted((first.at, first.id)))

    def on_resize(self) -> None:
        """Ask for a new layout when the width changed."""
        if self.blocks and self.room != self._laid_out_for:
            self.post_message(self.WidthChanged(self.room))
        if self._at_newest:
            self.go_newest()
