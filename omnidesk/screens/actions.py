"""Every action of the console: from it come key map, key line, key help, palette and docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens import listing, moving, triage, writing
from omnidesk.screens.keys import EVERYWHERE, PANES, Action, Press

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


def _help(desk: DeskScreen, press: Press) -> None:
    desk.show_help()


def _palette(desk: DeskScreen, press: Press) -> None:
    desk.app.action_command_palette()


def _add_channel(desk: DeskScreen, press: Press) -> None:
    desk.add_channel()


def _quit(desk: DeskScreen, press: Press) -> None:
    desk.leave()


ALWAYS = (
    Action("palette", "commands", "All commands, and the theme", (":", "ctrl+p"), PANES, "Anywhere", _palette, 90),
    Action("add-channel", "add", "Add a mailbox", ("ctrl+n",), PANES, "Anywhere", _add_channel),
    Action("help", "keys", "Show the keys", ("?",), PANES, "Anywhere", _help, 99),
    Action("quit", "quit", "Leave", ("ctrl+q",), (*EVERYWHERE, "send"), "Anywhere", _quit),
)

ACTIONS = (*moving.ACTIONS, *writing.ACTIONS, *triage.ACTIONS, *listing.ACTIONS, *ALWAYS)
