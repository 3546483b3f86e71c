"""omnidesk upgrade, redecode and clean: what a workspace needs now and then."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "upgrade")
def upgrade(session: Session) -> None:
    """Bring the workspace to this program's schema, after making a copy of its database."""
    from omnidesk.desk import upgrading

    done = upgrading.upgrade(session.home)
    copy = None if done.copy is None else str(done.copy)
    document = {"act": None, "before": done.before, "schema": done.schema, "copy": copy}
    if done.before == done.schema:
        words = f"nothing to do: the workspace has schema {done.schema}, as this program"
    else:
        words = f"upgraded from schema {done.before} to {done.schema}; the database as it was: {copy}"
    session.show(document, lambda printer: printer.say(words))


@command(app, "redecode")
def redecode(
    session: Session,
    everything: Annotated[bool, typer.Option("--all", help="Also what the present decoder made.")] = False,
) -> None:
    """Read stored originals anew: text, names and attachments, never ids or threads."""
    from omnidesk.desk import redecoding

    def progress(done: redecoding.Redecoded) -> None:
        if sys.stderr.isatty():
            print(f"\r{done.looked_at:,} looked at, {done.changed:,} changed", end="", file=sys.stderr, flush=True)

    done = redecoding.redecode(session.workspace, everything, progress)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    session.changed(
        done.act,
        {"looked_at": done.looked_at, "changed": done.changed, "failed": done.failed},
        f"{done.changed} of {done.looked_at} messages changed, {done.failed} could not be read anew",
    )


@command(app, "clean")
def clean(session: Session) -> None:
    """Remove for good what was deleted long enough ago, and files that nothing names."""
    from omnidesk.desk import cleaning

    done = cleaning.clean(session.workspace)
    session.changed(
        done.act,
        {"conversations": done.conversations, "messages": done.messages, "blobs": done.blobs},
        f"removed {done.conversations} conversations with {done.messages} messages, and {done.blobs} files",
    )
