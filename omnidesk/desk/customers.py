"""Customers: looked up, found by address, and their conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from omnidesk.desk import customer_merging, identity, naming, phones
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import names, people, thread
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import normalise_identity, valid_email
from omnidesk.text.clean import one_line
from omnidesk.text.phone import could_be_phone, known_region, valid_phone
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Actor, Conversation, Customer, Identity
from omnidesk.words.speech import _


def get(workspace: Workspace, customer_id: int) -> Customer:
    """Return one customer; of one who was merged whom they were merged into. Raises NotFoundError."""
    reader = workspace.database.reader
    found = people.customers(reader, [customer_merging.current(reader, customer_id)])
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
    ids = reader.all(
        "SELECT id FROM customer WHERE id > ? AND merged_into IS NULL AND erased_at IS NULL ORDER BY id LIMIT ?",
        (after, limit),
    )
    return people.customers(reader, [row[0] for row in ids])


def find(workspace: Workspace, value: str, kind: str | None = None) -> list[Customer]:
    """Return the customers who use an address."""
    reader = workspace.database.reader
    return people.customers(reader, identity.find(reader, value, kind))


@dataclass(frozen=True, slots=True)
class Normal:
    """An address in the form it is compared in, and whether it can be one of its kind at all."""

    kind: str
    scope: str
    value: str
    valid: bool


def normalised(workspace: Workspace, value: str, kind: str | None = None, region: str | None = None) -> Normal:
    """Return an address in normal form; without a kind it is told by its look. Numbers without a country belong to
    `region`, else to the workspace's. Raises UsageError for an unknown region."""
    if region is not None and not known_region(region.upper()):
        raise UsageError(_("{region} is no country (ISO 3166), such as NL").format(region=one_line(region, 20)))
    here = (region or phones.region(workspace.database.reader)).upper()
    told = kind or ("email" if "@" in value.strip()[1:] else "phone" if could_be_phone(value) else "handle")
    normal = normalise_identity(told, value, here)
    if told == "email":
        valid = valid_email(normal)
    elif told == "phone":
        valid = valid_phone(normal)
    else:
        valid = bool(normal)
    return Normal(told, "", normal, valid)


def identity_of(workspace: Workspace, value: str, kind: str | None = None) -> Identity:
    """Return an address that somebody uses. Raises NotFoundError."""
    reader = workspace.database.reader
    for told in [kind] if kind else ["email", "phone", ""]:
        normal = phones.normalised(reader, told, value) if told else value.strip()
        row = reader.one(
            "SELECT * FROM identity WHERE value = ? AND kind = coalesce(?, kind) ORDER BY id LIMIT 1",
            (normal, told or None),
        )
        if row is not None:
            return people.identity(row)
    raise NotFoundError(_("nobody uses {address}").format(address=one_line(value, 100)))


def share(workspace: Workspace, actor: Actor, identity: int, shared: bool) -> rows.Act:
    """Say whether many people use an address: what comes from it then joins nothing by itself and proves nobody.
    Undoable. Raises NotFoundError."""

    def work(act: Act) -> None:
        row = act.tx.one("SELECT customer_id, value FROM identity WHERE id = ?", (identity,))
        if row is None:
            raise NotFoundError(_("nobody uses that address"))
        act.change_row("address_shared", "identity", identity, {"shared": shared}, customer=row["customer_id"])
        many = "many people use" if shared else "one person uses"
        act.summary = f"{many} {one_line(row['value'], 80)}"

    return perform_undoable(workspace, actor, "customer_share", work)[0]


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
