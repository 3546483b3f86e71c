"""Leaving: what the console's engine would leave behind is said first."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from omnidesk.screens.keys import Press
from omnidesk.screens.later import Later
from omnidesk.screens.writing_messages import LeftRead
from omnidesk.words.errors import OmniDeskError

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
        desk.leave(f"omnidesk: until it runs again nothing comes in or goes out; {HELP}")
    else:
        what = "1 message stays" if found.staying == 1 else f"{found.staying} messages stay"
        desk.hold_keys(False)
        desk.ask("quit", f"{what} queued: the engine ends with this console. Quit?", _answered, f"y quits; {HELP}")


def _answered(desk: DeskScreen, text: str) -> None:
    if text.strip().lower() in ("y", "yes", "j", "ja"):
        desk.leave()
