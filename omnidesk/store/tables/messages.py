"""Messages, the ids they name, their files; and what is being written and sent."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class Message(SQLModel, table=True):
    """One thing said in a conversation. Threads order by (at, id)."""

    __table_args__ = (
        Index("message_thread", "conversation_id", "at", "id"),
        Index("message_external", "external_id"),
        Index("message_search", "search_id", unique=True),
        Index("message_uuid", "uuid", unique=True, sqlite_where=text("uuid IS NOT NULL"),
              postgresql_where=text("uuid IS NOT NULL")),
        Index("message_identity", "identity_id"),
        Index("message_customer", "customer_id", "at", "id"),
        Index("message_channel", "channel_id", "search_id"),
        Index("message_files", "search_id", sqlite_where=text("files > 0"),
              postgresql_where=text("files > 0")),
        Index("message_stranger", "conversation_id", "id", sqlite_where=text("stranger"),
              postgresql_where=text("stranger")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    conversation_id: int = Field(sa_column=big())
    customer_id: int | None = Field(default=None, sa_column=big(nullable=True))
    identity_id: int | None = Field(default=None, sa_column=big(nullable=True))
    channel_id: int = Field(sa_column=big())
    kind: str
    direction: str
    author_kind: str
    author_id: int | None = Field(default=None, sa_column=big(nullable=True))
    author_name: str = ""
    from_name: str = ""
    from_address: str = ""
    recipients_json: str = "{}"
    subject: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    reply_text: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    external_id: str | None = None
    content_hash: str = ""
    uuid: str | None = None
    joined_by: str = ""
    stranger: bool = False
    history: bool = False
    auto: str | None = None
    no_auto_answer: bool = False
    list_id: str | None = None
    public: bool = False
    aside_id: int | None = Field(default=None, sa_column=big(nullable=True))
    auth: str = "none"
    unproven: bool = False
    status: str = "received"
    error: str | None = None
    warnings: str = ""
    contact_json: str = "{}"
    files: int = 0
    at: int = Field(sa_column=big())
    sent_at: int | None = Field(default=None, sa_column=big(nullable=True))
    received_at: int | None = Field(default=None, sa_column=big(nullable=True))
    raw_item_id: int | None = Field(default=None, sa_column=big(nullable=True))
    decoder: int = 0
    search_id: int = Field(sa_column=big())
    edited_at: int | None = Field(default=None, sa_column=big(nullable=True))


class MessageReference(SQLModel, table=True):
    """Every message id that a message names, known here or not (RFC 5322 section 3.6.4)."""

    __tablename__ = "message_reference"
    __table_args__ = (Index("message_reference_value", "value"),)
    message_id: int = Field(sa_column=big(primary_key=True))
    position: int = Field(primary_key=True)
    value: str


class Attachment(SQLModel, table=True):
    """A file of a message. Its bytes are the blob where we made it, else part `position` of the raw item: the one that
    brought it, where that is not the message's own."""

    __table_args__ = (Index("attachment_message", "message_id", "position"),)
    id: int = Field(sa_column=big(primary_key=True))
    message_id: int = Field(sa_column=big())
    position: int
    name: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: str = ""
    blob: str | None = None
    raw_item_id: int | None = Field(default=None, sa_column=big(nullable=True))


class Fetching(SQLModel, table=True):
    """A file that the provider still keeps: when to ask for it next; `due_at` is null once it was given up."""

    __table_args__ = (
        Index("fetching_due", "channel_id", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
    )  # fmt: skip
    attachment_id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    reference: str
    attempts: int = 0
    due_at: int | None = Field(default=None, sa_column=big(nullable=True))
    error: str | None = None
    created_at: int = Field(sa_column=big())


class Draft(SQLModel, table=True):
    """What an agent is writing: one a conversation, agent and sort."""

    __table_args__ = (
        UniqueConstraint("conversation_id", "agent_id", "sort", name="draft_once"),
        Index("draft_agent", "agent_id", "updated_at"),
    )
    uuid: str = Field(primary_key=True)
    conversation_id: int = Field(sa_column=big())
    agent_id: int = Field(sa_column=big())
    sort: str = "reply"
    channel_id: int | None = Field(default=None, sa_column=big(nullable=True))
    recipients_json: str = "{}"
    subject: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    files_json: str = "[]"
    began_at: int = Field(sa_column=big())
    updated_at: int = Field(sa_column=big())


class HeldAnswer(SQLModel, table=True):
    """An answer that waits until the customer writes: a template went in its place, as message `message_id`."""

    __tablename__ = "held_answer"
    conversation_id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    agent_id: int | None = Field(default=None, sa_column=big(nullable=True))
    message_id: int = Field(sa_column=big())
    text: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    files_json: str = Field(default="[]", sa_column=Column(Text, nullable=False, default="[]"))
    at: int = Field(sa_column=big())


class Outbox(SQLModel, table=True):
    """One message on its way out. `committing` is set just before the step that cannot be taken back.

    `provider_ids` is where older programs write what the table `provider_id` holds."""

    __table_args__ = (
        Index("outbox_due", "channel_id", "state", "due_at"),
        Index("outbox_conversation", "conversation_id"),
        Index("outbox_state", "state", "message_id"),
    )
    message_id: int = Field(sa_column=big(primary_key=True))
    uuid: str = Field(unique=True)
    channel_id: int = Field(sa_column=big())
    conversation_id: int = Field(sa_column=big())
    agent_id: int | None = Field(default=None, sa_column=big(nullable=True))
    state: str
    due_at: int = Field(sa_column=big())
    attempts: int = 0
    committing: bool = False
    lease_number: int = Field(default=0, sa_column=big(default=0))
    sending_since: int | None = Field(default=None, sa_column=big(nullable=True))
    outgoing_json: str = "{}"
    payload_blob: str | None = None
    envelope_json: str = "{}"
    source_id: str = ""
    provider_ids: str = ""
    error: str | None = None
    dismissed_at: int | None = Field(default=None, sa_column=big(nullable=True))
    created_at: int = Field(sa_column=big())


class ProviderId(SQLModel, table=True):
    """What a provider calls a message that we sent on one of its channels."""

    __tablename__ = "provider_id"
    __table_args__ = (Index("provider_id_message", "message_id"),)
    channel_id: int = Field(sa_column=big(primary_key=True))
    value: str = Field(primary_key=True)
    message_id: int = Field(sa_column=big())


class EarlyReport(SQLModel, table=True):
    """A report about a message that was being sent: it came before the provider's answer said what it calls it."""

    __tablename__ = "early_report"
    __table_args__ = (Index("early_report_value", "channel_id", "value"),)
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    value: str
    raw_item_id: int = Field(sa_column=big())
    report_json: str = Field(sa_column=Column(Text, nullable=False))
    at: int = Field(sa_column=big())
