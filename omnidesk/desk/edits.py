"""Messages whose author changed them later: the text is replaced, and what was said before stays in its raw item.

An edit by anybody but the author is a message of its own, and so is one of a message that nobody knows here. It makes
its conversation unread, since the customer may have said something else now, but nobody waits longer for it.
"""

from __future__ import annotations

from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Decoded
from omnidesk.desk import indexing
from omnidesk.desk.batch import Arrival, Batch
from omnidesk.desk.contents import Kept
from omnidesk.store import search
from omnidesk.words.kinds import Auth, Direction


def edited(batch: Batch, arrival: Arrival, decoded: Decoded, ours: bool) -> Any | None:
    """Return the row of the message that this one edits, None where there is none or its author is another."""
    if not decoded.edits or decoded.auth is Auth.FAIL:
        return None
    row = batch.tx.one(  # rides on message_external, or on the key of provider_id
        "SELECT * FROM message WHERE channel_id = ? AND external_id = ? ORDER BY id DESC LIMIT 1",
        (arrival.channel_id, decoded.edits),
    ) or batch.tx.one(
        "SELECT m.* FROM provider_id p JOIN message m ON m.id = p.message_id WHERE p.channel_id = ? AND p.value = ?",
        (arrival.channel_id, decoded.edits),
    )
    if row is None or (row["direction"] == Direction.OUTBOUND) != ours or row["direction"] == Direction.INTERNAL:
        return None
    author = None if decoded.sender is None or ours else batch.people.stored(decoded.sender)
    return row if author == row["identity_id"] else None


def apply(batch: Batch, arrival: Arrival, kept: Kept, row: Any) -> bool:
    """Replace the text of a message by what its author says now; False where it says so already, or said so before
    what they said last."""
    act, tx, decoded = batch.act, batch.tx, kept.message
    at = min(arrival.item.received_at, clock.now())
    tx.later("UPDATE receipt SET message_id = ? WHERE id = ?", (row["id"], arrival.raw_id))
    late = row["edited_at"] is not None and row["edited_at"] > at
    subject = decoded.subject or row["subject"]
    number = batch.conversations.current(row["conversation_id"])
    if late or (decoded.text, subject) == (row["text"], row["subject"]):
        act.event("received_again", number, message=row["id"], after={"channel": arrival.channel_id})
        return False
    batch.make_findable()
    before = indexing.stored_entry(tx, row)
    reply_text = None if decoded.reply_text == decoded.text else decoded.reply_text
    tx.execute(
        "UPDATE message SET text = ?, reply_text = ?, subject = ?, edited_at = ? WHERE id = ?",
        (decoded.text, reply_text, subject, at, row["id"]),
    )
    search.remove(tx, row["search_id"], before)
    search.add(tx, row["search_id"], indexing.stored_entry(tx, {**dict(row), "text": decoded.text, "subject": subject}))
    act.event("edited", number, row["customer_id"], row["id"], after={"raw_item": arrival.raw_id})
    one = batch.conversations.existing(number)
    batch.conversations.recount(number)
    if row["direction"] == Direction.INBOUND and not (one.backlog or row["history"]):
        one.unread = True
        batch.conversations.touch(one)
    return True
