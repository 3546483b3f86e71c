"""omnidesk log-call, log-visit and log-letter: what happened outside the channels, written down by hand."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli import shapes
from omnidesk.cli.arguments import Settable, conversation_number, spoken, whole
from omnidesk.cli.session import Session, command
from omnidesk.desk.logbook import ONLY_OPEN, Entry
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Status
from omnidesk.words.rows import Contact

app = typer.Typer()


class Way(StrEnum):
    """Who began it."""

    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"
    MISSED = "missed"
    BUSY = "busy"
    VOICEMAIL = "voicemail"


def matter(said: str) -> int:
    """Read the number of a conversation, or `open` for the only open one."""
    return ONLY_OPEN if said == "open" else conversation_number(said)


def customer_number(said: str) -> int:
    """Read the number of a customer."""
    return whole(said, "customer")


Customer = Annotated[
    int | None, typer.Option("--customer", metavar="ID", parser=customer_number, help="The customer, if known.")
]
Conversation = Annotated[
    int | None,
    typer.Option(
        "--conversation",
        metavar="ID",
        parser=matter,
        help="What it belongs to: a number, or open for the only open one.",
    ),
]
Said = Annotated[str | None, typer.Option("--text", metavar="T", help="What was said; - reads it from standard input.")]
Attach = Annotated[list[Path] | None, typer.Option("--attach", metavar="FILE", help="File to keep; may be repeated.")]
At = Annotated[str | None, typer.Option("--at", metavar="T", help="When: 14:03, yesterday 14:03, 20 min, RFC 3339.")]
After = Annotated[Settable | None, typer.Option("--status", help="The conversation's status afterwards.")]
Key = Annotated[str | None, typer.Option("--key", metavar="K", help="Your name for it: the same key is logged once.")]
Number = Annotated[
    str | None, typer.Option("--number", metavar="N", help="The customer's number; left out where it was withheld.")
]
Direction = Annotated[Way, typer.Option("--direction", help="Who called: the customer (in), or you.")]
Result = Annotated[Outcome, typer.Option("--outcome", help="How it ended.")]
Minutes = Annotated[int, typer.Option("--minutes", min=0, max=1440, help="How long it lasted.")]
Seconds = Annotated[int, typer.Option("--seconds", min=0, max=86_400, help="The same; both are added.")]
Order = Annotated[str, typer.Option("--order", metavar="N", help="The number of the order or receipt.")]
Link = Annotated[str, typer.Option("--link", metavar="URL", help="Where the video call was, or its recording.")]


@command(app, "log-call")
def log_call(
    session: Session,
    number: Number = None,
    direction: Direction = Way.IN,
    outcome: Result = Outcome.ANSWERED,
    minutes: Minutes = 0,
    seconds: Seconds = 0,
    text: Said = None,
    customer: Customer = None,
    conversation: Conversation = None,
    order: Order = "",
    at: At = None,
    attach: Attach = None,
    status: After = None,
    key: Key = None,
    video: Annotated[bool, typer.Option("--video", help="It was a video call.")] = False,
    link: Link = "",
) -> None:
    """Write a telephone or video call down; a missed one waits to be called back."""
    if link and not video:
        raise UsageError("--link goes with --video")
    contact = Contact(
        direction, outcome, _lasted(outcome, minutes, seconds), _taken_by(session, outcome), "", order, link
    )
    entry = _entry("video" if video else "call", contact, text, customer, conversation, at, status, number or "")
    _log(session, entry, attach, key)


@command(app, "log-visit")
def log_visit(
    session: Session,
    shop: Annotated[str, typer.Option("--shop", metavar="NAME", help="Where it was.")] = "",
    order: Order = "",
    text: Said = None,
    customer: Customer = None,
    number: Annotated[str | None, typer.Option("--number", metavar="N", help="Their telephone number.")] = None,
    conversation: Conversation = None,
    at: At = None,
    attach: Attach = None,
    status: After = None,
    key: Key = None,
) -> None:
    """Write down that a customer came to the counter."""
    contact = Contact(shop=shop, order=order)
    _log(session, _entry("visit", contact, text, customer, conversation, at, status, number or ""), attach, key)


@command(app, "log-letter")
def log_letter(
    session: Session,
    sender: Annotated[str | None, typer.Option("--from", metavar="WHO", help="Who wrote: address or name.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="WHO", help="Whom you wrote to: address or name.")] = None,
    order: Order = "",
    text: Said = None,
    attach: Attach = None,
    customer: Customer = None,
    conversation: Conversation = None,
    at: At = None,
    status: After = None,
    key: Key = None,
) -> None:
    """Write down a letter or a card on paper, with its scan."""
    if (sender is None) == (to is None):
        raise UsageError("a letter has --from where it came in, or --to where it went out")
    contact = Contact("in" if sender is not None else "out", order=order)
    entry = _entry("letter", contact, text, customer, conversation, at, status, who=sender or to or "")
    _log(session, entry, attach, key)


def _lasted(outcome: Outcome, minutes: int, seconds: int) -> int:
    lasted = minutes * 60 + seconds
    if lasted and outcome in (Outcome.MISSED, Outcome.BUSY):
        raise UsageError(f"a call that was {outcome} did not last: leave --minutes and --seconds out")
    return lasted


def _taken_by(session: Session, outcome: Outcome) -> str:
    return session.actor.name if outcome is Outcome.ANSWERED else ""


def _entry(
    kind: str,
    contact: Contact,
    text: str | None,
    customer: int | None,
    conversation: int | None,
    at: str | None,
    status: Settable | None,
    number: str = "",
    who: str = "",
) -> Entry:
    from omnidesk.text import past

    return Entry(
        kind=kind,
        contact=contact,
        text=spoken(text or ""),
        number=number,
        who=who,
        customer_id=customer,
        conversation=conversation,
        at=None if at is None else past.moment(at),
        status=None if status is None else Status(status),
    )


def _log(session: Session, entry: Entry, attach: Sequence[Path] | None, key: str | None) -> None:
    from omnidesk.desk import logbook, threads

    done = logbook.log(session.workspace, session.actor, entry, attach or (), key)
    matter_now = threads.conversation(session.workspace, done.message.conversation_id)
    document = {"message": shapes.message(done.message), "conversation": shapes.conversation(matter_now)}
    session.changed(done.act, document, f"#{matter_now.id} {done.message.subject}")
