"""Every table, declared once. Only the migrations import this module: reads and writes are SQL text.

Times are integer UTC milliseconds. Hot rows have time-ordered integer ids made by the writer (below 2**53),
conversations short numbers from the counter. Columns named *_json hold JSON text.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DefaultClause, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel


def big(primary_key: bool = False, nullable: bool = False, default: int | None = None) -> Column[int]:
    """Return a 64-bit column; SQLite needs the word INTEGER for a row id."""
    from sqlalchemy import Integer

    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(kind, primary_key=primary_key, nullable=nullable, default=default, autoincrement=False)


class Mark(SQLModel, table=True):
    """What every start checks first: the schema's number and the oldest program that may write."""

    key: str = Field(primary_key=True)
    value: str


class Setting(SQLModel, table=True):
    """One setting of the workspace that differs from its default."""

    key: str = Field(primary_key=True)
    value_json: str


class Counter(SQLModel, table=True):
    """Short numbers handed out in order."""

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=big())


class Agent(SQLModel, table=True):
    """A person who works at the desk."""

    id: int = Field(sa_column=big(primary_key=True))
    login: str = Field(unique=True)
    name: str
    address: str | None = None
    signature: str = ""
    languages: str = ""
    state: str = "available"
    away_until: int | None = Field(default=None, sa_column=big(nullable=True))
    role: str = "agent"
    disabled: bool = False
    created_at: int = Field(sa_column=big())


class Team(SQLModel, table=True):
    """A named group of agents."""

    id: int = Field(sa_column=big(primary_key=True))
    name: str = Field(unique=True)
    created_at: int = Field(sa_column=big())


class TeamMember(SQLModel, table=True):
    """Who is in which team."""

    __tablename__ = "team_member"
    team_id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(sa_column=big(primary_key=True))


