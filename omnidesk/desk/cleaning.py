"""Cleaning: what was deleted long enough ago goes for good and leaves tombstones; blobs that no row names go too."""

from __future__ import annotations

from dataclasses import dataclass

from omnidesk import clock
from omnidesk.desk import deliveries, forgetting, indexing, notifications, relaying, settings
from omnidesk.desk.acts import Act, perform
from omnidesk.store import search
from omnidesk.store.blobs import UNNAMED_FOR
from omnidesk.store.database import Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.rows import PROGRAM


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What went for good."""

    act: rows.Act | None
    conversations: int
    messages: int
    blobs: int


def clean(workspace: Workspace) -> Cleaned:
    """Purge conversations deleted more than `keep_deleted_days` ago, expired presence, and blobs nobody names."""
    before = clock.now() - int(settings.current(workspace).keep_deleted_days * clock.DAY)
    numbers = [
        row[0]
        for row in workspace.database.reader.all(
            "SELECT id FROM conversation WHERE deleted_at IS NOT NULL AND deleted_at < ? AND place = 'deleted' "
            "AND message_count > 0 LIMIT 1000",
            (before,),
        )
    ]
    act: rows.Act | None = None
    messages = 0
    purged: set[str] = set()
    if numbers:
        act, messages = perform(
            workspace, PROGRAM, "clean", lambda act: sum(_purge(workspace, act, one, purged) for one in numbers)
        )
    workspace.database.write(_forget_what_passed)
    forgetting.remove_blobs(workspace)
    notifications.forget_old(workspace)
    relaying.forget_old(workspace)
    return Cleaned(act, len(numbers), messages, _sweep_blobs(workspace, purged))


def _forget_what_passed(tx: Transaction) -> None:
    tx.execute("DELETE FROM presence WHERE expires_at < ?", (clock.now(),))
    tx.execute("DELETE FROM early_report WHERE at < ?", (clock.now() - deliveries.LATEST,))


def _purge(workspace: Workspace, act: Act, number: int, blobs: set[str]) -> int:
    """Blank a conversation; its number, its events and its tombstones stay."""
    tx = act.tx
    found = tx.all("SELECT * FROM message WHERE conversation_id = ?", (number,))
    for message in found:
        search.remove(tx, message["search_id"], indexing.stored_entry(tx, message))
        forgetting.bury(workspace, act, message["id"], blobs)
        tx.execute("DELETE FROM call WHERE message_id = ?", (message["id"],))
        tx.execute("DELETE FROM message WHERE id = ?", (message["id"],))
    for table in ("draft", "held_answer", "participant", "conversation_tag"):
        tx.execute(f"DELETE FROM {table} WHERE conversation_id = ?", (number,))
    tx.execute(
        "UPDATE conversation SET subject = '', preview = '', message_count = 0, undelivered = 0 WHERE id = ?", (number,)
    )
    act.event("purged", number, after={"messages": len(found)})
    return len(found)


def _sweep_blobs(workspace: Workspace, purged: set[str]) -> int:
    """Remove what was purged and what a crash left unnamed; one pass over the rows, whatever their number."""
    reader = workspace.database.reader
    until = clock.now() - UNNAMED_FOR
    since = int(reader.value("SELECT value FROM mark WHERE key = 'swept_until'") or 0)
    unnamed = purged | set(workspace.blobs.stored_between(since, until))
    if unnamed:
        for query in forgetting.NAMED_BY:
            for row in reader.execute(query):
                unnamed.discard(row[0])
    workspace.blobs.remove(unnamed, until)
    workspace.database.write(
        lambda tx: tx.execute(
            "INSERT INTO mark (key, value) VALUES ('swept_until', ?) "
            "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (str(until),),
        )
    )
    return len(unnamed)
