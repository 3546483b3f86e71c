"""When a conversation is due, and with that its place in the queue.

The earliest of: the target of the oldest unanswered customer message, the end of its reply window, a promise, a wake
time. Until service levels exist the targets are minutes by kind of channel, counted in opening hours; halved for urgent
conversations, and for customers who asked again elsewhere because nobody answered.
"""

from __future__ import annotations

from omnidesk.connectors import registry
from omnidesk.desk import hours, rules, settings, standing
from omnidesk.desk.standing import Standing
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.queue import NEVER
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import DueReason, Priority, Status

LOGGED_MINUTES = {"call": 30.0, "video": 30.0, "letter": 480.0}
OTHER_MINUTES = 60.0


def target_minutes(kind: str, priority: str) -> float:
    """Return how many minutes an unanswered message of this kind may wait: the manifest says it, or the list above."""
    try:
        minutes = float(registry.manifest(kind).target_minutes)
    except NotFoundError:
        minutes = LOGGED_MINUTES.get(kind, OTHER_MINUTES)
    return minutes / 2 if priority == Priority.URGENT else minutes


class Policy:
    """The opening hours, read once where anything asks for them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read = False
        self._hours: hours.Hours | None = None

    @property
    def hours(self) -> hours.Hours | None:
        """The calendar that targets are counted in; None is always."""
        if not self._read:
            self._hours, self._read = hours.parse(settings.read(self._connection).opening_hours), True
        return self._hours


def put(one: Standing, waiting: tuple[int, str] | None, last_inbound: tuple[int, str] | None, policy: Policy) -> None:
    """Work out `next_due_at`, its reason and the place in the queue of a conversation as it stands.

    `waiting` says by which kind of channel what waits since `waiting_since` came, `last_inbound` when and by which
    kind the customer wrote last; both are asked for only where the conversation is open and waits."""
    due: list[tuple[int, DueReason]] = []
    if one.status != Status.CLOSED:
        if waits(one):
            assert one.waiting_since is not None
            kind = one.last_kind if waiting is None else waiting[1]
            minutes = target_minutes(kind, one.priority) / (2 if one.repeats else 1)
            due.append((hours.later(policy.hours, one.waiting_since, minutes), DueReason.ANSWER))
            if (shuts_at := _window_shuts(last_inbound)) is not None:
                due.append((shuts_at, DueReason.WINDOW))
        if one.promised_at is not None:
            due.append((one.promised_at, DueReason.PROMISE))
        if one.snoozed_until is not None:
            due.append((one.snoozed_until, DueReason.WAKE))
    one.next_due_at, one.due_reason = min(due, default=(None, None))
    one.queue_due = NEVER if one.next_due_at is None else one.next_due_at
    one.queue_waiting = one.last_message_at if one.waiting_since is None else one.waiting_since


def waits(one: Standing) -> bool:
    """Say whether somebody waits for an answer of ours: then it matters by which kind of channel they wrote."""
    return one.waiting_since is not None and one.status == Status.OPEN


def has_window(kind: str) -> bool:
    """Say whether a kind of channel lets answers out for some time only."""
    return _window_shuts((0, kind)) is not None


def _window_shuts(last_inbound: tuple[int, str] | None) -> int | None:
    """Return when the customer's last message can no longer be answered where it came (UTC ms), or None."""
    if last_inbound is None:
        return None
    at, kind = last_inbound
    try:
        window = registry.manifest(kind).reply_window
    except NotFoundError:
        return None
    return None if window is None else rules.window_shuts(window, at)


def refresh(tx: Transaction, conversation: int) -> None:
    """Work out `next_due_at`, its reason and the place in the queue anew."""
    for one in standing.read(tx, [conversation]).values():
        before = _place(one)
        waiting = last_inbound = None
        if waits(one):
            waiting = tx.one(
                "SELECT at, kind FROM message WHERE conversation_id = ? AND at = ? AND direction = 'inbound'",
                (conversation, one.waiting_since),
            )
            last_inbound = tx.one(
                "SELECT at, kind FROM message WHERE conversation_id = ? AND direction = 'inbound' "
                "ORDER BY at DESC, id DESC LIMIT 1",
                (conversation,),
            )
        put(one, waiting, last_inbound, Policy(tx))
        if _place(one) != before:
            tx.execute(
                "UPDATE conversation SET next_due_at = ?, due_reason = ?, queue_due = ?, queue_waiting = ? "
                "WHERE id = ?",
                (*_place(one), conversation),
            )


def _place(one: Standing) -> tuple[int | None, str | None, int, int]:
    return one.next_due_at, one.due_reason, one.queue_due, one.queue_waiting
