"""omnidesk aside: asks a third party, beside the customer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli.arguments import Number, Settable, Text, message_number, spoken
from omnidesk.cli.reply import At, Attach, Bcc, Cc, HoldFor, Key, Now, report, when_of
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Enclosure

app = typer.Typer()


@command(app, "aside")
def aside(
    session: Session,
    number: Number,
    to: Annotated[list[str], typer.Option("--to", metavar="A", help="Whom to ask; may be repeated.")],
    text: Text,
    via: Annotated[str | None, typer.Option("--via", metavar="CHANNEL", help="The channel it goes by.")] = None,
    cc: Cc = None,
    bcc: Bcc = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="S", help="Else the conversation's.")] = None,
    attach: Attach = None,
    message: Annotated[
        int | None,
        typer.Option("--message", metavar="M", parser=message_number, help="Pass this message on, with its files."),
    ] = None,
    key: Key = None,
    now: Now = False,
    status: Annotated[
        Settable | None, typer.Option("--status", help="The conversation's status afterwards; else as it is.")
    ] = None,
    at: At = None,
    hold_for: HoldFor = None,
) -> None:
    """Ask a third party, beside the customer, who never sees it. Asking the same people again goes on with it."""
    from omnidesk.desk import composing

    said, files = _with_message(session, number, message, spoken(text))
    queued = composing.forward(
        session.workspace,
        session.actor,
        number,
        to,
        said,
        via=via,
        cc=cc or (),
        bcc=bcc or (),
        subject=subject,
        files=[*(attach or ()), *files],
        key=key,
        when=when_of(now, at, status, hold_for),
    )
    report(session, queued, now)


def _with_message(
    session: Session, number: int, message: int | None, text: str
) -> tuple[str, tuple[Path | Enclosure, ...]]:
    from omnidesk.desk import enclosing, threads
    from omnidesk.text import quote

    if message is None:
        return text, ()
    passed = threads.message(session.workspace, message)
    if passed.conversation_id != threads.current(session.workspace, number):
        raise NotFoundError(f"message {message} is not in conversation {number}")
    said = quote.forwarded(passed.sender, passed.to, passed.subject, passed.text, passed.at)
    return f"{text}\n\n{said}", enclosing.of_message(passed)
