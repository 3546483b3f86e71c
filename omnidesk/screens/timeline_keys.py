"""The keys of a customer's timeline and of the notes about them, and what opens these from the main screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.customer_note import NoteScreen
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.timeline import Timeline


def show(desk: DeskScreen, press: Press) -> None:
    """Show the customer of the open conversation over the whole terminal."""
    from omnidesk.screens.timeline import Standing, Timeline

    known = _known(desk)
    if known is not None:
        desk.app.push_screen(Timeline(desk, Standing(known, desk.open_id, desk.front)))


def go_back(desk: DeskScreen) -> bool:
    """Go back to the timeline from which the open conversation was opened; say whether there is one."""
    found = desk.way_back
    if found is None or found[0] != desk.open_id:
        return False
    from omnidesk.screens.timeline import Timeline

    desk.way_back = None
    desk.app.push_screen(Timeline(desk, found[1]))
    return True


def write_note(desk: DeskScreen, customer: int, note: int | None = None, text: str = "") -> None:
    """Write a note about a customer, or edit one."""
    from omnidesk.screens.customer_note import NoteScreen

    desk.app.push_screen(NoteScreen(desk, customer, note, text))


def note_here(desk: DeskScreen, press: Press) -> None:
    """Write a note that stays with the customer of the open conversation."""
    known = _known(desk)
    if known is not None:
        write_note(desk, known)


def _known(desk: DeskScreen) -> int | None:
    """Return the customer of the open conversation; say so where there is none."""
    known = desk.customer.known.customer
    if desk.open_id is None or known is None:
        desk.say(_("open a conversation with a customer first"))
        return None
    return known.id


def _search(screen: Timeline, press: Press) -> None:
    screen.search(press.argument)


def _does(name: str) -> Callable[[Any, Press], None]:
    """Return what calls a method of the screen that has the keys."""

    def run(screen: Timeline | NoteScreen, press: Press) -> None:
        getattr(screen, name)()

    return run


HERE, WRITING, _GROUP = ("timeline",), ("customer-note",), "The customer"
ACTIONS = (
    Action("customer-note", "note on them", "Write a note that stays with the customer", ("N",), PANES, "Answer",
           note_here),
    Action("timeline-open", "open", "Open the conversation there; edit the note", ("enter",), HERE, _GROUP,
           _does("open_entry"), 1),
    Action("timeline-search", "search", "Search it, or show only some of it", ("/",), HERE, _GROUP, _search, 2,
           takes="what to look for"),
    Action("timeline-kind", "kind", "Only messages, calls, visits ..", ("f",), HERE, _GROUP, _does("turn_kind"), 3),
    Action("timeline-channel", "channel", "Only one channel, the next with each press", ("c",), HERE, _GROUP,
           _does("turn_channel"), 4),
    Action("timeline-way", "way", "Only what came, went out, stayed inside", ("d",), HERE, _GROUP,
           _does("turn_way"), 5),
    Action("timeline-all", "all", "Show all of it again", ("a",), HERE, _GROUP, _does("show_all"), 6),
    Action("timeline-note", "note", "Write a note that stays with the customer", ("n", "N"), HERE, _GROUP,
           _does("write_note"), 7),
    Action("timeline-remove", "take out", "Take a note about the customer out", ("#",), HERE, _GROUP,
           _does("remove_note")),
    Action("timeline-undo", "undo", "Take back your last act", ("u",), HERE, _GROUP, _does("take_back"), 8),
    Action("customer-note-save", "keep it", "Keep the note and go back", ("ctrl+s",), WRITING, _GROUP,
           _does("save"), 1),
    Action("customer-note-leave", "back", "Go back; what was written is kept", ("escape",), WRITING, _GROUP,
           _does("leave"), 2),
)  # fmt: skip
