"""The closed vocabularies of the desk; each value is what is stored, printed and typed."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a conversation stands."""

    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on-hold"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Priority(StrEnum):
    """How much a conversation matters."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Sort(StrEnum):
    """What stands first in a view."""

    DUE = "due"
    NEWEST = "newest"
    WAITING = "waiting"
    PRIORITY = "priority"


class Place(StrEnum):
    """Which heap a conversation lies on: the desk itself, spam, deleted, or within another one."""

    DESK = "desk"
    SPAM = "spam"
    DELETED = "deleted"
    MERGED = "merged"


class Direction(StrEnum):
    """Who a message goes to: us, the customer, or only the team."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class AuthorKind(StrEnum):
    """Who wrote a message."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class MessageStatus(StrEnum):
    """How far a message came; all but `received` and `draft` are states of the outbox."""

    RECEIVED = "received"
    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Auto(StrEnum):
    """Why a message counts as written by a machine (RFC 3834)."""

    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    FEEDBACK = "feedback"
    LOOP = "loop"


class Auth(StrEnum):
    """What our own mail server found of the sender's domain (RFC 8601)."""

    PASS = "pass"
    FAIL = "fail"
    NONE = "none"


class Likeness(StrEnum):
    """What speaks for it that two customers are one person."""

    NAMED = "named"
    """One wrote the other's address as theirs."""
    NAME = "name"
    """They have one name, at one company."""
    ORDER = "order"
    """They named one order number."""


class Health(StrEnum):
    """How a channel does."""

    OK = "ok"
    RETRYING = "retrying"
    NEEDS_LOGIN = "needs_login"
    DOWN = "down"
    OFF = "off"


class AgentState(StrEnum):
    """Whether an agent takes work."""

    AVAILABLE = "available"
    NO_CHATS = "no-chats"
    AWAY = "away"


class DueReason(StrEnum):
    """Why a conversation is due."""

    ANSWER = "answer"
    WINDOW = "window"
    PROMISE = "promise"
    WAKE = "wake"


class NewsKind(StrEnum):
    """Why an agent is told of something; the last three are so now and have no row."""

    MENTION = "mention"
    ANSWER = "answer"
    ASSIGNED = "assigned"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    OVERDUE = "overdue"
    CHANNEL = "channel"
    CHAT = "chat"


DESK_KINDS = ("note", "call", "visit", "letter", "video")
"""What is logged by hand on the built-in channel `desk`."""
