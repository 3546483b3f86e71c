"""Where the agent writes: a reply to the customer, a note for the team, a question to somebody else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from omnidesk.text import measure
from omnidesk.widgets.composer_title import Notes, Title
from omnidesk.widgets.fact_lines import OfferLine
from omnidesk.widgets.sheet import Sheet
from omnidesk.words.facts import Fact
from omnidesk.words.rows import Enclosure

if TYPE_CHECKING:
    from textual.widgets import TextArea

    from omnidesk.widgets.composer_fields import Fields
    from omnidesk.widgets.draft_area import DraftArea


AIRY = 30
"""Lines of a terminal from which there is more room for the text."""


class Composer(Vertical):
    """A title that says who will see it, the recipients, by which channel, and the text."""

    DEFAULT_CSS = """
    Composer { height: 13; display: none; }
    """

    @dataclass
    class Typed(Message):
        """The text or the recipients changed."""

        sheet: Sheet

        def can_replace(self, message: Message) -> bool:
            """Only the last change matters."""
            return isinstance(message, Composer.Typed)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.title_line = Title()
        self.notes = Notes()
        self.offered = OfferLine()
        self.fields: Fields | None = None
        self.area: DraftArea | None = None
        self.sheet: Sheet | None = None
        self._given: str | None = None
        self.filled = False
        """Whether it has the whole screen."""
        self._height: int | str = 13
        self._warnings: dict[str, tuple[str, ...]] = {}

    def compose(self) -> ComposeResult:
        """The painted lines; fields and text area come with the first text."""
        yield self.title_line
        yield self.notes
        yield self.offered

    @property
    def text(self) -> str:
        """What was written."""
        return self.area.text if self.area is not None else ""

    @property
    def active(self) -> bool:
        """Whether something is being written."""
        return self.sheet is not None

    @property
    def now(self) -> Sheet | None:
        """The sheet as it stands: with the recipients that the fields say."""
        if self.sheet is None or self.fields is None or self.sheet.sort == "note":
            return self.sheet
        return self.fields.taken(self.sheet)

    async def begin(self, sheet: Sheet, text: str) -> None:
        """Open with a sheet and the text of its draft."""
        if self.area is None:
            from omnidesk.widgets.composer_fields import Fields
            from omnidesk.widgets.draft_area import DraftArea

            self.fields, self.area = Fields(), DraftArea()
            await self.mount(self.fields, before=self.notes)
            await self.mount(self.area, before=self.offered)
        self.sheet, self._given = sheet, text
        self._warnings = {}
        self.offer(None)
        self.area.read_only = False
        self.area.logins = sheet.logins
        self.area.load_text(text)
        self.area.move_cursor((0, 0) if sheet.sort == "aside" else self.area.document.end)
        self._show()
        assert self.fields is not None
        self.fields.set_sheet(sheet)
        self.display = True
        nobody = sheet.sort in ("new", "aside") and not sheet.to
        first = self.fields.fields["to"] if nobody else self.area
        self.screen.set_focus(first)
        self.call_after_refresh(self._keep_focus, sheet, first)

    def _keep_focus(self, sheet: Sheet, first: Widget) -> None:
        """Have the keys go where they should after all: one that was hidden a moment ago may lose its focus late, and
        Textual then gives it to its neighbour."""
        if self.display and self.sheet is sheet and self.screen.focused is not first:
            self.screen.set_focus(first)

    def go_on(self, sheet: Sheet) -> None:
        """Go on with the next line, with nothing written yet."""
        self.sheet, self._given, self._warnings = sheet, "", {}
        self.offer(None)
        self.freeze(False)
        if self.area is not None:
            self.area.load_text("")
        self._show()

    def change(self, sheet: Sheet) -> None:
        """Go on with another sheet and the same text."""
        self.sheet = sheet
        if self.fields is not None:
            self.fields.set_sheet(sheet)
        self._show()
        self.post_message(self.Typed(sheet))

    def enclose(self, files: tuple[Enclosure, ...]) -> None:
        """Go on with these files."""
        sheet = self.now
        if sheet is not None:
            self.change(replace(sheet, files=files))

    def insert(self, text: str) -> None:
        """Put text where the cursor is."""
        if self.area is not None and not self.area.read_only:
            self.area.insert(text)

    def put(self, text: str) -> None:
        """Write another text instead."""
        if self.area is not None:
            self.area.load_text(text)
            self.area.move_cursor(self.area.document.end)

    def offer(self, fact: Fact | None) -> None:
        """Offer what is known of that which the text asks for, in a line under it."""
        if self.offered.offer(fact) and self.active:
            self.fit()

    def warn(self, source: str, *said: str) -> None:
        """Say what the agent must know before sending; nothing where a source has nothing to say any more."""
        before = self.warnings
        self._warnings[source] = said
        if self.sheet is not None and self.warnings != before:
            self._show()

    @property
    def warning(self) -> str:
        """What the agent is warned of, in one line."""
        return "; ".join(self.warnings)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the agent is warned of, one by one."""
        return tuple(said for text in self._warnings.values() for said in text)

    def _show(self) -> None:
        assert self.sheet is not None
        self._count(self.sheet)
        self.notes.set_sheet(self.sheet, self.warning)
        self.fit()

    def _count(self, sheet: Sheet) -> None:
        """Say how long the text is: as the channel counts that limits it, and as how many messages it goes."""
        way = sheet.way
        length = len(self.text) if way is None or way.limit is None else measure.length(self.text, way.unit)
        messages = measure.segments(self.text) if way is not None and way.segments else 0
        self.title_line.set_sheet(sheet, length, messages)

    def fit(self) -> None:
        """Take as many lines as it needs: all above the text, and room for the text itself."""
        if self.filled:
            height: int | str = "1fr"
        else:
            screen = self.app.size.height
            base, text = (13, 7) if screen >= AIRY else (9, 5)
            rows = self.fields.rows if self.fields is not None and self.active else 1
            lines = rows + self.notes.rows + self.offered.display
            height = max(base, min(1 + lines + text, screen * 6 // 10))
        if height != self._height:
            self._height = height
            self.styles.height = height

    def next_field(self, step: int = 1) -> None:
        """Complete what is suggested, else go to the next field, round by the text."""
        if self.fields is None or self.area is None or self.sheet is None:
            return
        focused = self.screen.focused
        if step > 0 and focused is self.area and self.area.take_suggestion():
            return
        if self.sheet.sort == "note":
            return
        order = [self.area, *self.fields.shown]
        place = next((index for index, one in enumerate(order) if one is focused), 0)
        if step > 0 and place and self.fields.shown[place - 1].take_suggestion():
            return
        self.screen.set_focus(order[(place + step) % len(order)])

    def freeze(self, frozen: bool) -> None:
        """Take no keys while the text is being sent."""
        if self.area is not None:
            self.area.read_only = frozen

    @property
    def frozen(self) -> bool:
        """Whether the text is being sent."""
        return self.area is not None and self.area.read_only

    def close(self) -> None:
        """Stop writing."""
        self.sheet = None
        self.offer(None)
        self.display = False

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say that the text changed, unless it is the draft as it was opened."""
        event.stop()
        if self.sheet is None:
            return
        self._count(self.sheet)
        if self.text != self._given:
            self._given = None
            self.post_message(self.Typed(self.sheet))

    def on_fields_changed(self) -> None:
        """Say that the recipients changed."""
        if self.sheet is not None:
            self.post_message(self.Typed(self.sheet))

    def on_fields_shown(self) -> None:
        """Other fields are there now."""
        self.fit()

    def on_input_submitted(self) -> None:
        """Enter goes on to the next field."""
        self.next_field()
