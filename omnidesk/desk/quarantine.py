"""Quarantine: what came in and could not be processed; looked at, tried again, taken out as a file."""

from __future__ import annotations

from typing import Any

from omnidesk.desk import intake
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Quarantined


def page(workspace: Workspace, limit: int = 50, after: int = 0) -> list[Quarantined]:
    """Return quarantined items in the order they came, behind an id."""
    rows = workspace.database.reader.all(
        f"{_SELECT} WHERE q.raw_item_id > ? ORDER BY q.raw_item_id LIMIT ?", (after, limit)
    )
    return [_quarantined(row) for row in rows]


def get(workspace: Workspace, item_id: int) -> Quarantined:
    """Return one quarantined item. Raises NotFoundError."""
    row = workspace.database.reader.one(f"{_SELECT} WHERE q.raw_item_id = ?", (item_id,))
    if row is None:
        raise NotFoundError(f"item {item_id} is not in quarantine; `omnidesk quarantine list` shows what is")
    return _quarantined(row)


def raw(workspace: Workspace, item_id: int) -> bytes:
    """Return a quarantined item as it arrived. Raises NotFoundError."""
    get(workspace, item_id)
    return intake.item_of(workspace, item_id).raw


def retry(workspace: Workspace, item_id: int) -> bool:
    """Process an item once more, as after an upgrade; say whether it went through this time."""
    get(workspace, item_id)
    return intake.settle(workspace, [(item_id, intake.item_of(workspace, item_id))]).filed == 1


_SELECT = (
    "SELECT q.*, r.received_at, r.size, r.media_type, channel.name FROM quarantine q "
    "JOIN raw_item r ON r.id = q.raw_item_id JOIN channel ON channel.id = q.channel_id"
)


def _quarantined(row: Any) -> Quarantined:
    return Quarantined(
        id=row["raw_item_id"],
        channel=row["name"],
        cause=row["cause"],
        attempts=row["attempts"],
        at=row["at"],
        received_at=row["received_at"],
        size=row["size"],
        media_type=row["media_type"],
    )
