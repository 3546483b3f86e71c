"""omnidesk organisation: companies and bodies that several customers belong to."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.printing import Printer, bold, dim
from omnidesk.cli.same_person import Id
from omnidesk.cli.session import Session, command, group

app = group("Companies and bodies that several customers belong to.")
Name = Annotated[str, typer.Argument(metavar="NAME", help="The organisation's name.")]


@command(app, "list")
def list_organisations(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List organisations by name."""
    from omnidesk.desk import organisations
    from omnidesk.text.fold import fold

    found = organisations.page(session.workspace, limit + 1, after or "")
    page = found[:limit]
    following = fold(page[-1].name) if len(found) > limit else None

    def people(printer: Printer) -> None:
        if page:
            lines = [(one.name, str(one.customers), " ".join(one.domains)) for one in page]
            printer.table(("Name", "Customers", "Domains"), lines)
        else:
            printer.say(dim("no organisations"))

    session.show(paging.listed([shapes.organisation(one) for one in page], following), people)


@command(app, "show")
def show(session: Session, name: Name, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """Show an organisation and its customers."""
    from omnidesk.desk import organisations

    one = organisations.get(session.workspace, name)
    found = organisations.members(session.workspace, one.id, limit + 1, paging.number(after, "a list of customers"))
    page = found[:limit]
    following = str(page[-1].id) if len(found) > limit else None

    def people(printer: Printer) -> None:
        printer.say(bold(one.name), "  ", " ".join(one.domains))
        for each in page:
            printer.say(f"  {each.id}  {each.name}  {', '.join(way.value for way in each.identities)}")

    listed = paging.listed([shapes.customer(each) for each in page], following)
    session.show({"organisation": shapes.organisation(one), **listed}, people)


@command(app, "set")
def put(
    session: Session,
    name: Name,
    domain: Annotated[
        list[str] | None,
        typer.Option("--domain", metavar="D", help="Whoever writes from here belongs to it; repeat, '' for none."),
    ] = None,
    rename: Annotated[str | None, typer.Option("--rename", metavar="NEW", help="Call it so from now on.")] = None,
) -> None:
    """Make an organisation, or change its domains or its name."""
    from omnidesk.desk import organisations

    act, one = organisations.put(session.workspace, session.actor, name, domain, rename)
    session.changed(act, {"organisation": shapes.organisation(one)})


@command(app, "add")
def add(session: Session, name: Name, customer_id: Id) -> None:
    """Have a customer belong to an organisation."""
    from omnidesk.desk import customers, organisations

    act = organisations.assign(session.workspace, session.actor, customer_id, name)
    session.changed(act, {"customer": shapes.customer(customers.get(session.workspace, customer_id))})


@command(app, "remove")
def remove(session: Session, customer_id: Id) -> None:
    """Have a customer belong to no organisation."""
    from omnidesk.desk import customers, organisations

    act = organisations.assign(session.workspace, session.actor, customer_id, None)
    session.changed(act, {"customer": shapes.customer(customers.get(session.workspace, customer_id))})
