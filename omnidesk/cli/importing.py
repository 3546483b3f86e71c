"""omnidesk import: old mail from files, as history of a channel; and customers from a table."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli.session import Session, command, group

if TYPE_CHECKING:
    from omnidesk.desk.importing import Imported

app = group(
    "Old mail from files, which changes no status, clock or owner; and customers from a table. Importing twice does no "
    "harm."
)

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


@command(app, "customers")
def customers(
    session: Session,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A table (CSV) whose first row holds the headings.")],
    pairs: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Which column is what, where its heading does not tell."),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would happen, and write nothing.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace what is known by what the file says.")
    ] = False,
    region: Annotated[
        str | None, typer.Option("--region", metavar="NL", help="The country of numbers that name none.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", metavar="E", help="Such as windows-1252; else told from the file.")
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", metavar="D", help="Such as ; or tab; else told from the file.")
    ] = None,
    rejected: Annotated[
        Path | None, typer.Option("--rejected", metavar="FILE", help="Save the rejected rows there, with the reasons.")
    ] = None,
) -> None:
    """Import customers: those that are known by their addresses are completed, the others are new. One undo."""
    from omnidesk.cli import imported
    from omnidesk.desk import customer_import

    asked = imported.asked(path.expanduser(), pairs or (), region, encoding, delimiter, overwrite)
    if preview:
        act, report = None, customer_import.preview(session.workspace, asked)
    else:
        act, report = customer_import.run(session.workspace, session.actor, asked)
    if rejected is not None and report.rejected:
        customer_import.save_rejected(report, rejected.expanduser())
    imported.show(session, act, report)


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
