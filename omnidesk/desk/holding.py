"""What waited long is held for its agent when anything was said in the conversation since (promise 12).

A held message is work like one that failed: it stands in `undelivered` until its agent sends it all the same or
drops it. What was said before the agent last decided is no reason to hold it again."""

from __future__ import annotations

import json
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import deliveries
from omnidesk.desk.acts import Act
from omnidesk.store.database import Connection
from omnidesk.store.people import HELD
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import MessageStatus

LONG = clock.HOUR


def hold(act: Act, row: Any) -> bool:
    """Hold a queued message (a row of the outbox) where it waited long and something was said since; say whether.

    A machine's mail, asides and notes are no reason; nor is anything for a message that may have been handed over."""
    by = _said_since(act.tx, row, act.at)
    if by is None:
        return False
    words = f"{HELD}{one_line(by, 60) or 'somebody'} wrote since; read it, then send this or drop it"
    deliveries.set_status(act, row["message_id"], MessageStatus.FAILED, words)
    return True


def said_meanwhile(workspace: Workspace, message_id: int) -> str | None:
    """Return who said something since a queued message was written, where it waited so long that it will be held."""

    reader = workspace.database.reader
    row = reader.one("SELECT * FROM outbox WHERE message_id = ?", (message_id,))
    return None if row is None else _said_since(reader, row, clock.now())


def decided(act: Act, message_id: int) -> None:
    """Take note that an agent wants a message to go, knowing what was said until now."""
    said = act.tx.value("SELECT outgoing_json FROM outbox WHERE message_id = ?", (message_id,))
    outgoing = json.loads(said or "{}") | {"decided_at": act.at}
    act.tx.execute("UPDATE outbox SET outgoing_json = ? WHERE message_id = ?", (json.dumps(outgoing), message_id))


def _said_since(connection: Connection, row: Any, now: int) -> str | None:
    since = max(row["created_at"], int(json.loads(row["outgoing_json"]).get("decided_at", 0)))
    if now - since <= LONG:
        return None
    kind = connection.value("SELECT kind FROM channel WHERE id = ?", (row["channel_id"],))
    if row["attempts"] and registry.manifest(kind).idempotency == "key":
        return None
    found = connection.one(
        "SELECT coalesce(nullif(author_name, ''), from_address) FROM message "
        "WHERE conversation_id = ? AND id <> ? AND aside_id IS NULL AND auto IS NULL AND NOT history AND at > ? "
        "AND direction IN ('inbound', 'outbound') AND status NOT IN ('cancelled', 'draft', 'failed', 'queued') "
        "ORDER BY at DESC, id DESC LIMIT 1",
        (row["conversation_id"], row["message_id"], since),
    )
    return None if found is None else str(found[0])
