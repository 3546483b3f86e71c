"""Orders of shops, the addresses they bear, what shops are asked and what is written back to them."""

import sqlalchemy as sa
from alembic import op

from omnidesk.store.migrations.columns import count, number, only, prose, words

revision = "13"
down_revision = "12"
breaking = False


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "shop_order",
        number("id"),
        number("channel_id"),
        words("source_id"),
        words("number"),
        words("number_key"),
        words("name", ""),
        number("at"),
        number("updated_at"),
        number("heard_at"),
        prose("document_json"),
        number("raw_item_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel_id", "source_id", name="shop_order_once"),
    )
    op.create_index("shop_order_number", "shop_order", ["number_key", "id"])
    op.create_index("shop_order_at", "shop_order", ["at", "id"])
    op.create_table(
        "shop_order_address",
        words("kind"),
        words("value"),
        number("order_id"),
        sa.PrimaryKeyConstraint("kind", "value", "order_id"),
    )
    op.create_index("shop_order_address_order", "shop_order_address", ["order_id"])
    op.create_table(
        "order_note",
        number("id"),
        words("uuid"),
        number("order_id"),
        number("channel_id"),
        number("agent_id", nullable=True),
        words("author", ""),
        prose("text"),
        words("state"),
        number("due_at", nullable=True),
        count("attempts", 0),
        words("error", ""),
        number("created_at"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uuid", name="order_note_uuid"),
    )
    op.create_index("order_note_order", "order_note", ["order_id", "id"])
    op.create_index("order_note_due", "order_note", ["channel_id", "due_at"], **only("due_at IS NOT NULL"))
    op.create_table(
        "order_lookup",
        number("channel_id"),
        words("kind"),
        words("value"),
        number("due_at", nullable=True),
        number("asked_at"),
        count("attempts", 0),
        words("error", ""),
        sa.PrimaryKeyConstraint("channel_id", "kind", "value"),
    )
    op.create_index("order_lookup_due", "order_lookup", ["channel_id", "due_at"], **only("due_at IS NOT NULL"))
