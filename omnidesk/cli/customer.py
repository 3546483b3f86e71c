"""omnidesk customer: who contacts the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from omnidesk.cli import customer_shapes, paging, person, same_person, shapes, timeline
from omnidesk.cli.arguments import Kind, Number, message_number, whole
from omnidesk.cli.printing import Printer, bold, dim, when
from omnidesk.cli.session import Session, command, group
from omnidesk.words.errors import UsageError
from omnidesk.words.facts import Fact
from omnidesk.words.portrait import Portrait
from omnidesk.words.rows import Customer

app = group("Customers and the addresses they use.")
app.add_typer(same_person.app)
app.add_typer(person.app)
app.add_typer(timeline.app)


@command(app, "list")
def list_customers(
    session: Session,
    text: Annotated[
        str | None,
        typer.Argument(metavar="[TEXT]", help="Any part of a name, a company or an address.", show_default=False),
    ] = None,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List customers in the order they came: all, or those with TEXT in their name, company or addresses."""
    from omnidesk.desk import customers

    found = customers.page(session.workspace, limit + 1, paging.number(after, "a list of customers"), text)
    _show(session, found[:limit], str(found[limit - 1].id) if len(found) > limit else None)


@command(app, "find")
def find(
    session: Session,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="An e-mail address, a telephone number ..")],
    kind: Kind = None,
    region: Annotated[
        str | None, typer.Option("--region", metavar="NL", help="The country of a number that names none.")
    ] = None,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """Say how an address is compared, and list the customers who use it."""
    from omnidesk.desk import customers

    last = paging.number(after, "a list of customers")
    normal = customers.normalised(session.workspace, value, kind, region)
    found = [one for one in customers.find(session.workspace, normal.value, kind) if one.id > last]
    more = {"kind": normal.kind, "scope": normal.scope, "value": normal.value, "valid": normal.valid}
    _show(session, found[:limit], str(found[limit - 1].id) if len(found) > limit else None, more)


@command(app, "show")
def show(
    session: Session,
    customer_id: Annotated[str, typer.Argument(metavar="ID", help="The customer's number.")],
    limit: paging.Limit = paging.USUAL,
) -> None:
    """Show a customer with their addresses and newest conversations."""
    from omnidesk.desk import customers, portrait, suggesting

    row = customers.get(session.workspace, whole(customer_id, "customer"))
    recent = customers.conversations(session.workspace, row.id, limit)
    likely = suggesting.offered(session.workspace, row.id)
    drawn = portrait.of(session.workspace, row)
    document = (
        shapes.customer(row)
        | customer_shapes.portrait(drawn)
        | {
            "recent": [shapes.conversation(one) for one in recent],
            "suggestions": [shapes.suggestion(one) for one in likely],
        }
    )

    def people(printer: Printer) -> None:
        facts = [
            fact for fact in (row.company, row.organisation, row.language, "VIP" if row.vip else "", *row.tags) if fact
        ]
        printer.say(bold(row.name), "  ", "  ".join(facts), dim(f"  {row.id}, since {when(row.created_at)}"))
        known_of(printer, drawn)
        ways = {one.identity.id: one.ways for one in drawn.reach}
        for one in row.identities:
            marks = [one.kind, one.value]
            marks += ["verified"] if one.verified else []
            marks += ["only claimed"] if one.claimed else []
            marks += ["shared"] if one.shared else []
            marks += ["undeliverable"] if not one.deliverable else []
            marks += ["blocked"] if one.blocked else []
            printer.say("  " + "  ".join(marks))
            for way in ways.get(one.id, ()):
                until = f" until {when(way.closes_at)}" if way.closes_at is not None else ""
                printer.say(dim(f"      by {way.channel}: {f'open{until}' if way.usable else way.reason}"))
            for said in one.consent:
                source = f" ({said.source})" if said.source else ""
                printer.say(
                    dim(f"      {said.purpose} on {said.channel_kind}: {said.state}{source}, {when(said.since)}")
                )
        for other in likely:
            printer.say(dim(f"  may be {other.other.name} ({other.other.id}): {other.likeness}, {other.value}"))
        if row.orders:
            printer.say(dim(f"  orders: {row.orders} (omnidesk order list --customer {row.id})"))
        for note in drawn.notes:
            printer.say(dim(f"  note {note.id}, {note.author} {when(note.at)}"))
            printer.block(note.text, "    ")
        for matter in recent:
            printer.say(f"  #{matter.id}  {matter.status}  {when(matter.last_message_at)}  {matter.subject}")

    session.show(document, people)


