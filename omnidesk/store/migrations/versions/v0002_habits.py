"""Saved views, macros, notifications, what was passed over, and whose conversation it was before they went away."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import count, number, only, prose, words

revision = "2"
down_revision = "1"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("conversation", number("absent_owner_id", nullable=True))
    op.create_index("conversation_absent", "conversation", ["absent_owner_id"], **only("absent_owner_id IS NOT NULL"))
    op.create_table(
        "skip",
        number("conversation_id"),
        number("agent_id"),
        words("reason", ""),
        number("until"),
        sa.PrimaryKeyConstraint("conversation_id", "agent_id"),
    )
    op.create_table(
        "saved_view",
        number("id"),
        number("agent_id", 0),
        words("name"),
        words("query"),
        words("sort", "due"),
        words("columns_json", "[]"),
        count("position", 0),
        number("created_at"),
        number("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    macros()
    op.create_table(
        "notification",
        number("id"),
        number("agent_id"),
        words("kind"),
        number("conversation_id", nullable=True),
        number("message_id", nullable=True),
        words("by", ""),
        number("at"),
        number("seen_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("notification_agent", "notification", ["agent_id", "id"])
    op.create_index("notification_unseen", "notification", ["agent_id", "conversation_id"], **only("seen_at IS NULL"))


def macros() -> None:
    """Macros and how often each agent used them."""
    op.create_table(
        "macro",
        number("id"),
        number("agent_id", 0),
        words("name"),
        prose("texts_json", "[]"),
        words("actions_json", "[]"),
        number("created_at"),
        number("updated_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("agent_id", "name", name="macro_once"),
    )
    op.create_table(
        "macro_use",
        number("macro_id"),
        number("agent_id"),
        count("uses", 0),
        number("last_used_at"),
        sa.PrimaryKeyConstraint("macro_id", "agent_id"),
    )
