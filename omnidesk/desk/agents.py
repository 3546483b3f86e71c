"""Agents and teams. An agent is made on first use, from the login name."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from typing import Any

from omnidesk import clock
from omnidesk.desk.acts import Act, perform
from omnidesk.store import people
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import AgentState
from omnidesk.words.rows import Actor, Agent, Team
from omnidesk.words.speech import _


def login(workspace: Workspace) -> str:
    """Return who is at the keyboard: OMNIDESK_AGENT, else the database's role, else the login name."""
    said = os.environ.get("OMNIDESK_AGENT") or workspace.database.role()
    if said:
        return one_line(said, 64)
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"user{os.getuid()}"


def whoami(workspace: Workspace, name: str | None = None, address: str | None = None) -> Agent:
    """Return the agent at the keyboard, made when they are new; `name` and `address` are set where given."""
    me = login(workspace)
    found = next((agent for agent in list_agents(workspace) if agent.login == me), None)
    if found is None:
        workspace.database.write(
            lambda tx: tx.execute(
                "INSERT INTO agent (id, login, name, address, created_at) VALUES (?, ?, ?, ?, ?) ON "
                "CONFLICT (login) DO NOTHING",
                (new_id(), me, one_line(name or me, 100), address, clock.now()),
            )
        )
    elif name or address:
        changes = {"name": name, "address": address}
        set_agent(workspace, Actor(me, found.id), me, **{key: value for key, value in changes.items() if value})
    return get_agent(workspace, me)


def actor(workspace: Workspace) -> Actor:
    """Return the agent at the keyboard as the one who acts."""
    me = whoami(workspace)
    return Actor(me.login, me.id)


def list_agents(workspace: Workspace) -> list[Agent]:
    """Return all agents, by login."""
    return people.agents(workspace.database.reader)


def get_agent(workspace: Workspace, name: str) -> Agent:
    """Return one agent by login. Raises NotFoundError."""
    for agent in list_agents(workspace):
        if agent.login == name:
            return agent
    raise NotFoundError(_("there is no agent {name}; `omnidesk agent list` shows them").format(name=name))


def working(workspace: Workspace, name: str) -> Agent:
    """Return an agent who can be given work. Raises NotFoundError, RefusedError for one who is disabled."""
    found = get_agent(workspace, name)
    if found.disabled:
        raise RefusedError(_("{name} is disabled: `omnidesk agent enable {name}` brings them back").format(name=name))
    return found


def set_agent(workspace: Workspace, by: Actor, who: str, /, **changes: Any) -> tuple[rows.Act, Agent]:
    """Change the agent of login `who`, or make one who has not logged in yet.

    Changes: name, address, signature, languages (a sequence), state (an AgentState), away_until (ms), disabled."""
    fields = dict(changes)
    if "languages" in fields:
        fields["languages"] = " ".join(one_line(language, 20) for language in fields["languages"])
    for key in ("name", "address"):
        if fields.get(key):
            fields[key] = one_line(fields[key], 200)
    if "signature" in fields:
        fields["signature"] = clean(fields["signature"])
    if fields.get("state") and fields["state"] not in set(AgentState):
        raise UsageError(
            _("an agent's state is {states}, not {state}").format(states=", ".join(AgentState), state=fields["state"])
        )

    def work(act: Act) -> None:
        row = act.tx.one("SELECT id FROM agent WHERE login = ?", (who,))
        agent_id = row["id"] if row else new_id()
        if row is None:
            if who != one_line(who, 64) or len(who.split()) != 1 or who.startswith("@"):
                raise UsageError(_("{who!r} is no login: it is one word, of at most 64 letters").format(who=who))
            act.tx.insert("agent", id=agent_id, login=who, name=fields.get("name") or who, created_at=act.at)
            act.event("agent_added", after={"login": who})
        if fields:
            act.change_row("agent_changed", "agent", agent_id, fields)

        act.undoable = row is not None
        act.summary = f"{who} changed" if row is not None else f"agent {who} added"

    done = perform(workspace, by, "agent", work)[0]
    return done, get_agent(workspace, who)


def open_counts(workspace: Workspace) -> dict[int, int]:
    """Return how many open conversations each agent has, by id; rides on conversation_owner."""
    found = workspace.database.reader.all(
        "SELECT owner_id, count(*) FROM conversation WHERE place = 'desk' AND status = 'open' "
        "AND owner_id IS NOT NULL GROUP BY owner_id"
    )
    return {row[0]: row[1] for row in found}


def list_teams(workspace: Workspace) -> list[Team]:
    """Return all teams, by name."""
    return people.teams(workspace.database.reader)


def set_team(workspace: Workspace, by: Actor, name: str, members: Sequence[str]) -> tuple[rows.Act, Team]:
    """Make a team of these logins, or give it these members. Raises NotFoundError."""
    title = one_line(name, 60)
    if not title:
        raise UsageError(_("a team needs a name"))
    ids = [get_agent(workspace, member).id for member in members]

    def work(act: Act) -> None:
        team = act.tx.value("SELECT id FROM team WHERE name = ?", (title,))
        if team is None:
            team = new_id()
            act.tx.insert("team", id=team, name=title, created_at=act.at)
        before = [row[0] for row in act.tx.all("SELECT agent_id FROM team_member WHERE team_id = ?", (team,))]
        act.tx.execute("DELETE FROM team_member WHERE team_id = ?", (team,))
        act.tx.execute_many(
            "INSERT INTO team_member (team_id, agent_id) VALUES (?, ?)", [(team, one) for one in set(ids)]
        )
        act.event("team_changed", before={"members": before}, after={"members": ids})

    done = perform(workspace, by, "team", work)[0]
    return done, next(team for team in list_teams(workspace) if team.name == title)
