"""The actions in Textual's command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.widgets import Input

from omnidesk.screens.keys import PANES, Action, Press, shown
from omnidesk.screens.on_top import OnTop
from omnidesk.text.clean import one_line
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
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
    """Finds actions by their words."""

    def _usable(self) -> list[Action]:
        from omnidesk.screens.desk import DeskScreen

        if not isinstance(self.screen, DeskScreen):
            return []
        places = {"composer"} if self.screen.front == "composer" and self.screen.composer.active else set(PANES)
        return [action for action in self.screen.keymap.actions.values() if set(action.where) & places]

    def _run(self, action: Action, argument: str = "") -> None:
        desk: DeskScreen = self.screen  # type: ignore[assignment]
        action.run(desk, Press(argument=argument))
        desk.practised(action)
        desk.refresh_bars()

    def _saved_views(self) -> list[str]:
        from omnidesk.screens.desk import DeskScreen

        views = self.screen.saved.views if isinstance(self.screen, DeskScreen) else ()
        return [_shown(view) for view in views]

    def _show(self, said: str) -> None:
        desk: DeskScreen = self.screen  # type: ignore[assignment]
        desk.show_view(next(view.name for view in desk.saved.views if said == _shown(view)))

    def _help(self, action: Action) -> str:
        desk: DeskScreen = self.screen  # type: ignore[assignment]
        keys = desk.keymap.keys(action.name)
        return f" {_('or')} ".join(one if one == "*" else shown(one).replace("*", "…") for one in keys)

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
