"""omnidesk reply, new and note: what an agent writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from omnidesk import clock
from omnidesk.cli import shapes
from omnidesk.cli.arguments import Number, Settable, Text, spoken
from omnidesk.cli.printing import Printer
from omnidesk.cli.session import Session, command
from omnidesk.desk.composing import Queued
from omnidesk.words.kinds import MessageStatus, Status

app = typer.Typer()

To = Annotated[list[str] | None, typer.Option("--to", metavar="A", help="Recipient; may be repeated.")]
Cc = Annotated[list[str] | None, typer.Option("--cc", metavar="A", help="Gets a copy; may be repeated.")]
Bcc = Annotated[list[str] | None, typer.Option("--bcc", metavar="A", help="Gets a hidden copy; may be repeated.")]
Attach = Annotated[list[Path] | None, typer.Option("--attach", metavar="FILE", help="File to attach; may be repeated.")]
Key = Annotated[
    str | None, typer.Option("--key", metavar="K", help="Your name for this message: the same key never goes twice.")
]
Now = Annotated[bool, typer.Option("--now", help="Skip the undo window and send before returning, if possible.")]


@command(app, "reply")
def reply(
    session: Session,
    number: Number,
    text: Text,
    via: Annotated[str | None, typer.Option("--via", metavar="CHANNEL", help="The channel it goes by.")] = None,
    to: To = None,
    cc: Cc = None,
    bcc: Bcc = None,
    attach: Attach = None,
    key: Key = None,
    now: Now = False,
    status: Annotated[
        Settable | None, typer.Option("--status", help="The conversation's status afterwards; else pending.")
    ] = None,
) -> None:
    """Answer the customer; the newest message that no machine wrote is the one answered."""
    from omnidesk.desk import composing

    queued = composing.reply(
        session.workspace,
        session.actor,
        number,
        spoken(text),
        via=via,
        to=to,
        cc=cc,
        bcc=bcc or (),
        files=attach or (),
        key=key,
        now=now,
        status=None if status is None else Status(status),
    )
    _report(session, queued, now)


@command(app, "new")
def new(
    session: Session,
    to: Annotated[list[str], typer.Option("--to", metavar="ADDRESS", help="Recipient; may be repeated.")],
    via: Annotated[str, typer.Option("--via", metavar="CHANNEL", help="The channel it goes by.")],
    subject: Annotated[str, typer.Option("--subject", metavar="S", help="What it is about.")],
    text: Text,
    cc: Cc = None,
    bcc: Bcc = None,
    attach: Attach = None,
    key: Key = None,
    now: Now = False,
) -> None:
    """Write to a customer first: a new conversation."""
    from omnidesk.desk import composing

    queued = composing.new(
        session.workspace,
        session.actor,
        to,
        via,
        subject,
        spoken(text),
        cc=cc or (),
        bcc=bcc or (),
        files=attach or (),
        key=key,
        now=now,
    )
    _report(session, queued, now)


def _report(session: Session, queued: Queued, now: bool) -> None:
    """Send it where asked, then print the message as it stands."""
    from omnidesk.desk import threads

    message, remark = queued.message, ""
    if now and message.status is MessageStatus.QUEUED:
        from omnidesk.sync.now import send_now

        done = send_now(session.workspace, message.channel)
        message = threads.message(session.workspace, message.id)
        if done.skipped:
            remark = "; another process runs the channel and sends it"
        elif done.error and message.status is MessageStatus.QUEUED:
            remark = f"; it stays in the outbox: {done.error}"
    document = {
        "act": shapes.act(queued.act),
        "message": shapes.message(message),
        "due_at": clock.to_rfc3339(queued.due_at),
    }

    def people(printer: Printer) -> None:
        names = ", ".join(one.address or one.name for one in (*message.to, *message.cc, *message.bcc))
        state = str(message.status)
        if message.status is MessageStatus.QUEUED and not remark:
            wait = max(0, queued.due_at - clock.now()) / clock.SECOND
            state = f"goes in {wait:.0f} s (omnidesk undo takes it back)"
        error = f": {message.error}" if message.error else ""
        printer.say(f"#{message.conversation_id} to {names} by {message.channel}: {state}{error}{remark}")

    session.show(document, people)


@command(app, "note")
def note(session: Session, number: Number, text: Text) -> None:
    """Write a note that only the team sees."""
    from omnidesk.desk import composing

    act, message = composing.note(session.workspace, session.actor, number, spoken(text))
    session.changed(act, {"message": shapes.message(message)})
