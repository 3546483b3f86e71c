"""Saved views: keeping the search that is shown, going to a view by digit or name, and the list of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from omnidesk.desk import views
from omnidesk.screens import windows
from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.screens.later import Later
from omnidesk.screens.listing import Listing, ListRead
from omnidesk.screens.messages import ViewSaved
from omnidesk.screens.status_line import ORDERS
from omnidesk.text.clean import one_line
from omnidesk.widgets import badges, times
from omnidesk.widgets.lines import Line, cut, fit, spread
from omnidesk.widgets.painting import Part
from omnidesk.widgets.queue_row import USUAL
from omnidesk.words.kinds import Sort
from omnidesk.words.rows import SavedView
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk import saved_views
    from omnidesk.screens.desk import DeskScreen
else:
    saved_views = Later("omnidesk.desk.saved_views")

PLACES = ("views",)
NAME_WIDTH = 24
TEAM = "team"
"""What is said behind a comma to give a view to everybody."""


def suggested(query: str) -> str:
    """Return a name for a search: what is looked for, without the filters' own names."""
    said = [part.rpartition(":")[2].strip('"') for part in query.split() if not part.startswith("sort:")]
    return one_line(" ".join(said), 30)


def said_name(text: str) -> tuple[str, bool]:
    """Read `refunds, team`: the name, and whether everybody shall have it."""
    name, comma, whom = text.rpartition(",")
    return (name.strip(), True) if comma and whom.strip().lower() == TEAM else (text.strip(), False)


# On the main screen


def save(desk: DeskScreen, press: Press) -> None:
    """Ask for the name of the search that is shown."""
    query = windows.search_of(desk.view)
    shown = next((view for view in desk.saved.views if view.name == desk.view), None)
    if press.argument and query is not None:
        _keep(query, desk, press.argument)
    elif query is not None:
        hint = _("a name; `name, {team}` shares it").format(team=TEAM)
        desk.ask("save-view", _("Save as:"), partial(_keep, query), hint, suggested(query))
    elif shown is not None:
        said = _("{view} is saved already: gv changes views, / searches for something else")
        desk.say(said.format(view=one_line(shown.name)))
    else:
        desk.say(_("search first with /, then g+ keeps the search as a view"))


def _keep(query: str, desk: DeskScreen, text: str) -> None:
    name, shared = said_name(text)
    if not name:
        return
    session = desk.session

    def work() -> ViewSaved:
        act, saved = saved_views.save(session.workspace, session.actor, name, query, shared=shared or None)
        return ViewSaved(saved.name, act.summary)

    desk.backstage.write(work)


def go(desk: DeskScreen, press: Press) -> None:
    """Show the saved view of a digit, or the one whose name was said."""
    found = desk.saved.views
    if press.argument:
        wanted = press.argument.strip().lower()
        named = [view for view in found if view.name.lower().startswith(wanted)]
    else:
        named = list(found[int(press.typed) - 1 : int(press.typed)]) if press.typed.isdigit() else []
    if named:
        desk.show_view(named[0].name)
        desk.focus_pane("queue")
    elif found:
        said = _("there is no saved view {view}: gv lists them")
        desk.say(said.format(view=one_line(press.argument or press.typed, 40)))
    else:
        desk.say(_("no view is saved yet: search with /, then g+ keeps the search as a view"))


def show_list(desk: DeskScreen, press: Press) -> None:
    """List the views."""
    desk.app.push_screen(Views(desk))


# The list


