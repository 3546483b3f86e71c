"""Actions that move: through the queue, the thread, the panes, the views."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from omnidesk.desk import views
from omnidesk.screens import timeline_keys, windows
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.widgets.badges import VIEWS
from omnidesk.widgets.customer_pane import CustomerPane
from omnidesk.widgets.queue_list import QueueList
from omnidesk.widgets.thread_view import ThreadView
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


def _list(desk: DeskScreen) -> QueueList | ThreadView | CustomerPane:
    if desk.place == "queue":
        return desk.queue
    return desk.customer if desk.place == "customer" else desk.thread


def down(desk: DeskScreen, press: Press) -> None:
    """Go down by the count."""
    _list(desk).move(press.count or 1)


def up(desk: DeskScreen, press: Press) -> None:
    """Go up by the count."""
    _list(desk).move(-(press.count or 1))


def half_down(desk: DeskScreen, press: Press) -> None:
    """Go down half a screen."""
    _list(desk).page(0.5 * (press.count or 1))


def half_up(desk: DeskScreen, press: Press) -> None:
    """Go up half a screen."""
    _list(desk).page(-0.5 * (press.count or 1))


def page_down(desk: DeskScreen, press: Press) -> None:
    """Go down a screen."""
    _list(desk).page(press.count or 1)


def page_up(desk: DeskScreen, press: Press) -> None:
    """Go up a screen."""
    _list(desk).page(-(press.count or 1))


def top(desk: DeskScreen, press: Press) -> None:
    """Go to the first row or message."""
    if desk.place == "queue":
        desk.queue.move_to((press.count or 1) - 1)
    elif desk.place == "thread":
        desk.thread.go_first()
    else:
        desk.customer.move(-1_000_000)


def bottom(desk: DeskScreen, press: Press) -> None:
    """Go to the last row or message."""
    if desk.place == "queue":
        desk.queue.move_to((press.count or desk.queue.window.count) - 1)
    elif desk.place == "thread":
        desk.thread.go(desk.thread.bottom)
    else:
        desk.customer.move(1_000_000)


def open_here(desk: DeskScreen, press: Press) -> None:
    """Open the row of the cursor."""
    if desk.place == "queue" and desk.queue.cursor is not None:
        desk.enter(desk.queue.cursor.id)
    elif desk.place == "customer" and desk.customer.cursor_key:
        _open_known(desk, desk.customer.cursor_key)


def _open_known(desk: DeskScreen, key: int) -> None:
    """Open a conversation of the customer, or an order."""
    if key > 0:
        desk.enter(key)
        return
    from omnidesk.screens import order_screen

    order_screen.show_known(desk, -key)


def back(desk: DeskScreen, press: Press) -> None:
    """Leave: for the timeline that led here, the queue, the view before a search; marks go first."""
    if desk.place == "thread" and timeline_keys.go_back(desk):
        return
    if desk.place != "queue":
        desk.focus_pane("thread" if desk.place == "customer" and desk.layout_mode == "one" else "queue")
    elif desk.queue.marked:
        desk.queue.unmark()
        desk.refresh_bars()
    elif windows.passing(desk.view):
        desk.show_view(desk.view_before_search)


def next_pane(desk: DeskScreen, press: Press) -> None:
    """Go to the pane at the right."""
    _turn(desk, 1)


def previous_pane(desk: DeskScreen, press: Press) -> None:
    """Go to the pane at the left."""
    _turn(desk, -1)


def _turn(desk: DeskScreen, step: int) -> None:
    panes = ["queue", "thread", *(["composer"] if desk.composer.active else []), "customer"]
    if desk.open_id is None:
        panes = ["queue"]
    here = panes.index(desk.place) if desk.place in panes else 0
    desk.focus_pane(panes[(here + step) % len(panes)])


def show_customer(desk: DeskScreen, press: Press) -> None:
    """Show the customer; in their pane, them and their whole history over the terminal."""
    if desk.place == "customer" and desk.customer.known.customer is not None:
        timeline_keys.show(desk, press)
    else:
        desk.focus_pane("thread" if desk.place == "customer" else "customer")


def next_conversation(desk: DeskScreen, press: Press) -> None:
    """Open the next conversation of the view without leaving the thread."""
    _step(desk, press.count or 1)


def previous_conversation(desk: DeskScreen, press: Press) -> None:
    """Open the one before."""
    _step(desk, -(press.count or 1))


def _step(desk: DeskScreen, rows: int) -> None:
    desk.leave_composer()
    desk.queue.move(rows)
    if desk.queue.cursor is not None:
        desk.open(desk.queue.cursor.id)
        if desk.place == "thread":
            desk.mark_read(desk.queue.cursor.id)


def next_message(desk: DeskScreen, press: Press) -> None:
    """Scroll to the next message."""
    desk.thread.go_message(1)


def previous_message(desk: DeskScreen, press: Press) -> None:
    """Scroll to the message before."""
    desk.thread.go_message(-1)


def fold(desk: DeskScreen, press: Press) -> None:
    """Show all that is folded in the thread, or fold it again."""
    desk.unfolded = not desk.unfolded
    if desk.unfolded:
        desk.thread.unfold_history()
    desk.lay_out_again()


def to_view(name: str) -> Callable[[DeskScreen, Press], None]:
    """Return the action that shows a view."""

    def show(desk: DeskScreen, press: Press) -> None:
        desk.show_view(name)
        desk.focus_pane("queue")

    return show


SEARCHES = 'words, "a phrase", from:bram status:open owner:me tag:return is:vip priority:urgent before:7d sort:waiting'


def search(desk: DeskScreen, press: Press) -> None:
    """Ask what to search for."""
    desk.ask("search", "/", searched, _(SEARCHES), windows.search_of(desk.view) or "")


def searched(desk: DeskScreen, text: str) -> None:
    """Search for what was typed."""
    query = text.strip()
    if not query:
        if windows.search_of(desk.view) is not None:
            desk.show_view(desk.view_before_search)
        return
    desk.say(_("searching {query} ..").format(query=query))
    desk.show_view(f"{views.SEARCH}{query}")


READING = ("thread", "customer")
_VIEW_KEYS = {
    "mine": "m",
    "unassigned": "u",
    "open": "o",
    "pending": "p",
    "on-hold": "h",
    "snoozed": "s",
    "undelivered": "f",
    "spam": "!",
    "deleted": "#",
    "closed": "c",
    "all": "a",
}

MOVE = (
    Action("down", "down", "Go down; 5j goes five rows", ("j", "down"), PANES, "Move", down),
    Action("up", "up", "Go up", ("k", "up"), PANES, "Move", up),
    Action("top", "first", "Go to the first row, or row 5 with 5gg", ("g g", "home"), PANES, "Move", top),
    Action("bottom", "last", "Go to the last row", ("G", "end"), PANES, "Move", bottom),
    Action("half-down", "half down", "Go down half a screen", ("ctrl+d",), PANES, "Move", half_down),
    Action("half-up", "half up", "Go up half a screen", ("ctrl+u",), PANES, "Move", half_up),
    Action("page-down", "page down", "Go down a screen", ("pagedown", "space"), READING, "Move", page_down),
    Action("page-up", "page up", "Go up a screen", ("pageup",), PANES, "Move", page_up),
    Action("queue-page-down", "page down", "Go down a screen", ("pagedown",), ("queue",), "Move", page_down),
    Action("open", "open", "Open the conversation", ("enter",), ("queue", "customer"), "Move", open_here, 1),
    Action("back", "back", "Go back: out of the pane, the marks, the search", ("q", "escape"), PANES, "Move", back),
    Action("next-pane", "pane", "Go to the next pane", ("tab",), PANES, "Move", next_pane),
    Action("previous-pane", "pane", "Go to the pane before", ("shift+tab",), PANES, "Move", previous_pane),
)

SHOW = tuple(
    Action(f"view-{name}", title.lower(), f"Show {title}", (f"g {_VIEW_KEYS[name]}",), PANES, "Views", to_view(name))
    for name, title in VIEWS.items()
)

READ = (
    Action("next", "next", "Open the next conversation", ("J",), PANES, "Read", next_conversation),
    Action("previous", "previous", "Open the conversation before", ("K",), PANES, "Read", previous_conversation),
    Action("next-message", "message", "Go to the next message", ("]",), ("thread",), "Read", next_message),
    Action("previous-message", "message", "Go to the message before", ("[",), ("thread",), "Read", previous_message),
    Action("fold", "fold", "Show quoted, long and automatic text, or fold it", ("z",), PANES, "Read", fold, 8),
    Action(
        "customer", "customer", "Show the customer; again, all of their history", ("o",), PANES, "Read", show_customer
    ),
    Action("search", "search", "Search all messages", ("queue:/", "customer:/", "g /"), PANES, "Read", search, 12),
)

ACTIONS = (*MOVE, *SHOW, *READ)
