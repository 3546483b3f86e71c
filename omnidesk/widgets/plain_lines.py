"""Lines that go to the screen as they were painted, without Textual's pass for borders, tints and hatches.

That pass takes longer than painting itself: half of what a key that scrolls the queue costs.
"""

from __future__ import annotations

from typing import Any

from rich.segment import Segment
from textual._styles_cache import StylesCache
from textual.css.styles import StylesBase
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


class PlainLines(StylesCache):
    """Keeps the lines of a widget that has no tint; one with a border or padding goes Textual's way."""

    def render_line(self, styles: StylesBase, y: int, *arguments: Any) -> Strip:
        """Return what the widget painted: the eighth argument is the widget's own `render_line`."""
        if any(styles.gutter):
            return super().render_line(styles, y, *arguments)
        painted: Strip = arguments[5](y)
        return painted


class SheetBar(ScrollBar):
    """A scrollbar of one column that looks and answers to the mouse like Textual's; equal cells are one strip."""

    def __init__(self) -> None:
        super().__init__(vertical=True, name="vertical")
        self._styles_cache = PlainLines()
        self._cells: list[Strip] = []
        self._blank = False

    def set_blank(self, blank: bool) -> None:
        """Show nothing but the paper, or the bar."""
        self._blank = blank
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one cell, as tall as it is wide."""
        if self._dirty_regions or y >= len(self._cells):
            self._dirty_regions.clear()
            self._paint()
        return self._cells[y] if y < len(self._cells) else Strip.blank(1)  # a list that goes away has no room

    def _paint(self) -> None:
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        style = self.app.console.get_style(bar.style)
        assert style.color is not None and style.bgcolor is not None
        painted = bar.render_bar(
            self.size.height,
            bar.virtual_size,
            bar.window_size,
            bar.position,
            back_color=style.bgcolor,
            bar_color=style.color,
        )
        if self._blank:
            self._cells = [Strip([Segment(" ", style)], 1)] * self.size.height
            return
        strips: dict[Segment, Strip] = {}
        self._cells = [strips.setdefault(cell, Strip([cell], 1)) for cell in painted.segments]
