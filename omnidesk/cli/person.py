"""omnidesk customer set, consent, export and erase: what a person prefers and allows, and what we know of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli import shapes
from omnidesk.cli.printing import Printer, bold, dim, when
from omnidesk.cli.same_person import Id
from omnidesk.cli.session import Session, command
from omnidesk.clock import to_rfc3339
from omnidesk.words.errors import UsageError

if TYPE_CHECKING:
    from omnidesk.desk.consent_record import Change, Standing
    from omnidesk.desk.erasing import Preview

app = typer.Typer()


class Purpose(StrEnum):
    """What somebody is contacted for."""

    SERVICE = "service"
    MARKETING = "marketing"


@command(app, "set")
def set_customer(
    session: Session,
    customer_id: Id,
    name: Annotated[str | None, typer.Option("--name", metavar="N", help="What they are called.")] = None,
    company: Annotated[str | None, typer.Option("--company", metavar="C", help="Where they work; '' forgets.")] = None,
    language: Annotated[
        str | None, typer.Option("--language", metavar="L", help="Such as nl, de or en; '' forgets.")
    ] = None,
    preferred_channel: Annotated[
        str | None,
        typer.Option("--preferred-channel", metavar="C", help="A channel or its kind, as they said; '' forgets."),
    ] = None,
    vip: Annotated[bool | None, typer.Option("--vip/--no-vip", help="Whether they go first.")] = None,
) -> None:
    """Write down what is known of a customer, and by what they like to hear from us."""
    from omnidesk.desk import customers

    said = {"name": name, "company": company, "language": language, "preferred_channel": preferred_channel, "vip": vip}
    changes = {key: value for key, value in said.items() if value is not None}
    if not changes:
        raise UsageError("say what to change: --name, --company, --language, --preferred-channel or --vip")
    act, row = customers.set_customer(session.workspace, session.actor, customer_id, **changes)
    session.changed(act, {"customer": shapes.customer(row)})


@command(app, "consent")
def consent(
    session: Session,
    customer_id: Id,
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="One of theirs.", show_default=False)
    ] = None,
    purpose: Annotated[
        Purpose | None, typer.Option("--purpose", help="What for; --allow and --forbid: marketing.")
    ] = None,
    channel_kind: Annotated[
        str | None,
        typer.Option("--channel-kind", metavar="K", help="email, sms, call ..; else all by which it is reached."),
    ] = None,
    allow: Annotated[bool, typer.Option("--allow", help="They may be contacted there.")] = False,
    forbid: Annotated[bool, typer.Option("--forbid", help="They must not be contacted there.")] = False,
    ground: Annotated[
        str,
        typer.Option("--ground", metavar="G", help="consent, contract, 'legitimate interest' or 'legal obligation'."),
    ] = "",
) -> None:
    """Say what each address may be contacted for, and how that came about; with --allow or --forbid change it."""
    from omnidesk.desk import consent_record, customers

    if allow and forbid:
        raise UsageError("say either --allow or --forbid")
    if ground and not allow:
        raise UsageError("--ground goes with --allow")
    opened = session.workspace
    if allow or forbid:
        act = consent_record.say(
            opened, session.actor, customer_id, allow, address, purpose or Purpose.MARKETING, channel_kind, ground
        )
        session.changed(
            act, {"consents": _states(consent_record.standings(opened, customers.get(opened, customer_id)))}
        )
        return
    row = customers.get(opened, customer_id)
    if address is not None:
        address = consent_record.meant(opened, row, address).value
    states = [
        one
        for one in consent_record.standings(opened, row)
        if (address is None or one.identity.value == address)
        and (purpose is None or one.purpose == purpose)
        and (channel_kind is None or one.channel_kind == channel_kind)
    ]
    changes = [
        one for one in consent_record.history(opened, row.id) if address is None or one.address == address
    ]  # fmt: skip
    document = {"consents": _states(states), "history": [_change(one) for one in changes]}

    def people(printer: Printer) -> None:
        printer.say(bold(row.name))
        printer.table(
            ("Address", "By", "For", "May", "Since", "Ground", "Source"),
            [
                (
                    one.identity.value, one.channel_kind, one.purpose, "yes" if one.may else "no",
                    when(one.said.since) if one.said else "nothing said", (one.said.ground if one.said else "") or "-",
                    one.said.source if one.said else "-",
                )
                for one in states
            ],
        )  # fmt: skip
        for one in changes:
            said = f"{one.state} {one.purpose} on {one.channel_kind}: {one.address}"
            printer.say(dim(f"{when(one.at)}  "), said, dim(f"  {one.source}, act {one.act} of {one.by}"))

    session.show(document, people)


def _states(states: list[Standing]) -> list[dict[str, Any]]:
    return [
        {
            "address": one.identity.value,
            "kind": one.identity.kind,
            "channel_kind": one.channel_kind,
            "purpose": one.purpose,
            "may": one.may,
            "state": one.said.state if one.said else None,
            "since": to_rfc3339(one.said.since) if one.said else None,
            "ground": (one.said.ground or None) if one.said else None,
            "source": one.said.source if one.said else None,
        }
        for one in states
    ]


def _change(one: Change) -> dict[str, Any]:
    return {
        "at": to_rfc3339(one.at),
        "act": one.act,
        "by": one.by,
        "address": one.address,
        "channel_kind": one.channel_kind,
        "purpose": one.purpose,
        "state": None if one.state == "unsaid" else one.state,
        "ground": one.ground or None,
        "source": one.source,
    }


@command(app, "export")
def export(
    session: Session,
    customer_id: Id,
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="A folder that is new or empty.")],
) -> None:
    """Write all that is known of a person into a folder: data.json, a page to read, and files."""
    from omnidesk.desk import person_export

    done = person_export.export(session.workspace, session.actor, customer_id, out.expanduser())
    document = {
        "folder": str(done.folder),
        "conversations": done.conversations,
        "messages": done.messages,
        "files": done.files,
        "missing": list(done.missing),
    }

    def people(printer: Printer) -> None:
        printer.say(
            f"wrote {done.conversations} conversations with {done.messages} messages and {done.files} files to "
            f"{done.folder}: open index.html"
        )
        for name in done.missing:
            printer.say(f"not there, its bytes cannot be had: {name}")

    session.show(document, people)


@command(app, "erase")
def erase(
    session: Session,
    customer_id: Id,
    confirm: Annotated[bool, typer.Option("--confirm", help="Do it: it cannot be taken back.")] = False,
) -> None:
    """Erase all that tells who a person is, for good; without --confirm only say what would go."""
    from omnidesk.desk import erasing

    found = erasing.preview(session.workspace, customer_id)
    document = {
        "name": found.name,
        "customers": found.customers,
        "addresses": list(found.addresses),
        "conversations": found.conversations,
        "messages": found.messages,
        "files": found.files,
        "calls": found.calls,
        "queued": found.queued,
        "took_part": list(found.took_part),
        "named_in": list(found.named_in),
    }
    if not confirm:
        session.show({"act": None, "preview": document}, lambda printer: _preview(printer, found))
        return
    act = erasing.erase(session.workspace, session.actor, customer_id)
    session.changed(act, {"took_part": document["took_part"], "named_in": document["named_in"]})


def _preview(printer: Printer, found: Preview) -> None:
    printer.say("Erasing ", bold(found.name), f" ({', '.join(found.addresses)}) takes for good:")
    if found.customers > 1:
        printer.say(f"  {found.customers} customers that were merged into one")
    printer.say(f"  the words, names, addresses and {found.files} files of {found.messages} messages,")
    printer.say(f"  in {found.conversations} conversations, which are closed; and {found.calls} calls' numbers")
    if found.queued:
        printer.say(f"  {found.queued} messages that wait to be sent: they do not go")
    printer.say("That they came, when and by which channel stays counted. Backups keep what they hold.")
    if found.took_part:
        printer.say(f"They took part in conversations of others, look there: {_numbers(found.took_part)}")
    if found.named_in:
        printer.say(f"Others name an address of theirs in: {_numbers(found.named_in)}")
    printer.say(bold("It cannot be undone."), " Add --confirm to do it.")


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(f"#{one}" for one in numbers)
