"""Conversations, who takes part, tags."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big

OPEN = "place = 'desk' AND status <> 'closed'"


class Conversation(SQLModel, table=True):
    """One matter a customer raised. `queue_due` and `queue_waiting` are its place in a queue (never null)."""

    __table_args__ = (
        Index("conversation_queue", "place", "status", "queue_due", "queue_waiting", "id"),
        Index("conversation_owner", "place", "status", "owner_id", "queue_due", "queue_waiting", "id"),
        Index("conversation_newest", "place", "last_message_at", "id"),
        Index("conversation_status_newest", "place", "status", "last_message_at", "id"),
        Index("conversation_customer", "customer_id", "last_message_at"),
        Index("conversation_open", "customer_id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("conversation_token", "token"),
        Index("conversation_wake", "snoozed_until", sqlite_where=text("snoozed_until IS NOT NULL"),
              postgresql_where=text("snoozed_until IS NOT NULL")),
        Index("conversation_undelivered", "last_message_at", "id", sqlite_where=text("undelivered > 0"),
              postgresql_where=text("undelivered > 0")),
        Index("conversation_absent", "absent_owner_id", sqlite_where=text("absent_owner_id IS NOT NULL"),
              postgresql_where=text("absent_owner_id IS NOT NULL")),
        Index("conversation_deleted", "deleted_at", sqlite_where=text("deleted_at IS NOT NULL"),
              postgresql_where=text("deleted_at IS NOT NULL")),
        Index("conversation_unread", "last_message_at", "id", sqlite_where=text("unread"),
              postgresql_where=text("unread")),
        Index("conversation_priority", "priority", "last_message_at", "id", sqlite_where=text("priority <> 'normal'"),
              postgresql_where=text("priority <> 'normal'")),
        Index("conversation_team", "team_id", "last_message_at", "id", sqlite_where=text("team_id IS NOT NULL"),
              postgresql_where=text("team_id IS NOT NULL")),
        Index("conversation_waiting", "queue_waiting", "id", sqlite_where=text("waiting_since IS NOT NULL"),
              postgresql_where=text("waiting_since IS NOT NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    subject: str = ""
    status: str
    priority: str = "normal"
    place: str = "desk"
    deleted_at: int | None = Field(default=None, sa_column=big(nullable=True))
    owner_id: int | None = Field(default=None, sa_column=big(nullable=True))
    absent_owner_id: int | None = Field(default=None, sa_column=big(nullable=True))
    team_id: int | None = Field(default=None, sa_column=big(nullable=True))
    customer_id: int | None = Field(default=None, sa_column=big(nullable=True))
    token: str = ""
    unread: bool = False
    touched: bool = False
    backlog: bool = False
    kinds: str = ""
    last_kind: str = ""
    preview: str = ""
    message_count: int = 0
    undelivered: int = 0
    unproven: bool = False
    created_at: int = Field(sa_column=big())
    last_inbound_at: int | None = Field(default=None, sa_column=big(nullable=True))
    last_message_at: int = Field(sa_column=big())
    waiting_since: int | None = Field(default=None, sa_column=big(nullable=True))
    snoozed_until: int | None = Field(default=None, sa_column=big(nullable=True))
    hold_for: str | None = None
    promised_at: int | None = Field(default=None, sa_column=big(nullable=True))
    next_due_at: int | None = Field(default=None, sa_column=big(nullable=True))
    due_reason: str | None = None
    queue_due: int = Field(sa_column=big())
    queue_waiting: int = Field(sa_column=big())
    merged_into: int | None = Field(default=None, sa_column=big(nullable=True))
    offered_join: int | None = Field(default=None, sa_column=big(nullable=True))
    """The conversation that it may belong to: joining is offered."""
    repeats: int = 0
    """How often the customer asked again on another channel since nobody answered."""
    known_owner_id: int | None = Field(default=None, sa_column=big(nullable=True))
    """Who had the customer's conversation before this one."""
    transfers: int = 0
    """How often it went from one agent to another."""
    person_check: str = ""
    """What came of the newest check of the person: `passed: order number, postcode`, or `failed`."""
    erased_at: int | None = Field(default=None, sa_column=big(nullable=True))
    """When its words went for good; that it took place, and when, stays."""


class Participant(SQLModel, table=True):
    """Who takes part in a conversation, by identity; `claimed` where a customer only says that an address is theirs."""

    __table_args__ = (Index("participant_identity", "identity_id"),)
    conversation_id: int = Field(sa_column=big(primary_key=True))
    identity_id: int = Field(sa_column=big(primary_key=True))
    claimed: bool = False


class Tag(SQLModel, table=True):
    """A word that agents put on conversations and customers."""

    id: int = Field(sa_column=big(primary_key=True))
    name: str = Field(unique=True)


class ConversationTag(SQLModel, table=True):
    """Tags of a conversation."""

    __tablename__ = "conversation_tag"
    __table_args__ = (Index("conversation_tag_tag", "tag_id", "conversation_id"),)
    conversation_id: int = Field(sa_column=big(primary_key=True))
    tag_id: int = Field(sa_column=big(primary_key=True))


class Skip(SQLModel, table=True):
    """A conversation that an agent passed over when taking the next one; it is not offered to them before `until`."""

    conversation_id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(sa_column=big(primary_key=True))
    reason: str = ""
    until: int = Field(sa_column=big())
