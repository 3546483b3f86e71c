"""The right thread, and why: to which conversation a message belongs.

Evidence in falling order: our own token, In-Reply-To, References, the channel's own thread id, a message that
named this one before it came. Never an equal subject.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from omnidesk.connectors.base import Decoded
from omnidesk.desk import conversations
from omnidesk.store.database import Connection, Transaction
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Place

MOST_REFERENCES = 100
MOST_BEARERS = 20
"""How many messages of one id, or that name one id, are looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that a message belongs to, and the evidence. `parent_at` is when the message it answers came.

    One that is only `offered` shares an id and no participant: joining is for a person to decide."""

    conversation: int
    reason: str
    parent_at: int | None = None
    offered: bool = False


def named(decoded: Decoded) -> list[str]:
    """Return every message id that a message names, its parent first; of very many the newest and the first of all."""
    ids = [*reversed(decoded.in_reply_to), *reversed(decoded.references)]
    told = [value for value in dict.fromkeys(ids) if value and value != decoded.external_id]
    return told if len(told) <= MOST_REFERENCES else [*told[: MOST_REFERENCES - 1], told[-1]]


@dataclass(slots=True)
class _Search:
    """What is found so far for one message, whose participants are `people`."""

    tx: Transaction
    people: set[int]
    found: dict[int, Found] = field(default_factory=dict)
    _inside: dict[int, bool] = field(default_factory=dict)
    _stands: dict[int, int | None] = field(default_factory=dict)

    def add(self, number: int, reason: str, parent_at: int | None = None) -> None:
        """Take a conversation as certain, where it stands now."""
        now = self._now(number)
        if now is not None and (now not in self.found or self.found[now].offered):
            self.found.pop(now, None)
            self.found[now] = Found(now, reason, parent_at)

    def add_shared(self, numbers: Iterable[int], reason: str) -> None:
        """Take those conversations that share a participant; of the others one is offered, which leads to the rest."""
        apart: list[int] = []
        for number in numbers:
            now = self._now(number)
            if now is None:
                continue
            if now in self.found or self.shares(now):
                self.add(now, reason)
            else:
                apart.append(now)
        if apart:
            self.found.setdefault(apart[0], Found(apart[0], reason, offered=True))

    def shares(self, number: int) -> bool:
        """Say whether anyone of the message takes part in a conversation."""
        if number not in self._inside:
            self._inside[number] = not self.people.isdisjoint(takes_part(self.tx, number))
        return self._inside[number]

    def _now(self, number: int) -> int | None:
        """Return where a conversation stands now, None where it was deleted."""
        if number not in self._stands:
            now, place = conversations.standing(self.tx, number)
            self._stands[number] = None if place == Place.DELETED else now
        return self._stands[number]


def find(tx: Transaction, decoded: Decoded, channel_id: int, participants: Iterable[int]) -> list[Found]:
    """Return the conversations that a message belongs to, the strongest evidence first, then those only offered.

    More than one means that it ties conversations together which were thought to be separate. A tie that rests on an
    id which only both name, or both bear, holds just where they share a participant (`participants` are identity ids).
    """
    search = _Search(tx, set(participants))
    for token in decoded.tokens:
        number = tx.value("SELECT id FROM conversation WHERE token = ?", (token,))
        if number is not None:
            search.add(number, "our own token")
    names = named(decoded)
    parents = {decoded.in_reply_to[-1]} if decoded.in_reply_to else set()
    for value in names:
        _answered(search, value, "In-Reply-To" if value in parents else "References")
    if decoded.thread:
        for row in tx.all(
            "SELECT m.conversation_id FROM message_reference r JOIN message m ON m.id = r.message_id "
            "WHERE r.value = ? AND m.channel_id = ? ORDER BY m.at DESC LIMIT 1",
            (thread_key(decoded.thread), channel_id),
        ):
            search.add(row[0], "the channel's thread")
    if decoded.external_id:
        search.add_shared(_bearing(tx, decoded.external_id), "the same Message-ID")
        search.add_shared(_naming(tx, decoded.external_id), "a later message that names it")
    for value in names:
        search.add_shared(_naming(tx, value), "a common parent")
    return sorted(search.found.values(), key=lambda each: each.offered)


def _answered(search: _Search, value: str, how: str) -> None:
    """Take the conversation of the message that bears an id; of several that bear it, the one with our people."""
    rows = search.tx.all(
        "SELECT conversation_id, at, uuid FROM message WHERE external_id = ? ORDER BY id LIMIT ?", (value, MOST_BEARERS)
    )
    if len(rows) > 1:
        rows.sort(key=lambda row: not search.shares(conversations.current(search.tx, row["conversation_id"])))
    if rows:
        row = rows[0]
        search.add(row["conversation_id"], f"{how}, our own token" if row["uuid"] else how, row["at"])
        search.add_shared([other["conversation_id"] for other in rows[1:]], how)


def thread_key(thread: str) -> str:
    """Return how a channel's own thread id is kept among the ids that messages name."""
    return f"thread:{one_line(thread, 500)}"


def takes_part(connection: Connection, number: int) -> list[int]:
    """Return the identities that take part in a conversation."""
    return [
        row[0] for row in connection.all("SELECT identity_id FROM participant WHERE conversation_id = ?", (number,))
    ]


def _bearing(tx: Transaction, value: str) -> list[int]:
    rows = tx.all(
        "SELECT conversation_id FROM message WHERE external_id = ? ORDER BY id LIMIT ?", (value, MOST_BEARERS)
    )
    return [row[0] for row in rows]


def _naming(tx: Transaction, value: str) -> list[int]:
    rows = tx.all(
        "SELECT DISTINCT m.conversation_id FROM message_reference r JOIN message m ON m.id = r.message_id "
        "WHERE r.value = ? LIMIT ?",
        (value, MOST_BEARERS),
    )
    return [row[0] for row in rows]
