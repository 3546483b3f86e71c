"""What we learn of our own messages: bounces, delivery reports, and proof that one was sent."""

from __future__ import annotations

import json

from omnidesk import clock
from omnidesk.connectors.base import Decoded, Delivery
from omnidesk.desk import conversations, notifications, threading
from omnidesk.desk.acts import Act
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import MessageStatus, NewsKind

_FORWARD = (
    MessageStatus.QUEUED,
    MessageStatus.SENDING,
    MessageStatus.UNKNOWN,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
)
_TROUBLE = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


def apply(act: Act, decoded: Decoded) -> int | None:
    """Apply what a message reports of ours; return the conversation it is about, or None.

    A message that answers one of ours proves that ours was sent."""
    for value in threading.named(decoded):
        ours = act.tx.value("SELECT id FROM message WHERE external_id = ? AND uuid IS NOT NULL", (value,))
        if ours is not None:
            proven_sent(act, ours)
    about: int | None = None
    for delivery in decoded.deliveries:
        row = act.tx.one(
            "SELECT id, conversation_id FROM message WHERE uuid IS NOT NULL "
            "AND ((uuid = ? AND ? <> '') OR (external_id = ? AND ? <> '')) LIMIT 1",
            (delivery.key, delivery.key, delivery.external_id, delivery.external_id),
        )
        if row is not None:
            about = conversations.current(act.tx, row["conversation_id"])
            _apply(act, delivery, row["id"], about)
    return about


def _apply(act: Act, delivery: Delivery, message_id: int, number: int) -> None:
    if delivery.status == "failed" and delivery.permanent:
        error = one_line(delivery.detail, 300) or "the recipient's server refused it"
        set_status(act, message_id, MessageStatus.FAILED, f"came back: {error}")
        if delivery.recipient and _was_sent_to(act, message_id, delivery.recipient):
            value = normalise_identity("email", delivery.recipient)
            row = act.tx.one("SELECT id, customer_id FROM identity WHERE kind = 'email' AND value = ?", (value,))
            if row is not None:
                act.change_row(
                    "undeliverable", "identity", row["id"], {"deliverable": False}, number, row["customer_id"]
                )
    elif delivery.status == "delayed" or delivery.status == "failed":
        proven_sent(act, message_id)
        act.event("delayed", number, message=message_id)
    else:
        advance(act, message_id, MessageStatus(delivery.status))


def _was_sent_to(act: Act, message_id: int, address: str) -> bool:
    """Say whether a message went to an address: a forged report must not make somebody else unreachable."""
    said = json.loads(act.tx.value("SELECT recipients_json FROM message WHERE id = ?", (message_id,)) or "{}")
    recipients = {normalise_identity("email", pair[1]) for some in said.values() for pair in some}
    return normalise_identity("email", address) in recipients


def proven_sent(act: Act, message_id: int) -> None:
    """Take note that a message of ours was sent, whatever we thought of it."""
    advance(act, message_id, MessageStatus.SENT)


def advance(act: Act, message_id: int, status: MessageStatus, error: str | None = None) -> None:
    """Bring a message of ours forward; reports that come late never bring it back."""
    row = act.tx.one("SELECT status, uuid FROM message WHERE id = ?", (message_id,))
    if row is None or row["uuid"] is None:
        return
    now = MessageStatus(row["status"])
    if now in _FORWARD and status in _FORWARD and _FORWARD.index(now) < _FORWARD.index(status):
        set_status(act, message_id, status, error)


def set_status(act: Act, message_id: int, status: MessageStatus, error: str | None) -> None:
    """Set the state of a message of ours, in the outbox and in the thread, and what its conversation shows of it."""
    row = act.tx.one("SELECT status, error, conversation_id FROM message WHERE id = ?", (message_id,))
    if row is None or row["status"] == status:
        return
    act.tx.execute("UPDATE message SET status = ?, error = ? WHERE id = ?", (status, error, message_id))
    act.tx.execute(
        "UPDATE outbox SET state = ?, error = ?, committing = ?, dismissed_at = NULL WHERE message_id = ?",
        (status, error, False, message_id),
    )
    if status is MessageStatus.SENT:
        act.tx.execute("UPDATE message SET sent_at = coalesce(sent_at, ?) WHERE id = ?", (clock.now(), message_id))
    act.event(
        "delivery",
        row["conversation_id"],
        message=message_id,
        before={"message.status": row["status"], **({"message.error": row["error"]} if row["error"] else {})},
        after={"message.status": status},
    )
    if row["status"] in (*_TROUBLE, MessageStatus.QUEUED):
        notifications.send_settled(act.tx, message_id)
    if status in _TROUBLE:
        notifications.send_ended(act, message_id, row["conversation_id"], NewsKind(status), error)
        _make_work_of_sender(act, message_id, row["conversation_id"])
    conversations.recount(act.tx, row["conversation_id"])


def _make_work_of_sender(act: Act, message_id: int, number: int) -> None:
    """A send that failed is work; where nobody owns the conversation, whoever wrote it does from now on."""
    sender = act.tx.value("SELECT agent_id FROM outbox WHERE message_id = ?", (message_id,))
    owner = act.tx.value("SELECT owner_id FROM conversation WHERE id = ?", (number,))
    if owner is None and sender is not None:
        act.change("assigned", number, owner_id=sender)
