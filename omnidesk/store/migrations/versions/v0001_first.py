"""The first schema: every table that the desk's words need."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store import fts5
from omnidesk.store.migrations.columns import count, engine, flag, number, only, prose, words

revision = "1"
down_revision = None
breaking = False
"""Whether programs that know only the schema before can no longer write."""


def upgrade() -> None:
    """Bring the schema forward."""
    workspace()
    arrivals()
    people()
    conversations()
    messages()
    outgoing()
    history()
    for statement in _of_postgresql() if engine() == "postgresql" else (fts5.DDL,):
        op.execute(statement)


def _of_postgresql() -> tuple[str, ...]:
    from omnidesk.store import postgres_blobs, tsvector  # with the driver, which SQLite does without

    return (*tsvector.DDL, *postgres_blobs.DDL)


def workspace() -> None:
    """The workspace itself, its agents and channels."""
    op.create_table("mark", words("key"), words("value"), sa.PrimaryKeyConstraint("key"))
    op.create_table("setting", words("key"), words("value_json"), sa.PrimaryKeyConstraint("key"))
    op.create_table("counter", words("name"), number("value"), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "agent",
        number("id"),
        words("login"),
        words("name"),
        words("address", nullable=True),
        words("signature", ""),
        words("languages", ""),
        words("state", "available"),
        number("away_until", nullable=True),
        words("role", "agent"),
        flag("disabled", False),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "team",
        number("id"),
        words("name"),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "team_member", number("team_id"), number("agent_id"), sa.PrimaryKeyConstraint("team_id", "agent_id")
    )
    op.create_table(
        "channel",
        number("id"),
        words("name"),
        words("kind"),
        words("address", ""),
        words("settings_json", "{}"),
        flag("enabled", True),
        flag("read_only", False),
        count("history_days", 14),
        words("cursor_json", "{}"),
        words("health", "ok"),
        words("error", nullable=True),
        number("last_success_at", nullable=True),
        number("next_attempt_at", nullable=True),
        count("progress_done", 0),
        count("progress_total", 0),
        number("created_at"),
        number("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("channel_name", "channel", ["name"], unique=True, **only("removed_at IS NULL"))
    op.create_table(
        "lease", words("name"), words("owner"), number("number"), number("expires_at"), sa.PrimaryKeyConstraint("name")
    )
    op.create_table(
        "presence",
        words("process"),
        number("agent_id"),
        number("conversation_id", nullable=True),
        words("doing", "viewing"),
        number("expires_at"),
        sa.PrimaryKeyConstraint("process"),
    )
    op.create_index("presence_conversation", "presence", ["conversation_id"])


def arrivals() -> None:
    """What arrived, and what must not arrive again."""
    op.create_table(
        "raw_item",
        number("id"),
        number("channel_id"),
        words("blob"),
        count("size"),
        words("media_type"),
        words("headers_json", "{}"),
        number("received_at"),
        words("source_id"),
        words("folder", ""),
        words("position", ""),
        flag("outbound", False),
        flag("junk", False),
        flag("imported", False),
        words("state", "admitted"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("raw_item_admitted", "raw_item", ["id"], **only("state = 'admitted'"))
    op.create_table(
        "receipt",
        number("id"),
        number("channel_id"),
        words("source_id"),
        number("message_id", nullable=True),
        words("folder", ""),
        number("received_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "source_id", name="receipt_once"),
    )
    op.create_index("receipt_message", "receipt", ["message_id"])
    op.create_index("receipt_source", "receipt", ["source_id"])
    op.create_table(
        "quarantine",
        number("raw_item_id"),
        number("channel_id"),
        words("cause"),
        count("attempts", 1),
        number("at"),
        sa.PrimaryKeyConstraint("raw_item_id"),
    )
    op.create_table("tombstone", words("hash"), number("at"), sa.PrimaryKeyConstraint("hash"))


def people() -> None:
    """Customers and their addresses."""
    op.create_table(
        "customer",
        number("id"),
        words("name", ""),
        words("company", nullable=True),
        words("language", nullable=True),
        words("preferred_channel", nullable=True),
        flag("vip", False),
        number("merged_into", nullable=True),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "customer_tag", number("customer_id"), number("tag_id"), sa.PrimaryKeyConstraint("customer_id", "tag_id")
    )
    op.create_table(
        "identity",
        number("id"),
        number("customer_id"),
        words("kind"),
        words("scope", ""),
        words("value"),
        words("name", ""),
        flag("verified", False),
        flag("deliverable", True),
        flag("shared", False),
        number("blocked_at", nullable=True),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "scope", "value", name="identity_once"),
    )
    op.create_index("identity_customer", "identity", ["customer_id"])
    op.create_index("identity_value", "identity", ["value"])
    op.create_table(
        "consent",
        number("id"),
        number("identity_id"),
        words("channel_kind"),
        words("purpose"),
        words("state"),
        number("since"),
        words("source"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("identity_id", "channel_kind", "purpose", name="consent_once"),
    )
    op.create_table(
        "moved",
        number("id"),
        number("act_id"),
        words("table_name"),
        number("row_id"),
        words("column_name"),
        number("before_id", nullable=True),
        number("after_id", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("moved_act", "moved", ["act_id"])


def conversations() -> None:
    """Conversations, who takes part, tags."""
    op.create_table(
        "conversation",
        number("id"),
        words("subject", ""),
        words("status"),
        words("priority", "normal"),
        words("place", "desk"),
        number("deleted_at", nullable=True),
        number("owner_id", nullable=True),
        number("team_id", nullable=True),
        number("customer_id", nullable=True),
        words("token", ""),
        flag("unread", False),
        flag("touched", False),
        flag("backlog", False),
        words("kinds", ""),
        words("last_kind", ""),
        words("preview", ""),
        count("message_count", 0),
        count("undelivered", 0),
        number("created_at"),
        number("last_inbound_at", nullable=True),
        number("last_message_at"),
        number("waiting_since", nullable=True),
        number("snoozed_until", nullable=True),
        words("hold_for", nullable=True),
        number("promised_at", nullable=True),
        number("next_due_at", nullable=True),
        words("due_reason", nullable=True),
        number("queue_due"),
        number("queue_waiting"),
        number("merged_into", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("conversation_customer", "conversation", ["customer_id", "last_message_at"])
    op.create_index("conversation_deleted", "conversation", ["deleted_at"], **only("deleted_at IS NOT NULL"))
    op.create_index("conversation_newest", "conversation", ["place", "last_message_at", "id"])
    op.create_index(
        "conversation_owner", "conversation", ["place", "status", "owner_id", "queue_due", "queue_waiting", "id"]
    )
    op.create_index("conversation_queue", "conversation", ["place", "status", "queue_due", "queue_waiting", "id"])
    op.create_index("conversation_status_newest", "conversation", ["place", "status", "last_message_at", "id"])
    op.create_index("conversation_token", "conversation", ["token"])
    op.create_index("conversation_undelivered", "conversation", ["last_message_at", "id"], **only("undelivered > 0"))
    op.create_index("conversation_wake", "conversation", ["snoozed_until"], **only("snoozed_until IS NOT NULL"))
    op.create_table(
        "participant",
        number("conversation_id"),
        number("identity_id"),
        sa.PrimaryKeyConstraint("conversation_id", "identity_id"),
    )
    op.create_index("participant_identity", "participant", ["identity_id"])
    op.create_table("tag", number("id"), words("name"), sa.PrimaryKeyConstraint("id"), sa.UniqueConstraint("name"))
    op.create_table(
        "conversation_tag",
        number("conversation_id"),
        number("tag_id"),
        sa.PrimaryKeyConstraint("conversation_id", "tag_id"),
    )
    op.create_index("conversation_tag_tag", "conversation_tag", ["tag_id", "conversation_id"])


def messages() -> None:
    """Messages, the ids they name, their files."""
    op.create_table(
        "message",
        number("id"),
        number("conversation_id"),
        number("customer_id", nullable=True),
        number("identity_id", nullable=True),
        number("channel_id"),
        words("kind"),
        words("direction"),
        words("author_kind"),
        number("author_id", nullable=True),
        words("author_name", ""),
        words("from_name", ""),
        words("from_address", ""),
        words("recipients_json", "{}"),
        words("subject", ""),
        prose("text", ""),
        prose("reply_text", nullable=True),
        words("external_id", nullable=True),
        words("content_hash", ""),
        words("uuid", nullable=True),
        words("joined_by", ""),
        flag("stranger", False),
        flag("history", False),
        words("auto", nullable=True),
        words("list_id", nullable=True),
        flag("public", False),
        number("aside_id", nullable=True),
        words("auth", "none"),
        words("status", "received"),
        words("error", nullable=True),
        words("warnings", ""),
        count("files", 0),
        number("at"),
        number("sent_at", nullable=True),
        number("received_at", nullable=True),
        number("raw_item_id", nullable=True),
        count("decoder", 0),
        number("search_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("message_external", "message", ["external_id"])
    op.create_index("message_identity", "message", ["identity_id"])
    op.create_index("message_search", "message", ["search_id"], unique=True)
    op.create_index("message_thread", "message", ["conversation_id", "at", "id"])
    op.create_index("message_uuid", "message", ["uuid"], unique=True, **only("uuid IS NOT NULL"))
    op.create_table(
        "message_reference",
        number("message_id"),
        count("position"),
        words("value"),
        sa.PrimaryKeyConstraint("message_id", "position"),
    )
    op.create_index("message_reference_value", "message_reference", ["value"])
    op.create_table(
        "attachment",
        number("id"),
        number("message_id"),
        count("position"),
        words("name"),
        words("content_type"),
        count("size"),
        words("sha256"),
        flag("inline", False),
        words("content_id", ""),
        words("blob", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attachment_message", "attachment", ["message_id", "position"])


def outgoing() -> None:
    """What is being written and sent."""
    op.create_table(
        "draft",
        words("uuid"),
        number("conversation_id"),
        number("agent_id"),
        words("sort", "reply"),
        number("channel_id", nullable=True),
        words("recipients_json", "{}"),
        words("subject", ""),
        prose("text", ""),
        words("files_json", "[]"),
        number("began_at"),
        number("updated_at"),
        sa.PrimaryKeyConstraint("uuid"),
        sa.UniqueConstraint("conversation_id", "agent_id", "sort", name="draft_once"),
    )
    op.create_table(
        "outbox",
        number("message_id"),
        words("uuid"),
        number("channel_id"),
        number("conversation_id"),
        number("agent_id", nullable=True),
        words("state"),
        number("due_at"),
        count("attempts", 0),
        flag("committing", False),
        number("lease_number", 0),
        number("sending_since", nullable=True),
        words("outgoing_json", "{}"),
        words("payload_blob", nullable=True),
        words("envelope_json", "{}"),
        words("source_id", ""),
        words("provider_ids", ""),
        words("error", nullable=True),
        number("dismissed_at", nullable=True),
        number("created_at"),
        sa.PrimaryKeyConstraint("message_id"),
        sa.UniqueConstraint("uuid"),
    )
    op.create_index("outbox_conversation", "outbox", ["conversation_id"])
    op.create_index("outbox_due", "outbox", ["channel_id", "state", "due_at"])
    op.create_index("outbox_state", "outbox", ["state", "message_id"])


def history() -> None:
    """Acts and events."""
    op.create_table(
        "act",
        number("id"),
        number("at"),
        words("actor"),
        words("kind"),
        words("summary", ""),
        flag("undoable", False),
        number("undone_by", nullable=True),
        number("undoes", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("act_actor", "act", ["actor", "id"])
    op.create_table(
        "event",
        number("id"),
        number("at"),
        number("act_id"),
        words("actor"),
        words("kind"),
        number("conversation_id", nullable=True),
        number("customer_id", nullable=True),
        number("message_id", nullable=True),
        words("before_json", "{}"),
        words("after_json", "{}"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_act", "event", ["act_id"])
    op.create_index("event_conversation", "event", ["conversation_id", "id"])
    op.create_index("event_customer", "event", ["customer_id", "id"])
