"""The painted lines of the composer: over the recipients what it is and who sees it; under them by which channel,
with which files, and what to mind."""

from __future__ import annotations

from textual.strip import Strip

from omnidesk import clock
from omnidesk.text.clean import one_line
from omnidesk.widgets import times
from omnidesk.widgets.lines import cells, cut, ended, fit, wrap
from omnidesk.widgets.painting import Painted, Part
from omnidesk.widgets.sheet import Sheet, Way
from omnidesk.words.speech import _, ngettext

MOST_WARNINGS = 3
"""Lines that warnings take at most."""


def said_of(sheet: Sheet, keys: tuple[str, str] = ("Enter", "ctrl+j")) -> tuple[str, str]:
    """Return the style and the words that say what is written and who will see it; `keys` send and break a line."""
    if sheet.sort == "note":
        return "note", _("NOTE - team only - the customer never sees this")
    if sheet.sort == "aside":
        return "note", _("ASIDE - to somebody else, never to the customer")
    if sheet.public:
        return "warn", _("PUBLIC - everybody can read this")
    if sheet.sort == "new":
        return "good", _("NEW - private - a new conversation")
    if sheet.way is None and any(way.template for way in sheet.ways):
        return "note", _("REPLY - waits, a template goes first")
    if sheet.way is None:
        return "warn", _("REPLY - no channel is chosen")
    if sheet.left_at is not None and sheet.way.mail:
        return "good", _("REPLY - private - by mail, they left the chat")
    if sheet.live:
        return "good", _("CHAT - private - {send} sends, {line} new line").format(send=keys[0], line=keys[1])
    if sheet.way.once:
        return "good", _("REPLY - private - once, to their remark")
    if sheet.sender_only:
        return "good", _("REPLY - private - to the sender only")
    return "good", _("REPLY - private - to the customer")


