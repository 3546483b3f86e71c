"""Lines of styled text: what they are made of, how they fit a width, and a view that paints any number of them.

A line is a tuple of (style, text); styles are names, so that a theme can change without laying anything out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size, set_cell_size
from textual.reactive import var
from textual.strip import Strip

from omnidesk.widgets.painting import PaintedSheet, Part


class Target(NamedTuple):
    """Columns [start, end) of a line that lead somewhere: a link (`url`), a file, or what is folded (neither).

    `number` is what stands between its brackets; `claims` is another host that a link's text names."""

    start: int
    end: int
    number: int = 0
    url: str = ""
    file_id: int = 0
    claims: str = ""


class Line(NamedTuple):
    """One painted line, the id of what it belongs to (0: nothing), and what in it leads somewhere."""

    parts: tuple[Part, ...]
    key: int = 0
    targets: tuple[Target, ...] = ()


def cells(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else cell_len(text)


def fit(text: str, width: int) -> str:
    """Return `text` cut or padded to exactly `width` columns; a cut one ends in …"""
    if width <= 0:
        return ""
    text = text[: 4 * width + 8]
    if cells(text) <= width:
        return text + " " * (width - cells(text))
    return set_cell_size(text, width - 1) + "…"


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` columns; a cut one ends in …"""
    text = text[: 4 * max(width, 0) + 8]
    return text if cells(text) <= width else fit(text, width).rstrip(" ")


def ended(parts: Sequence[Part], width: int) -> tuple[Part, ...]:
    """Return a line in at most `width` columns; one that loses more than blanks at its end ends in …"""
    if sum(cells(text) for _, text in parts) <= width:
        return tuple(parts)
    mark = "…" if width > 0 and cells("".join(text for _, text in parts).rstrip(" ")) > width else ""
    found: list[Part] = []
    room = max(0, width) - len(mark)
    for style, text in parts:
        shown = text if cells(text) <= room else set_cell_size(text, room)
        room -= cells(shown)
        if room <= 0:
            return (*found, (style, shown + mark))
        found.append((style, shown))
    return tuple(found)


def spread(left: Sequence[Part], right: Sequence[Part], width: int) -> tuple[Part, ...]:
    """Put parts at both ends of a line of `width` columns; what does not fit is cut from the left parts' end."""
    room = width - sum(cells(text) for _, text in right)
    if room < min(8, width):
        right, room = (), width
    left = ended(left, room)
    room -= sum(cells(text) for _, text in left)
    return (*left, ("", " " * max(room, 0)), *right)


def wrap(text: str, width: int, most: int = 1_000_000) -> list[str]:
    """Break one logical line into lines of at most `width` columns, between words where it can; at most `most`."""
    text = text.expandtabs(4).rstrip()
    plain = text.isascii()
    if plain and len(text) <= width:
        return [text]
    found: list[str] = []
    start, width = 0, max(width, 1)
    while start < len(text) and len(found) < most:
        end = start + width if plain else _end(text, start, width)
        if end < len(text) and text[end] != " ":
            space = text.rfind(" ", start + 1, end)
            if space > start and text[start:space].strip():
                end = space
        found.append(text[start:end].rstrip())
        start = end
        while found and start < len(text) and text[start] == " ":
            start += 1
    return found or [""]


def _end(text: str, start: int, width: int) -> int:
    taken = 0
    for index in range(start, len(text)):
        taken += get_character_cell_size(text[index])
        if taken > width:
            return max(index, start + 1)
    return len(text)


class LinesView(PaintedSheet, can_focus=True):
    """Paints lines; only those on the screen cost anything."""

    DEFAULT_CSS = """
    LinesView {
        width: 1fr; height: 1fr;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden; overflow-y: scroll;
        scrollbar-background: $background; scrollbar-color: $foreground 25%; scrollbar-gutter: stable;
    }
    """

    cursor_key: var[int] = var(0)
    """The key of the lines to light up; 0 for none."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: list[Line] = []

    def show(self, lines: Iterable[Line]) -> None:
        """Paint these lines from now on, where the scroll position stays as it is."""
        self.lines = list(lines)
        self.set_height(len(self.lines))
        self.refresh()

    def watch_cursor_key(self) -> None:
        """Paint the lines of the new cursor."""
        self.refresh()

    @property
    def room(self) -> int:
        """Columns beside the scrollbar."""
        return max(0, self.size.width - 1)

    def render_line(self, y: int) -> Strip:
        """Paint one line of the screen."""
        index = int(self.scroll_offset.y) + y
        if not 0 <= index < len(self.lines):
            return self.strip((), self.room)
        line = self.lines[index]
        ground = "here" if line.key and line.key == self.cursor_key else ""
        return self.strip(ended(line.parts, self.room), self.room, ground)

    @property
    def top(self) -> int:
        """The index of the first line on the screen."""
        return int(self.scroll_offset.y)

    @property
    def bottom(self) -> int:
        """The largest value `top` can have."""
        return max(0, len(self.lines) - self.size.height)

    def go(self, line: int) -> None:
        """Scroll so that a line is the first on the screen, as far as there are lines."""
        self.scroll_to(y=max(0, min(line, self.bottom)), animate=False, force=True)
