"""Reads of what stands on a customer's timeline, newest first. Each looks only at what is of this customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnidesk.store import filters, ids
from omnidesk.store.chunks import chunks
from omnidesk.store.database import Connection
from omnidesk.words.kinds import DESK_KINDS, Direction
from omnidesk.words.timeline import WRITTEN, Wanted

END = (1 << 50, 1 << 62)
"""A key (at, id) behind everything: a time whose ids the databases can still hold."""
AT_A_TIME = 500
"""Messages that are named in one statement."""
MOST_TEXT = 600
"""Characters of a message that are read."""
ABOUT = "kind NOT IN ('received', 'sent_elsewhere', 'opened')"
"""The condition of the index event_about, word for word."""
_MESSAGE = (
    "m.id, m.at, m.search_id, m.conversation_id, m.kind, m.channel_id, m.identity_id, m.direction, m.author_kind, "
    "m.author_name, m.from_name, m.from_address, m.subject, m.auto, m.public, m.aside_id, m.unproven, m.status, "
    "m.contact_json, channel.name AS channel, channel.kind AS channel_kind, "
    f"substr(coalesce(m.reply_text, m.text), 1, {MOST_TEXT}) AS said"
)
_FROM = "message m INDEXED BY message_customer JOIN channel ON channel.id = m.channel_id"
_NEWEST = "ORDER BY m.at DESC, m.id DESC LIMIT :limit"
_SHOWN = (
    "m.status <> 'cancelled' AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.id = m.conversation_id "
    f"AND c.place = 'deleted' {filters.EACH})"
)


def family(connection: Connection, customer: int) -> tuple[int, ...]:
    """Return a customer and all who were merged into them; rides on customer_merged."""
    found, look = [customer], [customer]
    while look:
        marks = ", ".join(str(int(one)) for one in look)
        look = [row[0] for row in connection.all(f"SELECT id FROM customer WHERE merged_into IN ({marks})")]
        found += look
    return tuple(found)


def messages(
    connection: Connection, family: Sequence[int], wanted: Wanted, limit: int, before: tuple[int, int] = END
) -> list[Any]:
    """Return the newest messages of these customers before a key (at, id), but those that lie deleted or were taken
    back. What stood in a conversation when that changed hands may bear the customer of before: who was merged is asked
    for too. Rides on message_customer."""
    found = [row for one in family for row in _messages(connection, one, wanted, limit, before)]
    if len(family) > 1:
        found.sort(key=lambda row: (-row["at"], -row["id"]))
    return found[:limit]


def _messages(connection: Connection, customer: int, wanted: Wanted, limit: int, before: tuple[int, int]) -> list[Any]:
    said = _as_asked(wanted, limit, before)
    said.add(f"m.customer_id = {said.put(customer)}")
    return connection.all(f"SELECT {_MESSAGE} FROM {_FROM} WHERE {said.where} {_NEWEST}", said.values)


def named(
    connection: Connection,
    family: Sequence[int],
    wanted: Wanted,
    limit: int,
    before: tuple[int, int],
    search_ids: Sequence[int],
) -> list[Any]:
    """Return those of these messages, by search id, that `messages` may return; rides on message_search."""
    found: list[Any] = []
    for some in chunks(search_ids, AT_A_TIME):
        said = _as_asked(wanted, limit, before)
        said.add(said.one_of("m.customer_id", family))
        marks = ", ".join(str(int(one)) for one in some)
        found += connection.all(
            f"SELECT {_MESSAGE} FROM {_FROM.replace('message_customer', 'message_search')} "
            f"WHERE m.search_id IN ({marks}) AND {said.where} {_NEWEST}",
            said.values,
        )
    found.sort(key=lambda row: (-row["at"], -row["id"]))
    return found[:limit]


def _as_asked(wanted: Wanted, limit: int, before: tuple[int, int]) -> filters.Conditions:
    """Return the conditions on a message `m` that it is as asked."""
    said = filters.Conditions({"at": before[0], "id": before[1], "limit": limit})
    said.add(f"(m.at, m.id) < (:at, :id) AND {_SHOWN}")
    if wanted.kinds:
        logged = [kind for kind in wanted.kinds if kind in DESK_KINDS]
        parts = [said.one_of("m.kind", logged)] if logged else []
        others = f"NOT ({said.one_of('m.kind', DESK_KINDS)})"
        if WRITTEN in wanted.kinds:
            parts.append(f"({others} AND m.contact_json = '{{}}')")
        if "call" in wanted.kinds:  # what a telephone channel brought bears its channel's kind
            parts.append(f"({others} AND m.contact_json <> '{{}}')")
        said.add(f"({' OR '.join(parts)})" if parts else "FALSE")
    if wanted.channels:
        names = said.one_of("channel.name", wanted.channels)
        kinds = said.one_of("channel.kind", wanted.channels)
        said.add(f"({names} OR {kinds} OR {said.one_of('m.kind', wanted.channels)})")
    if wanted.directions:
        said.add(said.one_of("m.direction", [str(one) for one in wanted.directions]))
    if wanted.query.attachment:
        said.add("m.files > 0")
    _put_days(said, wanted, "m.at")
    return said


def last_inbound(connection: Connection, family: Sequence[int], channel: int, looked_at: int) -> int | None:
    """Return when one of these customers last wrote on a channel, as far as their newest messages tell; rides on
    message_customer."""
    found = [
        connection.value(
            "SELECT max(at) FROM (SELECT at, channel_id, direction, aside_id FROM message INDEXED BY message_customer "
            f"WHERE customer_id = ? ORDER BY at DESC, id DESC LIMIT {int(looked_at)}) AS newest "
            "WHERE channel_id = ? AND direction = ? AND aside_id IS NULL",
            (one, channel, str(Direction.INBOUND)),
        )
        for one in family
    ]
    return max((int(one) for one in found if one is not None), default=None)


def events(
    connection: Connection, customer: int, kinds: Sequence[str], wanted: Wanted, limit: int, below: int
) -> list[Any]:
    """Return the newest events of a customer of these kinds below an id, and by what act each was taken back; rides on
    event_about."""
    said = filters.Conditions({"customer": customer, "below": below, "limit": limit})
    said.add(f"e.customer_id = :customer AND e.{ABOUT} AND e.id < :below AND {said.one_of('e.kind', kinds)}")
    if wanted.query.after is not None:
        said.add(f"e.id >= {said.put(ids.first_id(wanted.query.after))}")
    if wanted.query.before is not None:
        said.add(f"e.id < {said.put(ids.first_id(wanted.query.before))}")
    return connection.all(
        "SELECT e.*, act.undone_by FROM event e INDEXED BY event_about LEFT JOIN act ON act.id = e.act_id "
        f"WHERE {said.where} ORDER BY e.id DESC LIMIT :limit",
        said.values,
    )


def notes(
    connection: Connection, customer: int, wanted: Wanted, limit: int, before: tuple[int, int] = END
) -> list[Any]:
    """Return the newest notes about a customer before a key (at, id); rides on customer_note_customer."""
    said = filters.Conditions({"customer": customer, "at": before[0], "id": before[1], "limit": limit})
    said.add("customer_id = :customer AND (at, id) < (:at, :id) AND gone_at IS NULL")
    _put_days(said, wanted, "at")
    return connection.all(
        f"SELECT * FROM customer_note WHERE {said.where} ORDER BY at DESC, id DESC LIMIT :limit", said.values
    )


def _put_days(said: filters.Conditions, wanted: Wanted, column: str) -> None:
    if wanted.query.after is not None:
        said.add(f"{column} >= {said.put(wanted.query.after)}")
    if wanted.query.before is not None:
        said.add(f"{column} < {said.put(wanted.query.before)}")
