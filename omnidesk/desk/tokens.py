"""Tokens that other programs show at the doors of `omnidesk serve`; made from the workspace's own key."""

from __future__ import annotations

from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.speech import _

PURPOSES = ("metrics", "relay")


def token(workspace: Workspace, purpose: str) -> str:
    """Return the token for a purpose, the same each time. Raises NotFoundError, WorkspaceError."""
    if purpose not in PURPOSES:
        raise NotFoundError(
            _("there is no token {purpose}; there are {purposes}").format(purpose=purpose, purposes=", ".join(PURPOSES))
        )
    return workspace.keyed_hash(f"token\0{purpose}")[:40]
