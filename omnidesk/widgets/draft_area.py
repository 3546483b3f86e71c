"""The text being written. Loaded when an agent first writes: Textual's text area is no part of the first paint."""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from omnidesk.text.clean import clean


class DraftArea(TextArea):
    """A text area that takes nothing that steers a terminal."""

    DEFAULT_CSS = """
    DraftArea, DraftArea:focus { border: none; padding: 0 0 0 1; height: 1fr; background: $surface; }
    """

    def __init__(self) -> None:
        super().__init__(id="text", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)

    def on_paste(self, event: events.Paste) -> None:
        """Clean what is pasted; Textual then calls the text area's own handler."""
        event.text = clean(event.text)
