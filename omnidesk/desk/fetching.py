"""Files that a provider keeps until they are asked for: which are due, what was fetched, what was given up and why.

A try is counted before it begins, so that one that ends the program is not made for ever. A file is stored before the
row that names it, and a fetch that was cut off is made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.contents import KeptFile
from omnidesk.store import leases
from omnidesk.store.database import Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.rows import PROGRAM

if TYPE_CHECKING:
    from omnidesk.desk.intake import Held

TRIES = 8
"""After so many a file is given up that the provider does not give us."""
OUT_OF_REACH = 3 * clock.DAY
"""For so long a file is asked for where the provider cannot be reached at all."""
MOST_BYTES = 100_000_000
"""What comes in whole is no larger, whatever a provider allows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched; `attempts` counts the one that begins, `since` is when it was first known (UTC ms)."""

    attachment_id: int
    name: str
    reference: str
    attempts: int
    since: int


def next_due(workspace: Workspace, channel_id: int) -> int | None:
    """Return when the next file of a channel is due (UTC ms); rides on fetching_due."""
    found = workspace.database.reader.value(
        "SELECT min(due_at) FROM fetching WHERE channel_id = ? AND due_at IS NOT NULL", (channel_id,)
    )
    return None if found is None else int(found)


def begin(workspace: Workspace, channel_id: int, held: Held, wait: float) -> Wanted | None:
    """Begin to fetch the file that is due first; should nothing more be heard of it, it is due again after `wait`
    seconds. Rides on fetching_due. Raises LeaseLostError."""

    def work(tx: Transaction) -> Wanted | None:
        leases.check(tx, held.name, held.number)
        row = tx.one(
            "SELECT f.attachment_id, f.reference, f.attempts, f.created_at, a.name FROM fetching f "
            "JOIN attachment a ON a.id = f.attachment_id WHERE f.channel_id = ? AND f.due_at <= ? "
            "ORDER BY f.due_at LIMIT 1",
            (channel_id, clock.now()),
        )
        if row is None:
            return None
        tx.execute(
            "UPDATE fetching SET attempts = attempts + 1, due_at = ? WHERE attachment_id = ?",
            (clock.now() + int(wait * clock.SECOND), row["attachment_id"]),
        )
        return Wanted(row["attachment_id"], row["name"], row["reference"], row["attempts"] + 1, row["created_at"])

    return workspace.database.write(work)


def came(workspace: Workspace, wanted: Wanted, held: Held, data: bytes) -> None:
    """Keep a file that was fetched. Raises LeaseLostError."""
    blob = workspace.blobs.put(data)

    def work(act: Act) -> None:
        leases.check(act.tx, held.name, held.number)
        act.tx.execute(
            "UPDATE attachment SET blob = ?, sha256 = ?, size = ? WHERE id = ?",
            (blob, blob, len(data), wanted.attachment_id),
        )
        act.tx.execute("DELETE FROM fetching WHERE attachment_id = ?", (wanted.attachment_id,))
        _say(act, "file_came", wanted.attachment_id)

    perform(workspace, PROGRAM, "fetched", work)


def failed(workspace: Workspace, wanted: Wanted, held: Held, why: str, wait: float | None, reached: bool) -> bool:
    """Try a file again after `wait` seconds, or never where it is None or was tried often enough; return whether it
    was given up. `reached`: the provider was there and did not give it. Raises LeaseLostError."""
    tried_enough = wanted.attempts >= TRIES and (reached or wanted.since < clock.now() - OUT_OF_REACH)
    due_at = None if wait is None or tried_enough else clock.now() + int(wait * clock.SECOND)

    def work(act: Act) -> None:
        leases.check(act.tx, held.name, held.number)
        act.tx.execute(
            "UPDATE fetching SET due_at = ?, error = ? WHERE attachment_id = ?",
            (due_at, one_line(why, 300), wanted.attachment_id),
        )
        if due_at is None:
            _say(act, "file_missed", wanted.attachment_id)

    perform(workspace, PROGRAM, "fetch", work)
    return due_at is None


def put_off(workspace: Workspace, wanted: Wanted, held: Held, wait: float) -> None:
    """Ask for a file again after `wait` seconds, as the provider wishes: that was no try. Raises LeaseLostError."""

    def work(tx: Transaction) -> None:
        leases.check(tx, held.name, held.number)
        tx.execute(
            "UPDATE fetching SET due_at = ?, attempts = attempts - 1 WHERE attachment_id = ?",
            (clock.now() + int(wait * clock.SECOND), wanted.attachment_id),
        )

    workspace.database.write(work)


def _say(act: Act, kind: str, attachment_id: int) -> None:
    row = act.tx.one(
        "SELECT m.id, m.conversation_id FROM attachment a JOIN message m ON m.id = a.message_id WHERE a.id = ?",
        (attachment_id,),
    )
    if row is not None:
        act.event(kind, row["conversation_id"], message=row["id"], after={"attachment": attachment_id})


def store_files(
    tx: Transaction, channel_id: int, message_id: int, files: Sequence[KeptFile], origin: int | None = None
) -> None:
    """Write down the files of a message: their bytes stay in its raw item, at their `position` among its files, or are
    fetched from the provider. `origin` is the raw item that brought them, where that is another than the message's."""
    for file in files:
        number = new_id()
        tx.later(
            "INSERT INTO attachment (id, message_id, position, name, content_type, size, sha256, inline, content_id, "
            "raw_item_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, message_id, file.position, file.name, file.content_type, file.size, file.sha256, file.inline,
                file.content_id, origin,
            ),
        )  # fmt: skip
        if file.reference:
            tx.later(
                "INSERT INTO fetching (attachment_id, channel_id, reference, due_at, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (number, channel_id, file.reference, clock.now(), clock.now()),
            )
