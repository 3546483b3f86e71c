"""Quarantine: what came in and could not be processed; looked at, tried again, taken out as a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omnidesk.desk import intake
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError, OmniDeskError, UsageError
from omnidesk.words.rows import Quarantined
from omnidesk.words.speech import _


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
        raise NotFoundError(
            _("item {item_id} is not in quarantine; `omnidesk quarantine list` shows what is").format(item_id=item_id)
        )
    return _quarantined(row)


def raw(workspace: Workspace, item_id: int) -> bytes:
    """Return a quarantined item as it arrived. Raises NotFoundError."""
    get(workspace, item_id)
    return intake.item_of(workspace, item_id).raw


def retry(workspace: Workspace, item_id: int) -> bool:
    """Process an item once more, as after an upgrade; say whether it went through this time."""
    get(workspace, item_id)
    return intake.settle(workspace, [(item_id, intake.item_of(workspace, item_id))]).filed == 1


def retry_many(workspace: Workspace, ids: Sequence[int] | None = None) -> tuple[list[int], list[int]]:
    """Process these items once more, all without `ids`; return those that went through and those that are left."""
    wanted = list(ids) if ids is not None else []
    after = 0
    while ids is None and (some := page(workspace, 1000, after)):
        wanted += [one.id for one in some]
        after = wanted[-1]
    filed = [one for one in wanted if retry(workspace, one)]
    return filed, [one for one in wanted if one not in set(filed)]


def export(workspace: Workspace, item_id: int, path: Path) -> int:
    """Save an item exactly as it arrived in a file that is not there yet, for its owner only; return its size.

    Raises NotFoundError, UsageError for a file that is there, OmniDeskError where it cannot be written."""
    content = raw(workspace, item_id)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(_("{path} is there already: give another name").format(path=path)) from None
    except OSError as error:
        raise OmniDeskError(_("{path} cannot be written: {why}").format(path=path, why=error.strerror)) from error
    return len(content)


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
