"""omnidesk demo: the console on a throw-away workspace of a small web shop."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "demo")
def demo(
    session: Session,
    frozen: Annotated[bool, typer.Option("--frozen", help="Keep still: nobody writes and the clock stands.")] = False,
) -> None:
    """Look around among sample customers, who write while you watch; kept only where --home names a folder."""
    from omnidesk import app as console
    from omnidesk import clock
    from omnidesk.demo import shop

    with clock.frozen(shop.STILL) if frozen else contextlib.nullcontext():
        home = shop.make(None if session.home is None else Path(session.home))
        customers = None if frozen else shop.Customers(home)
        try:
            _read_mail(home)
            if customers is not None:
                customers.start()
            session.status = console.run(str(home), engine=not frozen)
        finally:
            if customers is not None:
                customers.stop()
            if session.home is None:
                shutil.rmtree(home, ignore_errors=True)


def _read_mail(home: Path) -> None:
    """Read the shop's mail once, so that the first screen is full."""
    from omnidesk.desk import workspace
    from omnidesk.sync.engine import Engine

    opened = workspace.open_workspace(home)
    try:
        asyncio.run(Engine(opened).once())
    finally:
        opened.close()
