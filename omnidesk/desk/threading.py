"""The right thread, and why: to which conversation a message belongs.

Evidence in falling order: our own token, In-Reply-To, References, the channel's own thread id, a message that
named this one before it came. Never an equal subject.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from omnidesk.connectors.base import Decoded
from omnidesk.desk import conversations
from omnidesk.store.database import Connection, Transaction
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Place

MOST_REFERENCES = 100


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that a message belongs to, and the evidence. `parent_at` is when the message it answers came."""

    conversation: int
    reason: str
    parent_at: int | None = None


def named(decoded: Decoded) -> list[str]:
    """Return every message id that a message names, its parent first."""
    ids = [*reversed(decoded.in_reply_to), *reversed(decoded.references)]
    return [value for value in dict.fromkeys(ids) if value and value != decoded.external_id][:MOST_REFERENCES]


def find(tx: Transaction, decoded: Decoded, channel_id: int, participants: Iterable[int]) -> list[Found]:
    """Return the conversations that a message belongs to, the strongest evidence first.

    More than one means that it ties conversations together which were thought to be separate. A tie that rests on an
    id which only both name holds just where they share a participant (`participants` are identity ids).
    """
    found: dict[int, Found] = {}

    def add(number: int, reason: str, parent_at: int | None = None) -> None:
        now = conversations.current(tx, number)
        place = tx.value("SELECT place FROM conversation WHERE id = ?", (now,))
        if place != Place.DELETED:
            found.setdefault(now, Found(now, reason, parent_at))

    for token in decoded.tokens:
        number = tx.value("SELECT id FROM conversation WHERE token = ?", (token,))
        if number is not None:
            add(number, "our own token")
    names = named(decoded)
    parents = {decoded.in_reply_to[-1]} if decoded.in_reply_to else set()
    for value in names:
        row = tx.one("SELECT conversation_id, at, uuid FROM message WHERE external_id = ? LIMIT 1", (value,))
        if row is not None:
            how = "In-Reply-To" if value in parents else "References"
            add(row["conversation_id"], f"{how}, our own token" if row["uuid"] else how, row["at"])
    if decoded.thread:
        for row in tx.all(
            "SELECT m.conversation_id FROM message_reference r JOIN message m ON m.id = r.message_id "
            "WHERE r.value = ? AND m.channel_id = ? ORDER BY m.at DESC LIMIT 1",
            (thread_key(decoded.thread), channel_id),
        ):
            add(row[0], "the channel's thread")
    people = set(participants)
    for value, reason in [
        (decoded.external_id, "a later message that names it"),
        *((value, "a common parent") for value in names),
    ]:
        if value:
            for number in _naming(tx, value):
                if conversations.current(tx, number) not in found and people & set(takes_part(tx, number)):
                    add(number, reason)
    return list(found.values())


def thread_key(thread: str) -> str:
    """Return how a channel's own thread id is kept among the ids that messages name."""
    return f"thread:{one_line(thread, 500)}"


def takes_part(connection: Connection, number: int) -> list[int]:
    """Return the identities that take part in a conversation."""
    return [
        row[0] for row in connection.all("SELECT identity_id FROM participant WHERE conversation_id = ?", (number,))
    ]


def _naming(tx: Transaction, value: str) -> list[int]:
    rows = tx.all(
        "SELECT DISTINCT m.conversation_id FROM message_reference r JOIN message m ON m.id = r.message_id "
        "WHERE r.value = ? LIMIT 20",
        (value,),
    )
    return [row[0] for row in rows]
