"""What statistics read: who said something when, in conversations where a customer or an agent spoke in a period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from omnidesk.store import ids
from omnidesk.store.database import Connection

COUNTED = (
    "m.direction IN ('inbound', 'outbound') AND m.auto IS NULL AND m.aside_id IS NULL "
    "AND m.status NOT IN ('failed', 'cancelled', 'draft')"
)
"""The messages that statistics see: no notes, nothing automatic, no asides, nothing that did not go out."""


@dataclass(frozen=True, slots=True)
class Head:
    """One message without its words. `conversation` is where it is now, `open` whether that is not closed."""

    conversation: int
    at: int
    inbound: bool
    history: bool
    channel: str
    author_id: int | None
    owner_id: int | None
    open: bool


def heads(connection: Connection, since: int, until: int) -> Iterator[Head]:
    """Yield the messages of each conversation that has one between two times (UTC ms), conversation by conversation,
    each in its order. The period rides on message_search, whose ids are made from `at`; the rest of the conversations
    on message_thread. Spam and what was deleted is left out. What is logged by hand has its kind for a channel."""
    found = connection.execute(
        f"""
        SELECT m.conversation_id, m.at, m.direction = 'inbound', m.history,
            CASE WHEN channel.kind = 'desk' THEN m.kind ELSE channel.name END, m.author_id, c.owner_id,
            c.status <> 'closed'
        FROM (SELECT DISTINCT conversation_id AS number FROM message WHERE search_id >= ? AND search_id < ?) AS spoken
        CROSS JOIN conversation c ON c.id = number AND c.place = 'desk'
        CROSS JOIN message m ON m.conversation_id = c.id
        LEFT JOIN channel ON channel.id = m.channel_id
        WHERE {COUNTED} ORDER BY c.id, m.at, m.id
        """,
        (ids.search_id(since, 0), ids.search_id(until, 0)),
    )
    for row in found:
        yield Head(row[0], row[1], bool(row[2]), bool(row[3]), row[4] or "?", row[5], row[6], bool(row[7]))


def agents(connection: Connection) -> dict[int, str]:
    """Return the logins of all agents by id."""
    return {row[0]: row[1] for row in connection.all("SELECT id, login FROM agent")}


def tags(connection: Connection, conversation: int) -> tuple[str, ...]:
    """Return the tags of a conversation; rides on the primary key of conversation_tag."""
    found = connection.all(
        "SELECT tag.name FROM conversation_tag t JOIN tag ON tag.id = t.tag_id WHERE t.conversation_id = ? "
        "ORDER BY tag.name",
        (conversation,),
    )
    return tuple(row[0] for row in found)
