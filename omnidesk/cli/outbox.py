"""omnidesk outbox: messages on their way out, and what to do about those that did not go."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from omnidesk import clock
from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import message_number
from omnidesk.cli.printing import Printer, dim, when
from omnidesk.cli.session import Session, command, group
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Act

app = group("Messages on their way out.")

MessageNumber = Annotated[
    int, typer.Argument(metavar="MESSAGE", parser=message_number, help="The message's number, as `list` has it.")
]


class State(StrEnum):
    """What `outbox list` can be asked for; all of them are message statuses."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """How an agent settles a message."""

    SENT = "sent"
    NOT_SENT = "not-sent"
    DISMISS = "dismiss"


@command(app, "spool")
def show_spool(
    session: Session,
    take_in: Annotated[bool, typer.Option("--take-in", help="Take it into the workspace now.")] = False,
) -> None:
    """List what was written here while the database was out of reach; a console takes it in by itself."""
    from omnidesk.desk import spool

    if take_in:
        done = spool.take_in(session.workspace, session.actor)
        taken = [
            {"key": one.waiting.key, "sort": one.waiting.sort, "conversation_id": one.conversation_id,
             "became": one.became, "why": one.why or None}
            for one in done
        ]  # fmt: skip
        session.show({"act": None, "items": taken}, lambda printer: printer.say(spool.said(done) or "nothing waited"))
        return
    found = spool.waiting(session.workspace, session.actor)
    items = [
        {"key": one.key, "sort": one.sort, "conversation_id": one.conversation_id, "at": clock.to_rfc3339(one.at)}
        for one in found
    ]

    def people(printer: Printer) -> None:
        for one in found:
            printer.say(f"{when(one.at)}  {one.sort} to #{one.conversation_id}" if one.conversation_id else one.sort)
        if not found:
            printer.say("nothing waits here")

    session.show({"items": items, "next": None}, people)


@command(app, "list")
def list_outbox(
    session: Session,
    state: Annotated[list[State] | None, typer.Option("--status", help="Only these; may be repeated.")] = None,
    limit: paging.Limit = paging.USUAL,
    after: paging.After = None,
) -> None:
    """List what waits, is being sent, failed, or is unknown, oldest first."""
    from omnidesk.desk import outbox

    states = tuple(MessageStatus(one) for one in state) if state else outbox.WAITING
    found = outbox.waiting(session.workspace, states, limit + 1, paging.number(after, "the outbox"))
    rows = found[:limit]
    following = str(rows[-1].message_id) if len(found) > limit else None

    def people(printer: Printer) -> None:
        lines = [
            (
                str(row.message_id),
                f"#{row.conversation_id}",
                "held" if row.held else str(row.status),
                when(row.due_at),
                row.channel,
                f"{', '.join(one.address for one in row.to)}  {row.subject}{f'  {row.error}' if row.error else ''}",
            )
            for row in rows
        ]
        if lines:
            printer.table(("Message", "", "Status", "Due", "By", "To"), lines)
        else:
            printer.say(dim("nothing waits to go out"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed([shapes.outbox_row(row) for row in rows], following), people)


@command(app, "retry")
def retry(session: Session, message: MessageNumber) -> None:
    """Send a message once more that failed, is unknown or was cancelled."""
    from omnidesk.desk import outbox

    _changed(session, outbox.retry(session.workspace, session.actor, message), message)


@command(app, "cancel")
def cancel(session: Session, message: MessageNumber) -> None:
    """Take a message back that is still queued."""
    from omnidesk.desk import outbox

    _changed(session, outbox.cancel(session.workspace, session.actor, message), message)


@command(app, "resolve")
def resolve(
    session: Session,
    message: MessageNumber,
    outcome: Annotated[Outcome, typer.Argument(metavar="sent|not-sent|dismiss", help="What became of it.")],
) -> None:
    """Say what became of a message that failed or is unknown, or dismiss it from the work to do."""
    from omnidesk.desk import outbox

    _changed(session, outbox.resolve(session.workspace, session.actor, message, str(outcome)), message)


@command(app, "edit")
def edit(session: Session, message: MessageNumber) -> None:
    """Make the text of a message that did not go out your draft again; it is taken back, or dismissed if it failed."""
    from omnidesk.desk import outbox

    _changed(session, outbox.edit(session.workspace, session.actor, message)[0], message)


def _changed(session: Session, act: Act, message: int) -> None:
    from omnidesk.desk import threads

    session.changed(act, {"message": shapes.message(threads.message(session.workspace, message))})
