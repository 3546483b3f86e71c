"""Customers: looked up, found by address, and their conversations."""

from __future__ import annotations

from typing import Any

from omnidesk.desk import identity, naming
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import names, people, thread
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Actor, Conversation, Customer
from omnidesk.words.speech import _


def get(workspace: Workspace, customer_id: int) -> Customer:
    """Return one customer. Raises NotFoundError."""
    found = people.customers(workspace.database.reader, [customer_id])
    if not found:
        raise NotFoundError(
            _("there is no customer {customer_id}; `omnidesk customer find ADDRESS` searches").format(
                customer_id=customer_id
            )
        )
    return found[0]


def page(workspace: Workspace, limit: int, after: int = 0, text: str | None = None) -> list[Customer]:
    """Return customers in the order they came, behind an id: all, or those with `text` as any part of their name,
    company or addresses, see `store.names`. Raises UsageError where there is nothing in it to look for."""
    reader = workspace.database.reader
    if text is not None:
        sought = naming.sought(text)
        if not sought:
            raise UsageError(_("look for whom? a part of a name, a company or an address, with a letter or a digit"))
        return people.customers(reader, names.find(reader, sought, limit, after))
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


def set_customer(
    workspace: Workspace, actor: Actor, customer_id: int, /, **changes: str | bool | None
) -> tuple[rows.Act, Customer]:
    """Write down what is known of a customer: name, company, language, preferred_channel (texts; "" forgets), vip.

    One undoable act. Raises NotFoundError, UsageError."""
    known = get(workspace, customer_id)
    fields: dict[str, Any] = {}
    for key, value in changes.items():
        said = bool(value) if key == "vip" else one_line(str(value or ""), 200) or None
        fields[key] = said
    if "name" in fields and not fields["name"]:
        raise UsageError(_("a customer needs a name"))

    def work(act: Act) -> None:
        if fields:
            act.change_row("customer_changed", "customer", known.id, fields, customer=known.id)
        act.summary = f"changed what is known of {one_line(known.name, 60)}"

    done = perform_undoable(workspace, actor, "customer", work)[0]
    return done, get(workspace, customer_id)
