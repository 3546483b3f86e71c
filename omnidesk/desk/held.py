"""Answers that wait until the customer writes: a template went in their place, since the reply window had closed.

A conversation has at most one. It is ready once the window is open again; whatever else goes to the customer by an
answer takes its place. One of a conversation that was merged into another waits there.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import rules
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Enclosure, Held

FOUND = (
    "SELECT h.*, channel.name AS channel, channel.kind, channel.enabled, agent.login FROM held_answer h "
    "JOIN conversation c ON c.id = h.conversation_id JOIN channel ON channel.id = h.channel_id "
    "LEFT JOIN agent ON agent.id = h.agent_id WHERE h.conversation_id = ? OR c.merged_into = ? "
    "ORDER BY h.conversation_id = ? DESC, h.at DESC LIMIT 1"
)


def of(workspace: Workspace, number: int) -> Held | None:
    """Return the answer that waits in a conversation, or None."""
    return _of(workspace.database.reader, number)


def _of(connection: Connection, number: int) -> Held | None:
    row = connection.one(FOUND, (number, number, number))
    if row is None:
        return None
    files = tuple(Enclosure(*one) for one in json.loads(row["files_json"]))
    return Held(
        row["conversation_id"], row["channel"], row["text"], files, row["login"] or "", row["at"],
        bool(row["enabled"]) and _open(connection, number, row),
    )  # fmt: skip


def _open(connection: Connection, number: int, row: Any) -> bool:
    """Say whether an answer may go freely by the channel of one that waits."""
    from omnidesk.desk.planning import last_inbound_at  # the console reads threads before it has loaded all that

    try:
        window = registry.manifest(row["kind"]).reply_window
    except NotFoundError:
        return False
    last = last_inbound_at(connection, number, row["channel_id"])
    return window is None or (last is not None and clock.now() <= rules.window_shuts(window, last))


def put(
    tx: Transaction, number: int, channel_id: int, agent_id: int | None, message_id: int, text: str,
    files: Sequence[Enclosure], at: int,
) -> None:  # fmt: skip
    """Let an answer wait in place of what waited there, within a transaction under way."""
    tx.execute("DELETE FROM held_answer WHERE conversation_id = ?", (number,))
    tx.insert(
        "held_answer",
        conversation_id=number,
        channel_id=channel_id,
        agent_id=agent_id,
        message_id=message_id,
        text=text,
        files_json=json.dumps([[file.name, file.size, file.source] for file in files], ensure_ascii=False),
        at=at,
    )


def drop(tx: Transaction, number: int) -> None:
    """Let nothing wait any more, within a transaction under way."""
    tx.execute(
        "DELETE FROM held_answer WHERE conversation_id IN (SELECT h.conversation_id FROM held_answer h CROSS JOIN "
        "conversation c ON c.id = h.conversation_id WHERE c.id = ? OR c.merged_into = ?)",
        (number, number),
    )
