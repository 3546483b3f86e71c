"""The key help, made from the actions themselves."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.geometry import Size
from textual.screen import ModalScreen

from omnidesk.screens.keys import Keymap, shown
from omnidesk.widgets.lines import Line, LinesView, cells, fit
from omnidesk.widgets.painting import Part

GROUPS = ("Move", "Views", "Read", "Answer", "Write", "Decide", "Lists", "Anywhere")
_KEYS_WIDTH = 14


def lines(keymap: Keymap, width: int) -> list[Line]:
    """Return the help: one line an action, in two columns where there is room."""
    found: list[Line] = []
    columns = 2 if width >= 96 else 1
    column = width // columns - 1
    for group in GROUPS:
        found.append(Line((("title", f" {group}"),)))
        entries = [_entry(keymap, name, column) for name, action in keymap.actions.items() if action.group == group]
        half = -(-len(entries) // columns)
        for index in range(half):
            parts = entries[index]
            if columns == 2 and index + half < len(entries):
                taken = sum(cells(text) for _, text in parts)
                parts = (*parts, ("", " " * (column - taken)), *entries[index + half])
            found.append(Line(parts))
        found.append(Line(()))
    return found


def _entry(keymap: Keymap, name: str, width: int) -> tuple[Part, ...]:
    said = [shown(keys).replace("*", " letter") for keys in keymap.keys(name)]
    return (
        ("accent", f"  {fit(' '.join(said), _KEYS_WIDTH)} "),
        ("", fit(keymap.actions[name].description, width - _KEYS_WIDTH - 3)),
    )


class HelpView(LinesView):
    """The lines of the help."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__(id="help-lines")
        self.keymap = keymap

    def on_resize(self) -> None:
        """Lay out for the width."""
        self.show(lines(self.keymap, self.size.width))
        self.virtual_size = Size(self.size.width, len(self.lines))


class HelpScreen(ModalScreen[None]):
    """All keys; any of ? q Escape leaves, j and k scroll."""

    CSS = """
    HelpScreen { align: center middle; }
    HelpScreen HelpView { width: 90%; height: 90%; border: round $primary; background: $surface; padding: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark", "dismiss", "Back"),
        ("j", "scroll(1)", "Down"),
        ("k", "scroll(-1)", "Up"),
        ("space,ctrl+d", "scroll(10)", "Down"),
        ("ctrl+u", "scroll(-10)", "Up"),
    ]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.keymap = keymap

    def compose(self) -> ComposeResult:
        """One list."""
        view = HelpView(self.keymap)
        view.border_title = "Keys - q goes back"
        yield view

    def action_scroll(self, rows: int) -> None:
        """Scroll by so many lines."""
        view = self.query_one(HelpView)
        view.go(view.top + rows)
