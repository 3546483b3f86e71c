"""What agents decide: omnidesk assign, close, reopen, delete, spam, snooze, promise, status, priority, tag, block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from omnidesk import clock
from omnidesk.cli import shapes
from omnidesk.cli.arguments import Number, Numbers, Settable, refuse_options
from omnidesk.cli.session import Session, command
from omnidesk.text.when import parse_when
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Priority, Status
from omnidesk.words.rows import Act

app = typer.Typer()


def _changed(session: Session, act: Act, numbers: Sequence[int]) -> None:
    from omnidesk.desk import threads

    here = list(dict.fromkeys(threads.current(session.workspace, number) for number in numbers))
    shown = [shapes.conversation(one) for one in threads.conversations(session.workspace, here)]
    session.changed(act, {"conversations": shown})


@command(app, "assign")
def assign(
    session: Session,
    number: Number,
    login: Annotated[
        str, typer.Argument(metavar="me|LOGIN|@TEAM|none", help="Whose it becomes; @none takes the team off.")
    ],
    of: Annotated[
        str | None, typer.Option("--from", metavar="me|LOGIN|none", help="Only where it is theirs (none: nobody's).")
    ] = None,
    note: Annotated[
        str | None,
        typer.Option("--note", metavar="T", help="What the next one needs to know, where it has an owner already."),
    ] = None,
) -> None:
    """Give a conversation an owner or a team, or take the owner off."""
    from omnidesk.desk import threads, triage

    named: dict[str, str | None] = {"me": session.actor.name, "none": None}
    owner, seen = named.get(login, login), None
    if of is not None:
        if login.startswith("@"):
            raise UsageError("--from says whose it is that changes its owner: leave it out for a team")
        seen = {threads.current(session.workspace, number): named.get(of, of)}
    _changed(session, triage.assign(session.workspace, session.actor, number, owner, seen, note), [number])


@command(app, "close")
def close(session: Session, numbers: Numbers) -> None:
    """Close conversations."""
    from omnidesk.desk import triage

    _changed(session, triage.close(session.workspace, session.actor, numbers), numbers)


@command(app, "reopen")
def reopen(session: Session, numbers: Numbers) -> None:
    """Open conversations again, also out of spam and the deleted ones."""
    from omnidesk.desk import triage

    _changed(session, triage.reopen(session.workspace, session.actor, numbers), numbers)


@command(app, "delete")
def delete(session: Session, numbers: Numbers) -> None:
    """Delete conversations; for 30 days undo brings them back."""
    from omnidesk.desk import triage

    _changed(session, triage.delete(session.workspace, session.actor, numbers), numbers)


@command(app, "spam")
def spam(session: Session, numbers: Numbers) -> None:
    """Move conversations to spam."""
    from omnidesk.desk import triage

    _changed(session, triage.spam(session.workspace, session.actor, numbers), numbers)


@command(app, "snooze")
def snooze(
    session: Session,
    number: Number,
    moment: Annotated[
        list[str], typer.Argument(metavar="WHEN", help="2h, 3d, tomorrow, morgen 14:00, mon 9, 17:00 ..")
    ],
) -> None:
    """Put a conversation aside until a time."""
    from omnidesk.desk import triage

    until = parse_when(" ".join(moment), clock.now())
    _changed(session, triage.snooze(session.workspace, session.actor, number, until), [number])


@command(app, "promise")
def promise(
    session: Session,
    number: Number,
    moment: Annotated[list[str], typer.Argument(metavar="WHEN|none", help="17:00, tomorrow 12:00, fri 9 ..")],
) -> None:
    """Promise the customer an answer on a time: the conversation is due then. `none` takes the promise off."""
    from omnidesk.desk import triage

    said = " ".join(moment)
    at = None if said.lower() == "none" else parse_when(said, clock.now())
    _changed(session, triage.promise(session.workspace, session.actor, number, at), [number])


@command(app, "status")
def status(
    session: Session,
    number: Number,
    value: Annotated[Settable, typer.Argument(metavar="STATUS", help="open, pending, on-hold or closed.")],
    for_whom: Annotated[str | None, typer.Option("--for", metavar="WHOM", help="Who is waited for (on-hold).")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="T", help="When it opens again (on-hold).")] = None,
) -> None:
    """Set the status of a conversation."""
    from omnidesk.desk import triage

    if value is not Settable.ON_HOLD and (for_whom or until):
        raise UsageError("--for and --until belong to on-hold; to put it aside until a time: omnidesk snooze ID WHEN")
    moment = None if until is None else parse_when(until, clock.now())
    act = triage.set_status(session.workspace, session.actor, number, Status(value), for_whom, moment)
    _changed(session, act, [number])


@command(app, "priority")
def priority(
    session: Session,
    number: Number,
    value: Annotated[Priority, typer.Argument(metavar="PRIORITY", help="urgent, high, normal or low.")],
) -> None:
    """Set the priority of a conversation."""
    from omnidesk.desk import triage

    _changed(session, triage.set_priority(session.workspace, session.actor, number, value), [number])


@command(app, "tag", context_settings={"ignore_unknown_options": True})
def tag(
    session: Session,
    number: Number,
    tags: Annotated[list[str], typer.Argument(metavar="+TAG -TAG ..", help="+vip puts it on, -vip takes it off.")],
) -> None:
    """Put tags on a conversation and take others off."""
    from omnidesk.desk import triage

    refuse_options(tags)
    strange = [one for one in tags if one[:1] not in ("+", "-")]
    if strange:
        raise UsageError(f"{strange[0]!r}: write +{strange[0]} to put the tag on, -{strange[0]} to take it off")
    on, off = ([one[1:] for one in tags if one[0] == sign] for sign in "+-")
    _changed(session, triage.tag(session.workspace, session.actor, number, on, off), [number])


@command(app, "block")
def block(
    session: Session,
    address: Annotated[str, typer.Argument(metavar="IDENTITY", help="The address whose messages go to spam.")],
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="email, phone, telegram ..")] = None,
) -> None:
    """Send what an address writes from now on to spam."""
    from omnidesk.desk import triage

    session.changed(triage.block(session.workspace, session.actor, address, kind))


@command(app, "check")
def check(
    session: Session,
    number: Number,
    known: Annotated[
        list[str] | None, typer.Argument(metavar="ITEM ..", help="What they knew, such as 'order number' postcode.")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="They did not know enough.")] = False,
) -> None:
    """Write down whether a person proved to be the customer; the setting check_items says by what."""
    from omnidesk.desk import person_checks

    _changed(session, person_checks.record(session.workspace, session.actor, number, known or (), failed), [number])
