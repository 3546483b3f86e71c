"""omnidesk init: makes the workspace."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.cli import shapes
from omnidesk.cli.printing import Printer
from omnidesk.cli.session import Session, command

app = typer.Typer()


@command(app, "init")
def init(
    session: Session,
    agent_name: Annotated[
        str | None, typer.Option("--agent-name", metavar="N", help="Your name as customers see it.")
    ] = None,
    agent_address: Annotated[
        str | None, typer.Option("--agent-address", metavar="A", help="Your own e-mail address.")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", metavar="G", help="Share the workspace with this Unix group.")
    ] = None,
    service: Annotated[
        bool | None,
        typer.Option("--service/--no-service", help="Run the engine as a service of yours, console or not."),
    ] = None,
) -> None:
    """Make a workspace, or take your place in one that is there."""
    from omnidesk.desk import agents, workspace

    fresh = not workspace.exists(session.home)
    if agent_name is None and fresh and session.asks():
        usual = getpass.getuser().title()
        agent_name = typer.prompt("Your name, as customers will see it", default=usual, err=True)
    made = workspace.create(session.home, agent_name, agent_address, group)
    try:
        agent = agents.whoami(made)
    finally:
        made.close()
    path = str(made.home.path)
    installed, remark = _serve(session, made.home.path, service, fresh)
    document = {
        "act": None,
        "home": path,
        "created": fresh,
        "shared": made.home.shared,
        "agent": shapes.agent(agent),
        "service": installed,
    }
    words = f"made the workspace {path}" if fresh else f"the workspace {path} was there already"

    def people(printer: Printer) -> None:
        printer.say(f"{words}; you are {agent.name}. Next: omnidesk channel add email, or omnidesk")
        if remark:
            printer.say(remark)

    session.show(document, people)


def _serve(session: Session, home: Path, wanted: bool | None, fresh: bool) -> tuple[str | None, str]:
    """Install the engine as a service where that is wanted; return its name, and what to say about it."""
    from omnidesk.sync import service

    if wanted is None and fresh and session.asks():
        reason = service.why_not()
        if reason is not None:
            return None, f"The engine will run while a console is open: {reason}"
        wanted = typer.confirm(
            "Run the engine as a service of yours, so that mail comes and goes while no console is open?",
            default=True,
            err=True,
        )
    if not wanted:
        return None, ""
    done = service.install(home)
    return done.name, f"The engine runs as {done.name}; after you log out only with `loginctl enable-linger`"
