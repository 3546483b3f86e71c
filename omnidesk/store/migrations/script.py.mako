"""${message}."""

import sqlalchemy as sa
from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
breaking = False
"""Whether programs that know only the schema before can no longer write."""


def upgrade() -> None:
    """Bring the schema forward."""
    ${upgrades if upgrades else "pass"}
