"""Consent with its ground, who and what was erased, and for how long things are kept."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import count, number, words

revision = "14"
down_revision = "13"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("consent", words("ground", ""))
    op.add_column("customer", number("erased_at", nullable=True))
    op.add_column("conversation", number("erased_at", nullable=True))
    op.create_table(
        "retention_rule",
        number("id"),
        count("days"),
        words("tag", ""),
        words("what"),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("unnamed_blob", words("name"), number("at"), sa.PrimaryKeyConstraint("name"))
