"""The one way in: everything received is admitted, then settled.

Admit commits raw item, receipt and cursor together; only then is the source acknowledged. Settle decodes, threads and
files, and can be repeated from the raw item alone: killed between the two, the next run settles what was admitted.
The receipt's uniqueness decides what came before (promises 1 and 2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from omnidesk import clock
from omnidesk.connectors.base import Cursor, Item
from omnidesk.desk import decoding, filing, learning
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.contents import Kept
from omnidesk.desk.decoding import Outcome
from omnidesk.store import leases
from omnidesk.store.database import Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import Auth
from omnidesk.words.rows import PROGRAM

ADMITTED, DONE, QUARANTINED = "admitted", "done", "quarantined"
AT_A_TIME = 100
LONGEST = 0.1
"""Seconds after which a transaction takes no more items: others want to write too."""


@dataclass(frozen=True, slots=True)
class Held:
    """The lease under which a channel's work is committed."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Admitted:
    """What `admit` kept: raw item ids with their items, and how many had come before."""

    items: tuple[tuple[int, Item], ...]
    duplicates: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What `settle` did, in raw items; `again` counts messages that had come by another way before."""

    filed: int
    quarantined: int
    again: int = 0


def admit(
    workspace: Workspace,
    channel_id: int,
    items: Sequence[Item],
    cursor: Cursor | None = None,
    held: Held | None = None,
    progress: tuple[int, int] = (0, 0),
    imported: bool = False,
) -> Admitted:
    """Keep items, their receipts and the cursor in one transaction; blobs are committed before it.

    What came before, or was deleted, is counted as duplicate. Raises LeaseLostError; nothing is then kept.
    """
    fresh = _unseen(workspace, channel_id, [_sound(item) for item in items])
    blobs = workspace.blobs.put_all([item.raw for item in fresh])
    row = workspace.database.reader.one("SELECT kind, address FROM channel WHERE id = ?", (channel_id,))
    assert row is not None
    hashes = [tombstone_of(workspace, row["kind"], row["address"], item.source_id) for item in fresh]

    def work(tx: Transaction) -> list[tuple[int, Item]]:
        if held is not None:
            leases.check(tx, held.name, held.number)
        kept = []
        for item, blob, tombstone in zip(fresh, blobs, hashes, strict=True):
            if tx.value("SELECT 1 FROM tombstone WHERE hash = ?", (tombstone,)) is None:
                raw_id = _keep(tx, channel_id, item, blob, imported)
                if raw_id is not None:
                    kept.append((raw_id, item))
        if cursor is not None:
            tx.execute(
                "UPDATE channel SET cursor_json = ?, progress_done = ?, progress_total = ? WHERE id = ?",
                (json.dumps(cursor, separators=(",", ":")), *progress, channel_id),
            )
        return kept

    kept = workspace.database.write(work)
    return Admitted(tuple(kept), len(items) - len(kept))


def tombstone_of(workspace: Workspace, kind: str, address: str, source_id: str) -> str:
    """Return what is left of a source id after its message was deleted for good."""
    return workspace.keyed_hash(f"{kind}\0{address}\0{source_id}")


def _sound(item: Item) -> Item:
    """Return an item that can be stored, whatever a provider put into its words and its time."""
    return replace(
        item,
        source_id=_storable(item.source_id) or hashlib.sha256(item.raw).hexdigest(),
        folder=_storable(item.folder),
        position=_storable(item.position),
        received_at=max(0, min(item.received_at, clock.now() + clock.DAY)),
    )


def _storable(words: str) -> str:
    return words.encode("utf-8", "replace").decode()


def _unseen(workspace: Workspace, channel_id: int, items: Sequence[Item]) -> list[Item]:
    """Leave out what has a receipt, to save its blob; whether it is new is decided by the receipt's uniqueness."""
    reader = workspace.database.reader
    return [
        item
        for item in items
        if reader.value("SELECT 1 FROM receipt WHERE channel_id = ? AND source_id = ?", (channel_id, item.source_id))
        is None
    ]


def _keep(tx: Transaction, channel_id: int, item: Item, blob: str, imported: bool) -> int | None:
    raw_id = new_id()
    receipt = tx.execute(
        "INSERT INTO receipt (id, channel_id, source_id, folder, received_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (channel_id, source_id) DO NOTHING",
        (raw_id, channel_id, item.source_id, item.folder, item.received_at),
    )
    if receipt.rowcount != 1:
        return None
    tx.insert(
        "raw_item",
        id=raw_id,
        channel_id=channel_id,
        blob=blob,
        size=len(item.raw),
        media_type=item.media_type,
        headers_json=json.dumps(dict(item.headers)),
        received_at=item.received_at,
        source_id=item.source_id,
        folder=item.folder,
        position=item.position,
        outbound=item.outbound,
        junk=item.junk,
        imported=imported,
        state=ADMITTED,
    )
    return raw_id


def settle(
    workspace: Workspace,
    kept: Sequence[tuple[int, Item]],
    held: Held | None = None,
    decoded: Sequence[Outcome] | None = None,
) -> Settled:
    """File admitted items of one channel: thread and store them in few transactions, each item in a savepoint.

    `decoded` is what they say, where it was worked out before. What cannot be decoded or filed goes to quarantine
    with its cause; the others go on. Raises LeaseLostError; what was filed before then stays.
    """
    if not kept:
        return Settled(0, 0)
    if decoded is None:
        kind = kind_of(workspace, kept[0][0])
        decoded = [decoding.decode(kind, item) for _, item in kept]
    outcomes = [(raw_id, item, outcome) for (raw_id, item), outcome in zip(kept, decoded, strict=True)]
    done = Settled(0, 0)
    while outcomes:
        some, count = perform(workspace, PROGRAM, "received", partial(_settle_some, outcomes=outcomes, held=held))[1]
        done = Settled(done.filed + some.filed, done.quarantined + some.quarantined, done.again + some.again)
        outcomes = outcomes[count:]
    return done


