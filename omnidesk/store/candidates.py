"""Where the conversations that a search asks for can be looked up: a filter with an index brings a list of candidates.

Beginning with the shortest list, and looking only at what is in it, bounds the cost of a search, however many
conversations and messages there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from omnidesk.store import filters
from omnidesk.store.database import Connection
from omnidesk.store.filters import Conditions
from omnidesk.words.kinds import Priority, Sort, Status
from omnidesk.words.query import Query

FEW = 2_000
"""A list so short that no other is tried."""
MESSAGES = 10
"""How dear it is to come to conversations by their messages, which lie all over the disk."""
ALONE = "conversation c"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Conversations `c` that a filter leaves: FROM `source` WHERE `where`, where `values` are the parameters.

    `index` is what the list rides on; `counted` is what has a row for each of them, where that is not the list itself,
    and `dear` how many times as long as usual it takes to come from such a row to the conversation.
    """

    index: str
    source: str
    where: str = "TRUE"
    values: Mapping[str, Any] = field(default_factory=dict)
    counted: str = ""
    dear: int = 1


def few(connection: Connection, query: Query, agent_id: int | None) -> Candidates | None:
    """Return a list of no more than `FEW` candidates, None where no filter leaves so few."""
    found = shortest(connection, lists(connection, query, agent_id), FEW)
    return None if found is None or found[1] > FEW else found[0]


def shortest(connection: Connection, found: Sequence[Candidates], most: int) -> tuple[Candidates, int] | None:
    """Return the shortest of the lists with its length; None where all are longer than `most`."""
    best: Candidates | None = None
    length = most + 1
    for one in found:
        listed = one.counted or f"FROM {one.source} WHERE {one.where}"
        count = one.dear * filters.counted(connection, listed, one.values, length // one.dear)
        if count < length:
            best, length = one, count
        if length <= FEW:
            break
    return None if best is None else (best, length)


def lists(connection: Connection, query: Query, agent_id: int | None, sort: Sort = Sort.NEWEST) -> list[Candidates]:
    """Return the lists that candidates can come from, those that are short as a rule first."""
    return [
        *_tagged(connection, query),
        *_owned(connection, query, agent_id),
        *_rare(connection, query),
        *_with_status(query, sort),
        *_said_there(connection, query),
        *_dated(query),
    ]


def riding(index: str, said: Conditions) -> Candidates:
    """Return the candidates that one index of the conversations holds."""
    return Candidates(index, f"{ALONE} INDEXED BY {index}", said.where, said.values)


def _only(index: str, where: str) -> Candidates:
    return Candidates(index, f"{ALONE} INDEXED BY {index}", where)


def put_days(said: Conditions, query: Query) -> None:
    """Add between which times the last message of a conversation came."""
    if query.before is not None:
        said.add(f"c.last_message_at < {said.put(query.before)}")
    if query.after is not None:
        said.add(f"c.last_message_at >= {said.put(query.after)}")


def _said() -> Conditions:
    """Return conditions whose parameters are not those of the search itself."""
    return Conditions(letter="w")


def _tagged(connection: Connection, query: Query) -> Iterator[Candidates]:
    for name in query.tags:
        tag = connection.value("SELECT id FROM tag WHERE name = ?", (name,))
        tagged = "conversation_tag WHERE tag_id = :wtag"
        yield Candidates(
            "conversation_tag_tag",
            f"(SELECT conversation_id AS number FROM {tagged}) few CROSS JOIN {ALONE} ON c.id = few.number",
            values={"wtag": tag},
            counted=f"FROM {tagged}",
        )


def _owned(connection: Connection, query: Query, agent_id: int | None) -> Iterator[Candidates]:
    if len(query.owners) == 1:
        said = _said()
        said.add(said.one_of("c.place", filters.places(query)))
        said.add(said.one_of("c.status", query.statuses or tuple(Status)))
        said.add(filters.owned(said, filters.owner_ids(connection, query.owners, agent_id)))
        yield riding("conversation_owner", said)


def _rare(connection: Connection, query: Query) -> Iterator[Candidates]:
    """Yield what has an index of its own because few conversations have it; its condition stands here word for word."""
    if "undelivered" in query.states:
        yield _only("conversation_undelivered", "c.undelivered > 0")
    if query.unread:
        yield _only("conversation_unread", "c.unread")
    if "waiting" in query.states:
        yield _only("conversation_waiting", "c.waiting_since IS NOT NULL")
    if query.teams:
        said = _said()
        said.add(said.one_of("c.team_id", filters.team_ids(connection, query.teams)))
        said.add("c.team_id IS NOT NULL")
        yield riding("conversation_team", said)
    if query.priorities and Priority.NORMAL not in query.priorities:
        said = _said()
        said.add(said.one_of("c.priority", query.priorities))
        said.add("c.priority <> 'normal'")
        yield riding("conversation_priority", said)
    if "vip" in query.states:
        vips = "(SELECT id AS number FROM customer INDEXED BY customer_vip WHERE vip) few"
        theirs = f"{ALONE} INDEXED BY conversation_customer ON c.customer_id = few.number"
        yield Candidates("customer_vip", f"{vips} CROSS JOIN {theirs}")


def _with_status(query: Query, sort: Sort) -> Iterator[Candidates]:
    if query.statuses:
        said = _said()
        said.add(said.one_of("c.place", filters.places(query)))
        said.add(said.one_of("c.status", query.statuses))
        yield riding("conversation_status_newest" if sort is Sort.NEWEST else "conversation_queue", said)


def _said_there(connection: Connection, query: Query) -> Iterator[Candidates]:
    """Yield the conversations of few messages: those of a channel, those with files."""
    said = _said()
    if query.channels and (channels := filters.channel_ids(connection, query.channels)):
        condition = said.one_of("channel_id", channels)
        yield _of_messages("message_channel", condition, said.values)
    if query.attachment:
        yield _of_messages("message_files", "files > 0", {})


def _of_messages(index: str, condition: str, values: Mapping[str, Any]) -> Candidates:
    messages = f"message INDEXED BY {index} WHERE {condition}"
    held = f"(SELECT DISTINCT conversation_id AS number FROM {messages}) few"
    source = f"{held} CROSS JOIN {ALONE} ON c.id = few.number"
    return Candidates(index, source, values=values, counted=f"FROM {messages}", dear=MESSAGES)


def _dated(query: Query) -> Iterator[Candidates]:
    said = _said()
    said.add(said.one_of("c.place", filters.places(query)))
    put_days(said, query)
    yield riding("conversation_newest", said)
