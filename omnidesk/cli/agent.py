"""omnidesk agent: the people who work at the desk."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from omnidesk import clock
from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import spoken
from omnidesk.cli.session import Session, command, group
from omnidesk.text.when import parse_when
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import AgentState

app = group("The people who work at the desk.")


@command(app, "list")
def list_agents(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List agents by login."""
    from omnidesk.desk import agents

    page, following = paging.cut(agents.list_agents(session.workspace), limit, after, lambda row: row.login)
    lines = [
        (row.login, row.name, row.address or "-", str(row.state), ", ".join(row.teams), "off" if row.disabled else "")
        for row in page
    ]
    session.show(
        paging.listed([shapes.agent(row) for row in page], following),
        lambda printer: printer.table(("Login", "Name", "Address", "State", "Teams", ""), lines),
    )


@command(app, "set")
def set_agent(
    session: Session,
    login: Annotated[str, typer.Argument(metavar="me|LOGIN", help="Who; a new login makes an agent.")],
    name: Annotated[str | None, typer.Option("--name", metavar="N", help="The name customers see.")] = None,
    address: Annotated[str | None, typer.Option("--address", metavar="A", help="Their own e-mail address.")] = None,
    signature: Annotated[
        str | None, typer.Option("--signature", metavar="T", help="Put under their mails; - reads standard input.")
    ] = None,
    languages: Annotated[str | None, typer.Option("--languages", metavar="nl,en", help="What they speak.")] = None,
    state: Annotated[AgentState | None, typer.Option("--state", help="Whether they take work.")] = None,
    away_until: Annotated[str | None, typer.Option("--away-until", metavar="T", help="When they are back.")] = None,
    disabled: Annotated[bool | None, typer.Option("--disabled/--enabled", help="Whether they have left.")] = None,
) -> None:
    """Change an agent, or make one who has not logged in yet."""
    from omnidesk.desk import agents

    said: dict[str, Any] = {
        "name": name,
        "address": address,
        "signature": None if signature is None else spoken(signature),
        "languages": None if languages is None else languages.replace(",", " ").split(),
        "state": state or (AgentState.AWAY if away_until else None),
        "away_until": None if away_until is None else parse_when(away_until, clock.now()),
        "disabled": disabled,
    }
    changes = {key: value for key, value in said.items() if value is not None}
    if not changes and (login == "me" or login in {row.login for row in agents.list_agents(session.workspace)}):
        raise UsageError("nothing to change: give --name, --address, --signature, --languages, --state ..")
    if state is not None and state is not AgentState.AWAY:
        changes["away_until"] = None
    who = session.actor.name if login == "me" else login
    act, row = agents.set_agent(session.workspace, session.actor, who, **changes)
    session.changed(act, {"agent": shapes.agent(row)}, f"{row.login}: {row.name}, {row.state}")
