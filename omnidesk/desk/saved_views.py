"""Views that agents save: a search under a name, with its order and what its rows show; personal or the team's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from omnidesk.desk import indexing, views
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import asked as asking
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.store.queue import View
from omnidesk.store.workspace import Workspace
from omnidesk.text import query as syntax
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.kinds import Sort
from omnidesk.words.rows import Actor, SavedView
from omnidesk.words.speech import _

COLUMNS = ("customer", "subject", "preview", "owner", "tags", "channels", "status", "number")
"""What a row can show; the first one chosen stands on its first line."""
USUAL = ("customer", "subject", "preview", "owner")
LONGEST = 40
"""Characters of a name."""
_SAVED = "SELECT id, name, agent_id, query, sort, columns_json FROM saved_view WHERE removed_at IS NULL"


def list_views(workspace: Workspace, agent_id: int | None) -> list[SavedView]:
    """Return the views an agent has, their own and the team's, in their order."""
    return _all(workspace.database.reader, agent_id)


def get(workspace: Workspace, name: str, agent_id: int | None) -> SavedView:
    """Return a saved view by name; an agent's own goes before the team's. Raises NotFoundError."""
    return _get(workspace.database.reader, name, agent_id)


def view(workspace: Workspace, name: str, agent_id: int | None) -> View:
    """Return what a saved view holds. Raises NotFoundError."""
    saved = get(workspace, name, agent_id)
    found = asked(workspace, saved.name, saved.query, agent_id, saved.sort)
    return replace(found, columns=saved.columns, title=saved.name)


def asked(workspace: Workspace, name: str, text: str, agent_id: int | None, sort: Sort | None = None) -> View:
    """Return what a search holds. Raises UsageError where it is not understood, NotFoundError for unknown agents."""
    reader = workspace.database.reader
    return asking.view(reader, name, syntax.parse(text), agent_id, sort, indexing.stored_entry)


def save(
    workspace: Workspace,
    actor: Actor,
    name: str,
    text: str,
    *,
    shared: bool | None = None,
    sort: Sort | None = None,
    columns: Sequence[str] | None = None,
) -> tuple[rows.Act, SavedView]:
    """Keep a search under a name; a view of that name gets the new search. What is not said stays as it is, or
    as usual. Raises UsageError, NotFoundError where the search or the name will not do."""
    title = _name(name)
    query = syntax.parse(text)
    asked(workspace, title, text, actor.agent_id)
    shown = None if columns is None else _columns(columns)

    def work(act: Act) -> SavedView:
        found = _find(act.tx, title, actor.agent_id)
        fields: dict[str, Any] = {"query": syntax.without_sort(text)}
        wanted = sort or query.sort
        if wanted is not None or found is None:
            fields["sort"] = wanted or asking.usual_sort(query)
        if shown is not None:
            fields["columns_json"] = json.dumps(shown)
        if found is None:
            _make(act, title, actor, bool(shared), fields)
        else:
            if shared is not None:
                fields["agent_id"] = _owner(actor, shared)
            act.change_row("view", "saved_view", found.id, fields)
        act.summary = f"saved the view {title}"
        return _get(act.tx, title, actor.agent_id)

    return perform_undoable(workspace, actor, "view", work)


def rename(workspace: Workspace, actor: Actor, name: str, new: str) -> tuple[rows.Act, SavedView]:
    """Give a view another name. Raises NotFoundError, UsageError, RefusedError where the name is taken."""
    title = _name(new)

    def work(act: Act) -> SavedView:
        found = _get(act.tx, name, actor.agent_id)
        other = _find(act.tx, title, actor.agent_id)
        if other is not None and other.id != found.id:
            raise RefusedError(_("there is a view {title} already").format(title=title))
        act.change_row("view", "saved_view", found.id, {"name": title})
        act.summary = f"the view {found.name} is called {title}"
        return _get(act.tx, title, actor.agent_id)

    return perform_undoable(workspace, actor, "view", work)


def remove(workspace: Workspace, actor: Actor, name: str) -> rows.Act:
    """Take a view away. Raises NotFoundError."""

    def work(act: Act) -> None:
        found = _get(act.tx, name, actor.agent_id)
        act.change_row("view", "saved_view", found.id, {"removed_at": act.at})
        act.summary = f"removed the view {found.name}"

    return perform_undoable(workspace, actor, "view", work)[0]


