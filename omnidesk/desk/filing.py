"""Files one decoded message: who it is from, which conversation it belongs to, and what that changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Decoded, Item, Party
from omnidesk.desk import (
    absence,
    asides,
    automatic,
    contents,
    conversations,
    deliveries,
    due,
    identity,
    indexing,
    notifications,
    proving,
    routing,
    signatures,
    threading,
    tying,
)
from omnidesk.desk.acts import Act
from omnidesk.desk.contents import Kept, KeptFile
from omnidesk.store import search
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import AuthorKind, Auto, Direction, MessageStatus, NewsKind, Place, Status


class Desk:
    """Our own channels, as filing needs them, and what is done once at the end of a transaction.

    Search rows go in sorted by their id: FTS5 writes a segment out whenever an id is below the one before it, and a
    first sync brings the newest first. Conversations made of older messages only are counted once, not a message.
    """

    def __init__(self, connection: Connection) -> None:
        rows = connection.all("SELECT id, kind, created_at, history_days FROM channel")
        self.addresses = identity.own_addresses(connection)
        self.router = routing.Router(connection)
        self.channels = {row["id"]: (row["kind"], row["created_at"], row["history_days"]) for row in rows}
        self.again = 0
        self._search: list[tuple[int, tuple[str, str]]] = []
        self._backlog: set[int] = set()
        self._item_search: list[tuple[int, tuple[str, str]]] = []
        self._item_backlog: set[int] = set()

    def begin_item(self) -> None:
        """Begin a raw item; what the one before left unfinished is forgotten with it."""
        self._item_search, self._item_backlog = [], set()

    def end_item(self) -> None:
        """Keep what the raw item asked for."""
        self._search += self._item_search
        self._backlog |= self._item_backlog

    def find_later(self, search_id: int, words: tuple[str, str]) -> None:
        """Have a message added to the search."""
        self._item_search.append((search_id, words))

    def count_later(self, number: int) -> None:
        """Have a conversation counted that an older message joined."""
        self._item_backlog.add(number)

    def finish(self, act: Act) -> None:
        """Do what was put off."""
        for search_id, words in sorted(self._search):
            search.add(act.tx, search_id, words)
        for number in sorted({conversations.current(act.tx, one) for one in self._backlog}):
            conversations.recount_backlog(act.tx, number)

    def ours(self, party: Party | None) -> bool:
        """Say whether an address is one of our channels'."""
        return party is not None and normalise_identity(party.kind, party.value) in self.addresses


@dataclass(frozen=True, slots=True)
class Arrival:
    """A raw item on its way to being filed."""

    raw_id: int
    channel_id: int
    item: Item
    imported: bool


@dataclass(frozen=True, slots=True)
class _Filed:
    """A message with all that is known of it before it has a conversation."""

    arrival: Arrival
    decoded: Decoded
    kept: Kept
    kind: str
    direction: Direction
    at: int
    backlog: bool
    history: bool
    author: identity.Known | None
    customer: identity.Known | None
    people: tuple[identity.Known, ...]
    unproven: bool = False
    aside: int | None = None


def file(act: Act, desk: Desk, arrival: Arrival, kept: Kept) -> int:
    """File one message of a raw item; return its id. A second arrival of a message joins the first."""
    decoded = kept.message
    known = _same_message(act, arrival, decoded)
    if known is not None:
        _receive_again(act, arrival, known)
        desk.again += 1
        return known
    message = _who_and_when(act, desk, arrival, kept)
    news = deliveries.apply(act, decoded, proven=not message.unproven)
    found = threading.find(act.tx, decoded, arrival.channel_id, [person.id for person in message.people])
    if news is not None:
        found = [
            threading.Found(news.conversation, "a report on our message"),
            *(each for each in found if each.conversation != news.conversation),
        ]
    found = [replace(each, offered=each.offered or _too_late(act, message, each.conversation)) for each in found]
    number, reason, parent_at, stranger = _conversation(act, message, found)
    aside = asides.joined(act.tx, number, threading.named(decoded), _sender(message)[1])
    if aside is None and news is not None and news.aside is not None and number == news.conversation:
        aside = news.aside, True
    if aside is not None:
        message, stranger = replace(message, aside=aside[0]), not aside[1]
    if parent_at is not None and parent_at > message.at:
        message = replace(message, at=parent_at)
    message_id = _store(act, desk, message, number, reason, stranger)
    _let_conversation_know(act, desk, message, number, message_id)
    if aside is None:
        found = [replace(each, offered=each.offered or message.unproven) for each in found]
        if message.direction is Direction.INBOUND:
            desk.router.route(act, number, arrival.channel_id, message.kind, arrival.item, decoded)
        tying.tie(act, number, found)
    return message_id


