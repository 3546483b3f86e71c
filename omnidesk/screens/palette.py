"""The actions in Textual's command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from omnidesk.screens.keys import PANES, Action, Press, shown
from omnidesk.text.clean import one_line

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


class Actions(Provider):
    """Finds actions by their words."""

    def _usable(self) -> list[Action]:
        from omnidesk.screens.desk import DeskScreen

        if not isinstance(self.screen, DeskScreen):
            return []
        return [action for action in self.screen.keymap.actions.values() if set(action.where) & set(PANES)]

    def _run(self, action: Action, argument: str = "") -> None:
        desk: DeskScreen = self.screen  # type: ignore[assignment]
        action.run(desk, Press(argument=argument))
        desk.refresh_bars()

    def _help(self, action: Action) -> str:
        desk: DeskScreen = self.screen  # type: ignore[assignment]
        return " or ".join(shown(keys).replace("*", "…") for keys in desk.keymap.keys(action.name))

    async def discover(self) -> Hits:
        """All actions, before anything is typed."""
        for action in self._usable():
            yield DiscoveryHit(action.description, partial(self._run, action), help=self._help(action))

    async def search(self, query: str) -> Hits:
        """The actions that match."""
        name, _, argument = query.strip().partition(" ")
        for action in self._usable():
            if argument and action.takes and action.name.startswith(name.lower()):
                said = f"{action.description}: {one_line(argument)}"
                yield Hit(1.0, Content(said), partial(self._run, action, argument.strip()), help=action.takes)
        matcher = self.matcher(query)
        for action in self._usable():
            if (score := matcher.match(action.description)) > 0:
                yield Hit(
                    score, matcher.highlight(action.description), partial(self._run, action), help=self._help(action)
                )
