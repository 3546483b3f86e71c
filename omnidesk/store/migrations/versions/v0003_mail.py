"""What e-mail needs beside its messages."""

from alembic import op

from omnidesk.store.migrations.columns import flag

revision = "3"
down_revision = "2"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column("message", flag("no_auto_answer", default=False))
