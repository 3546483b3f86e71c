"""The keys of the screens that write a call, a visit or a letter down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.keys import Action, Press

if TYPE_CHECKING:
    from omnidesk.screens.contact_screen import ContactScreen

PLACE = "contact"
OUTCOMES = ("answered", "missed", "busy", "voicemail")


def _save(screen: ContactScreen, press: Press) -> None:
    screen.save()


def _leave(screen: ContactScreen, press: Press) -> None:
    screen.leave()


def _way(screen: ContactScreen, press: Press) -> None:
    screen.sheet.way = "out" if screen.sheet.way == "in" else "in"
    screen.show()


def _outcome(screen: ContactScreen, press: Press) -> None:
    if screen.sheet.kind != "call":
        return
    place = OUTCOMES.index(screen.sheet.outcome)
    screen.sheet.outcome = OUTCOMES[(place + 1) % len(OUTCOMES)]
    screen.show()


def _matter(screen: ContactScreen, press: Press) -> None:
    screen.turn_matter()


def _stop(screen: ContactScreen, press: Press) -> None:
    sheet = screen.sheet
    if sheet.lasted is None:
        sheet.lasted = sheet.seconds
    else:
        sheet.began, sheet.lasted = clock.monotonic() - sheet.lasted, None
    screen.show()


HERE, _GROUP = (PLACE,), "Calls and the counter"
ACTIONS = (
    Action("contact-save", "log it", "Log it and go back", ("ctrl+s",), HERE, _GROUP, _save, 1),
    Action("contact-way", "who called", "Who began it: they or we", ("f3",), HERE, _GROUP, _way, 2),
    Action("contact-outcome", "how it ended", "How the call ended", ("f4",), HERE, _GROUP, _outcome, 3),
    Action("contact-matter", "belongs to", "Which conversation it belongs to", ("f5",), HERE, _GROUP, _matter, 4),
    Action("contact-clock", "clock", "Stop the clock, or let it run on", ("f8",), HERE, _GROUP, _stop, 5),
    Action("contact-leave", "back", "Go back; what was written is kept", ("escape",), HERE, _GROUP, _leave, 6),
)
