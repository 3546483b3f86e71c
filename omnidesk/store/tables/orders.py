"""Orders as shops tell of them, what they are asked, and what is written back."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class ShopOrder(SQLModel, table=True):
    """One order, as the newest telling has it; `number_key` is its number without what people leave out."""

    __tablename__ = "shop_order"
    __table_args__ = (
        UniqueConstraint("channel_id", "source_id", name="shop_order_once"),
        Index("shop_order_number", "number_key", "id"),
        Index("shop_order_at", "at", "id"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    source_id: str
    number: str
    number_key: str
    name: str = ""
    at: int = Field(sa_column=big())
    updated_at: int = Field(sa_column=big())
    heard_at: int = Field(sa_column=big())
    document_json: str = Field(sa_column=Column(Text, nullable=False))
    raw_item_id: int = Field(sa_column=big())


class ShopOrderAddress(SQLModel, table=True):
    """An address that an order bears. It is the customer's who uses it, whoever that is now: nothing is moved when
    customers are merged or parted."""

    __tablename__ = "shop_order_address"
    __table_args__ = (Index("shop_order_address_order", "order_id"),)
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    order_id: int = Field(sa_column=big(primary_key=True))


class OrderNote(SQLModel, table=True):
    """A note of ours on its way to an order in the shop; `uuid` is its idempotency key."""

    __tablename__ = "order_note"
    __table_args__ = (
        UniqueConstraint("uuid", name="order_note_uuid"),
        Index("order_note_order", "order_id", "id"),
        Index("order_note_due", "channel_id", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    uuid: str
    order_id: int = Field(sa_column=big())
    channel_id: int = Field(sa_column=big())
    agent_id: int | None = Field(default=None, sa_column=big(nullable=True))
    author: str = ""
    text: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    due_at: int | None = Field(default=None, sa_column=big(nullable=True))
    attempts: int = 0
    error: str = ""
    created_at: int = Field(sa_column=big())


class OrderLookup(SQLModel, table=True):
    """What a shop is asked about; `due_at` is null once it answered."""

    __tablename__ = "order_lookup"
    __table_args__ = (
        Index("order_lookup_due", "channel_id", "due_at", sqlite_where=text("due_at IS NOT NULL"),
              postgresql_where=text("due_at IS NOT NULL")),
    )  # fmt: skip
    channel_id: int = Field(sa_column=big(primary_key=True))
    kind: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    due_at: int | None = Field(default=None, sa_column=big(nullable=True))
    asked_at: int = Field(sa_column=big())
    attempts: int = 0
    error: str = ""
