"""What is known about a customer, and from where."""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from omnidesk.store.tables.columns import big


class Fact(SQLModel, table=True):
    """One value of a kind that somebody said of a customer. The same value has a row for each sort of source, that of
    an order one for each order; nothing is unique over the customer, so that two can be merged by their ids.

    `folded` is what makes two values the same; `at` when it was said last; `gone_at` when an agent forgot or corrected
    it: it stays, so that the same source does not bring it back."""

    __table_args__ = (
        Index("fact_customer", "customer_id", "at"),
        Index("fact_value", "kind", "folded"),
        Index("fact_message", "message_id", sqlite_where=text("message_id IS NOT NULL"),
              postgresql_where=text("message_id IS NOT NULL")),
    )  # fmt: skip
    id: int = Field(sa_column=big(primary_key=True))
    customer_id: int = Field(sa_column=big())
    kind: str
    value: str
    folded: str
    source: str
    reference: str = ""
    message_id: int | None = Field(default=None, sa_column=big(nullable=True))
    agent_id: int | None = Field(default=None, sa_column=big(nullable=True))
    proven: bool = True
    at: int = Field(sa_column=big())
    gone_at: int | None = Field(default=None, sa_column=big(nullable=True))
