"""Indexes of what is rare, so that a search among a million messages begins where there is least."""

from alembic import op

from omnidesk.store.migrations.columns import only

revision = "4"
down_revision = "3"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    last = ["last_message_at", "id"]
    op.create_index("conversation_unread", "conversation", last, **only("unread"))
    op.create_index("conversation_priority", "conversation", ["priority", *last], **only("priority <> 'normal'"))
    op.create_index("conversation_team", "conversation", ["team_id", *last], **only("team_id IS NOT NULL"))
    op.create_index(
        "conversation_waiting", "conversation", ["queue_waiting", "id"], **only("waiting_since IS NOT NULL")
    )
    op.create_index("customer_vip", "customer", ["id"], **only("vip"))
    op.create_index("message_channel", "message", ["channel_id", "search_id"])
    op.create_index("message_files", "message", ["search_id"], **only("files > 0"))
    op.create_index("message_stranger", "message", ["conversation_id", "id"], **only("stranger"))
    op.create_index("draft_agent", "draft", ["agent_id", "updated_at"])
    op.create_index("act_bulk", "act", ["id"], **only("kind = 'bulk'"))
