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
    members: Annotated[list[str] | None, typer.Argument(metavar="me|LOGIN..", help="Its members, all of them.")] = None,
) -> None:
    """Make a team, or give it these members."""
    from omnidesk.desk import agents

    me = session.actor.name
    logins = [me if login == "me" else login for login in members or []]
    act, row = agents.set_team(session.workspace, session.actor, name, logins)
    session.changed(act, {"team": shapes.team(row)}, f"{row.name}: {', '.join(row.members) or 'nobody'}")


@command(app, "remove")
def remove_team(session: Session, name: Annotated[str, typer.Argument(metavar="NAME", help="The team.")]) -> None:
    """Remove a team: its members stay; its conversations keep their owners and belong to no team."""
    from omnidesk.desk import teams

    act, count = teams.remove(session.workspace, session.actor, name)
    session.changed(act, {"conversations": count})
