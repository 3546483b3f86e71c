"""What a customer's timeline rides on, and the notes about a customer."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import number, only, prose, words

revision = "15"
down_revision = "14"
breaking = False

ABOUT = "customer_id IS NOT NULL AND kind NOT IN ('received', 'sent_elsewhere', 'opened')"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("message_customer", "message", ["customer_id", "at", "id"])
    op.create_index("event_about", "event", ["customer_id", "id"], **only(ABOUT))
    op.create_table(
        "customer_note",
        number("id"),
        number("note_id"),
        number("customer_id"),
        words("author", ""),
        prose("text", ""),
        number("at"),
        number("edited_at", nullable=True),
        words("edited_by", ""),
        number("gone_at", nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("customer_note_customer", "customer_note", ["customer_id", "at", "id"])
    op.create_index("customer_note_note", "customer_note", ["note_id"])
