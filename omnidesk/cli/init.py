"""omnidesk init: makes the workspace."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from omnidesk.cli import shapes
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
    document = {"act": None, "home": path, "created": fresh, "shared": made.home.shared, "agent": shapes.agent(agent)}
    words = f"made the workspace {path}" if fresh else f"the workspace {path} was there already"
    session.show(
        document,
        lambda printer: printer.say(f"{words}; you are {agent.name}. Next: omnidesk channel add email, or omnidesk"),
    )