class Channel(SQLModel, table=True):
    """One configured account of a kind. A removed one stays, for its messages; its name is free again."""

    __table_args__ = (
        Index("channel_name", "name", unique=True, sqlite_where=text("removed_at IS NULL"),
              postgresql_where=text("removed_at IS NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    name: str
    kind: str
    address: str = ""
    settings_json: str = "{}"
    enabled: bool = True
    read_only: bool = False
    history_days: int = 14
    cursor_json: str = "{}"
    health: str = "ok"
    error: str | None = None
    last_success_at: int | None = Field(default=None, sa_column=big(nullable=True))
    next_attempt_at: int | None = Field(default=None, sa_column=big(nullable=True))
    progress_done: int = 0
    progress_total: int = 0
    created_at: int = Field(sa_column=big())
    removed_at: int | None = Field(default=None, sa_column=big(nullable=True))


class Lease(SQLModel, table=True):
    """The right to run one channel (or the clock), held for seconds; `number` grows with each new holder."""

    name: str = Field(primary_key=True)
    owner: str
    number: int = Field(sa_column=big())
    expires_at: int = Field(sa_column=big())


class RawItem(SQLModel, table=True):
    """What arrived, as it arrived; its bytes are in the blobs under `blob`."""

    __tablename__ = "raw_item"
    __table_args__ = (
        Index("raw_item_admitted", "id", sqlite_where=text("state = 'admitted'"),
              postgresql_where=text("state = 'admitted'")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    blob: str
    size: int
    media_type: str
    headers_json: str = "{}"
    received_at: int = Field(sa_column=big())
    source_id: str
    folder: str = ""
    position: str = ""
    outbound: bool = False
    junk: bool = False
    imported: bool = False
    state: str = "admitted"


class Receipt(SQLModel, table=True):
    """One arrival of a message at one channel, with the id of its raw item. UNIQUE keeps it from coming twice."""

    __table_args__ = (
        UniqueConstraint("channel_id", "source_id", name="receipt_once"),
        Index("receipt_source", "source_id"),
        Index("receipt_message", "message_id"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    source_id: str
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    folder: str = ""
    received_at: int = Field(sa_column=big())


class Quarantine(SQLModel, table=True):
    """A raw item that could not be processed."""

    raw_item_id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    cause: str
    attempts: int = 1
    at: int = Field(sa_column=big())


class Tombstone(SQLModel, table=True):
    """What was deleted and must not return: a keyed hash of its source id."""

    hash: str = Field(primary_key=True)
    at: int = Field(sa_column=big())


class Customer(SQLModel, table=True):
    """A person or company who contacts the desk."""

    id: int = Field(sa_column=big(primary_key=True))
    name: str = ""
    company: str | None = None
    language: str | None = None
    preferred_channel: str | None = None
    vip: bool = False
    merged_into: int | None = Field(default=None, sa_column=big(nullable=True))
    created_at: int = Field(sa_column=big())


class CustomerTag(SQLModel, table=True):
    """Tags of a customer."""

    __tablename__ = "customer_tag"
    customer_id: int = Field(sa_column=big(primary_key=True))
    tag_id: int = Field(sa_column=big(primary_key=True))


class Moved(SQLModel, table=True):
    """One row that a merge, split or join moved, so that it can go back: `column_name` of `table_name` changed."""

    __table_args__ = (Index("moved_act", "act_id"),)
    id: int = Field(sa_column=big(primary_key=True))
    act_id: int = Field(sa_column=big())
    table_name: str
    row_id: int = Field(sa_column=big())
    column_name: str
    before_id: int | None = Field(default=None, sa_column=big(nullable=True))
    after_id: int | None = Field(default=None, sa_column=big(nullable=True))


class Identity(SQLModel, table=True):
    """One address a customer uses; unique over kind, scope and value."""

    __table_args__ = (
        UniqueConstraint("kind", "scope", "value", name="identity_once"),
        Index("identity_customer", "customer_id"),
        Index("identity_value", "value"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    customer_id: int = Field(sa_column=big())
    kind: str
    scope: str = ""
    value: str
    name: str = ""
    verified: bool = False
    deliverable: bool = True
    shared: bool = False
    blocked_at: int | None = Field(default=None, sa_column=big(nullable=True))
    created_at: int = Field(sa_column=big())


class Consent(SQLModel, table=True):
    """What a customer allowed for one address, on one kind of channel, for one purpose."""

    __table_args__ = (UniqueConstraint("identity_id", "channel_kind", "purpose", name="consent_once"),)
    id: int = Field(sa_column=big(primary_key=True))
    identity_id: int = Field(sa_column=big())
    channel_kind: str
    purpose: str
    state: str
    since: int = Field(sa_column=big())
    source: str


class Conversation(SQLModel, table=True):
    """One matter a customer raised. `queue_due` and `queue_waiting` are its place in a queue (never null)."""

    __table_args__ = (
        Index("conversation_queue", "place", "status", "queue_due", "queue_waiting", "id"),
        Index("conversation_owner", "place", "status", "owner_id", "queue_due", "queue_waiting", "id"),
        Index("conversation_newest", "place", "last_message_at", "id"),
        Index("conversation_status_newest", "place", "status", "last_message_at", "id"),
        Index("conversation_customer", "customer_id", "last_message_at"),
        Index("conversation_token", "token"),
        Index("conversation_wake", "snoozed_until", sqlite_where=text("snoozed_until IS NOT NULL"),
              postgresql_where=text("snoozed_until IS NOT NULL")),
        Index("conversation_undelivered", "last_message_at", "id", sqlite_where=text("undelivered > 0"),
              postgresql_where=text("undelivered > 0")),
        Index("conversation_deleted", "deleted_at", sqlite_where=text("deleted_at IS NOT NULL"),
              postgresql_where=text("deleted_at IS NOT NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    subject: str = ""
    status: str
    priority: str = "normal"
    place: str = "desk"
    deleted_at: int | None = Field(default=None, sa_column=big(nullable=True))
    owner_id: int | None = Field(default=None, sa_column=big(nullable=True))
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


class Participant(SQLModel, table=True):
    """Who takes part in a conversation, by identity."""

    __table_args__ = (Index("participant_identity", "identity_id"),)
    conversation_id: int = Field(sa_column=big(primary_key=True))
    identity_id: int = Field(sa_column=big(primary_key=True))


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


class Message(SQLModel, table=True):
    """One thing said in a conversation. Threads order by (at, id)."""

    __table_args__ = (
        Index("message_thread", "conversation_id", "at", "id"),
        Index("message_external", "external_id"),
        Index("message_search", "search_id", unique=True),
        Index("message_uuid", "uuid", unique=True, sqlite_where=text("uuid IS NOT NULL"),
              postgresql_where=text("uuid IS NOT NULL")),
        Index("message_identity", "identity_id"),
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
    list_id: str | None = None
    public: bool = False
    aside_id: int | None = Field(default=None, sa_column=big(nullable=True))
    auth: str = "none"
    status: str = "received"
    error: str | None = None
    warnings: str = ""
    files: int = 0
    at: int = Field(sa_column=big())
    sent_at: int | None = Field(default=None, sa_column=big(nullable=True))
    received_at: int | None = Field(default=None, sa_column=big(nullable=True))
    raw_item_id: int | None = Field(default=None, sa_column=big(nullable=True))
    decoder: int = 0
    search_id: int = Field(sa_column=big())


class MessageReference(SQLModel, table=True):
    """Every message id that a message names, known here or not (RFC 5322 section 3.6.4)."""

    __tablename__ = "message_reference"
    __table_args__ = (Index("message_reference_value", "value"),)
    message_id: int = Field(sa_column=big(primary_key=True))
    position: int = Field(primary_key=True)
    value: str


class Attachment(SQLModel, table=True):
    """A file of a message. Its bytes are the blob where we made it, else part `position` of the raw item."""

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


class Draft(SQLModel, table=True):
    """What an agent is writing: one a conversation, agent and sort."""

    __table_args__ = (UniqueConstraint("conversation_id", "agent_id", "sort", name="draft_once"),)
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


class Outbox(SQLModel, table=True):
    """One message on its way out. `committing` is set just before the step that cannot be taken back."""

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


class Act(SQLModel, table=True):
    """One thing a person or the program did; groups its events, and is what undo reverses."""

    __table_args__ = (Index("act_actor", "actor", "id"),)
    id: int = Field(sa_column=big(primary_key=True))
    at: int = Field(sa_column=big())
    actor: str
    kind: str
    summary: str = ""
    undoable: bool = False
    undone_by: int | None = Field(default=None, sa_column=big(nullable=True))
    undoes: int | None = Field(default=None, sa_column=big(nullable=True))


class Event(SQLModel, table=True):
    """One fact in the history, append-only: audit log, undo journal and change feed are this one list."""

    __table_args__ = (
        Index("event_conversation", "conversation_id", "id"),
        Index("event_customer", "customer_id", "id"),
        Index("event_act", "act_id"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    at: int = Field(sa_column=big())
    act_id: int = Field(sa_column=big())
    actor: str
    kind: str
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    customer_id: int | None = Field(default=None, sa_column=big(nullable=True))
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    before_json: str = "{}"
    after_json: str = "{}"


class Presence(SQLModel, table=True):
    """Who is viewing or answering what; rows expire and are never events."""

    __table_args__ = (Index("presence_conversation", "conversation_id"),)
    process: str = Field(primary_key=True)
    agent_id: int = Field(sa_column=big())
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    doing: str = "viewing"
    expires_at: int = Field(sa_column=big())


def _default_in_database() -> None:
    """Rows are written with SQL: a default declared above must be the database's own."""
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            value = getattr(column.default, "arg", None)
            if isinstance(value, bool):
                column.server_default = DefaultClause(text("true" if value else "false"))
            elif isinstance(value, int | str):
                column.server_default = DefaultClause(text(f"'{value}'" if isinstance(value, str) else str(value)))


_default_in_database()
