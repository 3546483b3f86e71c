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
from omnidesk.desk import acknowledging, decoding, filing, learning, phones, threading, unsubscribing
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.batch import Arrival, Batch
from omnidesk.desk.decoding import Outcome
from omnidesk.store import leases
from omnidesk.store.chunks import rows_in
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
"""Seconds that a transaction should take at most: others want to write too."""
FEWEST, FIRST, MOST = 10, 100, 1_000
"""Items that one transaction files, by how long the one before took."""


_Failure = tuple[int, int, str]
"""A raw item, its channel, and why it could not be decoded or filed."""


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
        deleted = {row[0] for row in rows_in(tx, "SELECT hash FROM tombstone WHERE hash IN ({})", hashes)}
        wanted = [
            (new_id(), item, blob)
            for item, blob, tombstone in zip(fresh, blobs, hashes, strict=True)
            if tombstone not in deleted
        ]
        kept = _keep(tx, channel_id, wanted, imported)
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
    source_id = _storable(item.source_id) or hashlib.sha256(item.raw).hexdigest()
    folder, position = _storable(item.folder), _storable(item.position)
    received_at = max(0, min(item.received_at, clock.now() + clock.DAY))
    if (source_id, folder, position, received_at) == (item.source_id, item.folder, item.position, item.received_at):
        return item
    return replace(item, source_id=source_id, folder=folder, position=position, received_at=received_at)


def _storable(words: str) -> str:
    return words if words.isascii() else words.encode("utf-8", "replace").decode()


def _unseen(workspace: Workspace, channel_id: int, items: Sequence[Item]) -> list[Item]:
    """Leave out what has a receipt, to save its blob; whether it is new is decided by the receipt's uniqueness."""
    known = rows_in(
        workspace.database.reader,
        "SELECT source_id FROM receipt WHERE channel_id = ? AND source_id IN ({})",
        [item.source_id for item in items],
        (channel_id,),
    )
    seen = {row[0] for row in known}
    return [item for item in items if item.source_id not in seen]


def _keep(
    tx: Transaction, channel_id: int, wanted: Sequence[tuple[int, Item, str]], imported: bool
) -> list[tuple[int, Item]]:
    """Give items their receipts and keep those that had none: (raw item id, item, blob) each."""
    tx.execute_many(
        "INSERT INTO receipt (id, channel_id, source_id, folder, received_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (channel_id, source_id) DO NOTHING",
        [(raw_id, channel_id, item.source_id, item.folder, item.received_at) for raw_id, item, _ in wanted],
    )
    receipts = rows_in(tx, "SELECT id FROM receipt WHERE id IN ({})", [raw_id for raw_id, _, _ in wanted])
    fresh = {row[0] for row in receipts}
    kept = [(raw_id, item, blob) for raw_id, item, blob in wanted if raw_id in fresh]
    tx.execute_many(
        "INSERT INTO raw_item (id, channel_id, blob, size, media_type, headers_json, received_at, source_id, folder, "
        "position, outbound, junk, imported, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                raw_id, channel_id, blob, len(item.raw), item.media_type,
                json.dumps(dict(item.headers)) if item.headers else "{}", item.received_at, item.source_id,
                item.folder, item.position, item.outbound, item.junk, imported, ADMITTED,
            )
            for raw_id, item, blob in kept
        ],
    )  # fmt: skip
    return [(raw_id, item) for raw_id, item, _ in kept]


def settle(
    workspace: Workspace,
    kept: Sequence[tuple[int, Item]],
    held: Held | None = None,
    decoded: Sequence[Outcome] | None = None,
) -> Settled:
    """File admitted items of one channel: thread and store them, in transactions that let others in between.

    `decoded` is what they say, where it was worked out before. What cannot be decoded or filed goes to quarantine
    with its cause; the others go on. Raises LeaseLostError.
    """
    if not kept:
        return Settled(0, 0)
    if decoded is None:
        kind = kind_of(workspace, kept[0][0])
        decoded = [decoding.decode(kind, item) for _, item in kept]
    outcomes = [
        (raw_id, item, unsubscribing.heard(workspace, outcome, item.received_at))
        for (raw_id, item), outcome in zip(kept, decoded, strict=True)
    ]
    done, size = Settled(0, 0), FIRST
    while outcomes:
        some, outcomes = outcomes[:size], outcomes[size:]
        began = clock.monotonic()
        more = perform(workspace, PROGRAM, "received", partial(_settle_some, outcomes=some, held=held))[1]
        took = clock.monotonic() - began
        size = max(FEWEST, min(MOST, int(size * LONGEST / took))) if took > 0 else MOST
        done = Settled(done.filed + more.filed, done.quarantined + more.quarantined, done.again + more.again)
    return done


