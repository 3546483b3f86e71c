"""What providers call our messages, reports that came early, edits, claimed addresses, and files kept elsewhere."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import count, flag, number, only, prose, words

revision = "8"
down_revision = "7"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "provider_id",
        number("channel_id"),
        words("value"),
        number("message_id"),
        sa.PrimaryKeyConstraint("channel_id", "value"),
    )
    op.create_index("provider_id_message", "provider_id", ["message_id"])
    op.create_table(
        "early_report",
        number("id"),
        number("channel_id"),
        words("value"),
        number("raw_item_id"),
        prose("report_json"),
        number("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("early_report_value", "early_report", ["channel_id", "value"])
    op.create_table(
        "fetching",
        number("attachment_id"),
        number("channel_id"),
        words("reference"),
        count("attempts", 0),
        number("due_at", nullable=True),
        words("error", nullable=True),
        number("created_at"),
        sa.PrimaryKeyConstraint("attachment_id"),
    )
    op.create_index("fetching_due", "fetching", ["channel_id", "due_at"], **only("due_at IS NOT NULL"))
    op.add_column("message", number("edited_at", nullable=True))
    op.add_column("identity", flag("claimed", default=False))
    op.add_column("participant", flag("claimed", default=False))
