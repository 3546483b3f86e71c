"""omnidesk take and skip: the next conversation, and passing one over."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk import clock
from omnidesk.cli import shapes
from omnidesk.cli.arguments import Numbers
from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "take")
def take(session: Session) -> None:
    """Take the next conversation that nobody has: VIPs, what is overdue, urgent ones, then whoever waits longest."""
    from omnidesk.desk import skipping, threads

    act, number = skipping.take_next(session.workspace, session.actor)
    if number is None:
        session.changed(act, {"conversation": None}, "nothing waits in unassigned for you")
        return
    found = threads.conversation(session.workspace, number)
    session.changed(act, {"conversation": shapes.conversation(found)})


@command(app, "skip")
def skip(
    session: Session,
    numbers: Numbers,
    reason: Annotated[str, typer.Option("--reason", metavar="WHY", help="Why; the team sees it.")],
) -> None:
    """Pass conversations over: for a while `take` does not offer them to you."""
    from omnidesk.desk import skipping, threads

    act, _, until = skipping.skip(session.workspace, session.actor, numbers, reason)
    here = list(dict.fromkeys(threads.current(session.workspace, number) for number in numbers))
    shown = [shapes.conversation(one) for one in threads.conversations(session.workspace, here)]
    session.changed(act, {"conversations": shown, "until": clock.to_rfc3339(until)})
