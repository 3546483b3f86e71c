"""What arrived, and what must not arrive again."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class RawItem(SQLModel, table=True):
    """What arrived, as it arrived; its bytes are in the blobs under `blob`."""

    __tablename__ = "raw_item"
    __table_args__ = (
        Index("raw_item_admitted", "id", sqlite_where=text("state = 'admitted'"),
              postgresql_where=text("state = 'admitted'")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    blob: str
    size: int
    media_type: str
    headers_json: str = "{}"
    received_at: int = Field(sa_column=big())
    source_id: str
    folder: str = ""
    position: str = ""
    outbound: bool = False
    junk: bool = False
    imported: bool = False
    state: str = "admitted"


class Receipt(SQLModel, table=True):
    """One arrival of a message at one channel, with the id of its raw item. UNIQUE keeps it from coming twice."""

    __table_args__ = (
        UniqueConstraint("channel_id", "source_id", name="receipt_once"),
        Index("receipt_source", "source_id"),
        Index("receipt_message", "message_id"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    source_id: str
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    folder: str = ""
    received_at: int = Field(sa_column=big())


class Quarantine(SQLModel, table=True):
    """A raw item that could not be processed."""

    raw_item_id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    cause: str
    attempts: int = 1
    at: int = Field(sa_column=big())


class Tombstone(SQLModel, table=True):
    """What was deleted and must not return: a keyed hash of its source id."""

    hash: str = Field(primary_key=True)
    at: int = Field(sa_column=big())


class RelayItem(SQLModel, table=True):
    """A verified item that a relay keeps for a desk elsewhere, whole with its bytes, under a number that grows."""

    __tablename__ = "relay_item"
    __table_args__ = (
        UniqueConstraint("channel_id", "source_id", name="relay_item_once"),
        Index("relay_item_channel", "channel_id", "number"),
        Index("relay_item_kept", "kept_at"),
    )
    number: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    source_id: str
    item_json: str = Field(sa_column=Column(Text, nullable=False))
    kept_at: int = Field(sa_column=big())


class UnnamedBlob(SQLModel, table=True):
    """A blob whose row was erased: it goes as soon as it is certain that no other row names it."""

    __tablename__ = "unnamed_blob"
    name: str = Field(primary_key=True)
    at: int = Field(sa_column=big())
