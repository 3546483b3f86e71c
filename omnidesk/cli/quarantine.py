"""omnidesk quarantine: what came in and could not be processed; nothing of it is lost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import whole
from omnidesk.cli.printing import Printer, dim, size, when
from omnidesk.cli.session import Session, command, group
from omnidesk.cli.show import write_new
from omnidesk.words.errors import UsageError

app = group("What came in and could not be processed.")


def item_number(said: str | int) -> int:
    """Read the number of a quarantined item."""
    return whole(said, "quarantined item")


Item = Annotated[int, typer.Argument(metavar="ID", parser=item_number, help="The item's number, as `list` has it.")]


@command(app, "list")
def list_quarantine(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List what is in quarantine, oldest first."""
    from omnidesk.desk import quarantine

    found = quarantine.page(session.workspace, limit + 1, paging.number(after, "the quarantine"))
    rows = found[:limit]
    following = str(rows[-1].id) if len(found) > limit else None

    def people(printer: Printer) -> None:
        lines = [(str(row.id), when(row.received_at), row.channel, size(row.size), row.cause) for row in rows]
        if lines:
            printer.table(("Item", "Received", "Channel", "Size", "Cause"), lines)
        else:
            printer.say(dim("nothing is in quarantine"))
        if following:
            printer.say(dim(f"more: add --after {following}"))

    session.show(paging.listed([shapes.quarantined(row) for row in rows], following), people)


@command(app, "show")
def show(session: Session, item: Item) -> None:
    """Show one item: where it came from, why it is here, and how it begins."""
    from omnidesk.desk import quarantine

    row = quarantine.get(session.workspace, item)
    begin = quarantine.raw(session.workspace, item)[:4000].decode("utf-8", "replace")

    def people(printer: Printer) -> None:
        printer.say(f"{row.id}  {row.channel}  {row.media_type}  {size(row.size)}  received {when(row.received_at)}")
        printer.say(f"tried {row.attempts} times: {row.cause}")
        printer.block(begin)

    session.show(shapes.quarantined(row) | {"begins": begin}, people)


@command(app, "retry")
def retry(
    session: Session,
    item: Annotated[
        list[int] | None,
        typer.Argument(metavar="ID..", parser=item_number, help="Which; all of them if none is named."),
    ] = None,
) -> None:
    """Process items once more, as after an upgrade."""
    from omnidesk.desk import quarantine

    filed, left = quarantine.retry_many(session.workspace, item or None)
    session.changed(None, {"filed": filed, "left": left}, f"{len(filed)} went through, {len(left)} are still here")


@command(app, "export")
def export(
    session: Session,
    item: Annotated[
        int | None, typer.Argument(metavar="ID", parser=item_number, help="Which, as `list` has it; else --all.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Where to; - is standard output. With --all: a folder."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, each in a file of its own.")] = False,
) -> None:
    """Save an item exactly as it arrived, or all of them."""
    from omnidesk.desk import quarantine

    if every == (item is not None):
        raise UsageError("name one item, or say --all")
    if item is None:
        _export_all(session, Path(out or "quarantine").expanduser())
        return
    content = quarantine.raw(session.workspace, item)
    if out == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = Path(out or f"quarantined-{item}.raw").expanduser()
    write_new(path, content)
    session.show(
        {"id": item, "path": str(path), "size": len(content)},
        lambda printer: printer.say(f"saved {path}, {size(len(content))}"),
    )


def _export_all(session: Session, folder: Path) -> None:
    from omnidesk.desk import quarantine

    paths, after = [], 0
    while some := quarantine.page(session.workspace, 1000, after):
        for one in some:
            paths.append(folder / f"quarantined-{one.id}.raw")
            quarantine.export(session.workspace, one.id, paths[-1])
        after = some[-1].id
    session.show(
        {"folder": str(folder), "paths": [str(path) for path in paths]},
        lambda printer: printer.say(f"saved {len(paths)} items in {folder}"),
    )