class Views(Listing):
    """All views with what they hold: the saved ones, which can be changed here, and those that are always there."""

    PLACE = "views"
    HEADING = "Views"

    def read(self, width: int) -> ListRead:
        """Return the list; what the views hold was counted for the main screen."""
        saved, summary = self.desk.saved, self.desk.summary
        counts = {**(summary.counts if summary is not None else {}), **saved.counts}
        lines: list[Line] = []
        for place, view in enumerate(saved.views, 1):
            lines += _lines(place, view, counts.get(view.name), width)
        if not lines:
            nothing = _("No view is saved yet: search with /, then g+ keeps the search as a view.")
            lines.append(Line((("dim", f" {nothing}"),)))
        lines += [Line(()), Line((("dim", f" {_('Always there')}"),))]
        for place, (name, title) in enumerate(badges.VIEWS.items()):
            lines.append(Line((("", f"    {fit(_(title), NAME_WIDTH)}"), _counted(counts.get(name))), -1 - place))
        return ListRead(lines, _("Views - {count} saved").format(count=len(saved.views)))

    @property
    def chosen(self) -> SavedView | None:
        """The saved view under the cursor."""
        return next((view for view in self.desk.saved.views if view.id == self.key), None)

    @property
    def chosen_name(self) -> str:
        """The view under the cursor, saved or not."""
        if self.chosen is not None:
            return self.chosen.name
        names = list(badges.VIEWS)
        return names[-1 - self.key] if -len(names) <= self.key < 0 else ""

    def changed(self, name: str | None = None) -> None:
        """A view was changed: count anew; the main screen follows where it shows it under another name."""
        self.desk.read_saved()
        if name is not None:
            self.desk.show_view(name)

    def on_view_saved(self, message: ViewSaved) -> None:
        """Say what was done; the main screen shows a renamed view under its new name."""
        self.say(message.said)
        self.changed(message.show)

    def on_pick_list_picked(self) -> None:
        """A view was clicked twice."""
        _open(self, Press())


