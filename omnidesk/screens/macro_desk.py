"""What the main screen does with macros while the agent writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens import macros
from omnidesk.screens.chat_desk import ChatDesk
from omnidesk.screens.messages import SheetRead, Written
from omnidesk.screens.session import Opening

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.macros import Inserted, Remembered, Turned
    from omnidesk.widgets.sheet import Sheet


class MacroDesk(ChatDesk):
    """Keeps which macro stands in which draft."""

    def __init__(self, opening: Opening) -> None:
        super().__init__(opening)
        self.inserted: dict[int, tuple[Inserted, ...]] = {}
        """The macros in the reply to each conversation, the last one last."""
        self.to_insert: tuple[int, Inserted] | None = None
        """What goes into the reply to a conversation as soon as the composer is open."""
        self.kept_macros: set[int] = set()
        """The conversations of which the macros kept with the draft are known again."""

    @property
    def _desk(self) -> DeskScreen:
        return self  # type: ignore[return-value]

    async def on_sheet_read(self, message: SheetRead) -> None:
        """The composer opens: what waits for it is put in."""
        message.prevent_default()
        await super().on_sheet_read(message)
        macros.opened(self._desk)

    def on_draft_area_macro_wanted(self) -> None:
        """A slash was typed at the start of a line."""
        macros.slash(self._desk)

    def on_remembered(self, message: Remembered) -> None:
        """The macros of a draft from before are known again."""
        macros.remembered(self._desk, message)

    def as_drafted(self, sheet: Sheet, text: str) -> Sheet:
        """Return a sheet as its draft keeps it, with its macros."""
        return macros.with_macros(self._desk, sheet, text)

    def on_turned(self, message: Turned) -> None:
        """The macro in another language."""
        macros.turned(self._desk, message)

    def on_written(self, message: Written) -> None:
        """The reply is on its way, and the macro in it with it."""
        self.inserted.pop(message.sheet.conversation_id, None)
        self.kept_macros.discard(message.sheet.conversation_id)
