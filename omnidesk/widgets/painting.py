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

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._inks: dict[tuple[str, str], Style] = {}

    def notify_style_update(self) -> None:
        """Look everything up anew when the theme or a class changed."""
        self._inks.clear()
        super().notify_style_update()

    def ink(self, name: str, ground: str = "") -> Style:
        """Return a style on the widget's own background, or on that of a style in `GROUNDS`; looked up once a theme."""
        found = self._inks.get((name, ground))
        if found is None:
            found = self._inks[name, ground] = self._look_up(name, ground)
        return found

    def _look_up(self, name: str, ground: str) -> Style:
        if not name:
            base = self.rich_style
            return base if not ground else base + Style(bgcolor=self._component(ground).bgcolor)
        full = self._component(name)
        base = self.ink("", name if name in GROUNDS else ground)
        return base + Style(
            color=None if name in GROUNDS else full.color, bold=True if name in GROUNDS else full.bold or None
        )

    def _component(self, name: str) -> Style:
        return self.get_component_rich_style(f"paint--{name}")

    def strip(self, parts: Iterable[Part], width: int, ground: str = "") -> Strip:
        """Return one line of exactly `width` columns."""
        ink = self.ink
        segments = [Segment(text, ink(style, ground)) for style, text in parts if text]
        return Strip(segments).adjust_cell_length(width, ink("", ground))
