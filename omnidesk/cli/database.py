"""omnidesk database: where the workspace lives, and moving it to PostgreSQL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli.session import Session, command, group

if TYPE_CHECKING:
    from omnidesk.desk.carrying import Progress

app = group("Where the workspace lives: a file of its own, or PostgreSQL.")


@command(app, "show")
def show(session: Session) -> None:
    """Say which database the workspace lives in."""
    opened = session.workspace.database
    document = {"dialect": opened.dialect, "database": opened.name}
    session.show(document, lambda printer: printer.say(f"{opened.dialect}: {opened.name}"))


@command(app, "move")
def move(
    session: Session,
    to: Annotated[
        str,
        typer.Option("--to", metavar="URL|-", help="postgresql://USER@HOST/NAME, an empty database; - reads it."),
    ],
) -> None:
    """Move the workspace from its file to PostgreSQL; cut off, the same command goes on where it stopped."""
    from omnidesk.desk import carrying

    url = sys.stdin.readline().strip() if to == "-" else to
    done = carrying.move(session.home, url, _progress())
    document = {
        "act": None,
        "database": done.database,
        "rows": done.rows,
        "messages": done.messages,
        "blobs": done.blobs,
        "kept": str(done.kept),
    }
    words = (
        f"moved to {done.database}: {done.messages:,} messages, {done.rows:,} rows and {done.blobs:,} files, counted "
        f"and compared; the old file is {done.kept}"
    )
    session.show(document, lambda printer: printer.say(words))


def _progress() -> Progress:
    """Return what is told how far it is: a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda table, done, total: None
    shown = ""

    def tell(table: str, done: int, total: int) -> None:
        nonlocal shown
        if shown and shown != table:
            print(file=sys.stderr)
        shown = table
        share = done / total if total else 1.0
        bar = "#" * round(30 * share)
        print(f"\r{table:<18} [{bar:<30}] {done:,} of {total:,} ", end="", file=sys.stderr, flush=True)
        if done >= total:
            print(file=sys.stderr)
            shown = ""

    return tell
