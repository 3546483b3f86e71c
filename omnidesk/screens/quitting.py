"""Leaving: what the console's engine would leave behind is said first."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from omnidesk.screens.keys import Press
from omnidesk.screens.later import Later
from omnidesk.screens.writing_messages import LeftRead
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.speech import _, ngettext

if TYPE_CHECKING:
    from omnidesk.desk import engines
    from omnidesk.screens.desk import DeskScreen
else:
    engines = Later("omnidesk.desk.engines")

HELP = "`omnidesk service install` keeps an engine at work"


def leave(desk: DeskScreen, press: Press) -> None:
    """Leave the program; where its engine is the only one, see first what would stay."""
    pid = desk.engine_pid
    if pid is None:
        desk.leave()
        return
    desk.draft_timer_stop(keep=True)
    workspace = desk.session.workspace

    def look() -> LeftRead:
        try:
            return LeftRead(engines.left_by(workspace, socket.gethostname(), pid))
        except OmniDeskError:
            return LeftRead(None)

    desk.backstage.read("leave", look)


def left(desk: DeskScreen, message: LeftRead) -> None:
    """Leave, or ask where messages would stay behind."""
    found = message.left
    if found is None or found.others or not found.channels:
        desk.leave()
    elif not found.staying:
        said = _("until it runs again nothing comes in or goes out")
        desk.leave(f"omnidesk: {said}; {_(HELP)}")
    else:
        question = ngettext(
            "{count} message stays queued: the engine ends with this console. Quit?",
            "{count} messages stay queued: the engine ends with this console. Quit?",
            found.staying,
        )
        desk.hold_keys(False)
        desk.ask("quit", question.format(count=found.staying), _answered, f"{_('y quits')}; {_(HELP)}")


def _answered(desk: DeskScreen, text: str) -> None:
    if text.strip().lower() in ("y", "yes", "j", "ja"):
        desk.leave()
