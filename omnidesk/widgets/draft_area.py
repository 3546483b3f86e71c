"""The text being written. Loaded when an agent first writes: Textual's text area is no part of the first paint."""

from __future__ import annotations

import re
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from omnidesk.text.clean import clean

MOST_PASTED = 50_000
"""Characters of a paste that go into the text; a larger one is kept as a file."""
LONGEST_PATH = 4_096
_NAMING = re.compile(r"(?<![\w@.])@([\w.+-]*)\Z")
_PATH = re.compile(r"\s*['\"]?(?:/|~/|file://)[^\n\x00]*\Z")


class DraftArea(TextArea):
    """A text area that takes nothing that steers a terminal."""

    DEFAULT_CSS = """
    DraftArea, DraftArea:focus { border: none; padding: 0 0 0 1; height: 1fr; background: $surface; }
    """

    @dataclass
    class Pasted(Message):
        """What was pasted is no text to write: a path where `path`, else too much."""

        text: str
        path: bool

    @dataclass
    class MacroWanted(Message):
        """A slash was typed at the start of a line, and not written."""

    def __init__(self) -> None:
        super().__init__(id="text", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.logins: tuple[str, ...] = ()
        """Colleagues whom `@` completes to."""
        self.enter_acts = False
        """Whether Enter is a key of the screen, and breaks no line."""

    def on_key(self, event: events.Key) -> None:
        """Keep a slash at the start of a line back: a macro may be wanted. Leave Enter to the screen where it acts."""
        if event.key == "enter" and self.enter_acts:
            event.prevent_default()
        elif event.character == "/" and not self.read_only and self.cursor_location[1] == 0:
            event.prevent_default()
            event.stop()
            self.post_message(self.MacroWanted())

    def on_paste(self, event: events.Paste) -> None:
        """Clean what is pasted; Textual then calls the text area's own handler."""
        if self.read_only:
            return
        large = len(event.text) > MOST_PASTED
        path = len(event.text) < LONGEST_PATH and _PATH.match(event.text) is not None
        if large or path:
            event.prevent_default()
            event.stop()
            self.post_message(self.Pasted(event.text, path and not large))
        else:
            event.text = clean(event.text)

    def update_suggestion(self) -> None:
        """Suggest the colleague whose name is begun."""
        self.suggestion = ""
        if not self.logins:
            return
        row, column = self.cursor_location
        line = self.document.get_line(row)
        match = _NAMING.search(line[:column]) if not line[column : column + 1].strip() else None
        if match is not None and match[1]:
            begun = match[1].lower()
            found = next((one for one in self.logins if one.lower().startswith(begun) and one.lower() != begun), "")
            self.suggestion = found[len(begun) :]

    def take_suggestion(self) -> bool:
        """Complete the colleague's name; False when none is suggested."""
        if not self.suggestion:
            return False
        self.insert(f"{self.suggestion} ")
        return True
