"""Notes of ours for orders in the shop: written here, handed over by the engine, once.

    queued --begin--> (committing) sending --> sent | failed | queued again

A note that is found in `sending` may be there already: the shop is asked first. One that waits can be taken back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Outgoing
from omnidesk.desk import orders, settings
from omnidesk.desk.acts import Act, perform, perform_undoable
from omnidesk.store import leases
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.words import rows
from omnidesk.words.errors import RefusedError, UsageError
from omnidesk.words.orders import NoteState
from omnidesk.words.rows import PROGRAM, Actor, Address
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from omnidesk.desk.intake import Held

LONGEST = 5_000
TRIED_FOR = clock.DAY
"""For so long a note is tried before it failed."""


class TakenBackError(Exception):
    """The note was taken back in the last moment: it must not go."""


@dataclass(frozen=True, slots=True)
class Due:
    """A note that is due; `asked_first`: it may be there already."""

    id: int
    key: str
    outgoing: Outgoing
    attempts: int
    since: int
    asked_first: bool


def write(workspace: Workspace, actor: Actor, order_id: int, text: str, key: str = "") -> tuple[rows.Act, int]:
    """Put a note on an order in its shop; the same `key` is the same note and never goes twice.

    Raises NotFoundError, UsageError, and RefusedError where the shop takes none."""
    order = orders.get(workspace, order_id)
    said = clean(text).strip()
    if not said:
        raise UsageError(_("the note has no text"))
    if len(said) > LONGEST:
        raise UsageError(_("the note has {count} characters, at most {most} go").format(count=len(said), most=LONGEST))
    if not order.can_note:
        raise RefusedError(_("{channel} takes no notes on its orders").format(channel=order.channel))
    uuid = key or str(uuid4())
    wait = _undo_window(workspace, order.channel_id)

    def work(act: Act) -> int:
        known = act.tx.value("SELECT id FROM order_note WHERE uuid = ?", (uuid,))
        if known is not None:
            act.summary = f"note on order {order.order.number}"
            return int(known)
        number = new_id()
        act.tx.insert(
            "order_note", id=number, uuid=uuid, order_id=order.id, channel_id=order.channel_id,
            agent_id=actor.agent_id, author=actor.name, text=said, state=NoteState.QUEUED,
            due_at=act.at + int(wait * clock.SECOND), created_at=act.at,
        )  # fmt: skip
        act.event("order_noted", after={"order": order.id, "note": number})
        act.summary = f"note on order {order.order.number}"
        return number

    return perform_undoable(workspace, actor, "order-note", work)


def _undo_window(workspace: Workspace, channel_id: int) -> float:
    asked = settings.current(workspace).undo_seconds
    kind = str(workspace.database.reader.value("SELECT kind FROM channel WHERE id = ?", (channel_id,)))
    return registry.manifest(kind).undo_window if asked < 0 else asked


def take_back(act: Act, after: Mapping[str, object], restored: list[str], left: list[str]) -> None:
    """Take a note back that has not gone yet, within an undo."""
    row = act.tx.one("SELECT state FROM order_note WHERE id = ?", (after["note"],))
    if row is not None and row["state"] == NoteState.QUEUED:
        act.tx.execute(
            "UPDATE order_note SET state = ?, due_at = NULL WHERE id = ?", (NoteState.CANCELLED, after["note"])
        )
        act.event("order_note_cancelled", after=after)
        restored.append(_("the note on the order"))
    else:
        left.append(_("the note is in the shop already, or on its way there"))


# --- the engine's side


def next_due(workspace: Workspace, channel_id: int) -> int | None:
    """Return when the next note of a channel is due (UTC ms); rides on order_note_due."""
    found = workspace.database.reader.value(
        "SELECT min(due_at) FROM order_note WHERE channel_id = ? AND due_at IS NOT NULL", (channel_id,)
    )
    return None if found is None else int(found)


def begin(workspace: Workspace, channel_id: int, held: Held, wait: float) -> Due | None:
    """Begin with the note that is due first; should nothing more be heard of it, it is due again after `wait` seconds.

    Raises LeaseLostError."""

    def work(act: Act) -> Due | None:
        leases.check(act.tx, held.name, held.number)
        row = act.tx.one(
            "SELECT n.*, o.source_id FROM order_note n JOIN shop_order o ON o.id = n.order_id WHERE n.channel_id = ? "
            "AND n.due_at <= ? ORDER BY n.due_at LIMIT 1",
            (channel_id, act.at),
        )
        if row is None:
            return None
        act.tx.execute(
            "UPDATE order_note SET attempts = attempts + 1, due_at = ? WHERE id = ?",
            (act.at + int(wait * clock.SECOND), row["id"]),
        )
        outgoing = Outgoing(
            key=row["uuid"], external_id="", sender=Address(row["author"], ""), to=(), cc=(), bcc=(), subject="",
            text=row["text"], at=row["created_at"], conversation=0, token="", thread=row["source_id"],
        )  # fmt: skip
        asked_first = row["state"] != NoteState.QUEUED
        return Due(row["id"], row["uuid"], outgoing, row["attempts"] + 1, row["created_at"], asked_first)

    return perform(workspace, PROGRAM, "order-note", work)[1]


def committing(workspace: Workspace, note: int, held: Held) -> None:
    """Make durable that a note is being handed over. Raises LeaseLostError, TakenBackError."""

    def work(act: Act) -> None:
        leases.check(act.tx, held.name, held.number)
        changed = act.tx.execute(
            "UPDATE order_note SET state = ? WHERE id = ? AND state IN ('queued', 'sending')",
            (NoteState.SENDING, note),
        ).rowcount
        if changed != 1:
            raise TakenBackError

    perform(workspace, PROGRAM, "order-note", work)


def finish(
    workspace: Workspace, due: Due, held: Held, state: NoteState, why: str = "", wait: float | None = None
) -> None:
    """Write down how a try ended; `wait` seconds until the next one, None for the last. Raises LeaseLostError."""

    def work(act: Act) -> None:
        leases.check(act.tx, held.name, held.number)
        over = wait is not None and due.since < act.at - TRIED_FOR
        now = NoteState.FAILED if over and state is NoteState.QUEUED else state
        ends = wait is None or over
        act.tx.execute(
            "UPDATE order_note SET state = ?, error = ?, due_at = ? WHERE id = ? AND state IN ('queued', 'sending', "
            "'unknown')",
            (now, one_line(why, 300), None if ends else act.at + int((wait or 0) * clock.SECOND), due.id),
        )
        if ends:
            act.event("order_note_ended", after={"note": due.id, "state": str(now)})

    perform(workspace, PROGRAM, "order-note", work)
