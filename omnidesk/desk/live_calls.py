"""The calls that ring or run now, with what the console says of who is on the other side."""

from __future__ import annotations

from typing import Any

from omnidesk import clock
from omnidesk.store.workspace import Workspace
from omnidesk.text.phone import shown_phone
from omnidesk.words.rows import LiveCall

RINGS_FOR = 10 * clock.MINUTE
"""A call of which nothing was heard so long does not ring any more."""
TALKS_FOR = 12 * clock.HOUR
"""Nor does anybody talk so long: its end was lost."""


def live(workspace: Workspace) -> list[LiveCall]:
    """Return the calls that ring or run now, those that ring first; rides on call_live."""
    now = clock.now()
    found = workspace.database.reader.all(
        "SELECT call.*, i.customer_id, c.name FROM call LEFT JOIN identity i ON i.id = call.identity_id "
        "LEFT JOIN customer c ON c.id = i.customer_id WHERE call.state <> 'ended' AND call.message_id IS NULL "
        "AND ((call.state = 'ringing' AND call.heard_at > ?) OR (call.state = 'talking' AND call.heard_at > ?)) "
        "ORDER BY call.state, call.began_at LIMIT 20",
        (now - RINGS_FOR, now - TALKS_FOR),
    )
    return [_live(workspace, row) for row in found]


def _live(workspace: Workspace, row: Any) -> LiveCall:
    name = "" if row["name"] is None or row["name"] == row["number"] else row["name"]
    last, open_matters = None, 0
    if row["customer_id"] is not None:
        reader = workspace.database.reader
        last = reader.one(
            "SELECT last_message_at, last_kind FROM conversation WHERE customer_id = ? AND place = 'desk' "
            "AND message_count > 0 ORDER BY last_message_at DESC LIMIT 1",
            (row["customer_id"],),
        )
        open_matters = int(
            reader.value(
                "SELECT count(*) FROM conversation WHERE customer_id = ? AND place = 'desk' AND status <> 'closed'",
                (row["customer_id"],),
            )
        )
    return LiveCall(
        id=row["id"],
        number=row["number"],
        shown=shown_phone(row["number"]),  # here and not where it is painted: numbering plans take time to load
        customer_id=row["customer_id"],
        name=name,
        outbound=bool(row["outbound"]),
        state=row["state"],
        began_at=row["began_at"],
        answered_at=row["answered_at"],
        last_contact_at=None if last is None else last[0],
        last_kind="" if last is None else last[1],
        open_matters=open_matters,
    )
