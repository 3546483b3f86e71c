"""Where the agent writes: a reply to the customer or a note for the team, under the thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from omnidesk.text.clean import clean, one_line
from omnidesk.widgets.lines import cells, cut, fit
from omnidesk.widgets.painting import Painted, Part
from omnidesk.widgets.thread_lines import people_line
from omnidesk.words.rows import Address

Sort = Literal["reply", "note"]


@dataclass(frozen=True, slots=True)
class Way:
    """A channel the reply could take; `reason` says why it cannot where not `usable`."""

    channel: str
    usable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being written, before its text: which sort, where, to whom, by which channel."""

    sort: Sort
    conversation_id: int
    customer: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    flagged: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    chosen: str | None = None
    answers: int | None = None
    sender_only: bool = False


class Title(Painted):
    """The lines over the text: what it is and who sees it, to whom, by what."""

    DEFAULT_CSS = """
    Title { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="title")
        self.sheet: Sheet | None = None
        self.warning = ""

    def set_sheet(self, sheet: Sheet, warning: str = "") -> None:
        """Show what is being written."""
        self.sheet, self.warning = sheet, warning
        self.styles.height = self.tall
        self.refresh()

    @property
    def tall(self) -> int:
        """How many lines there are."""
        if self.sheet is None or self.sheet.sort == "note":
            return 1 + bool(self.warning)
        return 3 + bool(self.warning) + bool(self.sheet.flagged)

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        width = self.size.width
        lines = self._lines(width)
        return self.strip(lines[y] if y < len(lines) else (), self.rich_style, width)

    def _lines(self, width: int) -> list[tuple[Part, ...]]:
        sheet = self.sheet
        if sheet is None:
            return []
        lines: list[tuple[Part, ...]] = []
        if sheet.sort == "note":
            lines.append((("note", _rule("NOTE - team only - the customer never sees this", width)),))
        else:
            whom = "to the sender only" if sheet.sender_only else "to the customer"
            lines.append((("good", _rule(f"REPLY - private - {whom}", width)),))
            to = people_line(sheet.to) or "nobody: this customer has no address here"
            copies = f"   Cc  {people_line(sheet.cc)}" if sheet.cc else ""
            lines.append((("dim", " To  "), ("", cut(to + copies, width - 6))))
            lines.append(self._by(sheet, width))
            if sheet.flagged:
                lines.append((("warn", f" !   {cut(one_line('; '.join(sheet.flagged)), width - 6)}"),))
        if self.warning:
            lines.append((("warn", f" !   {cut(self.warning, width - 6)}"),))
        return lines

    @staticmethod
    def _by(sheet: Sheet, width: int) -> tuple[Part, ...]:
        parts: list[Part] = [("dim", " By  ")]
        room = width - 6
        for way in sheet.ways:
            if way.channel == sheet.chosen:
                part = ("strong", f"[{one_line(way.channel)}]  ")
            elif way.usable:
                part = ("", f"{one_line(way.channel)}  ")
            else:
                part = ("faint", f"{one_line(way.channel)}: {one_line(way.reason)}  ")
            said = cut(part[1], room)
            parts.append((part[0], said))
            room -= cells(said)
            if room <= 0:
                break
        return tuple(parts) if sheet.ways else (("warn", " By  no channel can carry a reply"),)


def _rule(text: str, width: int) -> str:
    said = f"={text} "
    return fit(said + "=" * max(0, width - cells(said)), width)


class DraftArea(TextArea):
    """A text area that takes nothing that steers a terminal."""

    def on_paste(self, event: events.Paste) -> None:
        """Clean what is pasted; Textual then calls the text area's own handler."""
        event.text = clean(event.text)


class Composer(Vertical):
    """A title that says who will see it, and the text."""

    DEFAULT_CSS = """
    Composer { height: 13; display: none; }
    Composer TextArea, Composer TextArea:focus { border: none; padding: 0 0 0 1; height: 1fr; background: $surface; }
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
        self.area = DraftArea(id="text", soft_wrap=True, tab_behavior="focus", show_line_numbers=False)
        self.sheet: Sheet | None = None
        self._given = ""

    def compose(self) -> ComposeResult:
        """The title and the text."""
        yield self.title_lines
        yield self.area

    @property
    def text(self) -> str:
        """What was written."""
        return self.area.text

    @property
    def active(self) -> bool:
        """Whether something is being written."""
        return self.sheet is not None

    def begin(self, sheet: Sheet, text: str) -> None:
        """Open with a sheet and the text of its draft."""
        self.sheet, self._given = sheet, text
        self.title_lines.set_sheet(sheet)
        self.area.load_text(text)
        self.area.move_cursor(self.area.document.end)
        self.display = True
        self.area.focus()

    def change(self, sheet: Sheet) -> None:
        """Go on with another sheet and the same text."""
        self.sheet = sheet
        self.title_lines.set_sheet(sheet, self.title_lines.warning)

    def warn(self, text: str) -> None:
        """Say what the agent must know before sending; "" for nothing."""
        if self.sheet is not None:
            self.title_lines.set_sheet(self.sheet, text)

    @property
    def warning(self) -> str:
        """What the agent is warned of."""
        return self.title_lines.warning

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