@command(app, "facts")
def facts(
    session: Session,
    customer_id: Annotated[str, typer.Argument(metavar="ID", help="The customer's number.")],
    written: Annotated[
        str | None, typer.Option("--set", metavar="KIND=VALUE", help="Writes a fact down: order_number=NL-10234.")
    ] = None,
    corrected: Annotated[
        str | None, typer.Option("--correct", metavar="FACT=VALUE", help="Puts a value in the place of a fact.")
    ] = None,
    forgotten: Annotated[
        str | None, typer.Option("--forget", metavar="FACT", help="Forgets a fact; its source does not bring it back.")
    ] = None,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List what is known about a customer and from where, the newest of each kind first; or put it right."""
    from omnidesk.desk import customers
    from omnidesk.desk import facts as known

    number = whole(customer_id, "customer")
    who = (session.workspace, session.actor, customers.get(session.workspace, number).id)
    asked = [one for one in (written, corrected, forgotten) if one is not None]
    if len(asked) > 1:
        raise UsageError("--set, --correct and --forget go one at a time")
    if asked:
        if written is not None:
            kind, value = _pair(written, "--set", "KIND=VALUE")
            act, found = known.add(*who, kind, value)
        elif corrected is not None:
            fact, value = _pair(corrected, "--correct", "FACT=VALUE")
            act, found = known.correct(*who, whole(fact, "fact"), value)
        else:
            act, found = known.forget(*who, whole(str(forgotten), "fact"))
        session.changed(act, {"facts": [shapes.fact(one) for one in found]})
        return
    listed = list(enumerate(known.of_customer(session.workspace, number)))
    cut, following = paging.cut(listed, limit, after, lambda pair: f"{pair[0]:06d}")
    page = [one for _place, one in cut]

    def people(printer: Printer) -> None:
        if not page:
            printer.say(dim("nothing is known yet"))
            return
        printer.table(
            ("Fact", "What", "Value", "From", "When"),
            [(str(one.id), one.label, one.value, _whence(one), when(one.at)) for one in page],
        )

    session.show(paging.listed([shapes.fact(one) for one in page], following), people)


def _pair(said: str, option: str, shape: str) -> tuple[str, str]:
    name, mark, value = said.partition("=")
    if not mark or not name.strip() or not value.strip():
        raise UsageError(f"{option} takes {shape}, not {said!r}")
    return name.strip(), value.strip()


def _whence(one: Fact) -> str:
    if one.source == "agent":
        return one.agent or "an agent"
    if one.source == "order":
        return f"order {one.reference}"
    where = f" in #{one.conversation_id}" if one.conversation_id else ""
    return f"{one.channel or one.source}{where}" + ("" if one.proven else ", not proven")


def known_of(printer: Printer, drawn: Portrait) -> None:
    """Say what is known of a customer besides their addresses."""
    if drawn.language_learned:
        printer.say(f"  writes {drawn.language} (learned)")
    if drawn.local is not None:
        printer.say(f"  time zone {drawn.local.zone} (by their {drawn.local.region} number)")
    if drawn.preference is not None:
        learned = f"learned: {drawn.preference.count} of {drawn.preference.among}"
        printer.say(f"  prefers {drawn.preference.name} ({'said so' if drawn.preference.stated else learned})")
    if drawn.last_owner is not None:
        printer.say(f"  last with {drawn.last_owner}")
    for contact in drawn.contacts:
        about = f" about {contact.about}" if contact.about else ""
        printer.say(f"  {contact.said} {when(contact.at)}{about}", dim(f"  #{contact.conversation_id}"))
    if drawn.promised_at is not None:
        printer.say(f"  was promised an answer by {when(drawn.promised_at)}")
    for said in drawn.also:
        printer.say(f"  {said}")
    for matter in drawn.open:
        printer.say(f"  open: #{matter.id}  {matter.status}  {matter.subject}")


@command(app, "author")
def author(
    session: Session,
    number: Number,
    message: Annotated[
        int | None,
        typer.Option("--message", metavar="M", parser=message_number, help="The forwarded mail; else the newest."),
    ] = None,
) -> None:
    """Make the author of a forwarded mail the customer of its conversation."""
    from omnidesk.desk import forwards, threads

    act, found = forwards.take_author(session.workspace, session.actor, number, message)
    session.changed(
        act,
        {
            "author": shapes.address(found),
            "conversation": shapes.conversation(threads.conversation(session.workspace, number)),
        },
    )


def _show(
    session: Session, rows: Sequence[Customer], following: str | None, more: Mapping[str, Any] | None = None
) -> None:
    def people(printer: Printer) -> None:
        if more is not None:
            known = "" if more["valid"] else "  not a valid one"
            printer.say(f"{more['kind']}  {more['value']}{known}")
        lines = [
            (str(row.id), row.name, str(row.conversations), ", ".join(one.value for one in row.identities))
            for row in rows
        ]
        if lines:
            printer.table(("Id", "Name", "Conversations", "Addresses"), lines)
        else:
            printer.say(dim("no customers"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed([shapes.customer(row) for row in rows], following) | dict(more or {}), people)
