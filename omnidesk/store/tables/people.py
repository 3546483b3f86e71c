"""Customers and their addresses."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class Customer(SQLModel, table=True):
    """A person or company who contacts the desk."""

    __table_args__ = (
        Index("customer_vip", "id", sqlite_where=text("vip"), postgresql_where=text("vip")),
        Index("customer_merged", "merged_into", sqlite_where=text("merged_into IS NOT NULL"),
              postgresql_where=text("merged_into IS NOT NULL")),
        Index("customer_name", "name"),
        Index("customer_organisation", "organisation_id", sqlite_where=text("organisation_id IS NOT NULL"),
              postgresql_where=text("organisation_id IS NOT NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    name: str = ""
    company: str | None = None
    language: str | None = None
    preferred_channel: str | None = None
    vip: bool = False
    merged_into: int | None = Field(default=None, sa_column=big(nullable=True))
    organisation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    created_at: int = Field(sa_column=big())
    erased_at: int | None = Field(default=None, sa_column=big(nullable=True))
    """When all that told who they were went for good."""


class Organisation(SQLModel, table=True):
    """A company or body that several customers belong to; whoever writes from one of its `domains` does."""

    __table_args__ = (UniqueConstraint("folded", name="organisation_once"),)
    id: int = Field(sa_column=big(primary_key=True))
    name: str
    folded: str
    domains: str = ""
    created_at: int = Field(sa_column=big())


class Suggestion(SQLModel, table=True):
    """Two customers who may be one person, and why: `value` is what both have. The lower id stands first."""

    __table_args__ = (
        UniqueConstraint("customer_id", "other_id", name="suggestion_once"),
        Index("suggestion_other", "other_id"),
        Index("suggestion_offered", "id", sqlite_where=text("state = 'offered'"),
              postgresql_where=text("state = 'offered'")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    customer_id: int = Field(sa_column=big())
    other_id: int = Field(sa_column=big())
    kind: str
    value: str = ""
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    state: str = "offered"
    created_at: int = Field(sa_column=big())


class CustomerTag(SQLModel, table=True):
    """Tags of a customer."""

    __tablename__ = "customer_tag"
    customer_id: int = Field(sa_column=big(primary_key=True))
    tag_id: int = Field(sa_column=big(primary_key=True))


class CustomerNote(SQLModel, table=True):
    """One wording of a note about a customer. All wordings of a note bear its number; the one that is not gone holds,
    and where all are gone, the note is taken back. So what is undone needs no text in the history."""

    __tablename__ = "customer_note"
    __table_args__ = (
        Index("customer_note_customer", "customer_id", "at", "id"),
        Index("customer_note_note", "note_id"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    note_id: int = Field(sa_column=big())
    customer_id: int = Field(sa_column=big())
    author: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    at: int = Field(sa_column=big())
    edited_at: int | None = Field(default=None, sa_column=big(nullable=True))
    edited_by: str = ""
    gone_at: int | None = Field(default=None, sa_column=big(nullable=True))


class Moved(SQLModel, table=True):
    """One row that a merge, split or join moved, so that it can go back: `column_name` of `table_name` changed."""

    __table_args__ = (Index("moved_act", "act_id"), Index("moved_row", "table_name", "row_id"))
    id: int = Field(sa_column=big(primary_key=True))
    act_id: int = Field(sa_column=big())
    table_name: str
    row_id: int = Field(sa_column=big())
    column_name: str
    before_id: int | None = Field(default=None, sa_column=big(nullable=True))
    after_id: int | None = Field(default=None, sa_column=big(nullable=True))


class Identity(SQLModel, table=True):
    """One address a customer uses; unique over kind, scope and value. A `claimed` one they only say is theirs."""

    __table_args__ = (
        UniqueConstraint("kind", "scope", "value", name="identity_once"),
        Index("identity_customer", "customer_id"),
        Index("identity_value", "value"),
    )
    id: int = Field(sa_column=big(primary_key=True))
    customer_id: int = Field(sa_column=big())
    kind: str
    scope: str = ""
    value: str
    name: str = ""
    verified: bool = False
    deliverable: bool = True
    shared: bool = False
    claimed: bool = False
    blocked_at: int | None = Field(default=None, sa_column=big(nullable=True))
    created_at: int = Field(sa_column=big())


class Consent(SQLModel, table=True):
    """What a customer allowed for one address, on one kind of channel, for one purpose, and on what ground."""

    __table_args__ = (UniqueConstraint("identity_id", "channel_kind", "purpose", name="consent_once"),)
    id: int = Field(sa_column=big(primary_key=True))
    identity_id: int = Field(sa_column=big())
    channel_kind: str
    purpose: str
    state: str
    since: int = Field(sa_column=big())
    source: str
    ground: str = ""
