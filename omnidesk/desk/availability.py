"""Whether the desk takes live chats now: what a page of ours says before somebody begins one."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.desk import hours, presence, settings
from omnidesk.store.workspace import Workspace
from omnidesk.words.kinds import AgentState


def within_hours(workspace: Workspace) -> bool:
    """Say whether it is within opening hours."""
    return hours.is_open(hours.parse(settings.current(workspace).opening_hours), clock.now())


def someone_takes_chats(workspace: Workspace) -> bool:
    """Say whether an agent who is available sits at a console now."""
    here = {one.agent_id for one in presence.around(workspace)}
    takes = workspace.database.reader.all(
        "SELECT id FROM agent WHERE state = ? AND NOT disabled", (AgentState.AVAILABLE,)
    )
    return any(row[0] in here for row in takes)
