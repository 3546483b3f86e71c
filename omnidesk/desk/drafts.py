"""Drafts: what an agent is writing, one a conversation, agent and sort (reply or note)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from omnidesk import clock
from omnidesk.store.database import Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.words.rows import Actor


@dataclass(frozen=True, slots=True)
class Draft:
    """A text not yet sent; `began_at` is when writing began (UTC ms), `key` becomes the message's UUID."""

    key: str
    conversation_id: int
    sort: str
    text: str
    began_at: int
    updated_at: int


def save(workspace: Workspace, actor: Actor, number: int, sort: str, text: str) -> None:
    """Keep what is written so far; an empty text drops the draft."""
    if actor.agent_id is None:
        return
    agent_id = actor.agent_id
    if text.strip():
        workspace.database.write(lambda tx: put(tx, number, agent_id, sort, text, clock.now()))
    else:
        drop(workspace, actor, number, sort)


def put(tx: Transaction, number: int, agent_id: int, sort: str, text: str, at: int) -> None:
    """Keep a draft within a transaction under way."""
    tx.execute(
        "INSERT INTO draft (uuid, conversation_id, agent_id, sort, text, began_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (conversation_id, agent_id, sort) DO UPDATE SET text = excluded.text, "
        "updated_at = excluded.updated_at",
        (str(uuid.uuid4()), number, agent_id, sort, text, at, at),
    )


def give_back(tx: Transaction, number: int, agent_id: int, text: str, at: int) -> None:
    """Make a text that was on its way a draft again, ahead of what the agent began to write meanwhile."""
    begun = tx.value(
        "SELECT text FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = 'reply'", (number, agent_id)
    )
    put(tx, number, agent_id, "reply", f"{text}\n\n{begun}" if begun else text, at)


def get(workspace: Workspace, actor: Actor, number: int, sort: str) -> Draft | None:
    """Return the draft, or None."""
    row = workspace.database.reader.one(
        "SELECT * FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = ?", (number, actor.agent_id, sort)
    )
    if row is None:
        return None
    return Draft(row["uuid"], number, sort, row["text"], row["began_at"], row["updated_at"])


def drop(workspace: Workspace, actor: Actor, number: int, sort: str) -> None:
    """Forget a draft."""
    workspace.database.write(lambda tx: remove(tx, number, actor.agent_id, sort))


def remove(tx: Transaction, number: int, agent_id: int | None, sort: str) -> None:
    """Forget a draft within a transaction under way."""
    tx.execute("DELETE FROM draft WHERE conversation_id = ? AND agent_id = ? AND sort = ?", (number, agent_id, sort))
