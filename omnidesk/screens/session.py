"""Who works at which workspace, and what the queue shows first: read before the first paint, without the event loop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from omnidesk.desk import agents, channels, views, workspace
from omnidesk.desk.workspace import Workspace
from omnidesk.screens import remembered, windows
from omnidesk.screens.messages import WindowRead
from omnidesk.screens.preferences import DEFAULTS, Preferences
from omnidesk.screens.remembered import Remembered
from omnidesk.widgets.queue_window import Window
from omnidesk.words.errors import NoWorkspaceError, OmniDeskError
from omnidesk.words.rows import Actor, Agent

FIRST_VIEW = "open"


@dataclass(frozen=True, slots=True)
class Session:
    """An open workspace and the agent at the keyboard."""

    workspace: Workspace
    agent: Agent
    home: str
    preferences: Preferences = DEFAULTS
    config: Path | None = None
    """The file that changed preferences are kept in; None where they are not kept."""
    state: Path | None = None
    """The file that says where the agent was; None where that is not remembered."""
    counted: dict[str, tuple[int, float]] = field(default_factory=dict, compare=False, repr=False)
    """Large views: how many conversations they held, and until when (monotonic) that will do."""

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
    place: Remembered | None = None
    """Where the agent was when the program was left; None at the first start."""


def open_session(
    home: str | None, preferences: Preferences = DEFAULTS, config: Path | None = None, remember: bool = False
) -> Opening | None:
    """Open the workspace and read the first rows; None when there is no workspace. Raises OmniDeskError."""
    try:
        found = workspace.open_workspace(home)
    except NoWorkspaceError:
        return None
    opening = begin(found, home, remember)
    return replace(opening, session=replace(opening.session, preferences=preferences, config=config))


def begin(found: Workspace, home: str | None, remember: bool = False) -> Opening:
    """Read the first rows of an open workspace; with `remember` those the agent looked at last."""
    path = str(workspace.home_path(home))
    state = remembered.file_of(path) if remember else None
    session = Session(found, agents.whoami(found), path, state=state)
    place = remembered.read(state, session.agent.id) if state is not None else None
    return Opening(session, _first_window(session, place), has_channels(found), place)


def _first_window(session: Session, place: Remembered | None) -> Window:
    """Read the rows around where the agent was, as far as they are there."""
    found, me = session.workspace, session.agent.id
    if place is None:
        return windows.first_window(found, me, FIRST_VIEW)
    try:
        first = windows.first_window(found, me, place.view)
        at = next((index for index, row in enumerate(first.rows) if row.id == place.cursor), None)
        if at is not None:
            return replace(first, anchor=place.cursor, at=at)
        here = views.rows(found, [place.cursor], me, place.view) if place.cursor and not first.exact else []
        around = windows.window(session, windows.Asked(place.view, here[0])) if here else None
        return around.window if isinstance(around, WindowRead) else first
    except OmniDeskError:
        return windows.first_window(found, me, FIRST_VIEW)


def has_channels(found: Workspace) -> bool:
    """Say whether there is a channel beside the built-in one."""
    return any(channel.kind != "desk" for channel in channels.list_channels(found))
