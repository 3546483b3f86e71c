"""Who is the same person: merged customers, suggestions, organisations; and contacts that join what is open."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import count, number, only, words

revision = "10"
down_revision = "9"
breaking = False

OPEN = "place = 'desk' AND status <> 'closed'"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_index("moved_row", "moved", ["table_name", "row_id"])
    op.create_table(
        "organisation",
        number("id"),
        words("name"),
        words("folded"),
        words("domains", ""),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("folded", name="organisation_once"),
    )
    op.add_column("customer", number("organisation_id", nullable=True))
    op.create_index("customer_organisation", "customer", ["organisation_id"], **only("organisation_id IS NOT NULL"))
    op.create_index("customer_merged", "customer", ["merged_into"], **only("merged_into IS NOT NULL"))
    op.create_index("customer_name", "customer", ["name"])
    op.create_table(
        "suggestion",
        number("id"),
        number("customer_id"),
        number("other_id"),
        words("kind"),
        words("value", ""),
        number("message_id", nullable=True),
        words("state", "offered"),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("customer_id", "other_id", name="suggestion_once"),
    )
    op.create_index("suggestion_other", "suggestion", ["other_id"])
    op.create_index("suggestion_offered", "suggestion", ["id"], **only("state = 'offered'"))
    op.add_column("conversation", number("offered_join", nullable=True))
    op.add_column("conversation", count("repeats", 0))
    op.add_column("conversation", number("known_owner_id", nullable=True))
    op.add_column("conversation", count("transfers", 0))
    op.add_column("conversation", words("person_check", ""))
    op.create_index("conversation_open", "conversation", ["customer_id"], **only(OPEN))
