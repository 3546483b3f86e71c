"""Choosing the channel that carries what is written, with the reason where one cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from omnidesk.screens.keys import Action, Press
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.text.clean import one_line
from omnidesk.text.recipients import write
from omnidesk.widgets.lines import Line, fit
from omnidesk.widgets.painting import Part
from omnidesk.widgets.pick_list import PickList
from omnidesk.widgets.sheet import Sheet, Way
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

WAYS = ("ways",)


class Ways(Listing):
    """The channels, each with whom it would reach or why it cannot."""

    PLACE: ClassVar[str] = "ways"
    HEADING: ClassVar[str] = "By which channel?"

    def __init__(self, desk: DeskScreen, sheet: Sheet) -> None:
        super().__init__(desk)
        self.sheet = sheet

    def read(self, width: int) -> ListRead:
        """The channels as lines."""
        names = max((len(way.channel) for way in self.sheet.ways), default=0) + 2
        return ListRead([Line(self._line(way, names), key) for key, way in enumerate(self.sheet.ways, 1)])

    def _line(self, way: Way, names: int) -> tuple[Part, ...]:
        chosen = way.channel == self.sheet.chosen
        head: list[Part] = [("key", " > " if chosen else "   "), ("strong", fit(one_line(way.channel), names))]
        if not way.usable:
            return (*head, ("dim", fit(way.kind, 18)), ("warn", _("cannot: ")), ("", one_line(way.reason)))
        head.append(("dim", fit(way.kind, 18)))
        if way.public:
            head.append(("warn", _("PUBLIC, everybody can read it") + "  "))
        return (*head, ("", _("to {whom}").format(whom=write(way.to)) if way.to else _("to whom you name")))

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
    if not way.usable:
        screen.say(_("{channel} cannot carry it: {why}").format(channel=way.channel, why=way.reason), wrong=True)
        return
    screen.dismiss()
    sheet = screen.desk.composer.now
    if sheet is not None:
        screen.desk.composer.change(sheet.by(way.channel))


ACTIONS = (Action("pick-channel", "take", "Take this channel", ("enter",), WAYS, "Write", pick, 1),)
