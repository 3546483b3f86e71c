"""What providers call the messages that we sent, and what speaks of one before we know that name.

A provider names a message in the answer to a send, or in the echo that it shows of it. Until then an echo stands as a
message of its own and a report waits in `early_report`; once the name is known both come to the message they are of.
Filing and finishing a send are transactions that exclude each other: whichever comes second sees the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from omnidesk.connectors.base import Decoded, Delivery
from omnidesk.desk import conversations, deliveries, indexing, joining, offers, threading
from omnidesk.desk.acts import Act
from omnidesk.store import search
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.text.clean import one_line

LONGEST_ID = 500


def named(decoded: Decoded) -> list[str]:
    """Return by which ids an echo may name a message of ours: the provider's, or our key."""
    told = (decoded.external_id, *(value for one in decoded.deliveries for value in (one.key, one.external_id)))
    return [value for value in dict.fromkeys(map(_id, told)) if value]


def known(connection: Connection, channel_id: int, values: Iterable[str]) -> dict[str, int]:
    """Return which of these ids name messages that we sent on a channel, as the provider's names or as our keys."""
    wanted = list(values)
    by_name = "SELECT value, message_id FROM provider_id WHERE channel_id = ? AND value IN ({})"
    by_key = (
        "SELECT uuid, id, channel_id FROM message WHERE uuid IN ({})"  # asked with the channel, SQLite reads it all
    )
    found = {row[0]: row[1] for row in rows_in(connection, by_key, wanted) if row[2] == channel_id}
    return found | {row[0]: row[1] for row in rows_in(connection, by_name, wanted, (channel_id,))}


def learn(act: Act, channel_id: int, message_id: int, values: Iterable[str]) -> None:
    """Take note of what a provider calls a message of ours; echoes and reports that came before now come to it."""
    ours = act.tx.one("SELECT uuid, external_id FROM message WHERE id = ?", (message_id,))
    if ours is None:
        return
    for value in dict.fromkeys(map(_id, values)):
        if not value or value in (ours["uuid"], ours["external_id"]):
            continue
        act.tx.execute(
            "INSERT INTO provider_id (channel_id, value, message_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (channel_id, value, message_id),
        )
        for row in act.tx.all(  # rides on message_external
            "SELECT * FROM message WHERE external_id = ? AND channel_id = ? AND uuid IS NULL AND "
            "direction = 'outbound'",
            (value, channel_id),
        ):
            _absorb(act, message_id, row)
        _apply_early(act, channel_id, message_id, value)


def join_thread(act: Act, message_id: int, thread: str) -> None:
    """Have a message of ours stand in the channel's own thread, so that what follows there finds its conversation."""
    value = threading.thread_key(thread)
    if act.tx.value("SELECT 1 FROM message_reference WHERE message_id = ? AND value = ?", (message_id, value)) is None:
        act.tx.execute(
            "INSERT INTO message_reference (message_id, position, value) SELECT ?, coalesce(max(position) + 1, 0), ? "
            "FROM message_reference WHERE message_id = ?",
            (message_id, value, message_id),
        )


def keep_early(act: Act, channel_id: int, delivery: Delivery, raw_item: int) -> None:
    """Keep a report about an id that nobody bears, where it may be of a message that is being sent now."""
    value = _id(delivery.external_id)
    if value and act.tx.value(_UNDER_WAY, (channel_id,)) is not None:
        act.tx.insert(
            "early_report",
            id=new_id(),
            channel_id=channel_id,
            value=value,
            raw_item_id=raw_item,
            report_json=json.dumps(asdict(delivery)),
            at=act.at,
        )


_UNDER_WAY = (
    "SELECT 1 FROM outbox WHERE channel_id = ? AND (state IN ('sending', 'unknown') OR "
    "(state = 'queued' AND attempts > 0)) LIMIT 1"
)
"""Rides on outbox_due. What is queued again may have been taken by the provider all the same."""


def _apply_early(act: Act, channel_id: int, message_id: int, value: str) -> None:
    rows = act.tx.all("SELECT * FROM early_report WHERE channel_id = ? AND value = ? ORDER BY id", (channel_id, value))
    for row in rows:
        deliveries.report(act, Delivery(**json.loads(row["report_json"])), message_id, proven=True)
        act.tx.execute("UPDATE receipt SET message_id = ? WHERE id = ?", (message_id, row["raw_item_id"]))
        act.tx.execute("DELETE FROM early_report WHERE id = ?", (row["id"],))


def _absorb(act: Act, ours: int, echo: Any) -> None:
    """Let an echo that was filed by itself be the message of ours that it is of; where nothing else is left of its
    conversation, that is ours too."""
    tx = act.tx
    here = conversations.current(tx, tx.value("SELECT conversation_id FROM message WHERE id = ?", (ours,)))
    there = conversations.current(tx, echo["conversation_id"])
    for row in tx.all(
        "SELECT value FROM message_reference WHERE message_id = ? AND value LIKE 'thread:%' ORDER BY position",
        (echo["id"],),
    ):
        join_thread(act, ours, row[0].removeprefix(threading.THREAD))
    search.remove(tx, echo["search_id"], indexing.stored_entry(tx, echo))
    tx.execute("UPDATE receipt SET message_id = ? WHERE message_id = ?", (ours, echo["id"]))
    tx.execute(
        "DELETE FROM fetching WHERE attachment_id IN (SELECT id FROM attachment WHERE message_id = ?)", (echo["id"],)
    )
    for table in ("attachment", "message_reference"):
        tx.execute(f"DELETE FROM {table} WHERE message_id = ?", (echo["id"],))
    tx.execute("DELETE FROM message WHERE id = ?", (echo["id"],))
    act.event("received_again", here, message=ours, after={"channel": echo["channel_id"], "instead_of": echo["id"]})
    if there != here:
        _one_matter(act, here, there)
    conversations.recount(tx, here)


def _one_matter(act: Act, here: int, there: int) -> None:
    """An echo stood in conversation `there` and is a message of `here`: they are one where that is certain."""
    left = act.tx.value("SELECT 1 FROM message WHERE conversation_id = ? LIMIT 1", (there,))
    reason = "the echo of our own message"
    if left is None:
        joining.absorb(act, here, there, reason)
    elif joining.may_join(act.tx, here, there):
        joining.absorb(act, min(here, there), max(here, there), reason)
    else:
        offers.offer(act, here, there)
        conversations.recount(act.tx, there)


def _id(value: str) -> str:
    return one_line(value, LONGEST_ID)
