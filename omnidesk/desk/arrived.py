"""What became of something that came in, for whoever brought it and waits."""

from __future__ import annotations

from omnidesk.store.workspace import Workspace


def conversation(workspace: Workspace, channel_id: int, source_id: str) -> int | None:
    """Return the conversation in which an item was filed, None while it is not; rides on receipt's unique
    (channel_id, source_id)."""
    found = workspace.database.reader.value(
        "SELECT m.conversation_id FROM receipt r JOIN message m ON m.id = r.message_id "
        "WHERE r.channel_id = ? AND r.source_id = ?",
        (channel_id, source_id),
    )
    return None if found is None else int(found)
