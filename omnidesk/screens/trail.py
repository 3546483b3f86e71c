"""The conversations an agent went through, and the way back and forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

LONGEST = 200
"""Conversations that are remembered."""


class Trail:
    """Where the agent has been; going back and then elsewhere forgets what was ahead."""

    def __init__(self) -> None:
        self._places: list[int] = []
        self._here = -1

    def visit(self, conversation_id: int) -> None:
        """Remember a conversation as the one the agent is in."""
        if 0 <= self._here < len(self._places) and self._places[self._here] == conversation_id:
            return
        self._places = [*self._places[: self._here + 1], conversation_id][-LONGEST:]
        self._here = len(self._places) - 1

    def step(self, steps: int) -> int | None:
        """Go back (-1) or forward (1) and return the conversation there; None at the end of the trail."""
        wanted = self._here + steps
        if not 0 <= wanted < len(self._places):
            return None
        self._here = wanted
        return self._places[wanted]


def _go(desk: DeskScreen, steps: int) -> None:
    found = desk.trail.step(steps)
    if found is None:
        desk.say(_("this is where you began") if steps < 0 else _("there is nothing ahead"))
        return
    desk.leave_composer()
    desk.queue.select(found)
    desk.enter(found)


def back(desk: DeskScreen, press: Press) -> None:
    """Open the conversation that was open before."""
    _go(desk, -(press.count or 1))


def forward(desk: DeskScreen, press: Press) -> None:
    """Open the conversation that `back` came from."""
    _go(desk, press.count or 1)


ACTIONS = (
    Action("trail-back", "back", "Open the conversation you were in before", ("H",), PANES, "Read", back),
    Action("trail-forward", "forward", "Go forward again after H", ("L",), PANES, "Read", forward),
)
