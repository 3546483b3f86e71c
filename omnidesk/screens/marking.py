"""Actions that mark: one, a range, a customer's, all of the view or search; and the view of conversations alike."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk import views
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.messages import AlikeRead, MarksRead, RangeRead
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import marks, similar
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.session import Session
else:
    marks, similar = Later("omnidesk.desk.marks"), Later("omnidesk.desk.similar")

QUEUE = ("queue",)


def mark(desk: DeskScreen, press: Press) -> None:
    """Mark the row, and go on to the next."""
    if desk.queue.cursor is not None:
        desk.queue.mark(desk.queue.cursor)
        desk.queue.move(1)
        desk.refresh_bars()


def mark_range(desk: DeskScreen, press: Press) -> None:
    """Begin a range at the last mark, else here, and let moving extend it; the second time it stays as it is."""
    if desk.queue.ranging:
        desk.queue.marks.end()
    else:
        desk.queue.begin_range()
    desk.refresh_bars()


def mark_all(desk: DeskScreen, press: Press) -> None:
    """Mark all that the view or the search holds, loaded or not. Keys wait for it: they mean what is marked."""
    desk.hold_keys(True)
    desk.backstage.read("marks", partial(_all, desk.session, desk.queue.window.view))


def _all(session: Session, view: str) -> MarksRead:
    meant = marks.of_view(session.workspace, view, session.agent.id)
    return MarksRead(view, meant.ids, meant.more)


def mark_customer(desk: DeskScreen, press: Press) -> None:
    """Mark all in this view that are of the same customer."""
    row = desk.queue.cursor
    if row is None or row.customer_id is None:
        desk.say(_("there is no customer here"))
        return
    desk.hold_keys(True)
    desk.backstage.read("marks", partial(_customers, desk.session, desk.queue.window.view, row.customer_id))


def _customers(session: Session, view: str, customer_id: int) -> MarksRead:
    meant = marks.of_customer(session.workspace, customer_id, view, session.agent.id)
    return MarksRead(view, meant.ids, meant.more)


def read_range(session: Session, view: str, start: int, count: int) -> RangeRead:
    """Read which conversations stand in a part of a view."""
    meant = marks.of_view(session.workspace, view, session.agent.id, start, count)
    return RangeRead(view, start, meant.ids)


def read_alike(session: Session, number: int) -> AlikeRead:
    """Count the open conversations about the same as this one."""
    began = clock.monotonic()
    found = similar.similar(session.workspace, number)
    return AlikeRead(number, len(found), clock.monotonic() - began)


def show_alike(desk: DeskScreen, press: Press) -> None:
    """Show the conversation looked at with all open ones that are about the same."""
    number = desk.open_id
    if desk.place == "queue":
        number = desk.queue.cursor.id if desk.queue.cursor is not None else None
    if number is None:
        desk.say(_("there is no conversation here"))
        return
    desk.show_view(f"{views.ALIKE}{number}")
    desk.focus_pane("queue")


ACTIONS = (
    Action("mark", "mark", "Mark the row; actions then work on all marked", ("x", "space"), QUEUE, "Mark", mark, 11),
    Action("mark-range", "range", "Mark from the last mark on; moving extends it", ("v",), QUEUE, "Mark", mark_range),
    Action("mark-all", "all", "Mark all of the view or search", ("*",), QUEUE, "Mark", mark_all),
    Action("mark-customer", "customer", "Mark all of the same customer", ("X",), QUEUE, "Mark", mark_customer),
    Action("alike", "alike", "Show the open ones that are about the same", ("g i",), PANES, "Views", show_alike),
)
