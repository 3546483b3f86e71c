"""omnidesk import: old mail from files, as history of a channel."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli.session import Session, command, group

if TYPE_CHECKING:
    from omnidesk.desk.importing import Imported

app = group("Old mail from files; it changes no status, clock or owner, and importing twice does no harm.")

ChannelName = Annotated[str, typer.Option("--channel", metavar="NAME", help="The channel it belongs to.")]
Source = Annotated[Path, typer.Argument(metavar="PATH", help="The file or folder.")]


@command(app, "mbox")
def mbox(session: Session, path: Source, channel: ChannelName) -> None:
    """Import an mbox file."""
    from omnidesk.desk import importing

    _report(session, importing.import_mbox(session.workspace, session.actor, channel, path.expanduser(), _progress()))


@command(app, "maildir")
def maildir(session: Session, path: Source, channel: ChannelName) -> None:
    """Import a Maildir with its subfolders."""
    from omnidesk.desk import importing

    _report(
        session, importing.import_maildir(session.workspace, session.actor, channel, path.expanduser(), _progress())
    )


def _progress() -> Callable[[Imported], None] | None:
    if not sys.stderr.isatty():
        return None

    def show(done: Imported) -> None:
        known = f", {done.duplicates:,} were here already" if done.duplicates else ""
        said = f"{done.share:.0%} read: {done.received:,} mails imported{known}"
        print(f"\r{said}", end="", file=sys.stderr, flush=True)

    return show


def _report(session: Session, done: Imported) -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)
    session.changed(
        done.act,
        {"received": done.received, "duplicates": done.duplicates, "quarantined": done.quarantined},
        f"{done.received} mails imported, {done.duplicates} were here already, {done.quarantined} in quarantine",
    )
