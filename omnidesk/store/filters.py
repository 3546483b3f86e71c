"""What the filters of the search language mean in SQL: conditions on a conversation `c`, shared by search and views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.store.database import Connection
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Place
from omnidesk.words.query import Query

EACH = "LIMIT 1 OFFSET 0"
"""Ends an EXISTS that is to be looked up for each conversation: without it PostgreSQL may go through all messages once
and join them, which is as dear as there are messages."""
_STATES = {
    "vip": f"EXISTS (SELECT 1 FROM customer p WHERE p.id = c.customer_id AND p.vip {EACH})",
    "waiting": "c.waiting_since IS NOT NULL",
    "overdue": "c.status = 'open' AND c.queue_due < :now",
    "undelivered": "c.undelivered > 0",
}


class Conditions:
    """Conditions joined by AND, with the values of their parameters; each value gets a name of its own."""

    def __init__(self, values: dict[str, Any] | None = None, letter: str = "f") -> None:
        self.wheres: list[str] = []
        self.values: dict[str, Any] = {} if values is None else values
        self._letter = letter

    def put(self, value: Any) -> str:
        """Take a value; return the parameter that stands for it."""
        name = f"{self._letter}{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def add(self, where: str) -> None:
        """Add a condition."""
        self.wheres.append(where)

    def one_of(self, column: str, wanted: Sequence[Any]) -> str:
        """Return the condition that a column is one of these values."""
        marks = [self.put(value) for value in wanted]
        return f"{column} = {marks[0]}" if len(marks) == 1 else f"{column} IN ({', '.join(marks)})"

    @property
    def where(self) -> str:
        """All of them."""
        return " AND ".join(self.wheres) or "TRUE"


def places(query: Query) -> tuple[str, ...]:
    """Return the heaps that a query looks at: the desk unless it names others."""
    return query.places if query.places and not query.statuses else (Place.DESK, *query.places)


def put_conversation(said: Conditions, connection: Connection, query: Query, agent_id: int | None) -> None:
    """Add what a query asks of the conversation itself. Raises NotFoundError for agents and teams there are not."""
    said.add(said.one_of("c.place", places(query)))
    _put_filters(said, connection, query, agent_id)
    if query.without is not None:
        left_out = Conditions(said.values)
        if query.without.places:
            left_out.add(left_out.one_of("c.place", query.without.places))
        _put_filters(left_out, connection, query.without, agent_id)
        put_some_message(left_out, connection, query.without)
        said.add(f"NOT ({' OR '.join(left_out.wheres)})")


def _put_filters(said: Conditions, connection: Connection, query: Query, agent_id: int | None) -> None:
    if query.statuses:
        said.add(said.one_of("c.status", query.statuses))
    if query.owners:
        said.add(owned(said, owner_ids(connection, query.owners, agent_id)))
    for tag in query.tags:
        said.add(
            "EXISTS (SELECT 1 FROM conversation_tag t JOIN tag ON tag.id = t.tag_id "
            f"WHERE t.conversation_id = c.id AND tag.name = {said.put(tag)} {EACH})"
        )
    if query.unread:
        said.add("c.unread")
    if query.priorities:
        said.add(said.one_of("c.priority", query.priorities))
    if query.teams:
        said.add(said.one_of("c.team_id", team_ids(connection, query.teams)))
    for state in query.states:
        said.add(_STATES[state])
    if "overdue" in query.states:
        said.values["now"] = clock.now()


def put_messages(said: Conditions, connection: Connection, query: Query) -> None:
    """Add what a query asks of a message `m`."""
    if query.channels:
        found = _channels(connection, query.channels)
        kinds = said.one_of("m.kind", query.channels)
        said.add(f"({said.one_of('m.channel_id', found)} OR {kinds})" if found else kinds)
    if query.attachment:
        said.add("m.files > 0")


def channel_ids(connection: Connection, names: Iterable[str]) -> list[int]:
    """Return the channels whose messages can be of these channels or kinds: they themselves, and the one for what is
    logged by hand, whose messages have kinds of their own. None where no channel is meant."""
    found = _channels(connection, names)
    return sorted({*found, *_channels(connection, ["desk"])}) if found else []


def _channels(connection: Connection, names: Iterable[str]) -> list[int]:
    wanted = set(names)
    return [row[0] for row in connection.all("SELECT id, name, kind FROM channel") if {row[1], row[2]} & wanted]


def put_some_message(said: Conditions, connection: Connection, query: Query) -> None:
    """Add that some message of the conversation is as asked; rides on message_thread."""
    if query.channels or query.attachment:
        of_messages = Conditions(said.values)
        put_messages(of_messages, connection, query)
        said.add(f"EXISTS (SELECT 1 FROM message m WHERE m.conversation_id = c.id AND {of_messages.where} {EACH})")


def owned(said: Conditions, owners: Iterable[int | None]) -> str:
    """Return the condition that a conversation is one of these agents'; None is nobody."""
    parts = ["c.owner_id IS NULL" if owner is None else f"c.owner_id = {said.put(owner)}" for owner in owners]
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def owner_ids(connection: Connection, names: Iterable[str], agent_id: int | None) -> list[int | None]:
    """Return agents by login; `me` is who asks, `none` nobody. Raises NotFoundError."""
    return [_owner(connection, name, agent_id) for name in names]


def _owner(connection: Connection, name: str, agent_id: int | None) -> int | None:
    if name.lower() == "none":
        return None
    if name.lower() == "me":
        return agent_id
    found = connection.value("SELECT id FROM agent WHERE login = ?", (name,))
    if found is None:
        raise NotFoundError(f"owner:{name}: there is no agent of that login; `omnidesk agent list` shows them")
    return int(found)


def team_ids(connection: Connection, names: Iterable[str]) -> list[int]:
    """Return teams by name. Raises NotFoundError."""
    return [_team(connection, name) for name in names]


def _team(connection: Connection, name: str) -> int:
    found = connection.value("SELECT id FROM team WHERE name = ?", (name,))
    if found is None:
        raise NotFoundError(f"team:{name}: there is no team of that name; `omnidesk team list` shows them")
    return int(found)


def counted(connection: Connection, source: str, values: Mapping[str, Any], most: int) -> int:
    """Return how many rows `source` (FROM .. WHERE ..) has, looking at no more than `most` + 1."""
    found = connection.execute(f"SELECT count(*) FROM (SELECT 1 {source} LIMIT {most + 1}) AS first", values).fetchone()
    return int(found[0])
