"""What machines may do to each other: whether one of ours may answer, and how often an address may open a conversation
again. Two programs that answer each other must not go on for ever, whatever they say of themselves (RFC 3834)."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.store.database import Connection
from omnidesk.words.kinds import Direction
from omnidesk.words.speech import _

ANSWERS_TO_AN_ADDRESS, ANSWERS_IN_A_CONVERSATION = 4, 2
"""Automatic answers in a day: to one address, in whatever conversation, and in one conversation."""
REOPENINGS = 8
"""How often the mails of one address open a conversation again in a day; what comes then is kept, shown and unread."""


def objection(connection: Connection, answered: int, besides: int = 0) -> str | None:
    """Say why no machine of ours may answer a message now; None when one may. `besides` is the answer itself, where it
    is in the outbox already."""
    row = connection.one(
        "SELECT m.conversation_id, m.identity_id, m.direction, m.auto, m.no_auto_answer, m.unproven, m.aside_id, "
        "i.blocked_at FROM message m LEFT JOIN identity i ON i.id = m.identity_id WHERE m.id = ?",
        (answered,),
    )
    if row is None or row["direction"] != Direction.INBOUND or row["aside_id"] is not None:
        return _("no machine answers this: no customer wrote it")
    if row["auto"] is not None or row["no_auto_answer"] or row["unproven"]:
        return _("no machine answers this: it is automatic, sent to many, marked so, or its sender is not proven")
    if row["blocked_at"] is not None:
        return _("no machine answers this: its sender is blocked")
    since = clock.now() - clock.DAY
    answers = (
        "SELECT count(*) FROM message m WHERE m.direction = 'outbound' AND m.auto IS NOT NULL AND m.at > ? "
        "AND m.id <> ? AND m.status <> 'cancelled' AND "
    )
    here = int(connection.value(f"{answers} m.conversation_id = ?", (since, besides, row["conversation_id"])))
    there = int(
        connection.value(
            f"{answers} m.conversation_id IN (SELECT conversation_id FROM message WHERE identity_id = ? AND at > ?)",
            (since, besides, row["identity_id"], since - 30 * clock.DAY),
        )
    )
    if here >= ANSWERS_IN_A_CONVERSATION or there >= ANSWERS_TO_AN_ADDRESS:
        return _("no machine answers this: it was answered by one often enough today")
    return None


def may_reopen(connection: Connection, number: int, identity: int | None) -> bool:
    """Say whether a message of an identity may open its conversation again, or did so too often within a day."""
    if identity is None:
        return True
    found = connection.value(
        "SELECT count(*) FROM event e JOIN message m ON m.id = e.message_id WHERE e.conversation_id = ? "
        "AND e.kind = 'status' AND e.at > ? AND m.identity_id = ?",
        (number, clock.now() - clock.DAY, identity),
    )
    return int(found) < REOPENINGS
