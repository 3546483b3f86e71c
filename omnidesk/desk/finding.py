"""Search within one conversation: every message that holds the words as they are typed, folded text included."""

from __future__ import annotations

from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line

MOST = 5_000
"""Messages with a hit that are remembered."""


def needle(said: str) -> str:
    """Return what was typed in the form that texts are searched for: one line, in lower case."""
    return one_line(said, 200).lower()


def messages_with(workspace: Workspace, number: int, said: str) -> list[tuple[int, int]]:
    """Return the keys (at, id) of the messages of a conversation that hold a text, oldest first.

    Reads the conversation's messages along message_thread; what is asked for is compared letter by letter."""
    wanted = needle(said)
    if not wanted:
        return []
    found = []
    reader = workspace.database.reader
    for at, message_id, text in reader.execute(
        "SELECT at, id, text FROM message WHERE conversation_id = ? ORDER BY at, id", (number,)
    ):
        if wanted in text.lower():
            found.append((at, message_id))
            if len(found) >= MOST:
                break
    return found
