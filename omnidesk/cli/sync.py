"""omnidesk sync: the engine, once or for as long as it is let."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from omnidesk.cli import shapes
from omnidesk.cli.printing import Piece, Printer, alarm, complain, dim
from omnidesk.cli.session import Session, command
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import ChannelSync

app = typer.Typer()


@command(app, "sync")
def sync(
    session: Session,
    once: Annotated[bool, typer.Option("--once", help="Read each source to its end, send what is due, stop.")] = False,
    channel: Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Only this channel.")] = None,
    parent: Annotated[int | None, typer.Option("--parent", hidden=True)] = None,
) -> None:
    """Receive and send, until told to stop; with --once a single time."""
    from omnidesk.desk import log
    from omnidesk.sync.engine import Engine

    workspace = session.workspace
    only = [] if channel is None else [channel]
    if channel is not None:
        _usable(session, channel)
    log.open_log(workspace.home, "engine", to_stderr=parent is None and not once)
    engine = Engine(workspace, only)
    if not once:
        asyncio.run(engine.run(parent))
        return
    results = asyncio.run(engine.once())
    for one in results:
        if one.error:
            complain(f"{one.channel}: {one.error}")
            session.status = 1
    document = {"channels": [shapes.channel_sync(one) for one in results]}
    session.show(document, lambda printer: _results(printer, results))


def _usable(session: Session, name: str) -> None:
    from omnidesk.desk import channels

    found = channels.get(session.workspace, name)
    if found.kind == "desk":
        raise RefusedError("the channel desk has nothing to sync: notes and calls are logged by hand")
    if not found.enabled:
        raise RefusedError(f"{name} is switched off: omnidesk channel enable {name}")


def _results(printer: Printer, results: Sequence[ChannelSync]) -> None:
    if not results:
        printer.say(dim("no channel to sync: omnidesk channel add email"))
        return
    heads = ("Channel", "Received", "Known", "Quarantined", "Sent", "Failed", "Seconds", "")
    lines: list[list[Piece]] = [
        [
            one.channel,
            *(str(count) for count in (one.received, one.duplicates, one.quarantined, one.sent, one.failed)),
            f"{one.seconds:.1f}",
            alarm(one.error) if one.error else "another process runs it" if one.skipped else "",
        ]
        for one in results
    ]
    printer.table(heads, lines)
