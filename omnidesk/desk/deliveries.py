"""What we learn of our own messages: bounces, delivery reports, and proof that one was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors.base import Decoded, Delivery
from omnidesk.desk import conversations, notifications, threading
from omnidesk.desk.acts import Act
from omnidesk.store.ids import first_id
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
LATEST = 7 * clock.DAY
"""How long after a message a report that names only its recipient may come."""
MOST_LOOKED_AT = 1000
_CAME_BACK = "came back: "
_ABOUT_THE_MAIL = ("5.2.3", "5.3.4", "5.6.")
"""Enhanced status codes (RFC 3463) that speak of a mail too large or of its content, not of the address."""
_TROUBLE = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about: a message of ours, its conversation, and the aside in it whose message did not arrive."""

    message: int
    conversation: int
    aside: int | None


Early = Callable[[Delivery], None]
"""Is given a report about a message that we do not know by this name."""


def apply(act: Act, decoded: Decoded, channel_id: int, proven: bool = True, early: Early | None = None) -> About | None:
    """Apply what a message reports of ours; return what it is about, or None.

    A message that answers one of ours proves that ours was sent. What is not `proven` to come from its sender makes no
    address undeliverable. `early` is given reports about ids of the channel that nobody bears yet."""
    for value in threading.named(decoded):
        ours = act.tx.value("SELECT id FROM message WHERE external_id = ? AND uuid IS NOT NULL", (value,))
        if ours is not None:
            proven_sent(act, ours)
    about: About | None = None
    for delivery in decoded.deliveries:
        if delivery.until:
            _advance_thread(act, channel_id, delivery)
            continue
        row = _ours(act, channel_id, delivery, threading.named(decoded))
        if row is not None:
            about = report(act, delivery, row["id"], proven)
        elif early is not None and not delivery.key:
            early(delivery)
    return about


def _advance_thread(act: Act, channel_id: int, delivery: Delivery) -> None:
    """Bring forward all that we said in a thread of the channel up to a time; rides on message_reference_value."""
    rows = act.tx.all(
        "SELECT m.id FROM message_reference r JOIN message m ON m.id = r.message_id WHERE r.value = ? "
        "AND m.channel_id = ? AND m.direction = 'outbound' AND m.status IN ('sent', 'delivered') AND m.sent_at <= ?",
        (threading.thread_key(delivery.thread), channel_id, delivery.until),
    )
    for row in rows:
        advance(act, row["id"], MessageStatus(delivery.status))


def report(act: Act, delivery: Delivery, message_id: int, proven: bool) -> About:
    """Apply one report to the message of ours that it is about."""
    row = act.tx.one("SELECT conversation_id, aside_id FROM message WHERE id = ?", (message_id,))
    assert row is not None
    about = About(message_id, conversations.current(act.tx, row["conversation_id"]), row["aside_id"])
    _apply(act, delivery, message_id, about.conversation, proven)
    return about


def _ours(act: Act, channel_id: int, delivery: Delivery, named: Sequence[str]) -> Any | None:
    """Return the message that a report is about: by our UUID, its Message-ID or what the provider calls it, where the
    report names none of them by what it answers, else the newest that went to the address that failed."""
    for where, value in (("uuid", delivery.key), ("external_id", delivery.external_id)):
        if value:
            row = act.tx.one(f"SELECT id FROM message WHERE {where} = ? AND uuid IS NOT NULL", (value,))
            if row is not None:
                return row
    if delivery.external_id:
        row = act.tx.one(
            "SELECT m.id FROM provider_id p JOIN message m ON m.id = p.message_id "
            "WHERE p.channel_id = ? AND p.value = ?",
            (channel_id, delivery.external_id),
        )
        if row is not None:
            return row
    for value in () if delivery.external_id else named:
        row = act.tx.one("SELECT id FROM message WHERE external_id = ? AND uuid IS NOT NULL", (value,))
        if row is not None:
            return row
    if delivery.key or delivery.external_id or not delivery.recipient:
        return None
    rows = act.tx.all(
        "SELECT m.id FROM outbox o JOIN message m ON m.id = o.message_id "
        "WHERE o.state IN ('sent', 'unknown') AND o.message_id >= ? AND m.at >= ? ORDER BY o.message_id DESC LIMIT ?",
        (first_id(act.at - LATEST), act.at - LATEST, MOST_LOOKED_AT),
    )
    return next((row for row in rows if _was_sent_to(act, row["id"], delivery.recipient)), None)


def _apply(act: Act, delivery: Delivery, message_id: int, number: int, proven: bool) -> None:
    if delivery.status == "failed":
        _failed(act, delivery, message_id)
        lasting = delivery.permanent and not delivery.code.startswith(_ABOUT_THE_MAIL)
        if proven and lasting and delivery.recipient and _was_sent_to(act, message_id, delivery.recipient):
            value = normalise_identity("email", delivery.recipient)
            row = act.tx.one("SELECT id, customer_id FROM identity WHERE kind = 'email' AND value = ?", (value,))
            if row is not None:
                act.change_row(
                    "undeliverable", "identity", row["id"], {"deliverable": False}, number, row["customer_id"]
                )
    elif delivery.status == "delayed":
        proven_sent(act, message_id)
        act.event("delayed", number, message=message_id)
    else:
        advance(act, message_id, MessageStatus(delivery.status))


def _failed(act: Act, delivery: Delivery, message_id: int) -> None:
    """Mark a message as come back; of several recipients each is named with its own reason."""
    said = one_line(delivery.detail, 300) or "the recipient's server refused it"
    row = act.tx.one("SELECT status, error FROM message WHERE id = ?", (message_id,))
    if row is not None and row["status"] == MessageStatus.FAILED and str(row["error"] or "").startswith(_CAME_BACK):
        more = f"{delivery.recipient}: {said}"
        if said not in row["error"] or delivery.recipient not in row["error"]:
            error = one_line(f"{row['error']}; {more}", 1000)
            for table, key in (("message", "id"), ("outbox", "message_id")):
                act.tx.execute(f"UPDATE {table} SET error = ? WHERE {key} = ?", (error, message_id))
        return
    set_status(act, message_id, MessageStatus.FAILED, f"{_CAME_BACK}{said}")


def came_back(status: str, error: str | None) -> bool:
    """Say whether a report told that a message did not arrive."""
    return status == MessageStatus.FAILED and str(error or "").startswith(_CAME_BACK)


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
