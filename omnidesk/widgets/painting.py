"""Painting by style names: one place that says what they look like in a theme.

The colours come straight from the theme's variables: component classes would be matched against the style sheet for
each widget on every change of focus, which took 100 ms and more. A theme may say how strong the quiet inks are
(`desk-dim`, `desk-faint`) and what the cursor's row lies on (`desk-here`, `desk-cursor`). In the terminal's own sixteen
colours, and without colour, bold and reverse do what grounds do otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from omnidesk.widgets.plain_lines import PlainLines, SheetBar

Part = tuple[str, str]
"""A style's name ("" is plain) and text without line ends."""

INKS = {
    "dim": ("foreground", 0.75, False),
    "faint": ("foreground", 0.55, False),
    "strong": ("foreground", 1.0, True),
    "head": ("text-primary", 1.0, False),
    "title": ("text-accent", 1.0, True),
    "warn": ("text-error", 1.0, True),
    "good": ("text-success", 1.0, False),
    "note": ("text-warning", 1.0, False),
    "accent": ("text-accent", 1.0, False),
    "key": ("text-accent", 1.0, True),
}
"""Theme variable, strength and weight of a style; warn, good and note carry a meaning that words carry too."""

GROUNDS = {"cursor": ("foreground", 0.10), "here": ("primary", 0.40)}
"""Theme variable and strength of a style that has a background of its own."""

SIXTEEN = {
    "faint": Style(dim=True),
    "strong": Style(bold=True),
    "head": Style(color="cyan"),
    "title": Style(bold=True),
    "good": Style(color="green"),
    "note": Style(color="magenta"),
    "accent": Style(color="cyan"),
    "key": Style(color="cyan", bold=True),
    "warn": Style(color="red", bold=True),
    "cursor": Style(bold=True),
    "here": Style(reverse=True),
}
"""The same in the terminal's own colours: the darker ones, which both black and white paper can carry."""


class Painted(Widget):
    """A widget that paints its lines from parts."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._inks: dict[tuple[str, str], Style] = {}

    def notify_style_update(self) -> None:
        """Look everything up anew when the theme or a class changed."""
        self._inks.clear()
        super().notify_style_update()

    def ink(self, name: str, ground: str = "") -> Style:
        """Return a style on the widget's own background, or on that of a style in `GROUNDS`."""
        found = self._inks.get((name, ground))
        if found is None:
            found = self._inks[name, ground] = self._look_up(name, ground)
        return found

    def _look_up(self, name: str, ground: str) -> Style:
        if self.app.native_ansi_color:
            return self._sixteen(name, ground)
        if name in GROUNDS:
            return self.ink("", name) + Style(bold=True)
        background = self.background_colors[1]
        said = self.app.theme_variables
        if ground:
            own = said.get(f"desk-{ground}")
            background = Color.parse(own) if own else background + self._color(*GROUNDS[ground])
        variable, strength, bold = INKS.get(name, ("foreground", 1.0, False))
        strength = float(said.get(f"desk-{name}", strength))
        return Style(
            color=(background + self._color(variable, strength)).rich_color,
            bgcolor=background.rich_color,
            bold=bold or None,
        )

    @staticmethod
    def _sixteen(name: str, ground: str) -> Style:
        ink = SIXTEEN.get(name, Style.null())
        if ground != "here":
            return ink + SIXTEEN.get(ground, Style.null())
        return Style(bold=ink.bold) + SIXTEEN["here"]

    def _color(self, variable: str, strength: float) -> Color:
        try:
            found = Color.parse(self.app.theme_variables[variable])
        except (KeyError, ColorParseError):
            found = self.styles.color
        return found.with_alpha(strength) if strength < 1.0 else found

    def strip(self, parts: Iterable[Part], width: int, ground: str = "") -> Strip:
        """Return one line of exactly `width` columns."""
        ink = self.ink
        segments = [Segment(text, ink(style, ground)) for style, text in parts if text]
        return Strip(segments).adjust_cell_length(width, ink("", ground))


class PaintedSheet(Painted, ScrollView):
    """A sheet of lines that scrolls, however long it is. Its scrollbar is always there, so that nothing around it
    moves when its length changes."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._styles_cache = PlainLines()

    @property
    def vertical_scrollbar(self) -> SheetBar:
        """The scrollbar, made when it is first asked for."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = made = SheetBar()
            made.display = False
            self.app._start_widget(self, made)
        assert isinstance(self._vertical_scrollbar, SheetBar)
        return self._vertical_scrollbar

    def set_height(self, lines: int) -> None:
        """Say how many lines there are to scroll through.

        The reactive `virtual_size` would lay out the whole screen anew, 20 ms and more between two keys; only the
        scrollbar and the range to scroll in depend on it here.
        """
        size = Size(self.size.width, lines)
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
