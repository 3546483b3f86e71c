"""Every action of the console: from it come key map, key line, key help, palette and docs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from omnidesk.screens import (
    agents,
    bulk,
    channels,
    chats,
    checking,
    contact_keys,
    copying,
    database,
    details,
    draft_list,
    fact_list,
    finding,
    history,
    joining,
    kinds,
    listing,
    looks,
    macro_list,
    macros,
    marking,
    moving,
    news,
    notifying,
    old_mail,
    opening,
    order_keys,
    outbox,
    permissions,
    quarantine,
    quitting,
    stats,
    taking,
    telephone,
    timeline_keys,
    trail,
    triage,
    views,
    writing,
)
from omnidesk.screens.keys import EVERYWHERE, PANES, Action, Press

if TYPE_CHECKING:
    from omnidesk.screens.desk import DeskScreen


def _help(desk: DeskScreen, press: Press) -> None:
    desk.show_help()


def _palette(desk: DeskScreen, press: Press) -> None:
    desk.app.action_command_palette()


def _add_channel(desk: DeskScreen, press: Press) -> None:
    desk.add_channel()


ALWAYS = (
    Action("palette", "commands", "All commands, and the theme", (":", "ctrl+p"), PANES, "Anywhere", _palette, 90),
    Action("add-channel", "add", "Add a channel", ("ctrl+n",), PANES, "Anywhere", _add_channel),
    Action("help", "keys", "Show the keys", ("?",), PANES, "Anywhere", _help, 99),
    Action("quit", "quit", "Leave", ("ctrl+q",), (*EVERYWHERE, "send"), "Anywhere", quitting.leave),
)

ACTIONS = (
    *moving.ACTIONS,
    *looks.ACTIONS,
    *database.ACTIONS,
    *writing.ACTIONS,
    *chats.ACTIONS,
    *draft_list.ACTIONS,
    *finding.ACTIONS,
    *trail.ACTIONS,
    *old_mail.ACTIONS,
    *opening.ACTIONS,
    *copying.ACTIONS,
    *details.ACTIONS,
    *history.ACTIONS,
    *triage.ACTIONS,
    *taking.ACTIONS,
    *checking.ACTIONS,
    *permissions.ACTIONS,
    *joining.ACTIONS,
    *marking.ACTIONS,
    *listing.ACTIONS,
    *channels.ACTIONS,
    *kinds.ACTIONS,
    *order_keys.ACTIONS,
    *outbox.ACTIONS,
    *quarantine.ACTIONS,
    *news.ACTIONS,
    *notifying.ACTIONS,
    *views.ACTIONS,
    *stats.ACTIONS,
    *macros.ACTIONS,
    *macro_list.ACTIONS,
    *fact_list.ACTIONS,
    *bulk.ACTIONS,
    *agents.ACTIONS,
    *telephone.ACTIONS,
    *contact_keys.ACTIONS,
    *timeline_keys.ACTIONS,
    *ALWAYS,
)
