"""Upgrading a workspace on demand: a copy first, then every migration that is due."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from omnidesk.store import home as homes
from omnidesk.store import versions
from omnidesk.store.workspace import Workspace
from omnidesk.text.fold import fold
from omnidesk.words.errors import WorkspaceError
from omnidesk.words.speech import _


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The schema before and after; `copy` is the database as it was, None where nothing was due."""

    before: int
    schema: int
    copy: Path | None


def upgrade(home: str | Path | None = None) -> Upgraded:
    """Bring a workspace to this program's schema. Raises WorkspaceError and its kin, TryLaterError while in use."""
    from omnidesk.desk import phones
    from omnidesk.store import migrate

    found = homes.locate(home)
    if not found.exists:
        raise WorkspaceError(
            _("there is no workspace in {path}: `omnidesk init` makes one, or give --home").format(path=found.path)
        )
    workspace = Workspace(found)
    try:
        if workspace.schema_state() != "older":
            schema = versions.read(workspace.database)[0]
            return Upgraded(schema, schema, None)
        before = versions.read(workspace.database)[0]
        copy = migrate.copy_first(workspace)
        schema = migrate.upgrade(workspace, fold)
        phones.settle(workspace)
        return Upgraded(before, schema, copy)
    finally:
        workspace.close()
