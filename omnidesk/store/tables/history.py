"""Acts and events."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big, written_by

JOINS = "kind IN ('join_offered', 'join_refused')"
"""What a conversation is offered to join is read with each thread: it has an index of its own."""
ABOUT = "customer_id IS NOT NULL AND kind NOT IN ('received', 'sent_elsewhere', 'opened')"
"""What was done to a customer, without the one event that each message brings: it has an index for their timeline."""


class Act(SQLModel, table=True):
    """One thing a person or the program did; groups its events, and is what undo reverses."""

    __table_args__ = (
        Index("act_actor", "actor", "id"),
        Index("act_bulk", "id", sqlite_where=text("kind = 'bulk'"), postgresql_where=text("kind = 'bulk'")),
    )
    id: int = Field(sa_column=big(primary_key=True))
    at: int = Field(sa_column=big())
    actor: str
    kind: str
    summary: str = ""
    undoable: bool = False
    undone_by: int | None = Field(default=None, sa_column=big(nullable=True))
    undoes: int | None = Field(default=None, sa_column=big(nullable=True))


class Event(SQLModel, table=True):
    """One fact in the history, append-only: audit log, undo journal and change feed are this one list."""

    __table_args__ = (
        Index("event_conversation", "conversation_id", "id"),
        Index("event_customer", "customer_id", "id"),
        Index("event_act", "act_id"),
        Index("event_xid", "xid", sqlite_where=text("xid IS NOT NULL"), postgresql_where=text("xid IS NOT NULL")),
        Index("event_about", "customer_id", "id", sqlite_where=text(ABOUT), postgresql_where=text(ABOUT)),
        Index("event_join", "conversation_id", sqlite_where=text(JOINS), postgresql_where=text(JOINS)),
    )
    id: int = Field(sa_column=big(primary_key=True))
    at: int = Field(sa_column=big())
    act_id: int = Field(sa_column=big())
    actor: str
    kind: str
    conversation_id: int | None = Field(default=None, sa_column=big(nullable=True))
    customer_id: int | None = Field(default=None, sa_column=big(nullable=True))
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    before_json: str = "{}"
    after_json: str = "{}"
    xid: int | None = Field(default=None, sa_column=written_by())
    """On PostgreSQL the number of the transaction that wrote it, filled in by the server."""
