"""The thread: what a customer and the team said, oldest first, opened at the newest.

Messages are laid out in a worker and come as blocks of lines; older ones are asked for when the agent scrolls up to
them. The line being read stays where it is whatever comes or changes above it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip

from omnidesk.widgets import overlays, times
from omnidesk.widgets.lines import Line, LinesView, Target
from omnidesk.widgets.thread_lines import Block
from omnidesk.words.speech import _

OLDER = 12
"""Lines from the top at which older messages are asked for."""
KEPT = 20
"""The newest messages of a long history, which are shown; those before them are one line until they are wanted."""
LABELS = "asdfghjklqwertyuiopzxcvbnmASDFGHJKLQWERTYUIOPZXCVBNM1234567890"
"""What links and files in sight are called while one of them is being chosen, the easiest keys first."""


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

    @dataclass
    class TargetChosen(Message):
        """A link or a file of a message was clicked, or what is folded (neither)."""

        message_id: int
        target: Target

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.conversation_id: int | None = None
        self.blocks: list[Block] = []
        self.more = False
        """Whether there are messages older than the first block."""
        self.total = 0
        """How many messages the conversation has."""
        self.history_folded = False
        """Whether all but the newest messages are one line."""
        self.labelled = False
        """Whether links and files in sight bear the keys that open them."""
        self.needle = ""
        """What is searched for in the thread, folded; hits are shown reversed."""
        self.hit = 0
        """The message of the hit that was gone to."""
        self.marked: set[int] = set()
        """Messages that are to be split off."""
        self.chosen = 0
        """The message that was gone to last: while it is in sight, what is done to a message is done to it."""
        self._asked = False
        self._laid_out_for = 0
        self._at_newest = True
        """Whether the agent has not scrolled since the conversation opened: a resize then shows the newest again."""
        self.follows = False
        """Whether what is new is scrolled to while the end is in sight: somebody waits at the other end."""

    @property
    def room(self) -> int:
        """Columns beside the scrollbar; before the pane is shown, those it would have alone on the screen."""
        return super().room or self.app.size.width - 1

    def clear(self) -> None:
        """Show nothing."""
        self.conversation_id, self.blocks, self.more = None, [], False
        self.needle, self.hit = "", 0
        self.show(())

    def open(self, conversation_id: int, blocks: list[Block], more: bool, total: int = 0) -> None:
        """Show a conversation of so many messages from its newest one."""
        self.conversation_id = conversation_id
        self.more, self._asked = more, False
        self.total = total
        self.history_folded = len(blocks) > KEPT
        self.needle, self.hit = "", 0
        self.marked.clear()
        self.chosen = 0
        self._place(blocks)
        self._at_newest = True
        self.go_newest()

    def update_blocks(self, blocks: list[Block], more: bool | None = None) -> None:
        """Show the same conversation as it is now; the line at the top of the screen stays, unless it follows."""
        if more is not None:
            self.more = more
        self._asked = False
        key, offset = self._reading()
        at_end = self._at_newest or self.below == 0
        self._place(blocks)
        if self._at_newest and self.size.height == 0:
            return
        if self.follows and at_end:
            self.go_newest()
            return
        start = self.start_of(key)
        if start is not None:
            self.go(start + offset)

    def _place(self, blocks: list[Block]) -> None:
        self.blocks = blocks
        self._laid_out_for = self.room
        lines: list[Line] = []
        shown = blocks
        if self.history_folded:
            shown = blocks[-KEPT:]
            earlier = max(self.total, len(blocks)) - len(shown)
            what = _("   + {count} earlier messages (z, or go on up)").format(count=times.number(earlier))
            lines.append(Line((("accent", what),), 0, (Target(0, self.room),)))
        elif self.more:
            lines.append(Line((("faint", _("   … older messages")),)))
        for block in shown:
            lines += block.lines
        self.show(lines)

    def mark(self, message_id: int) -> None:
        """Mark a message, or unmark it."""
        self.marked ^= {message_id}
        self.refresh()

    def unfold_history(self) -> None:
        """Show the messages before the newest ones too; the line at the top of the screen stays."""
        if self.history_folded:
            self.history_folded = False
            key = self.blocks[-KEPT].message.id
            self.update_blocks(self.blocks)
            self.go((self.start_of(key) or 1) - 1)

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
        """The message being read: the one gone to while it is in sight, else the first that begins on the screen, else
        the one that fills it."""
        shown = self.lines[self.top : self.top + max(1, self.size.height)]
        starts = {block.message.id: block for block in self.blocks}
        if self.chosen in starts and any(line.key == self.chosen for line in shown):
            return starts[self.chosen]
        for index, line in enumerate(shown):
            if line.key in starts and (index == 0 or shown[index - 1].key != line.key):
                if index == 0 and self.top and self.lines[self.top - 1].key == line.key:
                    continue
                return starts[line.key]
        return starts.get(shown[0].key) if shown else None

    # Moving

    def move(self, lines: int) -> None:
        """Scroll by so many lines; past the first one, earlier messages come."""
        self._at_newest = False
        if lines < 0 and self.top == 0:
            self.unfold_history()
        self.go(self.top + lines)

    def page(self, pages: float) -> None:
        """Scroll by a part of what the screen holds."""
        self.move(round(pages * max(1, self.size.height - 1)))

    def go_first(self) -> None:
        """Scroll to the oldest loaded message."""
        self._at_newest = False
        self.unfold_history()
        self.go(0)
        self._look_back()

    def go_newest(self) -> None:
        """Show the head of the newest message, and as much before it as fits."""
        last = self.start_of(self.blocks[-1].message.id) if self.blocks else None
        self.go(self.bottom if last is None else min(last, self.bottom))

    def stand_at_newest(self) -> None:
        """Be at the newest message, wherever the agent scrolled to."""
        self._at_newest = True
        self.go_newest()

    def go_message(self, step: int) -> None:
        """Go to the head of the next message (1) or of the one before (-1), scrolling as far as there are lines."""
        self._at_newest = False
        if step < 0 and self.top <= 1:
            self.unfold_history()
        here = self.current
        at = self.start_of(self.chosen) if here is not None and here.message.id == self.chosen else None
        at = self.top if at is None else at
        starts = [index for index, line in enumerate(self.lines) if line.key and self.lines[index - 1].key != line.key]
        ahead = [start for start in starts if start > at]
        behind = [start for start in starts if start < at]
        if step > 0 and ahead:
            self._choose(ahead[0])
        elif step < 0 and behind:
            self._choose(behind[-1])
        elif step < 0:
            self.go(0)

    def go_to(self, message_id: int) -> None:
        """Show the head of a message that is loaded."""
        if self.start_of(message_id) is None:
            self.unfold_history()
        start = self.start_of(message_id)
        if start is not None:
            self._at_newest = False
            self._choose(start)

    def _choose(self, line: int) -> None:
        self.chosen = self.lines[line].key
        self.go(line)
        self.refresh()

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
        if self.top <= OLDER and self.more and not self._asked and self.blocks and not self.history_folded:
            self._asked = True
            first = self.blocks[0].message
            self.post_message(self.OlderWanted((first.at, first.id)))

    def on_resize(self) -> None:
        """Ask for a new layout when the width changed."""
        if self.blocks and self.room != self._laid_out_for:
            self.post_message(self.WidthChanged(self.room))
        if self._at_newest:
            self.go_newest()

    # Links, files, hits

    def in_sight(self) -> list[tuple[int, Target]]:
        """Return the links and files on the screen with their messages, top to bottom, as many as have labels."""
        shown = self.lines[self.top : self.top + self.size.height]
        found = [(line.key, target) for line in shown for target in line.targets if target.number]
        return found[: len(LABELS)]

    def labelled_by(self, label: str) -> tuple[int, Target] | None:
        """Return the link or file in sight that bears a label, and its message."""
        found = dict(zip(LABELS, self.in_sight(), strict=False))
        return found.get(label)

    def set_labelled(self, labelled: bool) -> None:
        """Show the keys that open links and files, or their numbers again."""
        if labelled != self.labelled:
            self.labelled = labelled
            self.refresh()

    def search(self, needle: str) -> None:
        """Show hits of a folded text reversed; "" shows none."""
        self.needle, self.hit = needle, 0
        self.refresh()

    def go_hit(self, message_id: int) -> bool:
        """Scroll to the first hit within a message and say whether it is to be seen there."""
        start = self.start_of(message_id)
        if start is None:
            return False
        self._at_newest = False
        self.hit = message_id
        for index in range(start, len(self.lines)):
            line = self.lines[index]
            if line.key != message_id:
                break
            if overlays.hits("".join(text for _, text in line.parts), self.needle):
                self.go(index - self.size.height // 3)
                self.refresh()
                return True
        self.go(start)
        return False

    def render_line(self, y: int) -> Strip:
        """Paint one line of the screen, with what it leads to and what is searched for in it."""
        strip = super().render_line(y)
        index = self.top + y
        if not 0 <= index < len(self.lines):
            return strip
        line = self.lines[index]
        if line.targets:
            strip = overlays.with_links(strip, line.targets)
            if self.labelled:
                labels = {id(target): label for label, (_, target) in zip(LABELS, self.in_sight(), strict=False)}
                named = [(target, labels[id(target)]) for target in line.targets if id(target) in labels]
                strip = overlays.with_labels(strip, named, self.ink("key"))
        if self.needle:
            strip = overlays.with_hits(strip, self.needle)
        sign = self._sign(index, line.key)
        if sign:
            strip = Strip([Segment(sign, self.ink("accent")), *strip.crop(1)], strip.cell_length)
        return strip

    def _sign(self, index: int, key: int) -> str:
        """Return what stands before a line: x and | for a marked message, > where the one gone to begins."""
        head = index == 0 or self.lines[index - 1].key != key
        if key in self.marked:
            return "x" if head else "|"
        return ">" if key and key == self.chosen and head else ""

    def on_click(self, event: events.Click) -> None:
        """Open what was clicked."""
        index = self.top + event.y
        if not 0 <= index < len(self.lines):
            return
        line = self.lines[index]
        if line.targets and self.history_folded and not line.key:
            self.unfold_history()
            return
        for target in line.targets:
            if target.start <= event.x < target.end:
                event.stop()
                self.post_message(self.TargetChosen(line.key, target))