def _same_message(act: Act, arrival: Arrival, decoded: Decoded) -> int | None:
    """Return the message that this is another arrival of: the same source id elsewhere, or the echo of our own.

    Our Message-ID alone proves nothing: whoever got our mail knows it."""
    found = act.tx.value(
        "SELECT r.message_id FROM receipt r JOIN message m ON m.id = r.message_id "
        "WHERE r.source_id = ? AND r.id <> ? AND m.content_hash = ? AND m.content_hash <> '' LIMIT 1",
        (arrival.item.source_id, arrival.raw_id, decoded.content_hash),
    )
    if found is None and decoded.external_id:
        found = act.tx.value(
            "SELECT m.id FROM message m JOIN outbox o ON o.message_id = m.id "
            "WHERE m.external_id = ? AND (? OR o.source_id = ?)",
            (decoded.external_id, arrival.item.outbound, arrival.item.source_id),
        )
    return None if found is None else int(found)


def _receive_again(act: Act, arrival: Arrival, message_id: int) -> None:
    act.tx.execute("UPDATE receipt SET message_id = ? WHERE id = ?", (message_id, arrival.raw_id))
    number = act.tx.value("SELECT conversation_id FROM message WHERE id = ?", (message_id,))
    deliveries.proven_sent(act, message_id)
    act.event("received_again", number, message=message_id, after={"channel": arrival.channel_id})


def _who_and_when(act: Act, desk: Desk, arrival: Arrival, kept: Kept) -> _Filed:
    decoded = kept.message
    kind, created_at, history_days = desk.channels[arrival.channel_id]
    sender = decoded.sender
    ours = desk.ours(sender) or (arrival.item.outbound and not arrival.item.junk)
    recipients = [*decoded.to, *decoded.cc, *decoded.bcc]
    others = [party for party in recipients if not desk.ours(party)]
    if ours and not others and decoded.reply_to and not desk.ours(decoded.reply_to[0]):
        decoded, ours = replace(decoded, sender=decoded.reply_to[0]), False  # a form on our site, in a customer's name
        sender = decoded.sender
    received = arrival.item.received_at
    if arrival.imported:
        received = decoded.received_at or decoded.sent_at or received
    at = min(received, clock.now())
    backlog = arrival.imported or at < created_at
    unproven = not ours and proving.unproven(act, arrival.item, decoded, backlog)
    author = None if sender is None or ours else identity.known(act, sender, wrote=True, proven=not unproven)
    people = [identity.known(act, party, proven=not unproven) for party in others]
    if author is not None:
        people.insert(0, author)
    began = act.at if arrival.imported else created_at
    return _Filed(
        arrival=arrival,
        decoded=decoded,
        kept=kept,
        kind=kind,
        direction=Direction.OUTBOUND if ours else Direction.INBOUND,
        at=at,
        backlog=backlog,
        history=backlog and at < began - history_days * clock.DAY,
        author=author,
        customer=author if author is not None else next(iter(people), None),
        people=tuple({person.id: person for person in people}.values()),
        unproven=unproven,
    )