def _lines(place: int, view: SavedView, count: int | None, width: int) -> list[Line]:
    digit = f"g{place}" if place < 10 else "  "
    first: list[Part] = [
        ("key", f" {digit} "),
        ("strong", fit(one_line(view.name), NAME_WIDTH)),
        _counted(count),
        ("dim", f"   {_('the team') if view.shared else _('yours')} - {_(ORDERS[view.sort])}"),
    ]
    shows = _("shows {columns}").format(columns=", ".join(view.columns)) if view.columns else ""
    second: list[Part] = [("faint", f"     {one_line(view.query) or _('everything')}")]
    return [
        Line(spread(first, (), width), view.id),
        Line(spread(second, (("faint", cut(f"{shows} ", width // 2)),) if shows else (), width), view.id),
    ]


def _counted(count: int | None) -> Part:
    return ("", f"{'' if count is None else times.number(count):>9}")


def _saved(screen: Views) -> SavedView | None:
    if screen.chosen is None:
        screen.say(_("this view is always there; only saved ones can be changed"))
    return screen.chosen


def _open(screen: Views, press: Press) -> None:
    if screen.chosen_name:
        screen.desk.show_view(screen.chosen_name)
        screen.desk.focus_pane("queue")
        screen.dismiss()


def _rename(screen: Views, press: Press) -> None:
    view = _saved(screen)
    if view is not None:
        question = _("Rename {name} to:").format(name=one_line(view.name))
        screen.ask(question, partial(_renamed, view), _("another name"), view.name)


def _renamed(view: SavedView, screen: Views, text: str) -> None:
    session, showing = screen.session, screen.desk.view == view.name

    def work() -> ViewSaved:
        act, saved = saved_views.rename(session.workspace, session.actor, view.name, text)
        return ViewSaved(saved.name, act.summary, saved.name if showing else None)

    if text.strip():
        screen.backstage.write(work)


def _edit(screen: Views, press: Press) -> None:
    view = _saved(screen)
    if view is not None:
        question = _("{view} holds:").format(view=one_line(view.name))
        screen.ask(question, partial(_edited, view), _("a search"), view.query)


def _edited(view: SavedView, screen: Views, text: str) -> None:
    _change(screen, view, text.strip())


def _change(
    screen: Views, view: SavedView, query: str, sort: Sort | None = None, columns: list[str] | None = None
) -> None:
    session, showing = screen.session, screen.desk.view == view.name

    def work() -> ViewSaved:
        act, saved = saved_views.save(session.workspace, session.actor, view.name, query, sort=sort, columns=columns)
        return ViewSaved(saved.name, act.summary, saved.name if showing else None)

    screen.backstage.write(work)


def _sort(screen: Views, press: Press) -> None:
    view = _saved(screen)
    if view is not None:
        orders = list(Sort)
        _change(screen, view, view.query, orders[(orders.index(view.sort) + 1) % len(orders)])


def _columns(screen: Views, press: Press) -> None:
    view = _saved(screen)
    if view is not None:
        hint = _("of {columns}").format(columns=" ".join(saved_views.COLUMNS))
        screen.ask(_("Show:"), partial(_chose_columns, view), hint, " ".join(view.columns or USUAL))


def _chose_columns(view: SavedView, screen: Views, text: str) -> None:
    _change(screen, view, view.query, columns=text.replace(",", " ").split())


def _share(screen: Views, press: Press) -> None:
    view = _saved(screen)
    if view is not None:
        session = screen.session
        screen.backstage.write(
            lambda: ViewSaved(
                view.name,
                saved_views.share(session.workspace, session.actor, view.name, not view.shared)[0].summary,
            )
        )


def _move(screen: Views, press: Press, step: int) -> None:
    view = _saved(screen)
    if view is not None:
        session, place = screen.session, screen.desk.saved.views.index(view) + 1 + step
        screen.backstage.write(
            lambda: ViewSaved(
                view.name, saved_views.move(session.workspace, session.actor, view.name, max(1, place)).summary
            )
        )


def _down(screen: Views, press: Press) -> None:
    _move(screen, press, press.count or 1)


def _up(screen: Views, press: Press) -> None:
    _move(screen, press, -(press.count or 1))


def _remove(screen: Views, press: Press) -> None:
    view = _saved(screen)
    if view is not None:
        session, showing = screen.session, screen.desk.view == view.name
        screen.backstage.write(
            lambda: ViewSaved(
                view.name,
                saved_views.remove(session.workspace, session.actor, view.name).summary + _(" - u takes it back"),
                views.DEFAULT if showing else None,
            )
        )


def _undo(screen: Views, press: Press) -> None:
    session = screen.session

    def work() -> ViewSaved:
        from omnidesk.desk import undo

        return ViewSaved("", undo.undo(session.workspace, session.actor).act.summary)

    screen.backstage.write(work)


_DIGITS = tuple(f"g {digit}" for digit in range(1, 10))

ACTIONS = (
    Action("views", "views", "List the views, and change the saved ones", ("g v",), PANES, "Views", show_list),
    Action(
        "save-view", "save", "Keep the search as a view", ("g +",), PANES, "Views", save, takes="a name; `name, team`"
    ),
    Action("saved-view", "view", "Show a saved view", _DIGITS, PANES, "Views", go, takes="the name of a saved view"),
    Action("views-open", "open", "Show the view", ("enter",), PLACES, "List of views", _open, 1),
    Action("views-down", "lower", "Move the view down in the order", ("J",), PLACES, "List of views", _down, 7),
    Action("views-up", "higher", "Move the view up in the order", ("K",), PLACES, "List of views", _up, 8),
    Action("views-rename", "rename", "Give the view another name", ("r",), PLACES, "List of views", _rename, 2),
    Action("views-edit", "search", "Change what the view holds", ("e",), PLACES, "List of views", _edit, 3),
    Action("views-sort", "order", "Turn the view's order", ("s",), PLACES, "List of views", _sort, 4),
    Action("views-columns", "columns", "Choose what the rows show", ("c",), PLACES, "List of views", _columns, 5),
    Action("views-share", "share", "Give the view to the team, or take it", ("t",), PLACES, "List of views", _share, 6),
    Action("views-remove", "remove", "Remove the view", ("#",), PLACES, "List of views", _remove, 9),
    Action("views-undo", "undo", "Take back your last act", ("u",), PLACES, "List of views", _undo, 10),
)
