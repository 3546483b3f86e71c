"""Opening and making workspaces."""

from __future__ import annotations

from pathlib import Path

from omnidesk import clock
from omnidesk.store import home as homes
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NoWorkspaceError, RefusedError
from omnidesk.words.speech import _

__all__ = ["Workspace", "create", "exists", "home_path", "open_workspace"]


def home_path(home: str | Path | None = None) -> Path:
    """Return the folder of the workspace that would be opened."""
    return homes.locate(home).path


def exists(home: str | Path | None = None) -> bool:
    """Say whether there is a workspace to open. Raises WorkspaceError and its kin where PostgreSQL must say so."""
    found = homes.locate(home)
    if found.url is None:
        return found.exists
    workspace = Workspace(found)
    try:
        return workspace.database.marks() is not None
    finally:
        workspace.close()


def open_workspace(home: str | Path | None = None) -> Workspace:
    """Open a workspace, running additive migrations that are due.

    Raises NoWorkspaceError, WorkspaceError and its kin, DatabaseLostError."""
    found = homes.locate(home)
    if not found.exists:
        raise NoWorkspaceError(
            _("there is no workspace in {path}: `omnidesk init` makes one, or give --home").format(path=found.path)
        )
    workspace = Workspace(found)
    if workspace.schema_state() == "older":
        _bring_up(workspace)
    return workspace


def _bring_up(workspace: Workspace) -> None:
    from omnidesk.desk import phones
    from omnidesk.store import migrate
    from omnidesk.text.fold import fold

    if migrate.breaking(workspace):
        raise RefusedError(
            _(
                "the workspace {path} needs an upgrade that shuts out older programs: close them, then run "
                "`omnidesk upgrade` (it makes a copy first)"
            ).format(path=workspace.home.path)
        )
    migrate.upgrade(workspace, fold)
    phones.settle(workspace)


def create(
    home: str | Path | None = None,
    agent_name: str | None = None,
    agent_address: str | None = None,
    group: str | None = None,
) -> Workspace:
    """Make a workspace with the built-in channel `desk` and its first agent; an existing one is opened as it is."""
    from omnidesk.desk import agents, phones
    from omnidesk.store import migrate

    found = homes.locate(home)
    fresh = not exists(home)
    homes.make(found, group, keys=fresh or found.url is None)
    workspace = Workspace(found)
    if fresh:
        migrate.create(workspace)
        workspace.database.write(
            lambda tx: tx.insert("channel", id=1, name="desk", kind="desk", created_at=clock.now(), health="ok")
        )
        phones.settle(workspace)
    elif workspace.schema_state() == "older":
        _bring_up(workspace)
    agents.whoami(workspace, agent_name, agent_address)
    return workspace
