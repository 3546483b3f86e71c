"""omnidesk agent: the people who work at the desk, and what happens to their work when they are not there."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from omnidesk import clock
from omnidesk.cli import paging, shapes
from omnidesk.cli.arguments import spoken
from omnidesk.cli.printing import Printer, dim, when
from omnidesk.cli.session import Session, command, group
from omnidesk.text.when import parse_when
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.kinds import AgentState
from omnidesk.words.rows import Agent

app = group("The people who work at the desk.")

Who = Annotated[str, typer.Argument(metavar="me|LOGIN", help="Who.")]
Name = Annotated[str | None, typer.Option("--name", metavar="N", help="The name customers see.")]
Address = Annotated[str | None, typer.Option("--address", metavar="A", help="Their own e-mail address.")]
Languages = Annotated[str | None, typer.Option("--languages", metavar="nl,en", help="What they speak.")]
To = Annotated[str | None, typer.Option("--to", metavar="LOGIN", help="Who takes over; else the pool.")]
Note = Annotated[str, typer.Option("--note", metavar="T", help="Added to the note in each conversation.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change hands.")]


@command(app, "list")
def list_agents(session: Session, limit: paging.Limit = paging.USUAL, after: paging.After = None) -> None:
    """List agents by login."""
    from omnidesk.desk import agents

    page, following = paging.cut(agents.list_agents(session.workspace), limit, after, lambda row: row.login)
    counts = agents.open_counts(session.workspace)
    lines = [
        (row.login, row.name, _state(row), str(counts.get(row.id, 0)), " ".join(row.languages) or "-",
         ", ".join(row.teams), row.address or "-")
        for row in page
    ]  # fmt: skip
    items = [{**shapes.agent(row), "open": counts.get(row.id, 0)} for row in page]
    session.show(
        paging.listed(items, following),
        lambda printer: printer.table(("Login", "Name", "State", "Open", "Speaks", "Teams", "Address"), lines),
    )


def _state(row: Agent) -> str:
    if row.disabled:
        return "disabled"
    return f"away until {when(row.away_until)}" if row.state is AgentState.AWAY and row.away_until else str(row.state)


@command(app, "show")
def show(session: Session, login: Who) -> None:
    """Show one agent."""
    from omnidesk.desk import agents

    row = agents.get_agent(session.workspace, _login(session, login))
    count = agents.open_counts(session.workspace).get(row.id, 0)

    def people(printer: Printer) -> None:
        printer.say(f"{row.login}: {row.name}, {_state(row)}, {count} open")
        for label, said in (
            ("address", row.address),
            ("speaks", " ".join(row.languages)),
            ("teams", ", ".join(row.teams)),
            ("signature", row.signature),
        ):
            if said:
                printer.say(f"{label}: {said}")

    session.show({**shapes.agent(row), "open": count}, people)


@command(app, "add")
def add_agent(
    session: Session,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="Their login name.")],
    name: Name = None,
    address: Address = None,
    languages: Languages = None,
) -> None:
    """Add an agent who has not logged in yet."""
    from omnidesk.desk import agents

    if login in {row.login for row in agents.list_agents(session.workspace)}:
        raise RefusedError(f"there is an agent {login} already: `omnidesk agent set {login}` changes them")
    said = {"name": name, "address": address, "languages": _split(languages)}
    changes = {key: value for key, value in said.items() if value is not None}
    act, row = agents.set_agent(session.workspace, session.actor, login, **changes)
    session.changed(act, {"agent": shapes.agent(row)}, f"{row.login}: {row.name}, {row.state}")


@command(app, "set")
def set_agent(
    session: Session,
    login: Annotated[str, typer.Argument(metavar="me|LOGIN", help="Who; a new login makes an agent.")],
    name: Name = None,
    address: Address = None,
    signature: Annotated[
        str | None, typer.Option("--signature", metavar="T", help="Put under their mails; - reads standard input.")
    ] = None,
    languages: Languages = None,
    state: Annotated[AgentState | None, typer.Option("--state", help="Whether they take work.")] = None,
    away_until: Annotated[str | None, typer.Option("--away-until", metavar="T", help="When they are back.")] = None,
    disabled: Annotated[bool | None, typer.Option("--disabled/--enabled", help="Whether they have left.")] = None,
) -> None:
    """Change an agent, or make one who has not logged in yet; who goes away leaves their work to the pool."""
    from omnidesk.desk import agents, away

    workspace, actor = session.workspace, session.actor
    who = _login(session, login)
    known = {row.login: row for row in agents.list_agents(workspace)}
    goes = state is AgentState.AWAY or away_until is not None
    said: dict[str, Any] = {
        "name": name,
        "address": address,
        "signature": None if signature is None else spoken(signature),
        "languages": _split(languages),
        "state": None if goes else state,
    }
    changes = {key: value for key, value in said.items() if value is not None}
    if "state" in changes:
        changes["away_until"] = None
    act = None
    if changes or who not in known:
        act, _ = agents.set_agent(workspace, actor, who, **changes)
    if goes or disabled:
        until = None if away_until is None else parse_when(away_until, clock.now())
        act = away.leave(workspace, actor, away.prepare(workspace, who, None, until, bool(disabled)))
    elif disabled is False or (state is AgentState.AVAILABLE and who in known and known[who].state is AgentState.AWAY):
        act = away.back(workspace, actor, who)
    if act is None:
        raise UsageError("nothing to change: give --name, --address, --signature, --languages, --state ..")
    row = agents.get_agent(workspace, who)
    session.changed(act, {"agent": shapes.agent(row)}, f"{row.login}: {row.name}, {_state(row)}")


@command(app, "away")
def go_away(
    session: Session,
    login: Who = "me",
    until: Annotated[str | None, typer.Option("--until", metavar="T", help="When they are back.")] = None,
    to: To = None,
    note: Note = "",
    dry_run: DryRun = False,
) -> None:
    """Go away: open, pending and snoozed conversations, drafts and scheduled messages go to a colleague or the pool."""
    moment = None if until is None else parse_when(until, clock.now())
    _leave(session, _login(session, login), to, moment, False, note, dry_run)


@command(app, "disable")
def disable(
    session: Session,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="Who has left.")],
    to: To = None,
    note: Note = "",
    dry_run: DryRun = False,
) -> None:
    """Disable an agent who has left; what was theirs goes to a colleague or the pool."""
    _leave(session, _login(session, login), to, None, True, note, dry_run)


def _leave(
    session: Session, login: str, to: str | None, until: int | None, disabled: bool, note: str, dry_run: bool
) -> None:
    from omnidesk.desk import agents, away

    whom = None if to in (None, "pool") else to
    leaving = away.prepare(session.workspace, login, whom, until, disabled)
    moving = {
        "conversations": [one.id for one in leaving.conversations],
        "drafts": leaving.drafts,
        "scheduled": leaving.sends,
        "to": leaving.to.login if leaving.to is not None else None,
    }
    if dry_run:

        def people(printer: Printer) -> None:
            printer.say(leaving.said)
            for one in leaving.conversations:
                printer.say(dim(f"#{one.id} {one.status} {one.customer}: {one.subject}"))

        session.show({"act": None, **moving}, people)
        return
    act = away.leave(session.workspace, session.actor, leaving, note)
    row = agents.get_agent(session.workspace, login)
    session.changed(act, {"agent": shapes.agent(row), **moving})


@command(app, "back")
def come_back(
    session: Session,
    login: Who = "me",
    take: Annotated[bool, typer.Option("--take", help="Take back what nobody took meanwhile.")] = False,
) -> None:
    """Come back: the name comes off what waits without owner."""
    from omnidesk.desk import agents, away

    who = _login(session, login)
    act = away.back(session.workspace, session.actor, who, take)
    session.changed(act, {"agent": shapes.agent(agents.get_agent(session.workspace, who))})


@command(app, "enable")
def enable(
    session: Session, login: Annotated[str, typer.Argument(metavar="LOGIN", help="Who works here again.")]
) -> None:
    """Enable an agent again."""
    from omnidesk.desk import agents, away

    act = away.back(session.workspace, session.actor, login)
    session.changed(act, {"agent": shapes.agent(agents.get_agent(session.workspace, login))})


def _login(session: Session, said: str) -> str:
    return session.actor.name if said == "me" else said


def _split(languages: str | None) -> list[str] | None:
    return None if languages is None else languages.replace(",", " ").split()
