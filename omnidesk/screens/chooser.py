"""Choosing the channel that carries what is written, with the reason where one cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk.screens import reaching
from omnidesk.screens.keys import Action, Press
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.text.recipients import write
from omnidesk.widgets.lines import Line, cells, fit, wrap
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.widgets.sheet import Sheet, Way
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

WAYS = ("ways",)
MOST_LINES = 4
"""Lines that whom a channel reaches, or why it cannot, may take."""


class Ways(Listing):
    """The channels, each with whom it would reach or why it cannot."""

    PLACE: ClassVar[str] = "ways"
    HEADING: ClassVar[str] = "By which channel?"

    def __init__(self, desk: DeskScreen, sheet: Sheet) -> None:
        super().__init__(desk)
        self.sheet = sheet

    def read(self, width: int) -> ListRead:
        """The channels as lines."""
        names = min(24, max((cells(one_line(way.channel)) for way in self.sheet.ways), default=0)) + 2
        return ListRead(
            [Line(parts, key) for key, way in enumerate(self.sheet.ways, 1) for parts in self._lines(way, names, width)]
        )

    def _lines(self, way: Way, names: int, width: int) -> list[tuple[Part, ...]]:
        """Return a channel, and below it what its line has no room for."""
        chosen = way.channel == self.sheet.chosen
        head: list[Part] = [("key", " > " if chosen else "   "), ("strong", fit(one_line(way.channel), names))]
        head.append(("dim", fit(way.kind, 18)))
        if not way.usable:
            head.append(("warn", _("template only: ") if way.template else _("cannot: ")))
            said = one_line(way.reason)
        else:
            head += [("warn", _("PUBLIC, everybody can read it") + "  ")] if way.public else []
            head += [("good", _("in private, once") + "  ")] if way.once else []
            said = one_line(_("to {whom}").format(whom=write(way.to)) if way.to else _("to whom you name"))
        room = width - sum(cells(text) for _style, text in head)
        if cells(said) <= room:
            return [(*head, ("", said))]
        return [tuple(head), *((("", f"      {line}"),) for line in wrap(said, max(10, width - 8), MOST_LINES))]

    def on_pick_list_picked(self, message: PickList.Picked) -> None:
        """A channel was clicked twice."""
        pick(self, Press())


def choose(desk: DeskScreen, press: Press) -> None:
    """Show the channels."""
    sheet = desk.composer.now
    if sheet is None or sheet.sort == "note":
        desk.say(_("a note goes by no channel"))
    else:
        desk.app.push_screen(Ways(desk, sheet))


def pick(screen: Ways, press: Press) -> None:
    """Take the channel under the cursor."""
    way = screen.sheet.ways[screen.key - 1] if 0 < screen.key <= len(screen.sheet.ways) else None
    if way is None:
        return
    if way.template:
        screen.dismiss()
        reaching.by(screen.desk, way.channel)
        return
    if not way.usable:
        screen.say(_("{channel} cannot carry it: {why}").format(channel=way.channel, why=way.reason), wrong=True)
        return
    screen.dismiss()
    sheet = screen.desk.composer.now
    if sheet is not None:
        screen.desk.composer.change(sheet.by(way.channel))


ACTIONS = (Action("pick-channel", "take", "Take this channel", ("enter",), WAYS, "Write", pick, 1),)