def _settle_some(act: Act, outcomes: Sequence[tuple[int, Item, Outcome]], held: Held | None) -> tuple[Settled, int]:
    """File as many items as fit into one transaction; return what came of them and how many they were."""
    if held is not None:
        leases.check(act.tx, held.name, held.number)
    desk = filing.Desk(act.tx)
    filed = quarantined = count = 0
    began = clock.monotonic()
    for raw_id, item, outcome in outcomes:
        if count and clock.monotonic() - began > LONGEST:
            break
        count += 1
        row = act.tx.one("SELECT state, channel_id, imported FROM raw_item WHERE id = ?", (raw_id,))
        if row is None or row["state"] == DONE:
            continue
        if not isinstance(outcome, str):
            arrival = filing.Arrival(raw_id, row["channel_id"], item, bool(row["imported"]))
            outcome = _file(act, desk, arrival, outcome)
        if isinstance(outcome, str):
            _quarantine(act, raw_id, row["channel_id"], outcome)
            quarantined += 1
        else:
            filed += 1
    desk.finish(act)
    _learn(act, outcomes[:count])
    return Settled(filed, quarantined, desk.again), count


def _learn(act: Act, outcomes: Sequence[tuple[int, Item, Outcome]]) -> None:
    """Learn about the source from what came in now and bears no word of its server that we know."""
    row = act.tx.one("SELECT channel_id, imported FROM raw_item WHERE id = ?", (outcomes[0][0],))
    if row is None or row["imported"]:
        return
    unknown = [
        item
        for _, item, said in outcomes
        if isinstance(said, str) or all(one.message.auth is Auth.NONE for one in said)
    ]
    learning.learn(act, row["channel_id"], unknown)


def kind_of(workspace: Workspace, raw_id: int) -> str:
    """Return the kind of channel that a raw item came by."""
    reader = workspace.database.reader
    return str(
        reader.value("SELECT kind FROM channel WHERE id = (SELECT channel_id FROM raw_item WHERE id = ?)", (raw_id,))
    )


def _file(act: Act, desk: filing.Desk, arrival: filing.Arrival, messages: tuple[Kept, ...]) -> Outcome:
    """File one raw item whole or not at all; return the cause where it cannot be."""
    act.tx.execute("SAVEPOINT item")
    desk.begin_item()
    try:
        for message in messages:
            filing.file(act, desk, arrival, message)
        act.tx.execute("UPDATE raw_item SET state = ? WHERE id = ?", (DONE, arrival.raw_id))
        act.tx.execute("DELETE FROM quarantine WHERE raw_item_id = ?", (arrival.raw_id,))
    except Exception as error:
        if act.tx.is_lost(error):
            raise
        return _roll_back(act, error)
    act.tx.execute("RELEASE item")
    desk.end_item()
    return messages


def _roll_back(act: Act, error: Exception) -> str:
    act.tx.execute("ROLLBACK TO item")
    act.tx.execute("RELEASE item")
    return f"filing failed: {type(error).__name__}: {error}"


def _quarantine(act: Act, raw_id: int, channel_id: int, cause: str) -> None:
    act.tx.execute("UPDATE raw_item SET state = ? WHERE id = ?", (QUARANTINED, raw_id))
    act.tx.execute(
        "INSERT INTO quarantine (raw_item_id, channel_id, cause, attempts, at) VALUES (?, ?, ?, 1, ?) "
        "ON CONFLICT (raw_item_id) DO UPDATE SET cause = excluded.cause, attempts = "
        "quarantine.attempts + 1, at = excluded.at",
        (raw_id, channel_id, one_line(cause, 500), clock.now()),
    )
    act.event("quarantined", after={"raw_item": raw_id, "channel": channel_id})


def settle_rest(workspace: Workspace, channel_id: int, held: Held | None = None) -> Settled:
    """Settle what an earlier run admitted and did not get to; rides on raw_item_admitted."""
    filed = quarantined = 0
    while True:
        rows = workspace.database.reader.all(
            "SELECT id FROM raw_item WHERE state = 'admitted' AND channel_id = ? ORDER BY id LIMIT ?",
            (channel_id, AT_A_TIME),
        )
        if not rows:
            return Settled(filed, quarantined)
        done = settle(workspace, list(_items_of(workspace, [row[0] for row in rows])), held)
        filed, quarantined = filed + done.filed, quarantined + done.quarantined


def _items_of(workspace: Workspace, raw_ids: Sequence[int]) -> Iterator[tuple[int, Item]]:
    """Return admitted items; one whose content is gone goes to quarantine, so that the others go on."""
    for raw_id in raw_ids:
        try:
            yield raw_id, item_of(workspace, raw_id)
        except NotFoundError as error:
            cause = str(error)
            channel = workspace.database.reader.value("SELECT channel_id FROM raw_item WHERE id = ?", (raw_id,))
            perform(
                workspace, PROGRAM, "quarantine", partial(_quarantine, raw_id=raw_id, channel_id=channel, cause=cause)
            )


def item_of(workspace: Workspace, raw_id: int) -> Item:
    """Return a raw item as it arrived."""
    row = workspace.database.reader.one("SELECT * FROM raw_item WHERE id = ?", (raw_id,))
    assert row is not None
    return Item(
        source_id=row["source_id"],
        raw=workspace.blobs.get(row["blob"]),
        received_at=row["received_at"],
        media_type=row["media_type"],
        headers=json.loads(row["headers_json"]),
        folder=row["folder"],
        position=row["position"],
        outbound=bool(row["outbound"]),
        junk=bool(row["junk"]),
    )
