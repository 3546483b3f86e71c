"""omnidesk aside: asks a third party, beside the customer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli.arguments import Number, Settable, Text, message_number, spoken, whole
from omnidesk.cli.reply import At, Attach, Bcc, Cc, HoldFor, Key, Now, report, when_of
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Enclosure

app = typer.Typer()


def attachment_number(said: str | int) -> int:
    """Read the number of a file."""
    return whole(said, "file")


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
        list[int] | None,
        typer.Option(
            "--message", metavar="M", parser=message_number, help="Pass this message on, with its files; repeatable."
        ),
    ] = None,
    attachment: Annotated[
        list[int] | None,
        typer.Option(
            "--attachment",
            metavar="A",
            parser=attachment_number,
            help="Pass this file of the conversation on; repeatable.",
        ),
    ] = None,
    key: Key = None,
    now: Now = False,
    status: Annotated[
        Settable | None, typer.Option("--status", help="The conversation's status afterwards; else on-hold for them.")
    ] = None,
    at: At = None,
    hold_for: HoldFor = None,
) -> None:
    """Ask a third party, beside the customer, who never sees it. Asking the same people again goes on with it."""
    from omnidesk.desk import composing

    said, files = _with_messages(session, number, message or (), attachment or (), spoken(text))
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


def _with_messages(
    session: Session, number: int, messages: Sequence[int], attachments: Sequence[int], text: str
) -> tuple[str, tuple[Path | Enclosure, ...]]:
    from omnidesk.desk import enclosing, threads
    from omnidesk.text import quote

    here = threads.current(session.workspace, number)
    said, files = [text], list[Enclosure]()
    for message in dict.fromkeys(messages):
        passed = threads.message(session.workspace, message)
        if passed.conversation_id != here:
            raise NotFoundError(f"message {message} is not in conversation {number}")
        said.append(quote.forwarded(passed.sender, passed.to, passed.subject, passed.text, passed.at))
        files += enclosing.of_message(passed)
    files += enclosing.of_conversation(session.workspace, here, attachments)
    return "\n\n".join(said), tuple(dict.fromkeys(files))
