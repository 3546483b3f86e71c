"""What e-mail needs beside its messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import text

from omnidesk.store.migrations.columns import count, flag, number, words

revision = "3"
down_revision = "2"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("message", flag("no_auto_answer", default=False))
    joins = text("kind IN ('join_offered', 'join_refused')")
    op.create_index("event_join", "event", ["conversation_id"], sqlite_where=joins, postgresql_where=joins)
    op.add_column("message", flag("unproven", default=False))
    op.add_column("conversation", flag("unproven", default=False))
    op.add_column("channel", words("learned_json", "{}"))
    op.create_table(
        "routing_rule",
        number("id"),
        count("position", 0),
        number("channel_id", nullable=True),
        words("to_address", ""),
        words("subject", ""),
        words("header", ""),
        words("folder", ""),
        number("team_id"),
        number("created_at"),
        number("removed_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
