"""What the customer-facing side keeps: the log of a relay, and which visitors are there."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import flag, number, prose, words

revision = "5"
down_revision = "4"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "relay_item",
        number("number"),
        number("channel_id"),
        words("source_id"),
        prose("item_json"),
        number("kept_at"),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("channel_id", "source_id", name="relay_item_once"),
    )
    op.create_index("relay_item_channel", "relay_item", ["channel_id", "number"])
    op.create_index("relay_item_kept", "relay_item", ["kept_at"])
    op.create_table(
        "visitor_presence",
        words("connection"),
        number("channel_id"),
        number("identity_id"),
        number("conversation_id", nullable=True),
        flag("typing", False),
        words("page", ""),
        number("since"),
        number("expires_at"),
        sa.PrimaryKeyConstraint("connection"),
    )
    op.create_index("visitor_presence_conversation", "visitor_presence", ["conversation_id"])
