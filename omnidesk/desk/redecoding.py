"""Redecoding: text, names and attachments made anew from the raw items, after the decoder got better.

Never ids, never threads, and never anything that an agent did.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.base import Decoded
from omnidesk.desk import contents, conversations, fetching, indexing, intake, signatures
from omnidesk.desk.acts import Act, perform
from omnidesk.store import search
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.filename import safe_name
from omnidesk.words import rows
from omnidesk.words.rows import PROGRAM

AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class Redecoded:
    """What a redecoding did, in messages."""

    act: rows.Act | None
    looked_at: int
    changed: int
    failed: int


def redecode(
    workspace: Workspace, everything: bool = False, progress: Callable[[Redecoded], None] | None = None
) -> Redecoded:
    """Refresh the messages that an older decoder made, or all of them."""
    reader = workspace.database.reader
    versions = {manifest.kind: manifest.decoder for manifest in registry.kinds()}
    last = looked_at = changed = failed = 0
    act: rows.Act | None = None
    while True:
        found = reader.all(
            "SELECT m.id, m.raw_item_id, m.decoder, channel.kind FROM message m JOIN channel ON "
            "channel.id = m.channel_id "
            "WHERE m.id > ? AND m.raw_item_id IS NOT NULL AND m.contact_json = '{}' ORDER BY m.id LIMIT ?",
            (last, AT_A_TIME),
        )
        if not found:
            return Redecoded(act, looked_at, changed, failed)
        last = found[-1]["id"]
        old = [row for row in found if everything or row["decoder"] < versions.get(row["kind"], 0)]
        fresh = [(row["id"], versions[row["kind"]], _decode(workspace, row)) for row in old if row["kind"] in versions]
        usable = [(message, version, decoded) for message, version, decoded in fresh if decoded is not None]
        looked_at += len(old)
        failed += len(fresh) - len(usable)
        if usable:
            act, altered = _apply(workspace, usable)
            changed += altered
        if progress is not None:
            progress(Redecoded(act, looked_at, changed, failed))


def _apply(workspace: Workspace, usable: Sequence[tuple[int, int, Decoded]]) -> tuple[rows.Act, int]:
    def work(act: Act) -> int:
        return sum(_refresh(act, message, version, decoded) for message, version, decoded in usable)

    return perform(workspace, PROGRAM, "redecode", work)


def _decode(workspace: Workspace, row: Any) -> Decoded | None:
    try:
        decoded = registry.connector(row["kind"]).decode(intake.item_of(workspace, row["raw_item_id"]))
    except Exception:  # noqa: BLE001  whatever a decoder does to one message, the others are refreshed
        return None
    return decoded[0] if len(decoded) == 1 else None


def _refresh(act: Act, message_id: int, version: int, decoded: Decoded) -> bool:
    tx = act.tx
    row = tx.one("SELECT * FROM message WHERE id = ?", (message_id,))
    if row is None:
        return False
    text, reply_text = contents.words(decoded)
    reply_text = signatures.folded(tx, row["identity_id"], message_id, decoded, reply_text)
    name = row["from_name"] if decoded.sender is None else one_line(decoded.sender.name, 200)
    said: dict[str, Any] = {
        "text": text,
        "reply_text": None if reply_text == text else reply_text,
        "subject": contents.subject(decoded),
        "from_name": name,
        "author_name": name,
        "files": len(decoded.files),
    }
    if row["edited_at"] is not None:  # what its author says now stands in another raw item
        for name in ("text", "reply_text", "subject"):
            del said[name]
    before = indexing.stored_entry(tx, row)
    altered = any(row[column] != value for column, value in said.items())
    tx.execute(
        f"UPDATE message SET decoder = ?, {', '.join(f'{column} = ?' for column in said)} WHERE id = ?",
        (version, *said.values(), message_id),
    )
    altered |= _refresh_files(act, row["channel_id"], message_id, decoded)
    fresh = tx.one("SELECT * FROM message WHERE id = ?", (message_id,))
    after = indexing.stored_entry(tx, fresh)
    if after != before:
        search.remove(tx, row["search_id"], before)
        search.add(tx, row["search_id"], after)
    if altered:
        act.event("redecoded", row["conversation_id"], message=message_id)
        conversations.recount(tx, row["conversation_id"])
    return altered


def _refresh_files(act: Act, channel_id: int, message_id: int, decoded: Decoded) -> bool:
    """Rewrite names and kinds of the files in place, so that their ids stay; add those that are new."""
    known = act.tx.all("SELECT * FROM attachment WHERE message_id = ? ORDER BY position", (message_id,))
    if len(known) != len(decoded.files):
        act.tx.execute(
            "DELETE FROM fetching WHERE attachment_id IN (SELECT id FROM attachment WHERE message_id = ?)",
            (message_id,),
        )
        act.tx.execute("DELETE FROM attachment WHERE message_id = ?", (message_id,))
        fetching.store_files(act.tx, channel_id, message_id, contents.files(decoded.files))
        return True
    altered = False
    for row, file in zip(known, decoded.files, strict=True):
        kind = one_line(file.content_type, 127)
        said = (safe_name(file.name, kind, row["position"] + 1), kind, file.inline)
        if (row["name"], row["content_type"], row["inline"]) != said:
            altered = True
            act.tx.execute(
                "UPDATE attachment SET name = ?, content_type = ?, inline = ? WHERE id = ?", (*said, row["id"])
            )
    return altered
