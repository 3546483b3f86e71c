"""Who works at which workspace, and what the queue shows first: read before the first paint, without the event loop."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk.desk import agents, channels, workspace
from omnidesk.desk.workspace import Workspace
from omnidesk.screens import windows
from omnidesk.widgets.queue_list import Window
from omnidesk.words.rows import Actor, Agent

FIRST_VIEW = "open"


@dataclass(frozen=True, slots=True)
class Session:
    """An open workspace and the agent at the keyboard."""

    workspace: Workspace
    agent: Agent
    home: str

    @property
    def actor(self) -> Actor:
        """The agent as the one who acts."""
        return Actor(self.agent.login, self.agent.id)


@dataclass(frozen=True, slots=True)
class Opening:
    """What the first paint shows; `channels` says whether there is any but the built-in one."""

    session: Session
    window: Window
    channels: bool


def open_session(home: str | None) -> Opening | None:
    """Open the workspace and read the first rows; None when there is no workspace. Raises OmniDeskError."""
    if not workspace.exists(home):
        return None
    return begin(workspace.open_workspace(home), home)


def begin(found: Workspace, home: str | None) -> Opening:
    """Read the first rows of an open workspace."""
    session = Session(found, agents.whoami(found), str(workspace.home_path(home)))
    window = windows.first_window(found, session.agent.id, FIRST_VIEW)
    return Opening(session, window, has_channels(found))


def has_channels(found: Workspace) -> bool:
    """Say whether there is a channel beside the built-in one."""
    return any(channel.kind != "desk" for channel in channels.list_channels(found))
