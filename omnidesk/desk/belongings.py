"""What belongs to a person, table by table: the one list that an export reads and an erasure goes through.

A new table that holds anything of a customer gets a line here; a test holds the list to the schema. A table that is not
there is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from omnidesk.store.database import Connection, Transaction


class Of(StrEnum):
    """By whose id the rows of a table are found."""

    CUSTOMER = "customer"
    IDENTITY = "identity"
    CONVERSATION = "conversation"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class Belonging:
    """Rows of a table that belong to a person. `where` has the id as its one value.

    Erasing removes them, or sets the columns in `blank` to these pieces of SQL. An export tells of them under `title`;
    without one they are told elsewhere, or tell nothing. `raw`: their column raw_item_id names what arrived."""

    table: str
    of: Of
    where: str = ""
    title: str = ""
    blank: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False

    @property
    def condition(self) -> str:
        """The condition on the table's rows."""
        return self.where or f"{self.of}_id = ?"


_THEIR_ORDERS = (
    "IN (SELECT a.order_id FROM shop_order_address a JOIN identity i ON i.kind = a.kind AND i.value = a.value "
    "WHERE i.id = ?)"
)
BELONGINGS = (
    Belonging("order_note", Of.IDENTITY, f"order_id {_THEIR_ORDERS}", "Notes on orders"),
    Belonging("shop_order", Of.IDENTITY, f"id {_THEIR_ORDERS}", "Orders", raw=True),
    Belonging(
        "order_lookup", Of.IDENTITY,
        "EXISTS (SELECT 1 FROM identity i WHERE i.kind = order_lookup.kind AND i.value = order_lookup.value "
        "AND i.id = ?)",
    ),
    Belonging("shop_order_address", Of.IDENTITY, f"order_id {_THEIR_ORDERS}"),
    Belonging("fact", Of.CUSTOMER, title="Known facts"),
    Belonging("fact", Of.MESSAGE),
    Belonging("customer_note", Of.CUSTOMER, title="Notes about the customer"),
    Belonging("customer_tag", Of.CUSTOMER),
    Belonging("suggestion", Of.CUSTOMER),
    Belonging("suggestion", Of.CUSTOMER, "other_id = ?"),
    Belonging("suggestion", Of.MESSAGE),
    Belonging("consent", Of.IDENTITY),
    Belonging("visitor_presence", Of.IDENTITY),
    Belonging(
        "call", Of.IDENTITY, title="Calls",
        blank={"identity_id": "NULL", "number": "''", "external_id": "'erased:' || id"},
    ),
    Belonging("participant", Of.IDENTITY),
    Belonging("participant", Of.CONVERSATION),
    Belonging("draft", Of.CONVERSATION, title="Drafts"),
    Belonging("held_answer", Of.CONVERSATION),
    Belonging("skip", Of.CONVERSATION),
    Belonging("notification", Of.CONVERSATION, blank={"by": "''"}),
    Belonging("visitor_presence", Of.CONVERSATION),
)  # fmt: skip
"""In the order in which they are erased."""

APART = {
    "customer": "erasing", "identity": "erasing", "act": "erasing", "event": "erasing",
    "conversation": "forgetting", "message": "forgetting", "attachment": "forgetting", "receipt": "forgetting",
    "raw_item": "forgetting", "quarantine": "forgetting", "fetching": "forgetting", "outbox": "forgetting",
    "provider_id": "forgetting", "message_reference": "forgetting",
}  # fmt: skip
"""Tables that belong to a person in more ways than a line says, and the module that goes through them."""
PASSING = ("presence", "early_report", "relay_item")
"""Tables whose rows are forgotten by themselves within days."""
NOBODYS = (
    "agent", "channel", "conversation_tag", "counter", "lease", "macro", "macro_use", "mark", "moved", "organisation",
    "retention_rule", "routing_rule", "saved_view", "setting", "tag", "team", "team_member", "template", "tombstone",
    "unnamed_blob",
)  # fmt: skip
"""Tables that tell nothing of a person: ids and what is the desk's own."""


def tables(connection: Connection) -> set[str]:
    """Return the names of the tables that there are."""
    said = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if connection.dialect == "sqlite"
        else "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
    )
    return {row[0] for row in connection.all(said)}


def rows(connection: Connection, one: Belonging, ids: Iterable[int]) -> list[Any]:
    """Return the rows of a table that belong to whose ids these are."""
    return [
        row for each in ids for row in connection.all(f'SELECT * FROM "{one.table}" WHERE {one.condition}', (each,))
    ]


def erase(tx: Transaction, one: Belonging, ids: Iterable[int]) -> None:
    """Remove the rows of a table that belong to whose ids these are, or what they tell."""
    if one.blank:
        columns = ", ".join(f'"{name}" = {value}' for name, value in one.blank.items())
        said = f'UPDATE "{one.table}" SET {columns} WHERE {one.condition}'
    else:
        said = f'DELETE FROM "{one.table}" WHERE {one.condition}'
    tx.execute_many(said, [(each,) for each in ids])
