"""A relay's log: what a public machine verified and keeps, numbered, until a desk elsewhere has fetched it.

The number is the place in the log: it is given in the transaction that keeps the item, and no writer overtakes
another there. What was fetched stays for a week, so that a desk restored from a backup can go back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Transaction
from omnidesk.store.workspace import Workspace

KEPT_FOR = 7 * clock.DAY
MOST = 100
"""Items that are fetched at once."""
MOST_BYTES = 8_000_000
"""After so many characters no further item is added to what is fetched at once."""


def keep(workspace: Workspace, channel_id: int, items: Sequence[Item]) -> int:
    """Append items to the log of a channel, each once; return how many were new. Raises DatabaseLostError and kin."""
    wanted = {item.source_id: item for item in items}

    def work(tx: Transaction) -> int:
        tx.execute("INSERT INTO counter (name, value) VALUES ('relay', 0) ON CONFLICT (name) DO NOTHING")
        last = int(
            tx.value("UPDATE counter SET value = value + ? WHERE name = 'relay' RETURNING value", (len(wanted),))
        )
        known = rows_in(
            tx,
            "SELECT source_id FROM relay_item WHERE channel_id = ? AND source_id IN ({})",
            list(wanted),
            (channel_id,),
        )
        seen = {row[0] for row in known}
        fresh = [item for source_id, item in wanted.items() if source_id not in seen]
        first, now = last - len(wanted) + 1, clock.now()
        tx.execute_many(
            "INSERT INTO relay_item (number, channel_id, source_id, item_json, kept_at) VALUES (?, ?, ?, ?, ?)",
            [(first + place, channel_id, item.source_id, _written(item), now) for place, item in enumerate(fresh)],
        )
        return len(fresh)

    return workspace.database.write(work)


def after(workspace: Workspace, channel_id: int, number: int) -> list[dict[str, Any]]:
    """Return what stands behind a number in a channel's log, oldest first, as `read` takes it; rides on
    relay_item_channel."""
    rows = workspace.database.reader.execute(
        "SELECT number, item_json FROM relay_item WHERE channel_id = ? AND number > ? ORDER BY number LIMIT ?",
        (channel_id, number, MOST),
    )
    found: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        found.append({"number": row[0], **json.loads(row[1])})
        size += len(row[1])
        if size > MOST_BYTES:
            break
    return found


def last(workspace: Workspace) -> int:
    """Return the last number that was given; one who knows a greater one read another log, and begins anew."""
    return int(workspace.database.reader.value("SELECT value FROM counter WHERE name = 'relay'") or 0)


def forget_old(workspace: Workspace) -> None:
    """Let go of what was kept long enough; rides on relay_item_kept."""
    before = clock.now() - KEPT_FOR
    if workspace.database.reader.value("SELECT 1 FROM relay_item WHERE kept_at < ? LIMIT 1", (before,)):
        workspace.database.write(lambda tx: tx.execute("DELETE FROM relay_item WHERE kept_at < ?", (before,)))


def _written(item: Item) -> str:
    said = {
        "source_id": item.source_id,
        "received_at": item.received_at,
        "media_type": item.media_type,
        "headers": dict(item.headers),
        "outbound": item.outbound,
        "junk": item.junk,
        "body": base64.b64encode(item.raw).decode(),
    }
    return json.dumps(said, separators=(",", ":"))


def read(said: dict[str, Any]) -> Item:
    """Return an item as a relay gave it. Raises ValueError where it is none."""
    try:
        return Item(
            source_id=str(said["source_id"]),
            raw=base64.b64decode(said["body"], validate=True),
            received_at=int(said["received_at"]),
            media_type=str(said["media_type"]),
            headers={str(name): str(value) for name, value in dict(said["headers"]).items()},
            outbound=said["outbound"] is True,
            junk=said.get("junk") is True,
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"no item of a relay: {error!r}") from error