class Title(Painted):
    """One line: what is being written, who sees it, how long it is."""

    DEFAULT_CSS = """
    Title { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="title")
        self.sheet: Sheet | None = None
        self.length = self.messages = 0
        self.chat_keys = ("Enter", "ctrl+j")
        """The keys that send and break a line in a live chat."""

    def set_sheet(self, sheet: Sheet, length: int, messages: int = 0) -> None:
        """Show what is being written; `messages` are those that it goes as, 0 where nobody counts them."""
        if (sheet, length, messages) != (self.sheet, self.length, self.messages):
            self.sheet, self.length, self.messages = sheet, length, messages
            self.refresh()

    def _count(self, limit: int | None) -> str:
        if limit is None:
            return _(" {count} ch ").format(count=times.number(self.length))
        if self.messages:
            return _(" {messages} SMS, {count} of {limit} ").format(
                messages=self.messages, count=times.number(self.length), limit=times.number(limit)
            )
        return _(" {count} of {limit} ").format(count=times.number(self.length), limit=times.number(limit))

    def render_line(self, y: int) -> Strip:
        """Paint the line."""
        width = self.size.width
        if self.sheet is None:
            return self.strip((), width)
        style, words = said_of(self.sheet, self.chat_keys)
        way = self.sheet.way
        limit = way.limit if way is not None else None
        over = limit is not None and self.length > limit
        count = self._count(limit)
        said = f"={words} "
        room = width - cells(count) - 1
        line = fit(said + ("!" if self.sheet.public else "=") * max(0, room - cells(said)), room)
        return self.strip(((style, line), ("warn" if over else "dim", count), (style, "=")), width)


class Notes(Painted):
    """The lines between the recipients and the text."""

    DEFAULT_CSS = """
    Notes { height: 0; }
    """

    def __init__(self) -> None:
        super().__init__(id="notes")
        self.sheet: Sheet | None = None
        self.warning = ""
        self.why = "f4"
        """The key that says why a channel cannot be taken."""
        self.privately = "ctrl+g"
        """The key that goes on in private with what was said in public."""
        self._shown: list[tuple[Part, ...]] = []

    def set_sheet(self, sheet: Sheet, warning: str = "") -> None:
        """Show what is being written, and what to mind."""
        self.sheet, self.warning = sheet, warning
        self._lay_out()

    def _lay_out(self) -> None:
        lines = self._lines(self.size.width or self.app.size.width)
        if lines != self._shown or self.styles.height is None:
            self._shown = lines
            self.styles.height = len(lines)
            self.refresh()

    @property
    def rows(self) -> int:
        """How many lines there are."""
        return len(self._shown)

    def on_resize(self) -> None:
        """Fit the new width."""
        if self.sheet is not None:
            self._lay_out()

    def render_line(self, y: int) -> Strip:
        """Paint one line."""
        return self.strip(self._shown[y] if y < len(self._shown) else (), self.size.width)

    def _lines(self, width: int) -> list[tuple[Part, ...]]:
        sheet = self.sheet
        if sheet is None:
            return []
        lines: list[tuple[Part, ...]] = []
        if said := self._of_public(sheet):
            lines += [
                (("warn", f" {'!' if not at else ' '}   {line}"),) for at, line in enumerate(wrap(said, width - 6))
            ]
        if sheet.left_at is not None:
            lines.append((("note", f" !   {cut(_of_who_left(sheet, sheet.left_at), width - 6)}"),))
        if sheet.sort != "note":
            lines.append(channels_line(sheet, width, self.why))
            lines += (
                [(("warn", f" !   {cut(one_line('; '.join(sheet.flagged)), width - 6)}"),)] if sheet.flagged else []
            )
        if sheet.files:
            lines.append(_files(sheet, width))
        warned = wrap(one_line(self.warning, 1000), max(20, width - 6), MOST_WARNINGS) if self.warning else []
        lines += [(("warn", f" {'!' if not place else ' '}   {line}"),) for place, line in enumerate(warned)]
        return lines

    def _of_public(self, sheet: Sheet) -> str:
        """Say of an answer to what was said in public who reads it, and how it goes on in private."""
        private, asked = sheet.private_way, sheet.way is None and any(way.public for way in sheet.ways)
        if sheet.sort == "note" or not (sheet.public or asked):
            return ""
        if asked:
            said = _("they wrote in PUBLIC: {key} answers there").format(key=self.why)
        else:
            said = _("everybody reads this")
        if private is None:
            return said
        if private.usable:
            return f"{said}; " + _("{key} goes on in private").format(key=self.privately)
        return f"{said}; " + _("in private: {reason}").format(reason=one_line(private.reason))


def channels_line(sheet: Sheet, width: int, why: str = "f4") -> tuple[Part, ...]:
    """Return the channels the message could go by, and why the others cannot, as far as there is room;
    where there is none, the key that says `why`.

    Where none can carry it the first reason is said in any case."""
    if not sheet.ways:
        return (("warn", _(" By  no channel can carry this")),)
    parts: list[Part] = [("dim", _(" By  "))]
    reasons: list[Part] = []
    for way in sorted(sheet.ways, key=lambda way: (way.channel != sheet.chosen, not way.usable)):
        name = one_line(way.channel) + _left(way)
        if way.channel == sheet.chosen:
            waits = _(" waits until they are back") if way.live and sheet.left_at is not None else ""
            parts.append(("strong", f"[{name}{waits}]  "))
        elif way.usable:
            parts.append(("", f"{name}{_(' (public)') if way.public else ''}  "))
        elif way.template:
            parts.append(("note", _("{channel} (template only)  ").format(channel=one_line(way.channel))))
        else:
            reasons.append(("faint", f"{one_line(way.channel)}: {one_line(way.reason)}  "))
    too_long = sum(cells(text) for _style, text in (*parts, *reasons)) > width
    if reasons and too_long and any(way.usable for way in sheet.ways):
        names = " ".join(
            one_line(way.channel)
            for way in sheet.ways
            if not (way.usable or way.template) and way.channel != sheet.chosen
        )
        reasons = [("faint", _("cannot: {channels} - {key} says why").format(channels=names, key=why))]
    return ended((*parts, *reasons), width)


def _of_who_left(sheet: Sheet, left: int) -> str:
    """Say what becomes of an answer to somebody who left their chat (UTC ms)."""
    at = times.day_time(left, clock.now()).strip()
    said = _("left at {time}").format(time=at)
    if sheet.way is not None and sheet.way.live:
        return (
            said + _(": no address of theirs is known")
            if not any(way.mail and way.usable for way in sheet.ways)
            else said
        )
    if sheet.way is None or not sheet.way.mail or not sheet.missed:
        return said
    along = ngettext(
        "; with it goes {count} line they have not got", "; with it go {count} lines they have not got", sheet.missed
    )
    return said + along.format(count=sheet.missed)


def _left(way: Way) -> str:
    if not way.usable or way.closes_at is None:
        return ""
    left = _(" {time} left").format(time=times.until(way.closes_at, clock.now()))
    return left + _(", as a late answer") if way.late else left


def _files(sheet: Sheet, width: int) -> tuple[Part, ...]:
    size = times.size(sum(file.size for file in sheet.files))
    total = _("{size} in all").format(size=size) if len(sheet.files) > 1 else ""
    said = "  ".join(
        f"[{place}] {one_line(file.name)} {times.size(file.size)}" for place, file in enumerate(sheet.files, 1)
    )
    room = max(0, width - 8 - len(total))
    return (("dim", _(" Att ")), ("", cut(said, room)), ("dim", f"  {total}" if total else ""))
