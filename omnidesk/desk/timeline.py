"""The timeline of a customer over all channels, newest first: what was said, and what was done to them.

It is made of sources, each of which knows one sort of thing and reads its newest before a key along an index of its
own; what a page shows is merged from them. Whoever has something else to show adds a source to `SOURCES`: an order, an
article read, a score. What was merged into a customer is theirs.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from omnidesk.desk import customer_merging, timeline_events
from omnidesk.store import ids
from omnidesk.store import search as index
from omnidesk.store import timeline as stored
from omnidesk.store.database import Connection
from omnidesk.store.fts5 import holds
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.text.fold import fold
from omnidesk.words import contacts
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import AuthorKind, Direction, MessageStatus
from omnidesk.words.rows import Contact
from omnidesk.words.speech import _
from omnidesk.words.timeline import EVERYTHING, WRITTEN, Entry, Key, Page, Wanted

FEW = 3_000
"""Messages of the whole desk that hold the words looked for, which are looked at one by one."""
LOOKED_AT = 200
"""Messages that are looked through for words at a time."""
_LOGGED = ("call", "video", "visit", "letter", "note")
_GONE_WRONG = (MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.QUEUED, MessageStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Look:
    """What a source is asked: about whom (first who they are now, then who was merged into them), what of it, and how
    many before which key."""

    family: tuple[int, ...]
    wanted: Wanted
    before: Key
    limit: int

    def bound(self, rank: int) -> tuple[int, int]:
        """Return the key (at, id) that what a source of a rank brings must stay below."""
        at, number, other = self.before
        return at, number + (rank < other)


Reads = Callable[[Connection, Look, int], list[Entry]]


@dataclass(frozen=True, slots=True)
class Source:
    """One sort of thing on a timeline: its rank, the kinds its entries have, and what reads its newest, in order."""

    rank: int
    kinds: tuple[str, ...]
    read: Reads
    messages: bool = False
    """Whether its entries have a channel and a direction."""
    words: bool = False
    """Whether its entries hold words to look for."""

    def answers(self, wanted: Wanted) -> bool:
        """Say whether anything of it can be as asked."""
        if wanted.only_messages and not self.messages:
            return False
        if (wanted.query.terms and not self.words) or (wanted.query.attachment and not self.messages):
            return False
        return any(wanted.takes(kind) for kind in self.kinds)


def page(
    workspace: Workspace, customer: int, wanted: Wanted = EVERYTHING, limit: int = 50, before: Key | None = None
) -> Page:
    """Return a stretch of a customer's timeline, newest first. Raises NotFoundError."""
    reader = workspace.database.reader
    if reader.value("SELECT 1 FROM customer WHERE id = ?", (customer,)) is None:
        raise NotFoundError(
            _("there is no customer {customer_id}; `omnidesk customer find ADDRESS` searches").format(
                customer_id=customer
            )
        )
    family = stored.family(reader, customer_merging.current(reader, customer))
    look = Look(family, wanted, before or (*stored.END, 0), limit + 1)
    found = [source.read(reader, look, source.rank) for source in SOURCES if source.answers(wanted)]
    entries = tuple(islice(heapq.merge(*found, key=lambda one: one.key, reverse=True), limit + 1))
    following = entries[limit - 1].key if len(entries) > limit else None
    return Page(entries[:limit], following)


# Messages


def _messages(reader: Connection, look: Look, rank: int) -> list[Entry]:
    return [_message(row, rank) for row in islice(_rows(reader, look, rank), look.limit)]


def _rows(reader: Connection, look: Look, rank: int) -> Iterator[Any]:
    """Yield messages as asked. Words that few messages of the desk hold lead to these; else so many messages at a time
    are looked up in the search, which begins with the newest."""
    family, before = look.family, look.bound(rank)
    if not look.wanted.query.terms:
        yield from stored.messages(reader, family, look.wanted, look.limit, before)
        return
    few = index.few(reader, look.wanted.query, FEW)
    if few is not None:
        yield from stored.named(reader, family, look.wanted, look.limit, before, few)
        return
    while True:
        found = stored.messages(reader, family, look.wanted, LOOKED_AT, before)
        held = index.matching(reader, look.wanted.query, [row["search_id"] for row in found])
        yield from (row for row in found if row["search_id"] in held)
        if len(found) < LOOKED_AT:
            return
        before = found[-1]["at"], found[-1]["id"]


