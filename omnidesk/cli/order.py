"""omnidesk order: what customers ordered, as their shops tell it."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Text, conversation_number, spoken, whole
from omnidesk.cli.printing import Printer, alarm, bold, dim, when
from omnidesk.cli.session import Session, command, group
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.orders import Beside, OrderNote, ShopOrder

app = group("What customers ordered, as their shops tell it: kept here, so that it works offline.")

Which = Annotated[str, typer.Argument(metavar="ORDER", help="The order's number, or its id here.")]


@command(app, "list")
def list_orders(
    session: Session,
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="How the number begins.", show_default=False)
    ] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", metavar="ID", help="Those that bear an address of this customer.")
    ] = None,
    conversation: Annotated[
        int | None,
        typer.Option(
            "--conversation",
            metavar="ID",
            parser=conversation_number,
            help="Those shown beside a conversation, and why.",
        ),
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Those of one shop.")] = None,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List orders, the newest first: all, those of a customer or of a shop, or those a conversation names."""
    from omnidesk.desk import channels, customers, orders, threads

    if conversation is not None:
        one = threads.conversation(session.workspace, conversation)
        found = orders.beside(session.workspace, one.id, one.customer_id)
        items = [shapes.beside(each) for each in found.orders[:limit]]
        session.show(
            paging.listed(items, None) | {"count": found.count},
            lambda printer: _table(printer, [each.order for each in found.orders[:limit]], found.orders),
        )
        return
    whose = None if customer is None else customers.get(session.workspace, whole(customer, "customer")).id
    shop = None if channel is None else channels.get(session.workspace, channel).id
    before = paging.numbers(after, 2, "a list of orders")
    place = (before[0], before[1]) if before is not None else None
    page = orders.page(session.workspace, limit + 1, place, shop, whose, number or "")
    more = len(page) > limit and whose is None and not number
    last = page[limit - 1] if more else None
    following = None if last is None else f"{last.order.at}.{last.id}"

    def people(printer: Printer) -> None:
        _table(printer, page[:limit])
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed([shapes.order(one) for one in page[:limit]], following), people)


def _table(printer: Printer, rows: list[ShopOrder], reasons: tuple[Beside, ...] = ()) -> None:
    why = {one.order.id: one for one in reasons}
    lines = []
    for row in rows:
        told = row.order
        stand = ", ".join(part for part in (str(told.payment), str(told.delivery) or told.status) if part)
        more = "" if row.id not in why else _why(why[row.id])
        lines.append(
            (told.number, when(told.at), f"{told.currency} {told.total}".strip(), stand, row.channel,
             f"{row.name}  {more}".strip())
        )  # fmt: skip
    if lines:
        printer.table(("Number", "Ordered", "Total", "Stands", "Channel", "Customer"), lines)
    else:
        printer.say(dim("no orders"))


def _why(one: Beside) -> str:
    named = "" if one.named_at is None else f"named in {one.named_kind} of {when(one.named_at)}"
    other = "" if one.theirs else "bears no address of this customer"
    return ", ".join(part for part in (named, other) if part)


@command(app, "show")
def show(session: Session, which: Which) -> None:
    """Show an order with its lines, payment, delivery, parcels, returns and our notes."""
    from omnidesk.desk import orders

    found = orders.find(session.workspace, which)
    rows = [(one, orders.notes(session.workspace, one.id), orders.customers_of(session.workspace, one.id))
            for one in found]  # fmt: skip
    documents = [
        shapes.order(one) | {"customers": whose, "notes": [shapes.order_note(each) for each in notes]}
        for one, notes, whose in rows
    ]

    def people(printer: Printer) -> None:
        for one, notes, whose in rows:
            _show(printer, one, notes, whose)

    others = documents[1:]
    session.show(documents[0] | ({"others": others} if others else {}), people)


def _show(printer: Printer, one: ShopOrder, notes: list[OrderNote], whose: list[int]) -> None:
    told = one.order
    facts = [str(told.payment), str(told.delivery), told.status]
    printer.say(bold(told.number), "  ", f"{told.currency} {told.total}".strip(), "  ",
                ", ".join(dict.fromkeys(fact for fact in facts if fact)))  # fmt: skip
    printer.say(dim(f"  {one.channel}, ordered {when(told.at)}, changed {when(told.updated_at)}, heard of "
                    f"{when(one.heard_at)}"))  # fmt: skip
    customers = f"  customer {', '.join(map(str, whose))}" if whose else "  nobody known here"
    printer.say(f"  {one.name}  ", "  ".join(value for _kind, value in one.addresses), dim(customers))
    for line in told.lines:
        printer.say(f"    {line.quantity} x {line.name}  {line.total}")
    for label, words in (("payment", told.payment_method), ("delivery", told.delivery_method)):
        if words:
            printer.say(f"  {label}: {words}")
    if told.shipping or told.billing:
        printer.say("  address: ", ", ".join(told.shipping or told.billing))
    for parcel in told.parcels:
        printer.say("  parcel: ", "  ".join(part for part in (parcel.carrier, parcel.number, parcel.status,
                                                              parcel.url) if part))  # fmt: skip
    for back in told.returns:
        printer.say("  return: ", "  ".join(part for part in (back.number, back.status, back.total,
                                                              back.reason) if part))  # fmt: skip
    if told.note:
        printer.say("  the customer wrote: ", told.note)
    for label, link in (("in the shop", told.url), ("return page", told.return_url)):
        if link:
            printer.say(f"  {label}: {link}")
    for note in notes:
        said = f"  note by {note.author}, {note.state}, {when(note.at)}: {note.text}"
        printer.say(alarm(f"{said} ({note.error})") if note.error else said)


@command(app, "note")
def note(
    session: Session,
    which: Which,
    text: Text,
    key: Annotated[
        str | None, typer.Option("--key", metavar="K", help="The same key is the same note, however often given.")
    ] = None,
) -> None:
    """Put a note on an order in its shop, for those who work there."""
    from omnidesk.desk import order_notes, orders

    found = orders.find(session.workspace, which)
    if len(found) > 1:
        ids = ", ".join(f"{one.id} ({one.channel})" for one in found)
        raise RefusedError(f"several orders are called {which}: give the id, {ids}")
    act, number = order_notes.write(session.workspace, session.actor, found[0].id, spoken(text), key or "")
    (written,) = [one for one in orders.notes(session.workspace, found[0].id) if one.id == number]
    session.changed(act, {"note": shapes.order_note(written)})


@command(app, "ask")
def ask(
    session: Session,
    email: Annotated[str | None, typer.Option("--email", metavar="A", help="The orders of an address.")] = None,
    phone: Annotated[str | None, typer.Option("--phone", metavar="N", help="The orders of a number.")] = None,
    number: Annotated[str | None, typer.Option("--number", metavar="N", help="The order with a number.")] = None,
) -> None:
    """Have the shops asked for orders now; the engine does so, and what it finds is in the list."""
    from omnidesk.desk import order_lookups, phones

    reader = session.workspace.database.reader
    wanted = [(kind, said.strip()) for kind, said in (("email", email), ("number", number)) if said]
    if phone:
        wanted.append(("phone", phones.normalised(reader, "phone", phone)))
    if not wanted:
        raise UsageError("ask about what? --email, --phone or --number")
    count = order_lookups.ask_now(session.workspace, wanted)
    if not count:
        raise RefusedError("no shop here can be asked about that: add one with `omnidesk channel add`")
    session.show({"asked": count}, lambda printer: printer.say(f"asked: {count}"))
