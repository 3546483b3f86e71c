"""Passes: how a visitor's browser shows who it is, and links to files that nobody can make up.

A pass names a visitor, a channel and when it was issued, signed with the workspace's own key (HMAC-SHA-256), so that
nothing has to be stored for it. It holds for 30 days and is made anew when it is used after a day: who comes back
within a month stays the same visitor, and a pass that leaked ends.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.store.workspace import Workspace

HOLDS = 30 * clock.DAY
RENEWED = clock.DAY
FILE_HOLDS = clock.HOUR
_PASS = re.compile(r"1\.([0-9a-f]{32})\.(\d{1,15})\.([0-9a-f]{40})\Z")


@dataclass(frozen=True, slots=True)
class Pass:
    """A visitor of one channel; `token` is what their browser keeps, `fresh` says that it was made just now."""

    visitor: str
    issued_at: int
    token: str
    fresh: bool = False


def issue(workspace: Workspace, channel_id: int, visitor: str | None = None) -> Pass:
    """Make a pass, for a new visitor where none is named. Raises WorkspaceError."""
    visitor = visitor or secrets.token_hex(16)
    at = clock.now()
    return Pass(visitor, at, f"1.{visitor}.{at}.{_signature(workspace, channel_id, visitor, at)}", fresh=True)


def read(workspace: Workspace, channel_id: int, token: str) -> Pass | None:
    """Return the pass that a token is, None for one that is forged, another channel's or too old."""
    found = _PASS.match(token)
    if found is None:
        return None
    visitor, at = found[1], int(found[2])
    if not hmac.compare_digest(found[3], _signature(workspace, channel_id, visitor, at)):
        return None
    return Pass(visitor, at, token) if clock.now() - at < HOLDS else None


def renewed(workspace: Workspace, channel_id: int, held: Pass) -> Pass:
    """Return the pass to go on with: the same, or one made anew where it is a day old."""
    return issue(workspace, channel_id, held.visitor) if clock.now() - held.issued_at >= RENEWED else held


def file_query(workspace: Workspace, channel_id: int, attachment_id: int) -> str:
    """Return the query of a link to a file, good for an hour or two: links made within an hour are the same."""
    until = (clock.now() // FILE_HOLDS + 2) * FILE_HOLDS
    return f"until={until}&sign={_file_signature(workspace, channel_id, attachment_id, until)}"


def may_fetch(workspace: Workspace, channel_id: int, attachment_id: int, until: str, sign: str) -> bool:
    """Say whether the query of a link to a file is ours and still good."""
    if not (until.isdecimal() and len(until) < 16) or clock.now() > int(until):
        return False
    return hmac.compare_digest(
        sign.encode("utf-8", "replace"), _file_signature(workspace, channel_id, attachment_id, int(until)).encode()
    )


def _signature(workspace: Workspace, channel_id: int, visitor: str, at: int) -> str:
    return workspace.keyed_hash(f"visitor\0{channel_id}\0{visitor}\0{at}")[:40]


def _file_signature(workspace: Workspace, channel_id: int, attachment_id: int, until: int) -> str:
    return workspace.keyed_hash(f"visitor file\0{channel_id}\0{attachment_id}\0{until}")[:40]
