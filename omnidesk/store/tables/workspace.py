"""The workspace itself, its agents and channels."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class Mark(SQLModel, table=True):
    """What every start checks first: the schema's number and the oldest program that may write."""

    key: str = Field(primary_key=True)
    value: str


class Setting(SQLModel, table=True):
    """One setting of the workspace that differs from its default."""

    key: str = Field(primary_key=True)
    value_json: str


class Counter(SQLModel, table=True):
    """Short numbers handed out in order."""

    name: str = Field(primary_key=True)
    value: int = Field(sa_column=big())


class Agent(SQLModel, table=True):
    """A person who works at the desk."""

    id: int = Field(sa_column=big(primary_key=True))
    login: str = Field(unique=True)
    name: str
    address: str | None = None
    signature: str = ""
    languages: str = ""
    state: str = "available"
    away_until: int | None = Field(default=None, sa_column=big(nullable=True))
    role: str = "agent"
    disabled: bool = False
    created_at: int = Field(sa_column=big())


class Team(SQLModel, table=True):
    """A named group of agents."""

    id: int = Field(sa_column=big(primary_key=True))
    name: str = Field(unique=True)
    created_at: int = Field(sa_column=big())


class TeamMember(SQLModel, table=True):
    """Who is in which team."""

    __tablename__ = "team_member"
    team_id: int = Field(sa_column=big(primary_key=True))
    agent_id: int = Field(sa_column=big(primary_key=True))


class Channel(SQLModel, table=True):
    """One configured account of a kind. A removed one stays, for its messages; its name is free again."""

    __table_args__ = (
        Index("channel_name", "name", unique=True, sqlite_where=text("removed_at IS NULL"),
              postgresql_where=text("removed_at IS NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    name: str
    kind: str
    address: str = ""
    settings_json: str = "{}"
    enabled: bool = True
    read_only: bool = False
    history_days: int = 14
    cursor_json: str = "{}"
    learned_json: str = "{}"
    templates_at: int | None = Field(default=None, sa_column=big(nullable=True))
    health: str = "ok"
    error: str | None = None
    last_success_at: int | None = Field(default=None, sa_column=big(nullable=True))
    next_attempt_at: int | None = Field(default=None, sa_column=big(nullable=True))
    progress_done: int = 0
    progress_total: int = 0
    created_at: int = Field(sa_column=big())
    removed_at: int | None = Field(default=None, sa_column=big(nullable=True))


class Template(SQLModel, table=True):
    """A text that a channel's provider has approved; `fields_json` is a list of [name, example]."""

    channel_id: int = Field(sa_column=big(primary_key=True))
    name: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    category: str = ""
    text: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))
    fields_json: str = Field(default="[]", sa_column=Column(Text, nullable=False, default="[]"))
    cost: str = ""


class Lease(SQLModel, table=True):
    """The right to run one channel (or the clock), held for seconds; `number` grows with each new holder."""

    name: str = Field(primary_key=True)
    owner: str
    number: int = Field(sa_column=big())
    expires_at: int = Field(sa_column=big())


class Presence(SQLModel, table=True):
    """Who is viewing or answering what; rows expire and are never events."""

    __table_args__ = (Index("presence_conversation", "conversation_id"),)
    process: str = Field(primary_key=True)
    agent_id: int = Field(sa_column=big())
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    doing: str = "viewing"
    expires_at: int = Field(sa_column=big())


class VisitorPresence(SQLModel, table=True):
    """A visitor's page that is connected to us; rows expire and are never events. An expired one tells when they left
    until it is cleaned away."""

    __tablename__ = "visitor_presence"
    __table_args__ = (Index("visitor_presence_conversation", "conversation_id"),)
    connection: str = Field(primary_key=True)
    channel_id: int = Field(sa_column=big())
    identity_id: int = Field(sa_column=big())
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    typing: bool = False
    page: str = ""
    since: int = Field(sa_column=big())
    expires_at: int = Field(sa_column=big())


class RoutingRule(SQLModel, table=True):
    """Which team gets what comes in; all that is not empty must fit. A removed one stays, to be brought back."""

    __tablename__ = "routing_rule"
    id: int = Field(sa_column=big(primary_key=True))
    position: int = 0
    channel_id: int | None = Field(default=None, sa_column=big(nullable=True))
    to_address: str = ""
    subject: str = ""
    header: str = ""
    folder: str = ""
    team_id: int = Field(sa_column=big())
    created_at: int = Field(sa_column=big())
    removed_at: int | None = Field(default=None, sa_column=big(nullable=True))


class RetentionRule(SQLModel, table=True):
    """What becomes of closed conversations that are older than so many days: `what` is erase or delete. A `tag` names
    those it is for, empty: all."""

    __tablename__ = "retention_rule"
    id: int = Field(sa_column=big(primary_key=True))
    days: int
    tag: str = ""
    what: str
    created_at: int = Field(sa_column=big())
