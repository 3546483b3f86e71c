"""The lines over the text being written: what it is and who sees it, to whom, by what."""

from __future__ import annotations

from textual.strip import Strip

from omnidesk.text.clean import one_line
from omnidesk.widgets.lines import cells, cut, fit
from omnidesk.widgets.painting import Painted, Part
from omnidesk.widgets.sheet import Sheet
from omnidesk.widgets.thread_lines import people_line


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
        return self.strip(lines[y] if y < len(lines) else (), width)

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