def _message(row: Any, rank: int) -> Entry:
    contact = Contact(**json.loads(row["contact_json"])) if row["contact_json"] != "{}" else None
    went = "" if contact is None else contacts.said(row["kind"], contact)
    marks = [
        mark
        for mark, so in (
            ("aside", row["aside_id"] is not None),
            ("public", row["public"]),
            ("auto", row["auto"] is not None),
            ("unproven", row["unproven"]),
            (row["status"], row["status"] in _GONE_WRONG),
        )
        if so
    ]
    who = row["author_name"] or row["from_name"] or row["from_address"]
    if row["author_kind"] == AuthorKind.SYSTEM:
        who = who or "omnidesk"
    return Entry(
        at=row["at"],
        id=row["id"],
        rank=rank,
        kind=row["kind"] if row["kind"] in _LOGGED else WRITTEN if contact is None else "call",
        said=one_line(went or row["subject"], 200),
        text=clean(row["said"] or "").strip(),
        who=one_line(who, 60),
        channel=row["channel"],
        channel_kind=row["kind"],
        direction=Direction(row["direction"]),
        conversation_id=row["conversation_id"],
        message_id=row["id"],
        marks=tuple(marks),
    )


# Notes


def _notes(reader: Connection, look: Look, rank: int) -> list[Entry]:
    before = look.bound(rank)
    rows = [row for one in look.family for row in _held_notes(reader, look, one, before)]
    rows.sort(key=lambda row: (-row["at"], -row["id"]))
    return [
        Entry(
            at=row["at"],
            id=row["id"],
            rank=rank,
            kind="note",
            said=_("about the customer"),
            text=row["text"],
            who=row["author"],
            direction=Direction.INTERNAL,
            note_id=row["note_id"],
        )
        for row in rows[: look.limit]
    ]


def _held_notes(reader: Connection, look: Look, customer: int, before: tuple[int, int]) -> list[Any]:
    """Return notes that hold what is looked for: what people wrote by hand about one customer is little."""
    terms, found = look.wanted.query.terms, []
    while True:
        rows = stored.notes(reader, customer, look.wanted, look.limit, before)
        found += [row for row in rows if not terms or holds(terms, fold(row["text"]), fold(row["author"]))]
        if len(found) >= look.limit or len(rows) < look.limit:
            return found
        before = rows[-1]["at"], rows[-1]["id"]


# What was done


def _events(reader: Connection, look: Look, rank: int) -> list[Entry]:
    kinds = [kind for kind, group in timeline_events.KINDS.items() if look.wanted.takes(group)]
    below = _below(look.bound(rank))
    found: list[Any] = []
    for one in look.family:
        found += stored.events(reader, one, kinds, look.wanted, look.limit, below)
    found.sort(key=lambda row: -row["id"])
    told = timeline_events.told(reader, found[: look.limit])
    return [
        Entry(
            at=ids.made_at(row["id"]),
            id=row["id"],
            rank=rank,
            kind=timeline_events.KINDS[row["kind"]],
            said=said,
            who=one_line(row["actor"], 60),
            conversation_id=row["conversation_id"],
            message_id=row["message_id"],
            marks=("undone",) if row["undone_by"] is not None else (),
        )
        for row, said in told
    ]


def _below(before: tuple[int, int]) -> int:
    """Return the id that events must stay below. An event stands where its id was made: ids never run back, whatever
    the clock does, so that no page leaves one out."""
    at, number = before
    first, beyond = ids.first_id(at), ids.first_id(at + 1)
    return max(first, min(number, beyond))


SOURCES: Sequence[Source] = (
    Source(0, (WRITTEN, *_LOGGED), _messages, messages=True, words=True),
    Source(1, ("note",), _notes, words=True),
    Source(2, ("consent", "merge", "change"), _events),
)
"""What a timeline is made of. A rank is for ever: tokens of pages hold it."""
