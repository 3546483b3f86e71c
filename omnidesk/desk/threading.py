"""The right thread, and why: to which conversation a message belongs.

Evidence in falling order: our own token, In-Reply-To, References, the channel's own thread id, a message that
named this one before it came. Never an equal subject.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from omnidesk.connectors.base import Decoded
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk.message_ids import MessageIds
from omnidesk.store.database import Connection
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Place

MOST_REFERENCES = 100
THREAD = "thread:"


class Where(Protocol):
    """Where conversations stand and who takes part in them."""

    def standing(self, number: int) -> tuple[int, str | None]:
        """Return the conversation that a number stands for now, and its place; None for one that does not exist."""

    def inside(self, number: int) -> set[int]:
        """Return the identities that take part in a conversation."""

    def token(self, token: str) -> int | None:
        """Return the conversation that has a token of ours."""


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

    where: Where
    ids: MessageIds
    people: set[int]
    found: dict[int, Found] = field(default_factory=dict)

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
        return not self.people.isdisjoint(self.where.inside(number))

    def _now(self, number: int) -> int | None:
        """Return where a conversation stands now, None where it was deleted."""
        now, place = self.where.standing(number)
        return None if place == Place.DELETED else now


def find(
    where: Where, ids: MessageIds, decoded: Decoded, names: list[str], channel_id: int, participants: Iterable[int]
) -> list[Found]:
    """Return the conversations that a message belongs to, the strongest evidence first, then those only offered.

    More than one means that it ties conversations together which were thought to be separate. A tie that rests on an
    id which only both name, or both bear, holds just where they share a participant (`participants` are identity ids).
    `names` are the ids that the message names (`named`).
    """
    search = _Search(where, ids, set(participants))
    for token in decoded.tokens:
        number = where.token(token)
        if number is not None:
            search.add(number, "our own token")
    parents = {decoded.in_reply_to[-1]} if decoded.in_reply_to else set()
    for value in names:
        _answered(search, value, "In-Reply-To" if value in parents else "References")
    if decoded.thread:
        number = ids.newest_of(thread_key(decoded.thread), channel_id)
        if number is not None:
            search.add(number, "the channel's thread")
    if decoded.external_id:
        bearing = [one.conversation for one in ids.bearing(decoded.external_id)]
        search.add_shared(bearing, "the same Message-ID")
        search.add_shared(ids.naming(decoded.external_id), "a later message that names it")
    for value in names:
        search.add_shared(ids.naming(value), "a common parent")
    return sorted(search.found.values(), key=lambda each: each.offered)


def _answered(search: _Search, value: str, how: str) -> None:
    """Take the conversation of the message that bears an id; of several that bear it, the one with our people."""
    bearers = list(search.ids.bearing(value))
    if len(bearers) > 1:
        bearers.sort(key=lambda one: not search.shares(search.where.standing(one.conversation)[0]))
    if bearers:
        first = bearers[0]
        search.add(first.conversation, f"{how}, our own token" if first.uuid else how, first.at)
        search.add_shared([other.conversation for other in bearers[1:]], how)


def with_contact(decoded: Decoded, manifest: Manifest, contact: str) -> Decoded:
    """Return a message with its contact's address as its thread, on a kind of channel where all with one is one."""
    if manifest.threading != "contact" or decoded.thread or not contact:
        return decoded
    return replace(decoded, thread=contact)


def thread_key(thread: str) -> str:
    """Return how a channel's own thread id is kept among the ids that messages name."""
    return f"{THREAD}{one_line(thread, 500)}"


def takes_part(connection: Connection, number: int) -> list[int]:
    """Return the identities that take part in a conversation."""
    return [
        row[0]
        for row in connection.all(
            "SELECT identity_id FROM participant WHERE conversation_id = ? AND NOT claimed", (number,)
        )
    ]
