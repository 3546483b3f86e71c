"""Asks before what cannot be taken back: what will happen stands above, y does it, every other key does not."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from omnidesk.screens.keys import pressed
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import one_line
from omnidesk.widgets.bars import KeyLine
from omnidesk.widgets.lines import Line, LinesView, wrap
from omnidesk.words.speech import _


class Confirm(ModalScreen[bool], OnTop[bool]):
    """A question with what its yes would do; gives True only for y. Enter is no answer."""

    CSS = """
    Confirm { align: center middle; }
    Confirm Vertical { width: 72; max-width: 90%; height: auto; max-height: 90%; border: round $primary;
        background: $surface; padding: 0 1; }
    Confirm LinesView { height: auto; }
    Confirm KeyLine { background: $surface; }
    """

    def __init__(self, question: str, preview: Sequence[str], yes: str) -> None:
        super().__init__()
        self.question = one_line(question, 200)
        self.preview = [one_line(line, 400) for line in preview]
        self.keys = KeyLine()
        self.keys.set_keys([("y", one_line(yes, 40)), ("n", _("never mind"))])
        self.view = LinesView()

    def compose(self) -> ComposeResult:
        """What would happen, and the keys."""
        with Vertical():
            yield self.view
            yield self.keys

    def on_mount(self) -> None:
        """Lay the words out."""
        width = max(20, min(72, self.app.size.width * 9 // 10) - 6)
        lines = [Line((("strong", text),)) for text in wrap(self.question, width)]
        lines.append(Line(()))
        for said in self.preview:
            lines += [Line((("", text),)) for text in wrap(said, width)]
        lines.append(Line(()))
        self.view.styles.height = min(len(lines), max(3, self.app.size.height - 6))
        self.view.show(lines)
        self.call_after_refresh(self.view.refresh)  # what is painted before it has a size stays blank on a terminal

    def on_key(self, event: events.Key) -> None:
        """Take the answer."""
        if self.passed_on(event):
            return
        event.stop()
        event.prevent_default()
        key = pressed(event.key, event.character)
        if key in ("y", "n", "N", "q", "escape"):
            self.dismiss(key == "y")
