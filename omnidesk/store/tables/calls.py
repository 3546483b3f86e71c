"""Telephone calls as telephone systems tell of them."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class Call(SQLModel, table=True):
    """One telephone call, brought up to date by each piece of news; a message once it has ended.

    `taken_by` is the extension or login that took it, in the telephone system's words; `agent_id` who of us is known to
    have done so. `identity_id` is null where the number was withheld."""

    __table_args__ = (
        UniqueConstraint("channel_id", "external_id", name="call_once"),
        Index("call_live", "began_at", sqlite_where=text("state <> 'ended'"),
              postgresql_where=text("state <> 'ended'")),
        Index("call_message", "message_id"),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    channel_id: int = Field(sa_column=big())
    external_id: str
    outbound: bool = False
    identity_id: int | None = Field(default=None, sa_column=big(nullable=True))
    number: str = ""
    state: str
    began_at: int = Field(sa_column=big())
    answered_at: int | None = Field(default=None, sa_column=big(nullable=True))
    ended_at: int | None = Field(default=None, sa_column=big(nullable=True))
    heard_at: int = Field(sa_column=big())
    outcome: str = ""
    taken_by: str = ""
    agent_id: int | None = Field(default=None, sa_column=big(nullable=True))
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
