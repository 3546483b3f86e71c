"""What is known about a customer, and from where."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import flag, number, only, words

revision = "12"
down_revision = "11"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "fact",
        number("id"),
        number("customer_id"),
        words("kind"),
        words("value"),
        words("folded"),
        words("source"),
        words("reference", ""),
        number("message_id", nullable=True),
        number("agent_id", nullable=True),
        flag("proven", default=True),
        number("at"),
        number("gone_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_customer", "fact", ["customer_id", "at"])
    op.create_index("fact_message", "fact", ["message_id"], **only("message_id IS NOT NULL"))
    op.create_index("fact_value", "fact", ["kind", "folded"])
