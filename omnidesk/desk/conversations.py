"""Conversations: made, and what they derive from their messages (counts, preview, who waits since when)."""

from __future__ import annotations

from collections.abc import Collection

from omnidesk.desk import due
from omnidesk.desk import standing as standings
from omnidesk.desk.acts import Act
from omnidesk.desk.shown import COLUMNS, LOOKED_AT, Said, shown
from omnidesk.desk.standing import Standing
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Transaction
from omnidesk.words.kinds import Place, Status

_MESSAGES = f"SELECT conversation_id, {COLUMNS} FROM message WHERE conversation_id IN ({{}})"
_TEXTS = f"SELECT id, substr(coalesce(reply_text, text), 1, {LOOKED_AT}) FROM message WHERE id IN ({{}})"
_UNDELIVERED = (
    "SELECT conversation_id, count(*) FROM outbox WHERE conversation_id IN ({}) AND state IN ('failed', 'unknown') "
    "AND dismissed_at IS NULL GROUP BY conversation_id"
)

TAKES_PART = (
    "INSERT INTO participant (conversation_id, identity_id) VALUES (?, ?) "
    "ON CONFLICT (conversation_id, identity_id) DO UPDATE SET claimed = FALSE"
)
"""Has an identity take part in a conversation, where it was only claimed before, too."""


def start(
    act: Act,
    subject: str,
    customer: int | None,
    status: Status,
    place: Place = Place.DESK,
    at: int | None = None,
    backlog: bool = False,
) -> int:
    """Make a conversation and return its number. Its messages follow, then `recount`."""
    when = act.at if at is None else at
    new = standings.begun(standings.numbers(act.tx, 1), subject, customer, status, place, when, backlog)
    standings.insert(act.tx, [new])
    return new.id


def current(tx: Transaction, number: int) -> int:
    """Return the conversation that a number stands for now: where it was merged to, else itself."""
    return standing(tx, number)[0]


def standing(tx: Transaction, number: int) -> tuple[int, Place | None]:
    """Return the conversation that a number stands for now, and its place; None for one that does not exist."""
    while True:
        row = tx.one("SELECT merged_into, place FROM conversation WHERE id = ?", (number,))
        if row is None or row[0] is None:
            return number, None if row is None else Place(row[1])
        number = int(row[0])


def recount(tx: Transaction, number: int) -> None:
    """Derive everything that a conversation shows of its messages, from its messages; rides on message_thread."""
    recount_all(tx, standings.read(tx, [number]).values())


def recount_all(tx: Transaction, found: Collection[Standing], settle: bool = False) -> None:
    """Recount conversations as they stand, and write them; where it is said, those are settled that older messages
    alone make and nobody touched."""
    numbers = [one.id for one in found]
    messages: dict[int, list[Said]] = {number: [] for number in numbers}
    for row in rows_in(tx, _MESSAGES, numbers):
        messages[row[0]].append(Said(*tuple(row)[1:]))
    undelivered = {row[0]: row[1] for row in rows_in(tx, _UNDELIVERED, numbers)}
    shows = {number: shown(some) for number, some in messages.items()}
    last = [each.last.id for each in shows.values() if each.last is not None]
    texts = {row[0]: row[1] for row in rows_in(tx, _TEXTS, last)}
    policy = due.Policy(tx)
    for one in found:
        show = shows[one.id]
        one.show(show, None if show.last is None else texts[show.last.id], undelivered.get(one.id, 0))
        if settle and one.backlog and not one.touched:
            one.settle()
        due.put(one, show.waiting, show.last_inbound, policy)
    standings.write(tx, list(found))


def settle_backlog(tx: Transaction, number: int) -> None:
    """Give a recounted conversation made only of older messages its status: history is not news (promise 14)."""
    for one in standings.read(tx, [number]).values():
        one.settle()
        standings.write(tx, [one])
    due.refresh(tx, number)
