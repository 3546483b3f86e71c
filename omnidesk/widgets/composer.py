"""Where the agent writes: a reply to the customer or a note for the team, under the thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from omnidesk.widgets.composer_title import Title
from omnidesk.widgets.sheet import Sheet

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from omnidesk.widgets.draft_area import DraftArea


class Composer(Vertical):
    """A title that says who will see it, and the text."""

    DEFAULT_CSS = """
    Composer { height: 13; display: none; }
    """

    @dataclass
    class Typed(Message):
        """The text changed."""

        sheet: Sheet

        def can_replace(self, message: Message) -> bool:
            """Only the last change matters."""
            return isinstance(message, Composer.Typed)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.title_lines = Title()
        self.area: DraftArea | None = None
        self.sheet: Sheet | None = None
        self._given = ""

    def compose(self) -> ComposeResult:
        """The title; the text area comes with the first text."""
        yield self.title_lines

    @property
    def text(self) -> str:
        """What was written."""
        return self.area.text if self.area is not None else ""

    @property
    def active(self) -> bool:
        """Whether something is being written."""
        return self.sheet is not None

    async def begin(self, sheet: Sheet, text: str) -> None:
        """Open with a sheet and the text of its draft."""
        if self.area is None:
            from omnidesk.widgets.draft_area import DraftArea

            self.area = DraftArea()
            await self.mount(self.area)
        self.sheet, self._given = sheet, text
        self.title_lines.set_sheet(sheet)
        self.area.read_only = False
        self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)
        self.display = True
        self.screen.set_focus(self.area)

    def change(self, sheet: Sheet) -> None:
        """Go on with another sheet and the same text."""
        self.sheet = sheet
        self.title_lines.set_sheet(sheet, self.warning)

    def warn(self, text: str) -> None:
        """Say what the agent must know before sending; "" for nothing."""
        if self.sheet is not None:
            self.title_lines.set_sheet(self.sheet, text)

    @property
    def warning(self) -> str:
        """What the agent is warned of."""
        return self.title_lines.warning

    def freeze(self, frozen: bool) -> None:
        """Take no keys while the text is being sent."""
        if self.area is not None:
            self.area.read_only = frozen

    def close(self) -> None:
        """Stop writing."""
        self.sheet = None
        self.display = False

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say that the text changed, unless it is the draft as it was opened."""
        event.stop()
        if self.sheet is not None and self.text != self._given:
            self._given = ""
            self.post_message(self.Typed(self.sheet))