def share(workspace: Workspace, actor: Actor, name: str, shared: bool) -> tuple[rows.Act, SavedView]:
    """Give a view to the whole team, or take it for oneself. Raises NotFoundError, RefusedError."""

    def work(act: Act) -> SavedView:
        found = _get(act.tx, name, actor.agent_id)
        owner = _owner(actor, shared)
        if act.tx.value(
            "SELECT 1 FROM saved_view WHERE agent_id = ? AND name = ? AND id <> ? AND removed_at IS NULL",
            (owner, found.name, found.id),
        ):
            team = _("the team has a view {name} already: rename one")
            own = _("you have a view {name} already: rename one")
            raise RefusedError((team if shared else own).format(name=found.name))
        act.change_row("view", "saved_view", found.id, {"agent_id": owner})
        act.summary = f"the view {found.name} is {'for the team' if shared else 'yours alone'}"
        return _get(act.tx, name, actor.agent_id)

    return perform_undoable(workspace, actor, "view", work)


def move(workspace: Workspace, actor: Actor, name: str, place: int) -> rows.Act:
    """Put a view at a place in the order, the first one is 1; what is beyond the ends goes there. NotFoundError."""

    def work(act: Act) -> None:
        found = _get(act.tx, name, actor.agent_id)
        others = [one for one in _all(act.tx, actor.agent_id) if one.id != found.id]
        others.insert(max(0, min(place - 1, len(others))), found)
        for position, one in enumerate(others, 1):
            act.change_row("view", "saved_view", one.id, {"position": position})
        act.summary = f"moved the view {found.name}"

    return perform_undoable(workspace, actor, "view", work)[0]


def _make(act: Act, name: str, actor: Actor, shared: bool, fields: dict[str, Any]) -> None:
    """Put a new view behind the others. It begins as removed, so that taking its making back removes it again."""
    owner = _owner(actor, shared)
    number = new_id()
    last = act.tx.value("SELECT max(position) FROM saved_view WHERE agent_id IN (0, ?)", (actor.agent_id,))
    act.tx.insert(
        "saved_view",
        id=number,
        agent_id=owner,
        name=name,
        position=(last or 0) + 1,
        created_at=act.at,
        removed_at=act.at,
        **fields,
    )
    act.change_row("view", "saved_view", number, {"removed_at": None})


def _owner(actor: Actor, shared: bool) -> int:
    if not shared and actor.agent_id is None:
        raise UsageError(_("only an agent can have a view of their own: share it"))
    return 0 if shared else actor.agent_id or 0


def _all(connection: Connection, agent_id: int | None) -> list[SavedView]:
    found = connection.all(f"{_SAVED} AND agent_id IN (0, ?) ORDER BY position, id", (agent_id,))
    return [_row(row) for row in found]


def _find(connection: Connection, name: str, agent_id: int | None) -> SavedView | None:
    row = connection.one(f"{_SAVED} AND agent_id IN (0, ?) AND name = ? ORDER BY agent_id DESC", (agent_id, name))
    return None if row is None else _row(row)


def _get(connection: Connection, name: str, agent_id: int | None) -> SavedView:
    found = _find(connection, name, agent_id)
    if found is None:
        raise views.unknown(one_line(name, LONGEST))
    return found


def _row(row: Any) -> SavedView:
    return SavedView(
        id=row["id"],
        name=row["name"],
        shared=not row["agent_id"],
        query=row["query"],
        sort=Sort(row["sort"]),
        columns=tuple(json.loads(row["columns_json"])),
    )


def _name(name: str) -> str:
    """Return a name fit for a view. Raises UsageError."""
    title = one_line(name, LONGEST)
    if not title or title.startswith((views.SEARCH, views.ALIKE)):
        raise UsageError(_("a view needs a name, such as `refunds`; a slash begins a search"))
    if title in views.NAMES:
        raise UsageError(_("{title} is a view that is always there: choose another name").format(title=title))
    return title


def _columns(said: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(one.strip().lower() for one in said if one.strip()))
    for one in wanted:
        if one not in COLUMNS:
            raise UsageError(
                _("{one} is nothing a row shows: choose of {columns}").format(
                    one=one_line(one, LONGEST), columns=", ".join(COLUMNS)
                )
            )
    return [] if tuple(wanted) == USUAL else wanted
