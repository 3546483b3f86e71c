"""What the actions that decide have in common: which conversations they are about, asking first, and one act on all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.screens.later import Later
from omnidesk.screens.messages import Acted, Undecided
from omnidesk.widgets import times
from omnidesk.words.errors import OmniDeskError, UsageError
from omnidesk.words.rows import Act
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen
    from omnidesk.text import when
else:
    when = Later("omnidesk.text.when")

Decision = Callable[[list[int]], Act]
MANY = 500
"""From so many conversations on it is said that it takes a moment."""


def chosen(desk: DeskScreen) -> list[int]:
    """Return the conversations marked, else the one looked at; empty, and said why, where there is none."""
    if desk.place == "queue" and desk.queue.range_waits:
        desk.say(_("the range is still being read: once more, please"))
        return []
    wanted = desk.targets()
    if not wanted:
        desk.say(_("there is no conversation here"))
    return wanted


def many(ids: list[int]) -> str:
    """Name conversations: `#12`, `1,204 conversations`."""
    return f"#{ids[0]}" if len(ids) == 1 else _("{count} conversations").format(count=times.number(len(ids)))


def decide(desk: DeskScreen, decision: Decision, leaves: bool = False, ids: list[int] | None = None) -> None:
    """Do one act on what is marked or looked at; `leaves` says that the agent is done with it then.

    The marks go at once, so that the next key cannot mean them again; where the act fails they come back."""
    wanted = chosen(desk) if ids is None else ids
    if not wanted:
        return
    queue = desk.queue
    view, marked = queue.window.view, tuple(queue.marked)
    queue.unmark()
    if len(wanted) >= MANY:
        desk.say(_("{what}: a moment ..").format(what=many(wanted)))

    def work() -> Acted | Undecided:
        try:
            act = decision(wanted)
        except OmniDeskError as error:
            return Undecided(str(error), view, marked)
        return Acted(act.summary, tuple(wanted) if leaves else (), undoable=act.undoable)

    desk.backstage.write(work)


def ask(
    desk: DeskScreen,
    purpose: str,
    question: str,
    then: Callable[[DeskScreen, str], None],
    hint: str,
    text: str = "",
    explain: Callable[[str], str] | None = None,
) -> bool:
    """Ask about what is marked or looked at; the answer will be about the same, whatever moves meanwhile."""
    desk.asked_about = chosen(desk)
    if not desk.asked_about:
        return False
    desk.ask(purpose, f"{question} {many(desk.asked_about)}:", then, hint, text, explain)
    return True


def moment(desk: DeskScreen, text: str) -> int | None:
    """Read a time; None, and said why, where it is none."""
    try:
        return when.parse_when(text, clock.now())
    except UsageError as error:
        desk.say(str(error), wrong=True)
        return None


def understood(text: str) -> str:
    """Return what a time means, `Mon 30 Nov 09:00`; "" as long as nothing is said, `..` as long as it means nothing."""
    if not text.strip():
        return ""
    now = clock.now()
    try:
        return times.moment(when.parse_when(text, now), now)
    except UsageError:
        return ".."
