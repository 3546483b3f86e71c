"""Actions that change how the console looks: panes, rows, theme, plain mode; and stepping through the views."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


def panes(desk: DeskScreen, press: Press) -> None:
    """Show one, two or three panes, or as many as fit (0); without a number one less than now, round and round."""
    said = press.argument or (press.typed if press.typed.isdigit() else "")
    if said and said not in ("0", "1", "2", "3"):
        desk.say(_("there are one, two or three panes, not {said}").format(said=said), wrong=True)
        return
    most = int(said) if said else {3: 2, 2: 1, 1: 0, 0: 2}[desk.session.preferences.panes]
    desk.prefer("panes", most)
    desk.apply_preferences()
    words = (_("as many panes as fit"), _("one pane"), _("two panes at most"), _("three panes at most"))
    desk.say(words[most])


def rows(desk: DeskScreen, press: Press) -> None:
    """Give a row of the queue one line, or two."""
    compact = desk.session.preferences.rows != "compact"
    desk.prefer("rows", "compact" if compact else "comfortable")
    desk.apply_preferences()
    desk.say(_("compact rows: one line each") if compact else _("comfortable rows: two lines each"))


def theme(desk: DeskScreen, press: Press) -> None:
    """Choose a theme from the list, or the one that was named."""
    if not press.argument:
        desk.app.search_themes()
    elif press.argument in desk.app.available_themes:
        desk.app.theme = press.argument
    else:
        desk.say(_("there is no theme {name}").format(name=press.argument), wrong=True)


def plain(desk: DeskScreen, press: Press) -> None:
    """Turn plain mode on or off."""
    on = not desk.session.preferences.plain
    desk.prefer("plain", on)
    desk.apply_preferences()
    begun = _("plain mode: one pane at a time, no boxes, each row said in words")
    desk.say(begun if on else _("plain mode is off"))


def suspend(desk: DeskScreen, press: Press) -> None:
    """Put the console to sleep; `fg` in the shell wakes it."""
    desk.draft_timer_stop(keep=True)
    desk.app.action_suspend_process()


def view(steps: int) -> Callable[[DeskScreen, Press], None]:
    """Return the action that goes so many views on in the header."""

    def step(desk: DeskScreen, press: Press) -> None:
        shown = desk.header.shown
        if shown:
            here = shown.index(desk.view) if desk.view in shown else -steps
            desk.show_view(shown[(here + steps * (press.count or 1)) % len(shown)])
            desk.focus_pane("queue")

    return step


ACTIONS = (
    Action("next-view", "view", "Show the next view of the header", (">",), PANES, "Views", view(1)),
    Action("previous-view", "view", "Show the view before", ("<",), PANES, "Views", view(-1)),
    Action(
        "panes",
        "panes",
        "One, two or three panes at most; 0: as many as fit",
        ("= =", "= 1", "= 2", "= 3", "= 0"),
        PANES,
        "Look",
        panes,
        takes="1, 2, 3, or 0 for as many as fit",
    ),
    Action("rows", "rows", "Rows of one line, or of two", ("= r",), PANES, "Look", rows),
    Action("theme", "theme", "Choose a theme", ("= t",), PANES, "Look", theme, takes="the name of a theme"),
    Action("suspend", "sleep", "Put the console to sleep; fg wakes it", ("ctrl+z",), PANES, "Anywhere", suspend),
    Action("plain", "plain", "Plain mode, for screen readers", ("= p",), PANES, "Look", plain),
)
