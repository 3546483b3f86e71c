"""Organisations: companies and bodies that several customers belong to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from omnidesk.desk import customer_merging
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import people
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import valid_email
from omnidesk.text.clean import one_line
from omnidesk.text.fold import fold
from omnidesk.text.suspicion import COMMON
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.rows import Actor, Customer, Organisation
from omnidesk.words.speech import _

LONGEST = 200
MOST_DOMAINS = 50


def page(workspace: Workspace, limit: int, after: str = "") -> list[Organisation]:
    """Return organisations by name, behind a folded name."""
    found = workspace.database.reader.all(f"{_READ} WHERE o.folded > ? ORDER BY o.folded LIMIT ?", (after, limit))
    return [_organisation(row) for row in found]


def get(workspace: Workspace, name: str) -> Organisation:
    """Return an organisation by its name, however it is spelled. Raises NotFoundError."""
    row = workspace.database.reader.one(f"{_READ} WHERE o.folded = ?", (fold(name),))
    if row is None:
        raise NotFoundError(
            _("there is no organisation {name}; `omnidesk organisation list` shows them").format(
                name=one_line(name, 60)
            )
        )
    return _organisation(row)


def members(workspace: Workspace, organisation: int, limit: int, after: int = 0) -> list[Customer]:
    """Return the customers of an organisation, in the order they came; rides on customer_organisation."""
    reader = workspace.database.reader
    found = reader.all(
        "SELECT id FROM customer WHERE organisation_id = ? AND merged_into IS NULL AND id > ? ORDER BY id LIMIT ?",
        (organisation, after, limit),
    )
    return people.customers(reader, [row[0] for row in found])


_READ = (
    "SELECT o.*, (SELECT count(*) FROM customer c WHERE c.organisation_id = o.id AND c.merged_into IS NULL) "
    "AS customers FROM organisation o"
)


def _organisation(row: Any) -> Organisation:
    return Organisation(row["id"], row["name"], tuple(row["domains"].split()), row["customers"], row["created_at"])


def put(
    workspace: Workspace, actor: Actor, name: str, domains: Iterable[str] | None = None, called: str | None = None
) -> tuple[rows.Act, Organisation]:
    """Make an organisation, or change the domains or the name of one. Undoable but for the making.

    Whoever writes from one of the domains for the first time belongs to it; those who are known do at once, where they
    belong to none. Raises UsageError, RefusedError."""
    said = one_line(called or name, LONGEST)
    if not fold(said):
        raise UsageError(_("an organisation needs a name"))
    wanted = None if domains is None else _checked(domains)

    def work(act: Act) -> None:
        row = act.tx.one("SELECT * FROM organisation WHERE folded = ?", (fold(name),))
        number = new_id() if row is None else int(row["id"])
        if row is None:
            act.tx.insert("organisation", id=number, name=said, folded=fold(said), created_at=act.at)
            act.event("organisation_made", after={"organisation": number})
        fields: dict[str, Any] = {} if wanted is None else {"domains": " ".join(wanted)}
        if called is not None and row is not None:
            taken = act.tx.value("SELECT id FROM organisation WHERE folded = ?", (fold(said),))
            if taken not in (None, number):
                raise RefusedError(_("there is an organisation {name} already").format(name=said))
            fields |= {"name": said, "folded": fold(said)}
        if fields:
            act.change_row("organisation_changed", "organisation", number, fields)
        for domain in wanted or ():
            _take_in(act, number, domain)
        act.summary = f"organisation {one_line(said, 60)}"

    done = perform_undoable(workspace, actor, "organisation", work)[0]
    return done, get(workspace, said)


def _checked(domains: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(one.strip().lower().removeprefix("@") for one in domains if one.strip()))
    for domain in found:
        if not valid_email(f"a@{domain}") or "." not in domain:
            raise UsageError(_("{domain} is no domain of mail addresses").format(domain=one_line(domain, 60)))
        if domain in COMMON:
            raise UsageError(_("{domain} belongs to everybody: no organisation has it").format(domain=domain))
    if len(found) > MOST_DOMAINS:
        raise UsageError(_("an organisation has at most {count} domains").format(count=MOST_DOMAINS))
    return found


def _take_in(act: Act, organisation: int, domain: str) -> None:
    """Have those belong to an organisation who use an address of a domain, and belong to none."""
    found = act.tx.all(
        "SELECT DISTINCT c.id FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.kind = 'email' "
        "AND i.value LIKE ? AND NOT i.claimed AND c.organisation_id IS NULL AND c.merged_into IS NULL",
        (f"%@{domain}",),
    )
    for (customer,) in found:
        assign_in(act, customer, organisation)


def assign(workspace: Workspace, actor: Actor, customer: int, name: str | None) -> rows.Act:
    """Have a customer belong to an organisation, None to none; undoable. Raises NotFoundError."""
    wanted = None if name is None else get(workspace, name)

    def work(act: Act) -> None:
        here = customer_merging.current(act.tx, customer)
        called = act.tx.value("SELECT name FROM customer WHERE id = ?", (here,))
        if called is None:
            raise NotFoundError(_("there is no customer {customer_id}").format(customer_id=customer))
        assign_in(act, here, None if wanted is None else wanted.id)
        group = "no organisation" if wanted is None else one_line(wanted.name, 60)
        act.summary = f"{one_line(called, 60)} belongs to {group}"

    return perform_undoable(workspace, actor, "organisation", work)[0]


def assign_in(act: Act, customer: int, organisation: int | None) -> None:
    """Do the same within an act under way."""
    act.change_row("customer_changed", "customer", customer, {"organisation_id": organisation}, customer=customer)


def by_domain(connection: Connection) -> dict[str, int]:
    """Return the organisation of each domain that one has."""
    found = connection.all("SELECT id, domains FROM organisation WHERE domains <> ''")
    return {domain: row[0] for row in found for domain in row[1].split()}
