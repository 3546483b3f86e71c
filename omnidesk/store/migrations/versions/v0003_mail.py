"""What e-mail needs beside its messages."""

from alembic import op
from sqlalchemy import text

from omnidesk.store.migrations.columns import flag

revision = "3"
down_revision = "2"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("message", flag("no_auto_answer", default=False))
    joins = text("kind IN ('join_offered', 'join_refused')")
    op.create_index("event_join", "event", ["conversation_id"], sqlite_where=joins, postgresql_where=joins)
