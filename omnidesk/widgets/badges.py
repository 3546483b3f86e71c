"""Short names: of channel kinds, views and message states, as the queue and the thread show them."""

from __future__ import annotations

from omnidesk.words import badges
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.speech import _

VIEWS = {
    "mine": "Mine",
    "unassigned": "Unassigned",
    "open": "Open",
    "pending": "Pending",
    "on-hold": "On-hold",
    "snoozed": "Snoozed",
    "undelivered": "Undelivered",
    "spam": "Spam",
    "deleted": "Deleted",
    "closed": "Closed",
    "all": "All",
}
"""The built-in views as the header writes them, in its order."""

_STATES = {
    MessageStatus.DRAFT: "draft",
    MessageStatus.QUEUED: "queued",
    MessageStatus.SENDING: "sending",
    MessageStatus.SENT: "sent",
    MessageStatus.DELIVERED: "delivered",
    MessageStatus.READ: "read",
    MessageStatus.FAILED: "NOT SENT",
    MessageStatus.UNKNOWN: "SENT? unknown",
    MessageStatus.CANCELLED: "taken back",
}


def kind(name: str) -> str:
    """Return a channel kind in at most four columns; a sample kind looks like what it plays."""
    return badges.of(name)


def state(status: MessageStatus) -> str:
    """Return how far an outgoing message came, in words; "" for one that was received."""
    return _(_STATES.get(status, ""))
