"""omnidesk demo: the console on a throw-away workspace of a small web shop."""

from __future__ import annotations

import contextlib
import os
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
    from omnidesk.demo.life import LifeThread

    os.environ.pop("OMNIDESK_DATABASE_URL", None)  # a throw-away workspace is a file of its own
    with clock.frozen(shop.STILL) if frozen else contextlib.nullcontext():
        home = shop.make(None if session.home is None else Path(session.home))
        life = None if frozen else LifeThread(home)
        try:
            if life is not None:
                life.start()
            session.status = console.run(str(home), engine=not frozen)
        finally:
            if life is not None:
                life.stop()
            broke = (home / "log" / "console.log").exists()  # the console named this file when it went
            if session.home is None and not broke:
                shutil.rmtree(home, ignore_errors=True)
