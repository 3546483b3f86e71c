"""Files one decoded message: who it is from, which conversation it belongs to, and what that changes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Decoded
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk import (
    absence,
    asides,
    automatic,
    calls,
    claimed,
    consents,
    contents,
    deliveries,
    echoes,
    edits,
    elsewhere,
    fact_learning,
    fetching,
    identity,
    indexing,
    notifications,
    offers,
    order_intake,
    order_lookups,
    proving,
    suggesting,
    threading,
    tying,
)
from omnidesk.desk.batch import Arrival, Batch, Row
from omnidesk.desk.contents import Kept
from omnidesk.desk.message_ids import Bearer
from omnidesk.desk.shown import Said
from omnidesk.desk.standing import Standing
from omnidesk.store.ids import new_id
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import Auth, AuthorKind, Auto, Direction, MessageStatus, NewsKind, Place, Status


@dataclass(slots=True)
class _Filed:
    """A message with all that is known of it before it has a conversation."""

    arrival: Arrival
    decoded: Decoded
    kept: Kept
    names: list[str]
    sender: tuple[str, str]
    kind: str
    manifest: Manifest
    direction: Direction
    at: int
    backlog: bool
    history: bool
    author: identity.Known | None
    customer: identity.Known | None
    people: tuple[identity.Known, ...]
    unproven: bool = False
    aside: int | None = None


def file(batch: Batch, arrival: Arrival, kept: Kept, names: list[str]) -> None:
    """File one message of a raw item, which names these ids. A second arrival of a message joins the first."""
    act, decoded = batch.act, kept.message
    if decoded.call is not None:
        calls.hear(batch, arrival, kept, decoded.call)
        return
    if decoded.order is not None:
        order_intake.hear(batch, arrival, kept, decoded.order)
        return
    edited = edits.edited(batch, arrival, decoded, batch.ours(decoded.sender) or said_by_us(arrival, decoded))
    if edited is not None:
        batch.again += not edits.apply(batch, arrival, kept, edited)
        return
    known = _same_message(batch, arrival, decoded)
    if known is not None:
        _receive_again(batch, arrival, known, decoded)
        batch.again += 1
        return
    if _only_news(decoded, kept):
        _take_news(batch, arrival, decoded, proven=decoded.auth is not Auth.FAIL)
        return
    message = _who_and_when(batch, arrival, kept, names)
    contact = message.customer.value if message.customer is not None else ""
    decoded = message.decoded = threading.with_contact(message.decoded, message.manifest, contact)
    news = None
    if decoded.deliveries or batch.message_ids.ours_among(names):
        news = _take_news(batch, arrival, decoded, proven=not message.unproven)
    found = threading.find(
        batch.conversations,
        batch.message_ids,
        decoded,
        names,
        arrival.channel_id,
        [person.id for person in message.people],
    )
    if news is not None:
        found = [
            threading.Found(news.conversation, "a report on our message"),
            *(each for each in found if each.conversation != news.conversation),
        ]
    if message.author is not None and message.author.claimed and not message.unproven:
        _know_author(message, claimed.settled(batch, message.author, found))
    found = [_offered(each) if _too_late(batch, message, each.conversation) else each for each in found]
    goes_on = elsewhere.NOWHERE if any(not each.offered for each in found) else _elsewhere(batch, message)
    number, reason, parent_at, stranger = _conversation(batch, message, found, goes_on)
    aside = None
    if batch.message_ids.asides_among(names):
        aside = asides.joined(act.tx, number, names, message.sender[1])
    if aside is None and news is not None and news.aside is not None and number == news.conversation:
        aside = news.aside, True
    if aside is not None:
        message.aside, stranger = aside[0], not aside[1]
    if parent_at is not None and parent_at > message.at:
        message.at = parent_at
    last = batch.conversations.existing(number).last_message_at
    if message.direction is Direction.INBOUND and not message.backlog and 0 < last - message.at < clock.SECOND:
        message.at = last  # many providers tell whole seconds: what came after our answer does not stand ahead of it
    row = _store(batch, message, number, reason, stranger)
    _let_conversation_know(batch, message, row)
    if aside is None:
        if message.direction is Direction.INBOUND:
            _route(batch, message, number)
            _learn(batch, message, row)
        tying.tie(act, batch.conversations, number, map(_offered, found) if message.unproven else found)
        for other in goes_on.offered:
            offers.offer(act, number, other)
        if message.author is not None and message.author.new and not message.backlog:
            suggesting.same_name(act, message.author.customer_id, row.from_name, message.author.value, row.id)


def _learn(batch: Batch, message: _Filed, row: Row) -> None:
    """Take what a message that came in tells of its author: addresses, facts, who they may be besides, what they allow;
    and have shops asked for the orders it is about."""
    act, decoded, author, channel_id = batch.act, message.decoded, message.author, message.arrival.channel_id
    if author is not None and not message.unproven:
        if decoded.also and (message.manifest.vouches or author.new) and not row.stranger:
            claimed.note(batch, row.conversation_id, author, decoded.also)
        fact_learning.hear(batch, message.arrival, message.kept, author, message.manifest.vouches, row)
        if message.kept.facts and decoded.auto is None and not message.backlog:
            said = [(one.kind, one.value) for one in message.kept.facts]
            suggesting.told(act, batch.tx.at_once, author.customer_id, row.id, said, batch.region(channel_id))
        if decoded.consents:
            kind = batch.channels[channel_id][0]
            consents.take(act, kind, author, decoded.consents, row.conversation_id, row.id, message.at)
    if batch.shops and not message.backlog and decoded.sender is not None:
        whose = (decoded.sender.kind, "" if author is None else author.value)
        order_lookups.heard(act.tx, batch.shops, [whose], (decoded.subject, row.reply_text or row.text))


def _know_author(message: _Filed, author: identity.Known) -> None:
    if message.customer == message.author:
        message.customer = author
    message.people = tuple(author if one.id == author.id else one for one in message.people)
    message.author = author


def said_by_us(arrival: Arrival, decoded: Decoded) -> bool:
    """Say whether the channel shows a message as ours: it lay among what was sent, or says so itself."""
    return (arrival.item.outbound or decoded.outbound) and not arrival.item.junk


def _only_news(decoded: Decoded, kept: Kept) -> bool:
    """Say whether this is news about messages of ours, or of who can be written to, and nothing that anybody said."""
    news = decoded.deliveries or decoded.reach
    return bool(news) and decoded.sender is None and not decoded.text and not kept.files


def _take_news(batch: Batch, arrival: Arrival, decoded: Decoded, proven: bool) -> deliveries.About | None:
    """Apply what is reported of our messages; what is reported and not said leaves only its receipt behind."""
    act = batch.act
    for one in decoded.reach:
        batch.people.reach(one.party, one.reachable)
    early = partial(echoes.keep_early, act, arrival.channel_id, raw_item=arrival.raw_id)
    news = deliveries.apply(act, decoded, arrival.channel_id, proven, early)
    if news is not None and decoded.sender is None:
        act.tx.later("UPDATE receipt SET message_id = ? WHERE id = ?", (news.message, arrival.raw_id))
    return news


def _route(batch: Batch, message: _Filed, number: int) -> None:
    one, arrival = batch.conversations.existing(number), message.arrival
    team = batch.router.team_for(one, arrival.channel_id, message.kind, arrival.item, message.decoded)
    if team is not None:
        batch.conversations.change("assigned", one, team_id=team)


def _offered(found: threading.Found) -> threading.Found:
    return replace(found, offered=True)


def _same_message(batch: Batch, arrival: Arrival, decoded: Decoded) -> int | None:
    """Return the message that this is another arrival of: the same source id elsewhere, or the echo of our own.

    Our Message-ID alone proves nothing: whoever got our mail knows it."""
    found = batch.received_before(arrival, decoded.content_hash)
    if found is None and decoded.external_id and batch.message_ids.ours_among((decoded.external_id,)):
        found = batch.tx.value(
            "SELECT m.id FROM message m JOIN outbox o ON o.message_id = m.id "
            "WHERE m.external_id = ? AND (? OR o.source_id = ?)",
            (decoded.external_id, said_by_us(arrival, decoded), arrival.item.source_id),
        )
    if found is None and said_by_us(arrival, decoded):
        found = batch.sent_as(arrival.channel_id, echoes.named(decoded))
    return None if found is None else int(found)


def _receive_again(batch: Batch, arrival: Arrival, message_id: int, decoded: Decoded) -> None:
    act = batch.act
    act.tx.execute("UPDATE receipt SET message_id = ? WHERE id = ?", (message_id, arrival.raw_id))
    row = act.tx.one("SELECT conversation_id, uuid, external_id FROM message WHERE id = ?", (message_id,))
    number = None if row is None else row["conversation_id"]
    deliveries.proven_sent(act, message_id)
    if row is not None and row["uuid"] is not None and said_by_us(arrival, decoded):
        known = decoded.external_id in ("", row["uuid"], row["external_id"])
        if not known and batch.sent_as(arrival.channel_id, [decoded.external_id]) is None:
            batch.make_findable()
            echoes.learn(act, arrival.channel_id, message_id, (decoded.external_id,))
        if decoded.thread:
            echoes.join_thread(act, message_id, decoded.thread)
        for delivery in decoded.deliveries:
            deliveries.report(act, delivery, message_id, proven=True)
    act.event("received_again", number, message=message_id, after={"channel": arrival.channel_id})


def _who_and_when(batch: Batch, arrival: Arrival, kept: Kept, names: list[str]) -> _Filed:
    decoded = kept.message
    kind, created_at, history_days = batch.channels[arrival.channel_id]
    sender = decoded.sender
    vouches = registry.manifest(kind).vouches
    ours = vouches and (batch.ours(sender) or said_by_us(arrival, decoded))
    recipients = (*decoded.to, *decoded.cc, *decoded.bcc)
    others = [party for party in recipients if not batch.ours(party)]
    if ours and not others and decoded.reply_to and not batch.ours(decoded.reply_to[0]):
        decoded, ours = replace(decoded, sender=decoded.reply_to[0]), False  # a form on our site, in a customer's name
        sender = decoded.sender
    received = arrival.item.received_at
    if arrival.imported:
        received = decoded.received_at or decoded.sent_at or received
    at = min(received, clock.now())
    backlog = arrival.imported or at <= created_at - clock.SECOND  # many providers tell whole seconds
    unproven = not ours and proving.unproven(batch.people, arrival.item, decoded, backlog)
    proven = vouches and not unproven
    author = None if sender is None or ours else batch.people.known(sender, wrote=True, proven=proven)
    people = [batch.people.known(party, proven=proven) for party in others]
    if author is not None:
        people.insert(0, author)
        if author.new:
            batch.conversations.met(author.customer_id)
    began = batch.act.at if arrival.imported else created_at
    return _Filed(
        arrival=arrival,
        decoded=decoded,
        kept=kept,
        names=names,
        sender=contents.sender(decoded),
        kind=kept.kind or kind,
        manifest=registry.manifest(kind),
        direction=Direction.OUTBOUND if ours else Direction.INBOUND,
        at=at,
        backlog=backlog,
        history=backlog and at < began - history_days * clock.DAY,
        author=author,
        customer=author if author is not None else next(iter(people), None),
        people=tuple({person.id: person for person in people}.values()),
        unproven=unproven,
    )


def _elsewhere(batch: Batch, message: _Filed) -> elsewhere.Elsewhere:
    """Return what of the customer's a message belongs to that begins a new matter by all else; whoever asks again
    because nobody answered moves up."""
    decoded, author, manifest = message.decoded, message.author, message.manifest
    asks = message.direction is Direction.INBOUND and decoded.auto is None and not message.backlog
    private = not (decoded.public or manifest.public)
    if not asks or not private or author is None or author.new or author.blocked or message.arrival.item.junk:
        return elsewhere.NOWHERE
    if message.unproven or not manifest.vouches:
        author = replace(author, certain=False)
    found = elsewhere.find(
        batch.conversations, author, message.kind, batch.joins(message.arrival.channel_id), message.at
    )
    for number in (*found.offered, *(() if found.joins is None else (found.joins,))):
        one = batch.conversations.existing(number)
        if elsewhere.asks_again(one, message.kind, message.at):
            batch.conversations.change("asked_again", one, repeats=one.repeats + 1)
    return found


def _conversation(
    batch: Batch, message: _Filed, found: Sequence[threading.Found], goes_on: elsewhere.Elsewhere
) -> tuple[int, str, int | None, bool]:
    """Return the conversation for a message, why, when its parent came, and whether its sender is a stranger there."""
    blocked = message.author is not None and message.author.blocked
    for each in (one for one in found if not one.offered):
        if blocked and batch.conversations.standing(each.conversation)[1] != Place.SPAM:
            continue
        inside = batch.conversations.inside(each.conversation)
        stranger = message.author is not None and bool(inside) and message.author.id not in inside
        return each.conversation, each.reason, each.parent_at, stranger
    if goes_on.joins is not None:
        return goes_on.joins, elsewhere.REASON, None, False
    spam = blocked or message.arrival.item.junk
    inbound = message.direction is Direction.INBOUND
    quiet = message.backlog or message.decoded.auto is Auto.LOOP
    status = Status.CLOSED if quiet else Status.OPEN if inbound else Status.PENDING
    customer = None if message.customer is None else message.customer.customer_id
    number = batch.conversations.begin(
        message.decoded.subject, customer, status, Place.SPAM if spam else Place.DESK, message.at, message.backlog
    ).id
    batch.act.event("opened", number, customer, after={"status": status})
    return number, "a new matter", None, False


def _too_late(batch: Batch, message: _Filed, number: int) -> bool:
    """Say whether the conversation is closed and an answer starts a new one (promise 14: history never does)."""
    asks = message.direction is Direction.INBOUND and message.decoded.auto is None and not message.backlog
    one = batch.conversations.get(number) if asks else None
    return (
        one is not None
        and one.status == Status.CLOSED
        and tying.begins_anew(batch.policy, one.last_message_at, message.at)
    )


def _store(batch: Batch, message: _Filed, number: int, reason: str, stranger: bool) -> Row:
    decoded, kept, arrival = message.decoded, message.kept, message.arrival
    message_id = new_id()
    reply_text = batch.signatures.folded(message.author, message_id, decoded)
    twin = decoded.external_id and batch.message_ids.bearing(decoded.external_id)
    warnings = [*decoded.warnings, *(["same-id-other-content"] if twin else []), *(["stranger"] if stranger else [])]
    inbound = message.direction is Direction.INBOUND
    name, address = message.sender
    row = Row(
        id=message_id,
        conversation_id=number,
        customer_id=None if message.customer is None else message.customer.customer_id,
        identity_id=None if message.author is None else message.author.id,
        channel_id=arrival.channel_id,
        kind=message.kind,
        direction=message.direction,
        author_kind=AuthorKind.CUSTOMER if inbound else AuthorKind.AGENT,
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
        status=MessageStatus.RECEIVED if inbound else MessageStatus.SENT,
        warnings=one_line(" ".join(warnings), 500) if warnings else "",
        files=len(kept.files),
        at=message.at,
        sent_at=decoded.sent_at,
        received_at=arrival.item.received_at,
        raw_item_id=arrival.raw_id,
        decoder=message.manifest.decoder,
        public=decoded.public or message.manifest.public,
        search_id=0,
    )
    _store_around(batch, message, row)
    batch.store(row, kept.search_words, indexing.who(name, address))
    return row


def _store_around(batch: Batch, message: _Filed, row: Row) -> None:
    decoded, tx = message.decoded, batch.tx
    taking_part = _taking_part(batch, message, row.conversation_id, row.stranger)
    batch.conversations.take_part(row.conversation_id, [person.id for person in taking_part])
    tx.later("UPDATE receipt SET message_id = ? WHERE id = ?", (row.id, message.arrival.raw_id))
    thread = threading.thread_key(decoded.thread) if decoded.thread else ""
    for place, value in enumerate([*message.names, thread] if thread else message.names):
        tx.later("INSERT INTO message_reference (message_id, position, value) VALUES (?, ?, ?)", (row.id, place, value))
    bearer = Bearer(row.conversation_id, row.at, None, row.aside_id)
    batch.message_ids.add(row.id, row.external_id, bearer, message.names, thread, row.channel_id)
    batch.signatures.add(message.author, row.text)
    fetching.store_files(tx, row.channel_id, row.id, message.kept.files)


def _taking_part(batch: Batch, message: _Filed, number: int, stranger: bool) -> tuple[identity.Known, ...]:
    """Return whom a message makes take part: a stranger's and a third party's nobody, one that is not proven its
    sender where there is nobody yet."""
    if stranger or message.aside is not None:
        return ()
    if message.unproven:
        return () if message.author is None or batch.conversations.inside(number) else (message.author,)
    return message.people


def _let_conversation_know(batch: Batch, message: _Filed, row: Row) -> None:
    act, inbound = batch.act, message.direction is Direction.INBOUND
    number, message_id = row.conversation_id, row.id
    customer = None if message.customer is None else message.customer.customer_id
    act.event("received" if inbound else "sent_elsewhere", number, customer, message_id)
    one = batch.conversations.existing(number)
    if customer is not None and not message.unproven:
        batch.known_since(customer, message.at)
        if one.customer_id is None and message.aside is None:
            one.customer_id = customer
    said = Said(row.at, row.id, row.kind, row.direction, row.auto, row.aside_id, row.status, row.history, row.unproven)
    batch.conversations.take(one, said, row.text if row.reply_text is None else row.reply_text)
    if message.backlog:
        return
    one.backlog = False
    batch.conversations.touch(one)
    if message.decoded.auto is None:
        owner, place = one.owner_id, one.place
        _wake(batch, message, one, message_id)
        if owner is not None and place == Place.DESK and inbound:
            name, address = message.sender
            notifications.tell(act, owner, NewsKind.ANSWER, number, message_id, name or address)


def _wake(batch: Batch, message: _Filed, one: Standing, message_id: int) -> None:
    """An inbound message opens what was pending, on hold, snoozed or closed, and keeps the owner; but an address that
    did so too often today may be a machine that answers ours."""
    if message.direction is Direction.INBOUND:
        one.unread = True
        batch.conversations.touch(one)
        if one.owner_id is not None:
            absence.release(batch.act, one.id)
            one = batch.conversations.existing(one.id)
        author = None if message.author is None else message.author.id
        if one.status != Status.OPEN and automatic.may_reopen(batch.tx, one.id, author):
            fields = {"status": Status.OPEN, "snoozed_until": None, "hold_for": None}
            batch.conversations.change("status", one, message_id, **fields)
    elif one.status == Status.OPEN and message.aside is None:
        batch.conversations.change("status", one, status=Status.PENDING)
