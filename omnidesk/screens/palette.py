"""The actions in Textual's command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input

from omnidesk.screens.keys import PANES, Action, Keymap, Press, placed, shown
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import one_line
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.screens.listing import Listing
    from omnidesk.words.rows import SavedView


class Palette(CommandPalette, OnTop[None]):
    """Textual's palette, for a typist who is faster than it: a second Enter neither runs the command again nor closes
    the screen beneath."""

    @on(Input.Submitted)
    def _only_once(self, event: Input.Submitted) -> None:
        if not self.on_top:
            event.stop()
            event.prevent_default()


def _shown(view: SavedView) -> str:
    return _("Show {view}").format(view=one_line(view.name))


class Actions(Provider):
    """Finds actions by their words: those of the list on top, else those of the main screen."""

    @property
    def _desk(self) -> DeskScreen | None:
        from omnidesk.screens.desk import DeskScreen

        return self.screen if isinstance(self.screen, DeskScreen) else None

    @property
    def _listing(self) -> Listing | None:
        from omnidesk.screens.listing import Listing

        return self.screen if isinstance(self.screen, Listing) else None

    @property
    def _keymap(self) -> Keymap | None:
        desk = self._listing.desk if self._listing is not None else self._desk
        return desk.keymap if desk is not None else None

    def _usable(self) -> list[Action]:
        if self._keymap is None or (self._listing is not None and self._listing.prompt.active):
            return []
        if self._listing is not None:
            places = {self._listing.PLACE}
        else:
            writing = self._desk is not None and self._desk.front == "composer" and self._desk.composer.active
            places = {"composer", "send"} if writing else set(PANES)
        found = [action for action in self._keymap.actions.values() if set(action.where) & places]
        return sorted(found, key=lambda action: action.group == "Lists")

    def _run(self, action: Action, argument: str = "") -> None:
        press = Press(argument=argument)
        if self._listing is not None:
            self._listing.run(action, press)
        elif self._desk is not None:
            action.run(self._desk, press)
            self._desk.practised(action)
            self._desk.refresh_bars()

    def _saved_views(self) -> list[str]:
        return [_shown(view) for view in self._desk.saved.views] if self._desk is not None else []

    def _show(self, said: str) -> None:
        desk = self._desk
        if desk is not None:
            desk.show_view(next(view.name for view in desk.saved.views if said == _shown(view)))

    def _help(self, action: Action) -> str:
        keymap, place = self._keymap, self._listing.PLACE if self._listing is not None else ""
        keys = keymap.keys(action.name) if keymap is not None else ()
        here = [one for one in keys if not place or placed(one)[0] in ("", place)]
        return f" {_('or')} ".join(one if one == "*" else shown(one).replace("*", "…") for one in here)

    async def discover(self) -> Hits:
        """All actions, before anything is typed."""
        for action in self._usable():
            yield DiscoveryHit(_(action.description), partial(self._run, action), help=self._help(action))

    async def search(self, query: str) -> Hits:
        """The actions that match."""
        name, _space, argument = query.strip().partition(" ")
        for action in self._usable():
            if argument and action.takes and action.name.startswith(name.lower()):
                said = f"{_(action.description)}: {one_line(argument)}"
                yield Hit(1000.0, Content(said), partial(self._run, action, argument.strip()), help=_(action.takes))
        matcher = self.matcher(query)
        for name in self._saved_views():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, Content(name), partial(self._show, name), help=_("a saved view"))
        for action in self._usable():
            if (score := matcher.match(_(action.description))) > 0:
                yield Hit(
                    score, matcher.highlight(_(action.description)), partial(self._run, action), help=self._help(action)
                )
