"""Customers: looked up, found by address, and their conversations."""

from __future__ import annotations

from omnidesk.desk import identity
from omnidesk.store import people, thread
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Conversation, Customer


def get(workspace: Workspace, customer_id: int) -> Customer:
    """Return one customer. Raises NotFoundError."""
    found = people.customers(workspace.database.reader, [customer_id])
    if not found:
        raise NotFoundError(f"there is no customer {customer_id}; `omnidesk customer find ADDRESS` searches")
    return found[0]


def page(workspace: Workspace, limit: int, after: int = 0) -> list[Customer]:
    """Return customers in the order they came, behind an id."""
    reader = workspace.database.reader
    ids = reader.all("SELECT id FROM customer WHERE id > ? AND merged_into IS NULL ORDER BY id LIMIT ?", (after, limit))
    return people.customers(reader, [row[0] for row in ids])


def find(workspace: Workspace, value: str, kind: str | None = None) -> list[Customer]:
    """Return the customers who use an address."""
    reader = workspace.database.reader
    return people.customers(reader, identity.find(reader, value, kind))


def conversations(workspace: Workspace, customer_id: int, limit: int = 50) -> list[Conversation]:
    """Return a customer's conversations, newest first; rides on conversation_customer."""
    reader = workspace.database.reader
    numbers = reader.all(
        "SELECT id FROM conversation WHERE customer_id = ? AND place IN ('desk', 'spam') ORDER BY "
        "last_message_at DESC LIMIT ?",
        (customer_id, limit),
    )
    return thread.conversations(reader, [row[0] for row in numbers])
