"""omnidesk merge, split, move, refuse and similar: which messages make one matter."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import Number, conversation_number, message_number
from omnidesk.cli.printing import Piece, Printer, dim
from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "merge")
def merge(
    session: Session,
    number: Number,
    into: Annotated[
        int, typer.Argument(metavar="INTO", parser=conversation_number, help="The conversation that stays.")
    ],
) -> None:
    """Merge a conversation into another."""
    from omnidesk.desk import joining, threads

    act = joining.merge(session.workspace, session.actor, number, into)
    session.changed(act, {"conversation": shapes.conversation(threads.conversation(session.workspace, into))})


@command(app, "split")
def split(
    session: Session,
    number: Number,
    messages: Annotated[
        list[int],
        typer.Argument(metavar="MESSAGE..", parser=message_number, help="Message numbers, as `show` has them."),
    ],
) -> None:
    """Move messages of a conversation into a new one."""
    from omnidesk.desk import joining, threads

    act, fresh = joining.split(session.workspace, session.actor, number, messages)
    session.changed(act, {"conversation": shapes.conversation(threads.conversation(session.workspace, fresh))})


@command(app, "move")
def move(
    session: Session,
    number: Number,
    messages: Annotated[
        list[int],
        typer.Argument(metavar="MESSAGE..", parser=message_number, help="Message numbers, as `show` has them."),
    ],
    into: Annotated[int, typer.Option("--into", metavar="OTHER", parser=conversation_number, help="Where they go.")],
) -> None:
    """Move messages of a conversation into another one."""
    from omnidesk.desk import joining, threads

    act = joining.move(session.workspace, session.actor, number, messages, into)
    session.changed(act, {"conversation": shapes.conversation(threads.conversation(session.workspace, into))})


@command(app, "refuse")
def refuse(
    session: Session,
    number: Number,
    other: Annotated[
        int, typer.Argument(metavar="OTHER", parser=conversation_number, help="The one it may belong to.")
    ],
) -> None:
    """Refuse to join two conversations that may belong together; it is not offered again."""
    from omnidesk.desk import joining

    session.changed(joining.refuse(session.workspace, session.actor, number, other))


@command(app, "similar")
def similar(session: Session, number: Number, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List the open conversations that are about the same as this one, newest first."""
    from omnidesk.desk import similar, threads

    found = similar.similar(session.workspace, number)
    begin = max(0, paging.number(after, "this list"))
    page = threads.conversations(session.workspace, found[begin : begin + limit])
    following = str(begin + limit) if len(found) > begin + limit else None

    def people(printer: Printer) -> None:
        if not page:
            printer.say(dim(f"nothing open is like #{number}"))
            return
        lines: list[list[Piece]] = [
            [f"#{one.id}", one.customer or "unknown sender", one.subject or one.preview] for one in page
        ]
        printer.table(("", "Customer", "Subject"), lines)
        if following:
            printer.say(dim(f"more: omnidesk similar {number} --after {following}"))

    session.show(paging.listed([shapes.conversation(one) for one in page], following), people)