def _conversation(act: Act, message: _Filed, found: Sequence[threading.Found]) -> tuple[int, str, int | None, bool]:
    """Return the conversation for a message, why, when its parent came, and whether its sender is a stranger there."""
    blocked = message.author is not None and message.author.blocked
    for each in (one for one in found if not one.offered):
        place = act.tx.value("SELECT place FROM conversation WHERE id = ?", (each.conversation,))
        if blocked and place != Place.SPAM:
            continue
        inside = set(threading.takes_part(act.tx, each.conversation))
        stranger = message.author is not None and message.author.id not in inside and bool(inside)
        return each.conversation, each.reason, each.parent_at, stranger
    spam = blocked or message.arrival.item.junk
    inbound = message.direction is Direction.INBOUND
    quiet = message.backlog or message.decoded.auto is Auto.LOOP
    status = Status.CLOSED if quiet else Status.OPEN if inbound else Status.PENDING
    number = conversations.start(
        act,
        message.decoded.subject,
        None if message.customer is None else message.customer.customer_id,
        status,
        Place.SPAM if spam else Place.DESK,
        message.at,
        backlog=message.backlog,
    )
    act.event(
        "opened", number, None if message.customer is None else message.customer.customer_id, after={"status": status}
    )
    return number, "a new matter", None, False


def _too_late(act: Act, message: _Filed, number: int) -> bool:
    """Say whether the conversation is closed and an answer starts a new one (promise 14: history never does)."""
    asks = message.direction is Direction.INBOUND and message.decoded.auto is None and not message.backlog
    return asks and tying.begins_anew(act.tx, number, message.at)


def _store(act: Act, desk: Desk, message: _Filed, number: int, reason: str, stranger: bool) -> int:
    decoded, kept, item = message.decoded, message.kept, message.arrival.item
    message_id = new_id()
    author_id = None if message.author is None else message.author.id
    reply_text = signatures.folded(act.tx, author_id, message_id, decoded, decoded.reply_text)
    name, address = _sender(message)
    twin = decoded.external_id and act.tx.value("SELECT 1 FROM message WHERE external_id = ?", (decoded.external_id,))
    warnings = [*decoded.warnings, *(["same-id-other-content"] if twin else []), *(["stranger"] if stranger else [])]
    act.tx.insert(
        "message",
        id=message_id,
        conversation_id=number,
        customer_id=None if message.customer is None else message.customer.customer_id,
        identity_id=author_id,
        channel_id=message.arrival.channel_id,
        kind=message.kind,
        direction=message.direction,
        author_kind=AuthorKind.CUSTOMER if message.direction is Direction.INBOUND else AuthorKind.AGENT,
        author_name=name,
        from_name=name,
        from_address=address,
        recipients_json=json.dumps(kept.recipients, ensure_ascii=False),
        subject=decoded.subject,
        text=decoded.text,
        reply_text=None if reply_text == decoded.text else reply_text,
        external_id=one_line(decoded.external_id, 998) or None,
        content_hash=decoded.content_hash,
        joined_by=reason,
        stranger=stranger,
        history=message.history,
        auto=decoded.auto,
        no_auto_answer=decoded.no_auto_answer or message.unproven,
        unproven=message.unproven,
        aside_id=message.aside,
        list_id=decoded.list_id,
        auth=decoded.auth,
        status=MessageStatus.RECEIVED if message.direction is Direction.INBOUND else MessageStatus.SENT,
        warnings=one_line(" ".join(warnings), 500),
        files=len(kept.files),
        at=message.at,
        sent_at=decoded.sent_at,
        received_at=item.received_at,
        raw_item_id=message.arrival.raw_id,
        decoder=registry.manifest(message.kind).decoder,
        search_id=(search_id := search.free_id(act.tx, message.at, message_id)),
    )
    _store_around(act, message, number, message_id, stranger)
    desk.find_later(search_id, (kept.search_words, indexing.who(name, address)))
    return message_id


