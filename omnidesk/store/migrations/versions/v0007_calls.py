"""Telephone calls; and what calls, visits and letters have beside their text."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import flag, number, only, words

revision = "7"
down_revision = "6"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("message", words("contact_json", "{}"))
    op.add_column("attachment", number("raw_item_id", nullable=True))
    op.create_table(
        "call",
        number("id"),
        number("channel_id"),
        words("external_id"),
        flag("outbound", default=False),
        number("identity_id", nullable=True),
        words("number", ""),
        words("state"),
        number("began_at"),
        number("answered_at", nullable=True),
        number("ended_at", nullable=True),
        number("heard_at"),
        words("outcome", ""),
        words("taken_by", ""),
        number("agent_id", nullable=True),
        number("message_id", nullable=True),
        number("conversation_id", nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "external_id", name="call_once"),
    )
    op.create_index("call_live", "call", ["began_at"], **only("state <> 'ended'"))
    op.create_index("call_message", "call", ["message_id"])
