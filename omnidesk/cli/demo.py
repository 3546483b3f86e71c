"""omnidesk demo: the console on a throw-away workspace."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "demo")
def demo(session: Session) -> None:
    """Look around among sample customers; nothing of it is kept, unless --home names a folder for it."""
    from omnidesk.app import run
    from omnidesk.demo import shop

    home = shop.make(None if session.home is None else Path(session.home))
    customers = shop.Customers(home)
    customers.start()
    try:
        session.status = run(str(home))
    finally:
        customers.stop()
        if session.home is None:
            shutil.rmtree(home, ignore_errors=True)
