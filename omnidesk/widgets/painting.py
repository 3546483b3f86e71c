"""Painting by style names: one place that says what they look like in a theme."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

Part = tuple[str, str]
"""A style's name ("" is plain) and text without line ends."""

STYLES = ("dim", "faint", "strong", "head", "title", "warn", "good", "note", "accent", "key", "cursor", "here")
"""dim and faint say less, strong more; warn, good and note carry meaning that a word beside them carries too."""
GROUNDS = ("cursor", "here")
"""Styles with a background of their own."""


class Painted(Widget):
    """A widget that paints its lines from parts."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"paint--{style}" for style in STYLES}
    DEFAULT_CSS = """
    Painted {
        & > .paint--dim { color: $foreground 75%; }
        & > .paint--faint { color: $foreground 55%; }
        & > .paint--strong { text-style: bold; }
        & > .paint--head { color: $text-primary; }
        & > .paint--title { color: $text-accent; text-style: bold; }
        & > .paint--warn { color: $text-error; text-style: bold; }
        & > .paint--good { color: $text-success; }
        & > .paint--note { color: $text-warning; }
        & > .paint--accent { color: $text-accent; }
        & > .paint--key { color: $text-accent; text-style: bold; }
        & > .paint--cursor { background: $foreground 10%; }
        & > .paint--here { background: $primary 40%; }
    }
    """

    def ink(self, name: str) -> Style:
        """Return what a style does to text: colour and weight, and the background of `GROUNDS`."""
        if not name:
            return Style.null()
        full = self.get_component_rich_style(f"paint--{name}")
        if name in GROUNDS:
            return Style(bgcolor=full.bgcolor, bold=True)
        return Style(color=full.color, bold=full.bold or None)

    def ground(self, name: str) -> Style:
        """Return the background of a style."""
        return Style(bgcolor=self.get_component_rich_style(f"paint--{name}").bgcolor)

    def strip(self, parts: Iterable[Part], base: Style, width: int) -> Strip:
        """Return one line of exactly `width` columns."""
        segments = [Segment(text, base + self.ink(style)) for style, text in parts]
        return Strip(segments).adjust_cell_length(width, base)
