"""omnidesk customer merge, unmerge, link, part, share, suggestions, accept, reject and tag: who is the same person."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Kind, whole
from omnidesk.cli.printing import Printer, dim, when
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import UsageError

app = typer.Typer()


def customer_number(said: str | int) -> int:
    """Read the number of a customer."""
    return whole(said, "customer")


def suggestion_number(said: str | int) -> int:
    """Read the number of a suggestion."""
    return whole(said, "suggestion")


Id = Annotated[int, typer.Argument(metavar="ID", parser=customer_number, help="The customer's number.")]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="An e-mail address, a telephone number ..")]
Suggested = Annotated[
    int, typer.Argument(metavar="SUGGESTION", parser=suggestion_number, help="As `customer suggestions` numbers it.")
]


@command(app, "merge")
def merge(
    session: Session,
    ids: Annotated[
        list[int], typer.Argument(metavar="ID..", parser=customer_number, help="Who goes, and last who stays.")
    ],
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would happen.")] = False,
) -> None:
    """Merge customers into another, who is named last; `unmerge` and `undo` take it back at any time."""
    from omnidesk.desk import customer_merging, customers

    if len(ids) < 2:
        raise UsageError("name at least two customers: those who go, and last who stays")
    found = customer_merging.preview(session.workspace, ids[:-1], ids[-1])
    if preview:
        document = {
            "kept": shapes.customer(found.kept),
            "gone": [shapes.customer(one) for one in found.gone],
            "conversations": found.conversations,
        }

        def people(printer: Printer) -> None:
            printer.say(f"stays: {found.kept.name} ({found.kept.id})")
            for one in found.gone:
                addresses = ", ".join(each.value for each in one.identities)
                printer.say(f"goes into it: {one.name} ({one.id})  {addresses}")
            printer.say(f"conversations that change hands: {found.conversations}")

        session.show(document, people)
        return
    act = customer_merging.merge(session.workspace, session.actor, ids[:-1], ids[-1])
    session.changed(act, {"customer": shapes.customer(customers.get(session.workspace, found.kept.id))})


@command(app, "unmerge")
def unmerge(session: Session, customer_id: Id) -> None:
    """Take a customer out again of whom they were merged into; what came since goes where its addresses point."""
    from omnidesk.desk import customer_merging, customers, undo

    act = customer_merging.unmerge(session.workspace, customer_id)
    done = undo.undo(session.workspace, session.actor, act)
    document = {"restored": list(done.restored), "left": list(done.left)}
    session.changed(done.act, {**document, "customer": shapes.customer(customers.get(session.workspace, customer_id))})


@command(app, "link")
def link(session: Session, customer_id: Id, address: Address, kind: Kind = None) -> None:
    """Give an address to a customer, with the conversations that only it takes part in."""
    from omnidesk.desk import customer_merging, customers

    found = customers.identity_of(session.workspace, address, kind)
    act = customer_merging.link(session.workspace, session.actor, found.id, customer_id)
    session.changed(act, {"customer": shapes.customer(customers.get(session.workspace, customer_id))})


@command(app, "part")
def part(session: Session, address: Address, kind: Kind = None) -> None:
    """Give an address to a new customer of its own: somebody else uses it."""
    from omnidesk.desk import customer_merging, customers

    found = customers.identity_of(session.workspace, address, kind)
    act, fresh = customer_merging.part(session.workspace, session.actor, found.id)
    session.changed(act, {"customer": shapes.customer(customers.get(session.workspace, fresh))})


@command(app, "share")
def share(
    session: Session,
    address: Address,
    kind: Kind = None,
    off: Annotated[bool, typer.Option("--off", help="One person uses it after all.")] = False,
) -> None:
    """Say that many people use an address: it proves nobody, and nothing that comes from it is joined by itself."""
    from omnidesk.desk import customers

    found = customers.identity_of(session.workspace, address, kind)
    act = customers.share(session.workspace, session.actor, found.id, not off)
    session.changed(act, {"identity": shapes.identity(customers.identity_of(session.workspace, address, kind))})


@command(app, "suggestions")
def suggestions(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List pairs of customers who may be one person, and what speaks for it."""
    from omnidesk.desk import suggesting

    found = suggesting.page(session.workspace, limit + 1, paging.number(after, "a list of suggestions"))
    page = found[:limit]
    following = str(page[-1].id) if len(found) > limit else None

    def people(printer: Printer) -> None:
        lines = [
            (str(one.id), one.customer.name, one.other.name, str(one.likeness), one.value, when(one.created_at))
            for one in page
        ]
        if lines:
            printer.table(("Id", "Customer", "May be", "For", "", "Since"), lines)
        else:
            printer.say(dim("nothing is suggested"))

    session.show(paging.listed([shapes.suggestion(one) for one in page], following), people)


@command(app, "accept")
def accept(session: Session, suggestion: Suggested) -> None:
    """Merge the two customers of a suggestion; who came first stays."""
    from omnidesk.desk import suggesting

    session.changed(suggesting.accept(session.workspace, session.actor, suggestion))


@command(app, "reject")
def reject(session: Session, suggestion: Suggested) -> None:
    """Say that the two customers of a suggestion are not the same; it does not return."""
    from omnidesk.desk import suggesting

    session.changed(suggesting.reject(session.workspace, session.actor, suggestion))


@command(app, "tag", context_settings={"ignore_unknown_options": True})
def tag(
    session: Session,
    customer_id: Id,
    tags: Annotated[list[str], typer.Argument(metavar="+TAG -TAG ..", help="+ puts a tag on, - takes it off.")],
) -> None:
    """Put tags on a customer and take others off."""
    from omnidesk.desk import customer_tags, customers

    wrong = next((one for one in tags if one[:1] not in "+-"), None)
    if wrong is not None:
        raise UsageError(f"{wrong!r} is neither +TAG nor -TAG")
    adding = [one[1:] for one in tags if one[0] == "+"]
    removing = [one[1:] for one in tags if one[0] == "-"]
    act = customer_tags.tag(session.workspace, session.actor, customer_id, adding, removing)
    session.changed(act, {"customer": shapes.customer(customers.get(session.workspace, customer_id))})
