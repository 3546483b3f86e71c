"""omnidesk team: named groups of agents."""

from __future__ import annotations

from typing import Annotated

import typer

from omnidesk.cli import paging, shapes
from omnidesk.cli.session import Session, command, group

app = group("Named groups of agents.")


@command(app, "list")
def list_teams(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List teams by name."""
    from omnidesk.desk import agents

    page, following = paging.cut(agents.list_teams(session.workspace), limit, after, lambda row: row.name)
    session.show(
        paging.listed([shapes.team(row) for row in page], following),
        lambda printer: printer.table(("Team", "Members"), [(row.name, ", ".join(row.members)) for row in page]),
    )


@command(app, "set")
def set_team(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The team.")],
    members: Annotated[list[str] | None, typer.Argument(metavar="LOGIN..", help="Its members, all of them.")] = None,
) -> None:
    """Make a team, or give it these members."""
    from omnidesk.desk import agents

    act, row = agents.set_team(session.workspace, session.actor, name, members or [])
    session.changed(act, {"team": shapes.team(row)}, f"{row.name}: {', '.join(row.members) or 'nobody'}")
