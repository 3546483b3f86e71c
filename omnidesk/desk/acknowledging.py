"""Mails that say «we have it» to who filled in a form: in the transaction that files it, so that each leaves once.

They hold the shop's own words alone: whoever fills a form in may name anybody's address, and must not be able to send
that person words of their own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from omnidesk.connectors import registry
from omnidesk.desk import answering, automatic, log, rules, settings
from omnidesk.desk.acts import Act
from omnidesk.desk.letters import Letter, queue_in
from omnidesk.store import people, thread
from omnidesk.store.chunks import rows_in
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Direction, Place
from omnidesk.words.rows import Address, Channel, Message

_PLACE = "{number}"


def acknowledge(act: Act, raw_ids: Sequence[int]) -> None:
    """Queue what a channel's settings say to who wrote these raw items of it, which were just filed."""
    if not raw_ids:
        return
    row = act.tx.one("SELECT channel_id FROM raw_item WHERE id = ?", (raw_ids[0],))
    source = None if row is None else people.channel(act.tx, int(row["channel_id"]))
    words = "" if source is None else str(source.settings.get("acknowledgement") or "")
    if source is None or not words.strip():
        return
    sender = _sender(act, source)
    if sender is None:
        return
    for found in _filed(act, raw_ids):
        message = thread.message(act.tx, found["id"])
        if automatic.objection(act.tx, message.id) is None:
            _queue(act, sender, source, message, words)


def _filed(act: Act, raw_ids: Sequence[int]) -> list[Any]:
    """Return the messages of raw items that somebody waits for an answer to."""
    return rows_in(
        act.tx,
        "SELECT m.id FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.direction = ? "
        "AND c.place = ? AND NOT m.history AND m.raw_item_id IN ({})",
        list(raw_ids),
        (Direction.INBOUND, Place.DESK),
    )


def _sender(act: Act, source: Channel) -> Channel | None:
    """Return the channel that answers for this one, None where it cannot, which is written down."""
    name = answering.named_by(source.kind, source.settings)
    try:
        found = people.channel(act.tx, name) if name else None
        reason = "" if found is None else rules.channel_objection(found, registry.manifest(found.kind))
    except NotFoundError as error:
        found, reason = None, str(error)
    if reason:
        log.warn(f"nothing is acknowledged: {reason}", channel=source.name)
    return None if reason else found


def _queue(act: Act, sender: Channel, source: Channel, message: Message, words: str) -> None:
    to = Address("", message.sender.address)  # the name is their words
    outward = rules.Outward((to,), text=words.replace(_PLACE, str(message.conversation_id)))
    if rules.objection(sender, registry.manifest(sender.kind), outward, act.at) is not None:
        return
    shop = settings.read(act.tx).shop_name
    title = one_line(str(source.settings.get("title") or "") or shop or sender.address, 200)
    letter = Letter(
        sender,
        outward,
        f"{title} (#{message.conversation_id})",
        Address(shop, sender.address),
        str(uuid.uuid4()),
        answers=message,
        auto=True,
    )
    queue_in(act, message.conversation_id, letter, act.at, None)
