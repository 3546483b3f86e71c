"""Removing a team: what it has goes to nobody's pool, and all of it comes back with one undo."""

from __future__ import annotations

from typing import Any

from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import people
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.rows import Actor, Team
from omnidesk.words.speech import _


def get(workspace: Workspace, name: str) -> Team:
    """Return a team by name, in small letters or capitals. Raises NotFoundError."""
    known = people.teams(workspace.database.reader)
    found = next((one for one in known if one.name.lower() == name.strip().lower()), None)
    if found is None:
        raise NotFoundError(_("there is no team {name}; `omnidesk team list` shows them").format(name=name))
    return found


def held(workspace: Workspace, team: Team) -> tuple[int, int]:
    """Return how many conversations a team has that are not closed, and how many in all."""
    row = workspace.database.reader.one(
        "SELECT count(*) FILTER (WHERE status <> 'closed' AND place = 'desk') AS busy, count(*) AS whole "
        "FROM conversation WHERE team_id = ?",
        (team.id,),
    )
    return (int(row["busy"]), int(row["whole"])) if row is not None else (0, 0)


def remove(workspace: Workspace, actor: Actor, name: str) -> tuple[rows.Act, int]:
    """Remove a team; its conversations keep their owners and belong to no team from then on.

    Returns the act and how many conversations that were. Undoable. Raises NotFoundError."""
    team = get(workspace, name)

    def work(act: Act) -> int:
        there = act.tx.one("SELECT created_at FROM team WHERE id = ?", (team.id,))
        if there is None:
            raise NotFoundError(_("there is no team {name}; `omnidesk team list` shows them").format(name=name))
        numbers = [row[0] for row in act.tx.all("SELECT id FROM conversation WHERE team_id = ?", (team.id,))]
        for number in numbers:
            act.change("assigned", number, team_id=None)
        members = [row[0] for row in act.tx.all("SELECT agent_id FROM team_member WHERE team_id = ?", (team.id,))]
        act.tx.execute("DELETE FROM team_member WHERE team_id = ?", (team.id,))
        act.tx.execute("DELETE FROM team WHERE id = ?", (team.id,))
        before = {"team": team.id, "name": team.name, "created_at": there["created_at"], "members": members}
        act.event("team_removed", before=before)
        act.summary = f"removed the team {team.name}"
        if numbers:
            many = "1 conversation" if len(numbers) == 1 else f"{len(numbers)} conversations"
            act.summary += f"; {many} without a team"
        return len(numbers)

    return perform_undoable(workspace, actor, "team-remove", work)


def take_back(act: Act, before: dict[str, Any], restored: list[str]) -> None:
    """Put a removed team back, within the act of an undo. Raises RefusedError where its name was given away since."""
    if act.tx.value("SELECT 1 FROM team WHERE lower(name) = lower(?)", (before["name"],)):
        raise RefusedError(_("there is a team {name} again: it stays as it is").format(name=before["name"]))
    act.tx.insert("team", id=before["team"], name=before["name"], created_at=before["created_at"])
    act.tx.execute_many(
        "INSERT INTO team_member (team_id, agent_id) VALUES (?, ?)",
        [(before["team"], one) for one in before["members"]],
    )
    act.event("team_returned", after={"team": before["team"], "name": before["name"]})
    restored.append(_("the team {name}").format(name=before["name"]))
