"""What agents make for themselves and their team: saved views, macros; and what they are told of."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class SavedView(SQLModel, table=True):
    """A search kept under a name; without an owner the whole team has it. A removed one stays, to be brought back."""

    __tablename__ = "saved_view"
    id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(default=0, sa_column=big(default=0))
    name: str
    query: str
    sort: str = "due"
    columns_json: str = "[]"
    position: int = 0
    created_at: int = Field(sa_column=big())
    removed_at: int | None = Field(default=None, sa_column=big(nullable=True))


class Macro(SQLModel, table=True):
    """A canned reply and what it does: a text per language and class of channel, and actions."""

    __table_args__ = (UniqueConstraint("agent_id", "name", name="macro_once"),)
    id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(default=0, sa_column=big(default=0))
    name: str
    texts_json: str = Field(default="[]", sa_column=Column(Text, nullable=False, default="[]"))
    actions_json: str = "[]"
    created_at: int = Field(sa_column=big())
    updated_at: int = Field(sa_column=big())


class MacroUse(SQLModel, table=True):
    """How often an agent used a macro, and when last."""

    __tablename__ = "macro_use"
    macro_id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(sa_column=big(primary_key=True))
    uses: int = 0
    last_used_at: int = Field(sa_column=big())


class Notification(SQLModel, table=True):
    """What an agent is told of: a mention, an answer in their conversation, a failed send."""

    __table_args__ = (
        Index("notification_agent", "agent_id", "id"),
        Index("notification_unseen", "agent_id", "conversation_id", sqlite_where=text("seen_at IS NULL"),
              postgresql_where=text("seen_at IS NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(sa_column=big())
    kind: str
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    by: str = ""
    at: int = Field(sa_column=big())
    seen_at: int | None = Field(default=None, sa_column=big(nullable=True))