def _store_around(act: Act, message: _Filed, number: int, message_id: int, stranger: bool) -> None:
    decoded = message.decoded
    tx = act.tx
    tx.execute("UPDATE receipt SET message_id = ? WHERE id = ?", (message_id, message.arrival.raw_id))
    names = threading.named(decoded)
    if decoded.thread:
        names.append(threading.thread_key(decoded.thread))
    tx.execute_many(
        "INSERT INTO message_reference (message_id, position, value) VALUES (?, ?, ?)",
        [(message_id, place, value) for place, value in enumerate(names)],
    )
    tx.execute_many(
        "INSERT INTO participant (conversation_id, identity_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(number, person.id) for person in _taking_part(act, message, number, stranger)],
    )
    store_files(act, message_id, message.kept.files)


def _taking_part(act: Act, message: _Filed, number: int, stranger: bool) -> tuple[identity.Known, ...]:
    """Return whom a message makes take part: a stranger's and a third party's nobody, one that is not proven its
    sender where there is nobody yet."""
    if stranger or message.aside is not None:
        return ()
    if message.unproven:
        return () if message.author is None or threading.takes_part(act.tx, number) else (message.author,)
    return message.people


def store_files(act: Act, message_id: int, files: Sequence[KeptFile]) -> None:
    """Write down the files of a message; their bytes stay in its raw item, at their `position` among its files."""
    for file in files:
        act.tx.insert(
            "attachment",
            id=new_id(),
            message_id=message_id,
            position=file.position,
            name=file.name,
            content_type=file.content_type,
            size=file.size,
            sha256=file.sha256,
            inline=file.inline,
            content_id=file.content_id,
        )


def _let_conversation_know(act: Act, desk: Desk, message: _Filed, number: int, message_id: int) -> None:
    customer = None if message.customer is None else message.customer.customer_id
    act.event("received" if message.direction is Direction.INBOUND else "sent_elsewhere", number, customer, message_id)
    if customer is not None and not message.unproven:
        # Known since their first message, in whatever order messages come in.
        act.tx.execute(
            "UPDATE customer SET created_at = ? WHERE id = ? AND created_at > ?", (message.at, customer, message.at)
        )
    row = act.tx.one(
        "SELECT status, place, backlog, touched, customer_id, owner_id FROM conversation WHERE id = ?", (number,)
    )
    assert row is not None
    if row["customer_id"] is None and customer is not None and message.aside is None and not message.unproven:
        act.tx.execute("UPDATE conversation SET customer_id = ? WHERE id = ?", (customer, number))
    if message.backlog:
        desk.count_later(number)
        return
    shown: dict[str, Any] = {
        "at": message.at,
        "direction": message.direction,
        "kind": message.kind,
        "auto": message.decoded.auto,
        "aside": message.aside,
        "history": message.history,
        "unproven": message.unproven,
        "said": message.decoded.reply_text[:2000],
    }
    conversations.grow(act.tx, number, shown)
    act.tx.execute("UPDATE conversation SET backlog = ? WHERE id = ?", (False, number))
    if message.decoded.auto is None:
        _wake(act, message, number, Status(row["status"]), message_id)
        if row["owner_id"] is not None and row["place"] == Place.DESK and message.direction is Direction.INBOUND:
            name, address = _sender(message)
            notifications.tell(act, row["owner_id"], NewsKind.ANSWER, number, message_id, name or address)


def _wake(act: Act, message: _Filed, number: int, status: Status, message_id: int) -> None:
    """An inbound message opens what was pending, on hold, snoozed or closed, and keeps the owner; but an address that
    did so too often today may be a machine that answers ours."""
    if message.direction is Direction.INBOUND:
        act.tx.execute("UPDATE conversation SET unread = ? WHERE id = ?", (True, number))
        absence.release(act, number)
        author = None if message.author is None else message.author.id
        if status is not Status.OPEN and automatic.may_reopen(act.tx, number, author):
            fields = {"status": Status.OPEN, "snoozed_until": None, "hold_for": None}
            act.change_row("status", "conversation", number, fields, conversation=number, message=message_id)
    elif status is Status.OPEN and message.aside is None:
        act.change("status", number, status=Status.PENDING)
    due.refresh(act.tx, number)


def _sender(message: _Filed) -> tuple[str, str]:
    return contents.sender(message.decoded)
