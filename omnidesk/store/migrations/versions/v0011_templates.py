"""Texts that providers approved, and answers that wait until the customer writes."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import number, prose, words

revision = "11"
down_revision = "10"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "template",
        number("channel_id"),
        words("name"),
        words("language"),
        words("category", ""),
        prose("text", ""),
        prose("fields_json", "[]"),
        words("cost", ""),
        sa.PrimaryKeyConstraint("channel_id", "name", "language"),
    )
    op.create_table(
        "held_answer",
        number("conversation_id"),
        number("channel_id"),
        number("agent_id", nullable=True),
        number("message_id"),
        prose("text", ""),
        prose("files_json", "[]"),
        number("at"),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.add_column("channel", number("templates_at", nullable=True))
