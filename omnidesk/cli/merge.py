"""omnidesk merge and split: which messages make one matter."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import shapes
from omnidesk.cli.arguments import Number, conversation_number, message_number
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
