"""Messages and conversations whose words go for good: what is left of them is that they took place, and when.

Nothing of them comes back with the next sync: each source id leaves a tombstone (promise 2).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk import clock
from omnidesk.desk import belongings, conversations, indexing, intake, triage
from omnidesk.desk.acts import Act
from omnidesk.desk.belongings import BELONGINGS, Of
from omnidesk.store import search
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Place, Status
from omnidesk.words.speech import _

NAMED_BY = (
    "SELECT blob FROM raw_item",
    "SELECT blob FROM attachment WHERE blob IS NOT NULL",
    "SELECT payload_blob FROM outbox WHERE payload_blob IS NOT NULL",
)
"""The rows that name blobs."""
_BLANK = (
    "identity_id = NULL, author_name = CASE WHEN author_kind = 'customer' THEN '' ELSE author_name END, "
    "from_name = '', from_address = '', recipients_json = '{}', subject = '', text = '', reply_text = NULL, "
    "external_id = NULL, content_hash = '', uuid = NULL, list_id = NULL, error = NULL, warnings = '', joined_by = '', "
    "contact_json = '{}', raw_item_id = NULL, files = 0"
)
BEING_STORED = clock.MINUTE
"""How long it may take until the row is written that names a blob."""


def bury(workspace: Workspace, act: Act, message_id: int, blobs: set[str]) -> None:
    """Remove what arrived for a message and all rows below it, so that it does not return; add what blobs that
    leaves."""
    tx = act.tx
    raw = [row[0] for row in tx.all("SELECT id FROM receipt WHERE message_id = ?", (message_id,))]
    raw += [
        row[0] for row in tx.all("SELECT raw_item_id FROM attachment WHERE message_id = ?", (message_id,)) if row[0]
    ]
    bury_raw(workspace, act, raw, blobs)
    _bury_echo(workspace, act, message_id)
    for query in (
        "SELECT blob FROM attachment WHERE message_id = ? AND blob IS NOT NULL",
        "SELECT payload_blob FROM outbox WHERE message_id = ? AND payload_blob IS NOT NULL",
    ):
        blobs.update(row[0] for row in tx.all(query, (message_id,)))
    tx.execute(
        "DELETE FROM fetching WHERE attachment_id IN (SELECT id FROM attachment WHERE message_id = ?)", (message_id,)
    )
    for table in ("receipt", "attachment", "message_reference", "outbox", "provider_id", "fact"):
        tx.execute(f"DELETE FROM {table} WHERE message_id = ?", (message_id,))


def bury_raw(workspace: Workspace, act: Act, raw_items: Iterable[int], blobs: set[str]) -> None:
    """Remove what arrived with its receipts, and leave tombstones; add what blobs that leaves."""
    tx = act.tx
    for raw_id in dict.fromkeys(raw_items):
        receipt = tx.one(
            "SELECT r.source_id, channel.kind, channel.address FROM receipt r "
            "JOIN channel ON channel.id = r.channel_id WHERE r.id = ?",
            (raw_id,),
        )
        if receipt is not None:
            _tombstone(workspace, act, receipt)
        blobs.update(row[0] for row in tx.all("SELECT blob FROM raw_item WHERE id = ?", (raw_id,)))
        for table, column in (("raw_item", "id"), ("receipt", "id"), ("quarantine", "raw_item_id")):
            tx.execute(f"DELETE FROM {table} WHERE {column} = ?", (raw_id,))


def _bury_echo(workspace: Workspace, act: Act, message_id: int) -> None:
    """The copy of our own message that a server may still show us must not return either."""
    row = act.tx.one(
        "SELECT o.source_id, channel.kind, channel.address FROM outbox o JOIN channel ON channel.id = o.channel_id "
        "WHERE o.message_id = ? AND o.source_id <> ''",
        (message_id,),
    )
    if row is not None:
        _tombstone(workspace, act, row)


def _tombstone(workspace: Workspace, act: Act, row: Any) -> None:
    tombstone = intake.tombstone_of(workspace, row["kind"], row["address"], row["source_id"])
    act.tx.execute("INSERT INTO tombstone (hash, at) VALUES (?, ?) ON CONFLICT DO NOTHING", (tombstone, act.at))


def forget_messages(workspace: Workspace, act: Act, messages: Sequence[int], blobs: set[str]) -> None:
    """Take from messages all that was said, by whom and to whom; when they came, by what and which way stays.

    Raises RefusedError while one of them is being sent."""
    tx, there = act.tx, belongings.tables(act.tx)
    for message_id in messages:
        row = tx.one("SELECT * FROM message WHERE id = ?", (message_id,))
        if row is None:
            continue
        if being_sent(tx, row["conversation_id"]):
            said = _("a message of #{number} is being sent: try again in a minute")
            raise RefusedError(said.format(number=row["conversation_id"]))
        search.remove(tx, row["search_id"], indexing.stored_entry(tx, row))
        bury(workspace, act, message_id, blobs)
        if row["raw_item_id"] is not None:
            bury_raw(workspace, act, [row["raw_item_id"]], blobs)
        tx.execute(f"UPDATE message SET {_BLANK} WHERE id = ?", (message_id,))
        if row["status"] == "queued":
            tx.execute("UPDATE message SET status = 'cancelled' WHERE id = ?", (message_id,))
        search.add(tx, row["search_id"], indexing.entry("", "", {}, (), "", ""))
    for one in BELONGINGS:
        if one.of is Of.MESSAGE and one.table in there:
            belongings.erase(tx, one, messages)


def being_sent(connection: Connection, number: int) -> bool:
    """Say whether a message of a conversation is on its way at this moment; rides on outbox_conversation."""
    found = connection.value("SELECT 1 FROM outbox WHERE conversation_id = ? AND state = 'sending' LIMIT 1", (number,))
    return found is not None


def forget_conversation(workspace: Workspace, act: Act, number: int, blobs: set[str]) -> int:
    """Take all words from a conversation, notes and asides included, and close it; its number, times and counts stay.
    Return how many messages it had. Raises RefusedError while one of them is being sent."""
    tx, there = act.tx, belongings.tables(act.tx)
    messages = [row[0] for row in tx.all("SELECT id FROM message WHERE conversation_id = ?", (number,))]
    forget_messages(workspace, act, messages, blobs)
    for one in BELONGINGS:
        if one.of is Of.CONVERSATION and one.table in there:
            belongings.erase(tx, one, [number])
    row = tx.one("SELECT status, place, merged_into FROM conversation WHERE id = ?", (number,))
    assert row is not None
    if row["status"] != Status.CLOSED and row["place"] == Place.DESK and row["merged_into"] is None:
        triage.set_status_in(act, number, Status.CLOSED)
    tx.execute(
        "UPDATE conversation SET subject = '', hold_for = NULL, person_check = '', promised_at = NULL, "
        "offered_join = NULL, unread = ?, token = ?, erased_at = ? WHERE id = ?",
        (False, secrets.token_hex(6), act.at, number),
    )
    if messages:
        conversations.recount(tx, number)
    tx.execute("UPDATE conversation SET preview = '' WHERE id = ?", (number,))
    return len(messages)


def note_blobs(act: Act, blobs: Iterable[str]) -> None:
    """Write down which blobs may have lost their rows, with what erased these: whatever happens then, they go."""
    act.tx.execute_many(
        "INSERT INTO unnamed_blob (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
        [(name, act.at) for name in sorted(blobs)],
    )


def remove_blobs(workspace: Workspace) -> int:
    """Remove the blobs that were written down, as far as no row names them; return how many. What was stored within the
    last minute waits for the next time: it may be about to be named again."""
    reader, until = workspace.database.reader, clock.now() - BEING_STORED
    noted = reader.all("SELECT name, at FROM unnamed_blob")
    unnamed = {row["name"] for row in noted}
    if not unnamed:
        return 0
    for query in NAMED_BY:
        for row in reader.execute(query):
            unnamed.discard(row[0])
    workspace.blobs.remove(unnamed, until)
    workspace.database.write(lambda tx: tx.execute("DELETE FROM unnamed_blob WHERE at < ?", (until,)))
    return len(unnamed)
