"""Where the workspace lives, and moving it to PostgreSQL: the console leaves while the command does it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from omnidesk.screens.keys import PANES, Action, Press
from omnidesk.text.clean import one_line
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen

MOVE = "move-database "
"""What the app returns, before the address, when the agent asked to move the workspace."""


def move(desk: DeskScreen, press: Press) -> None:
    """Ask for the address of a PostgreSQL database; where the workspace is in one already, say which."""
    database = desk.session.workspace.database
    if database.dialect == "postgresql":
        desk.say(_("this workspace lives in {name}").format(name=database.name))
        return
    here = _("This workspace is the file {name}.").format(name=database.name)
    question = _("{here} Move it to PostgreSQL at:").format(here=one_line(here, 100))
    desk.ask("move-database", question, _asked, _("postgresql://USER@HOST/NAME, an empty database"))


def _asked(desk: DeskScreen, text: str) -> None:
    url = text.strip()
    if not url:
        return
    if not url.startswith(("postgresql://", "postgres://")):
        desk.say(_("that is no address of a database: postgresql://USER@HOST/NAME"), wrong=True)
        return
    desk.draft_timer_stop(keep=True)
    if (engine := desk.engine_pid) is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(engine, signal.SIGTERM)  # our own child: it lets go of its channels, so that nothing changes
    desk.app.exit(MOVE + url)


def run(home: str | None, url: str) -> bool:
    """Move the workspace on the plain terminal; return whether it was done."""
    command = [sys.executable, "-m", "omnidesk", *(("--home", home) if home else ()), "database", "move", "--to", "-"]
    return subprocess.run(command, input=url, text=True, check=False).returncode == 0


ACTIONS = (
    Action("move-database", "database", "See where the workspace lives; move it to PostgreSQL", ("= d",), PANES,
           "Anywhere", move),
)  # fmt: skip
