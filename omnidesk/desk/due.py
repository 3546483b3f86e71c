"""When a conversation is due, and with that its place in the queue.

The earliest of: the target of the oldest unanswered customer message, the end of its reply window, a promise, a wake
time. Until service levels exist the targets are minutes by kind of channel, halved for urgent conversations and
counted in opening hours.
"""

from __future__ import annotations

from omnidesk.connectors import registry
from omnidesk.desk import hours, rules, settings
from omnidesk.store.database import Transaction
from omnidesk.store.queue import NEVER
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import DueReason, Priority, Status

LOGGED_MINUTES = {"call": 30.0}
OTHER_MINUTES = 60.0


def target_minutes(kind: str, priority: str) -> float:
    """Return how many minutes an unanswered message of this kind may wait: the manifest says it, or the list above."""
    try:
        minutes = float(registry.manifest(kind).target_minutes)
    except NotFoundError:
        minutes = LOGGED_MINUTES.get(kind, OTHER_MINUTES)
    return minutes / 2 if priority == Priority.URGENT else minutes


def _window_shuts(tx: Transaction, conversation: int) -> int | None:
    """Return when the customer's last message can no longer be answered where it came (UTC ms), or None."""
    row = tx.one(
        "SELECT kind, at FROM message WHERE conversation_id = ? AND direction = 'inbound' ORDER BY at DESC, id DESC "
        "LIMIT 1",
        (conversation,),
    )
    try:
        window = registry.manifest(row["kind"]).reply_window if row is not None else None
    except NotFoundError:
        return None
    return None if row is None or window is None else rules.window_shuts(window, row["at"])


def refresh(tx: Transaction, conversation: int) -> None:
    """Work out `next_due_at`, its reason and the place in the queue anew."""
    row = tx.one(
        "SELECT status, priority, waiting_since, snoozed_until, promised_at, last_message_at, last_kind, due_reason, "
        "next_due_at, queue_due, queue_waiting FROM conversation WHERE id = ?",
        (conversation,),
    )
    if row is None:
        return
    due: list[tuple[int, DueReason]] = []
    if row["status"] != Status.CLOSED:
        if row["waiting_since"] is not None and row["status"] == Status.OPEN:
            kind = tx.value(
                "SELECT kind FROM message WHERE conversation_id = ? AND at = ? AND direction = 'inbound'",
                (conversation, row["waiting_since"]),
            )
            calendar = hours.parse(settings.read(tx).opening_hours)
            minutes = target_minutes(kind or row["last_kind"], row["priority"])
            due.append((hours.later(calendar, row["waiting_since"], minutes), DueReason.ANSWER))
            if (shuts_at := _window_shuts(tx, conversation)) is not None:
                due.append((shuts_at, DueReason.WINDOW))
        if row["promised_at"] is not None:
            due.append((row["promised_at"], DueReason.PROMISE))
        if row["snoozed_until"] is not None:
            due.append((row["snoozed_until"], DueReason.WAKE))
    at, reason = min(due, default=(None, None))
    waiting = row["waiting_since"] if row["waiting_since"] is not None else row["last_message_at"]
    place = (NEVER if at is None else at, waiting)
    if (at, reason, *place) != (row["next_due_at"], row["due_reason"], row["queue_due"], row["queue_waiting"]):
        tx.execute(
            "UPDATE conversation SET next_due_at = ?, due_reason = ?, queue_due = ?, queue_waiting = ? WHERE id = ?",
            (at, reason, *place, conversation),
        )
