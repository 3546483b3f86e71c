"""Which transaction wrote an event, for the change feed on PostgreSQL: programs of before need not know of it."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import engine, only

revision = "6"
down_revision = "5"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("event", sa.Column("xid", kind, nullable=True, server_default=sa.text("NULL")))
    if engine() == "postgresql":  # not at once: a column that begins with a number writes the whole table anew
        op.alter_column("event", "xid", server_default=sa.text("(pg_current_xact_id()::text::bigint)"))
    op.create_index("event_xid", "event", ["xid"], **only("xid IS NOT NULL"))