def _settle_some(act: Act, outcomes: Sequence[tuple[int, Item, Outcome]], held: Held | None) -> Settled:
    if held is not None:
        leases.check(act.tx, held.name, held.number)
    arrivals, failures = _waiting(act.tx, outcomes)
    filed, again = _file_all(act, arrivals, failures)
    failed = {raw_id for raw_id, _, _ in failures}
    acknowledging.acknowledge(act, [one.raw_id for one in arrivals if one.raw_id not in failed and not one.imported])
    for raw_id, channel_id, cause in failures:
        _quarantine(act, raw_id, channel_id, cause)
    _learn(act, outcomes)
    return Settled(filed, len(failures), again)


def _waiting(tx: Transaction, outcomes: Sequence[tuple[int, Item, Outcome]]) -> tuple[list[Arrival], list[_Failure]]:
    """Return what is not filed yet, and apart from it what cannot be decoded."""
    rows = rows_in(
        tx,
        "SELECT r.id, r.state, r.channel_id, r.imported, channel.settings_json FROM raw_item r "
        "JOIN channel ON channel.id = r.channel_id WHERE r.id IN ({})",
        [raw_id for raw_id, _, _ in outcomes],
    )
    found = {row["id"]: row for row in rows if row["state"] != DONE}
    arrivals: list[Arrival] = []
    failures: list[_Failure] = []
    for raw_id, item, outcome in outcomes:
        row = found.get(raw_id)
        if row is None:
            continue
        if isinstance(outcome, str):
            failures.append((raw_id, row["channel_id"], outcome))
            continue
        country = phones.of_channel(json.loads(row["settings_json"]), "")
        said = (phones.localised(kept, country) if country else kept for kept in outcome)
        messages = tuple((kept, threading.named(kept.message)) for kept in said)
        arrivals.append(Arrival(raw_id, row["channel_id"], item, bool(row["imported"]), messages))
    return arrivals, failures


def _file_all(act: Act, arrivals: Sequence[Arrival], failures: list[_Failure]) -> tuple[int, int]:
    """File raw items; return how many, and how many messages had come before. Where they cannot be filed together
    each is by itself, so that the one at fault leaves no trace but its cause in `failures`."""
    if not arrivals:
        return 0, 0
    found = _file(act, arrivals)
    if isinstance(found, int):
        return len(arrivals), found
    filed = again = 0
    for arrival in arrivals:
        alone = found if len(arrivals) == 1 else _file(act, [arrival])
        if isinstance(alone, int):
            filed, again = filed + 1, again + alone
        else:
            failures.append((arrival.raw_id, arrival.channel_id, alone))
    return filed, again


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


def _file(act: Act, arrivals: Sequence[Arrival]) -> int | str:
    """File raw items all or none; return how many messages had come before, or the cause where they cannot be."""
    tx = act.tx
    tx.execute("SAVEPOINT filing")
    try:
        batch = Batch(act, arrivals)
        for arrival in arrivals:
            for kept, names in arrival.messages:
                filing.file(batch, arrival, kept, names)
        batch.finish()
        done = [(arrival.raw_id,) for arrival in arrivals]
        tx.execute_many(f"UPDATE raw_item SET state = '{DONE}' WHERE id = ?", done)
        tx.execute_many("DELETE FROM quarantine WHERE raw_item_id = ?", done)
    except Exception as error:
        if tx.is_lost(error):
            raise
        return _roll_back(tx, error)
    finally:
        act.tx = tx
    tx.execute("RELEASE filing")
    return batch.again


def _roll_back(tx: Transaction, error: Exception) -> str:
    tx.execute("ROLLBACK TO filing")
    tx.execute("RELEASE filing")
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
