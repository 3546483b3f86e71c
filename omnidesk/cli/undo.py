"""omnidesk undo: takes one act back."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import shapes
from omnidesk.cli.arguments import act_number
from omnidesk.cli.printing import Printer
from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "undo")
def undo(
    session: Session,
    act: Annotated[
        int | None,
        typer.Argument(metavar="ACT", parser=act_number, help="The act, as `history` prints it; else your last."),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would change, and change nothing.")] = False,
) -> None:
    """Take an act back; what was changed since is left and named."""
    from omnidesk.desk import undo as undoing

    if preview:
        _preview(session, act)
        return
    done = undoing.undo(session.workspace, session.actor, act)
    document = {
        "act": shapes.act(done.act),
        "undone": shapes.act(done.undone),
        "restored": list(done.restored),
        "left": list(done.left),
    }

    def people(printer: Printer) -> None:
        printer.say(f"{done.act.summary} ({'; '.join(done.restored)})")
        for one in done.left:
            printer.say(f"left as it is: {one}")

    session.show(document, people)


def _preview(session: Session, act: int | None) -> None:
    from omnidesk.desk import history

    found = history.preview(session.workspace, session.actor, act)
    document = {
        "act": None,
        "would_undo": shapes.act(found.act),
        "steps": [{"what": step.what, "now": step.now, "then": step.then} for step in found.steps],
        "restored": list(found.restored),
        "left": list(found.left),
    }

    def people(printer: Printer) -> None:
        printer.say(f"would take back: {found.act.summary or found.act.kind}")
        for step in found.steps:
            printer.say(f"  {step.what}: {step.now} -> {step.then}")
        for one in found.left:
            printer.say(f"  stays as it is: {one}")

    session.show(document, people)
