"""Undo is honest: it reverses one act by a new act, and restores only what nobody changed since (promise 13)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from omnidesk.desk import (
    away,
    bulk,
    calls,
    consent_record,
    contacts,
    conversations,
    customer_import,
    customer_merging,
    customer_tags,
    deliveries,
    drafts,
    due,
    facts,
    joining,
    macros,
    offers,
    order_notes,
    outbox_undo,
    reaching,
    skipping,
    teams,
    triage,
)
from omnidesk.desk.acts import Act, perform
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import MessageStatus, Place
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _

T = TypeVar("T")
FIELDS = {
    "owner_id": "owner", "team_id": "team", "absent_owner_id": "absent owner", "place": "where it lies",
    "promised_at": "promise", "snoozed_until": "wake time", "blocked_at": "block", "removed_at": "removal",
    "columns_json": "columns", "status": "status", "priority": "priority", "hold_for": "hold for", "tags": "tags",
    "name": "name", "company": "company", "organisation_id": "organisation", "merged_into": "merging",
    "gone_at": "wording",
    "state": "suggestion", "person_check": "check", "language": "language", "preferred_channel": "preferred channel",
}  # fmt: skip
"""What the fields that can be taken back are called."""
_TABLES = {
    "conversation",
    "identity",
    "customer",
    "customer_note",
    "macro",
    "agent",
    "saved_view",
    "routing_rule",
    "suggestion",
    "organisation",
}


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: the act reversed, what was restored, and what was left because it changed since."""

    act: rows.Act
    undone: rows.Act
    restored: tuple[str, ...]
    left: tuple[str, ...]


def undo(workspace: Workspace, actor: Actor, act_id: int | None = None) -> Undone:
    """Reverse an act, without argument the caller's own last one.

    Raises NotFoundError for an unknown act and RefusedError where nothing can be restored."""

    done, result = perform(workspace, actor, "undo", lambda act: _take_back(act, actor, act_id))
    return Undone(done, result.undone, result.restored, result.left)


class _RehearsedError(Exception):
    """Ends a rehearsal, so that its transaction is rolled back."""


def rehearse(
    workspace: Workspace, actor: Actor, look: Callable[[Connection, Undone, Sequence[Any]], T], act_id: int | None
) -> T:
    """Reverse an act as `undo` does and take all of it back; return what `look` made of it in between.

    `look` gets the connection, what was done, and the rows of the events it made."""
    seen: list[T] = []

    def work(act: Act) -> None:
        undone = _take_back(act, actor, act_id)
        done = rows.Act(act.id, act.at, actor.name, "undo", act.summary, False, None)
        events = act.tx.all("SELECT * FROM event WHERE act_id = ? ORDER BY id", (act.id,))
        seen[:] = [look(act.tx, Undone(done, undone.undone, undone.restored, undone.left), events)]
        raise _RehearsedError

    try:
        perform(workspace, actor, "undo", work)
    except _RehearsedError:
        return seen[0]
    raise AssertionError("unreachable")


def _take_back(act: Act, actor: Actor, act_id: int | None) -> Undone:
    row = _wanted(act, actor, act_id)
    restored: list[str] = []
    left: list[str] = []
    events = act.tx.all("SELECT * FROM event WHERE act_id = ? ORDER BY id DESC", (row["id"],))
    if row["kind"] == "bulk":
        events = bulk.take_back(act, events, restored, left)
    elif row["kind"] == "import-customers":
        events = customer_import.take_back(act, events, restored, left)
    for event in events:
        _reverse(act, event, restored, left)
    customer_merging.take_back(act, row["id"], restored, left)
    _move_back(act, row["id"], restored, left)
    if not restored:
        why = f": {'; '.join(left)}" if left else ""
        said = retold(row["summary"]) or row["kind"]
        raise RefusedError(_("nothing of “{act}” can be taken back{why}").format(act=said, why=why))
    for number in {event["conversation_id"] for event in events if event["conversation_id"] is not None}:
        if row["kind"] in ("merge", "join", "split", "reply", "new"):
            conversations.recount(act.tx, number)
        due.refresh(act.tx, number)
    act.tx.execute("UPDATE act SET undone_by = ? WHERE id = ?", (act.id, row["id"]))
    if row["kind"] in ("merge", "join", "refuse", customer_merging.MERGE):
        for number in {event["conversation_id"] for event in events if event["conversation_id"] is not None}:
            offers.show(act.tx, number)
    act.undoes = row["id"]
    act.summary = f"took back: {row['summary'] or row['kind']}"
    undone = rows.Act(row["id"], row["at"], row["actor"], row["kind"], row["summary"], True, act.id)
    return Undone(undone, undone, tuple(restored), tuple(left))


def _wanted(act: Act, actor: Actor, act_id: int | None) -> Any:
    if act_id is None:
        row = act.tx.one(
            "SELECT * FROM act WHERE actor = ? AND undoable AND undone_by IS NULL ORDER BY id DESC LIMIT 1",
            (actor.name,),
        )
        if row is None:
            raise RefusedError(_("there is nothing of yours to take back"))
        return row
    row = act.tx.one("SELECT * FROM act WHERE id = ?", (act_id,))
    if row is None:
        raise NotFoundError(
            _("there is no act {act_id}; `omnidesk history ID` lists those on a conversation").format(act_id=act_id)
        )
    if row["undone_by"] is not None:
        raise RefusedError(
            _("act {act_id} was taken back already, by act {undone_by}").format(
                act_id=act_id, undone_by=row["undone_by"]
            )
        )
    if not row["undoable"]:
        said = retold(row["summary"]) or row["kind"]
        raise RefusedError(_("“{act}” is no act that can be taken back").format(act=said))
    return row


def _move_later_ones(act: Act, act_id: int, left: list[str]) -> int:
    """Messages that came after a merge go where the ids they name point; those that name none stay and are listed."""
    moved = 0
    pairs = act.tx.all(
        "SELECT DISTINCT before_id, after_id FROM moved WHERE act_id = ? AND column_name = 'conversation_id'", (act_id,)
    )
    for before, after in (tuple(pair) for pair in pairs):
        gone, into = conversations.current(act.tx, before), conversations.current(act.tx, after)
        if gone == into:
            continue
        later = act.tx.all(
            "SELECT id FROM message WHERE conversation_id = ? AND id > ? AND id NOT IN "
            "(SELECT row_id FROM moved WHERE act_id = ?) ORDER BY at, id",
            (into, act_id, act_id),
        )
        for (message,) in later:
            evidence = act.tx.value(
                "SELECT m.conversation_id FROM message_reference r JOIN message m ON m.external_id = r.value "
                "WHERE r.message_id = ? ORDER BY r.position LIMIT 1",
                (message,),
            )
            if evidence == gone:
                joining.move_messages(act, [message], into, gone)
                moved += 1
            elif evidence is None:
                said = _("message {message} came later, names no other, and stays in #{into}")
                left.append(said.format(message=message, into=into))
    return moved


def _reverse(act: Act, event: Any, restored: list[str], left: list[str]) -> None:
    before, after = json.loads(event["before_json"]), json.loads(event["after_json"])
    number = event["conversation_id"]
    where = f"#{number}" if number is not None else _("the customer")
    if _erased(act, event):
        left.append(_("{where} was erased since").format(where=where))
    elif event["kind"] in ("replied", "noted", "logged"):
        _take_back_message(act, event, restored, left)
    elif event["kind"] == "tagged":
        _restore_tags(act, number, before["tags"], after["tags"], restored, left)
    elif event["kind"] == "customer_tagged":
        if customer_tags.take_back(act, event["customer_id"], before["tags"], after["tags"]):
            restored.append(_("the customer's tags"))
    elif event["kind"] == "consent":
        if consent_record.take_back(act, event, before, after):
            restored.append(_("what the address allows"))
        else:
            left.append(_("what the address allows was changed since"))
    elif event["kind"] in ("macro_added", "macro_removed"):
        macros.take_back(act, event["kind"], before, after, restored)
    elif event["kind"] in ("fact_added", "fact_forgotten"):
        facts.take_back(act, event["kind"], event["customer_id"], before, after, restored)
    elif event["kind"] == "order_noted":
        order_notes.take_back(act, after, restored, left)
    elif event["kind"] == "team_removed":
        teams.take_back(act, before, restored)
    elif event["kind"] in outbox_undo.KINDS:
        outbox_undo.take_back(act, event, before, after, restored, left)
    elif event["kind"] == "draft_followed":
        joining.drafts_back(act, before["draft"], before["at"], after["at"])
    elif event["kind"] in ("draft_moved", "send_moved"):
        away.take_back(act, event, before, after, restored, left)
    elif event["kind"] == "skipped":
        if skipping.withdraw(act, event, after["agent"]):
            restored.append(_("{where} offered again").format(where=where))
    elif event["kind"] == "join_refused":
        restored.append(_("{where} the suggestion of #{other}").format(where=where, other=after["other"]))
    elif number is not None and triage.was_purged(act.tx, number):
        left.append(_("#{number} was deleted for good since").format(number=number))
    elif before:
        table, row_id = "conversation", number
        if "row" in before:
            table = next(key.partition(".")[0] for key in before if "." in key)
            row_id = before.pop("row")
        if table not in _TABLES:
            return
        if number is None and table != "customer":
            where = _("the {what}'s").format(what=_(table.replace("_", " ")))
        for name, value in before.items():
            column = name.rpartition(".")[2]
            now = act.tx.value(f"SELECT {column} FROM {table} WHERE id = ?", (row_id,))
            if now == after.get(name) and not _changed_since(act, event, name, after.get("row")):
                act.change_row("undone", table, row_id, {column: value}, number, event["customer_id"])
                restored.append(f"{where} {_word(column)}")
            else:
                left.append(_("{where} {field} was changed since").format(where=where, field=_word(column)))


def _erased(act: Act, event: Any) -> bool:
    """Say whether what an event tells of was erased: then nothing of it is left to restore."""
    table = "customer" if event["conversation_id"] is None else "conversation"
    row_id = event[f"{table}_id"]
    return bool(act.tx.value(f"SELECT 1 FROM {table} WHERE id = ? AND erased_at IS NOT NULL", (row_id,)))


def _changed_since(act: Act, event: Any, name: str, row: int | None) -> bool:
    """Say whether a later act, not taken back itself, set the same field of the same row, be it to the same value."""
    column = "customer_id" if event["conversation_id"] is None else "conversation_id"
    later = act.tx.all(
        f"SELECT event.after_json FROM event JOIN act ON act.id = event.act_id WHERE event.{column} = "
        "? AND event.id > ? "
        "AND event.act_id <> ? AND act.undone_by IS NULL AND act.undoes IS NULL",
        (event[column], event["id"], event["act_id"]),
    )
    said = (json.loads(one[0]) for one in later)
    return any(name in one and one.get("row") == row for one in said)


def _word(column: str) -> str:
    return _(FIELDS.get(column, column.removesuffix("_json").replace("_", " ")))


def _take_back_message(act: Act, event: Any, restored: list[str], left: list[str]) -> None:
    row = act.tx.one("SELECT status, text, conversation_id FROM message WHERE id = ?", (event["message_id"],))
    if row is None:
        return
    number = row["conversation_id"]  # it may have been merged since
    if event["kind"] == "noted":
        act.tx.execute("UPDATE message SET status = ? WHERE id = ?", (MessageStatus.CANCELLED, event["message_id"]))
        act.event("note_withdrawn", number, message=event["message_id"])
        conversations.recount(act.tx, number)
        restored.append(_("#{number} note").format(number=number))
    elif event["kind"] == "logged":
        contacts.withdraw(act, number, event["message_id"])
        calls.let_go(act, event["message_id"])
        restored.append(_("#{number} what was logged").format(number=number))
    elif row["status"] == MessageStatus.QUEUED:
        deliveries.set_status(act, event["message_id"], MessageStatus.CANCELLED, None)
        if not reaching.take_back(act, number, event["message_id"]) and act.actor.agent_id is not None:
            drafts.give_back(act.tx, number, act.actor.agent_id, event["message_id"], act.at)
        restored.append(_("#{number} answer, kept as a draft").format(number=number))
    elif row["status"] != MessageStatus.CANCELLED:
        raise RefusedError(
            _("the answer in #{number} is {status}: what was handed over cannot be taken back").format(
                number=number, status=_(row["status"])
            )
        )
    else:
        left.append(_("#{number} answer was cancelled since").format(number=number))


def _restore_tags(
    act: Act, number: int, before: list[str], after: list[str], restored: list[str], left: list[str]
) -> None:
    now = triage.tags(act.tx, number)
    wanted = sorted((set(now) - (set(after) - set(before))) | (set(before) - set(after)))
    if wanted == now:
        left.append(_("#{number} tags were changed since").format(number=number))
        return
    triage.put_tags(act.tx, number, wanted)
    act.event("tagged", number, before={"tags": now}, after={"tags": wanted})
    restored.append(_("#{number} tags").format(number=number))


def _move_back(act: Act, act_id: int, restored: list[str], left: list[str]) -> None:
    """Return rows that a merge or split moved, where they still are where it put them."""
    of_messages = "FROM moved WHERE act_id = ? AND column_name = 'conversation_id'"
    if not act.tx.value(f"SELECT 1 {of_messages}", (act_id,)):
        return
    back = 0
    touched = {
        row[0]
        for row in act.tx.all(
            "SELECT conversation_id FROM event WHERE act_id = ? AND kind IN ('merged', 'joined', 'split', 'opened')",
            (act_id,),
        )
    }
    for row in act.tx.all(f"SELECT * {of_messages} ORDER BY id DESC", (act_id,)):
        table, column = row["table_name"], row["column_name"]
        now = conversations.current(act.tx, row["after_id"])  # what was merged further goes back from there
        home = conversations.current(act.tx, row["before_id"])  # and to where its old place was merged
        _refill(act, home)
        changed = act.tx.execute(
            f"UPDATE {table} SET {column} = ? WHERE id = ? AND {column} = ?", (home, row["row_id"], now)
        ).rowcount
        if not changed or now == home:
            left.append(_("message {message} was moved since").format(message=row["row_id"]))
            continue
        act.tx.execute("UPDATE outbox SET conversation_id = ? WHERE message_id = ?", (home, row["row_id"]))
        act.moved(table, row["row_id"], column, now, home)
        touched |= {home, row["after_id"], now}
        back += 1
    back += _move_later_ones(act, act_id, left)
    for number in touched:
        conversations.recount(act.tx, number)
        place = act.tx.value("SELECT place FROM conversation WHERE id = ?", (number,))
        if place == Place.DESK and not act.tx.value("SELECT 1 FROM message WHERE conversation_id = ?", (number,)):
            act.change("emptied", number, place=Place.DELETED, deleted_at=act.at)
    if back:
        restored.append(_("{back} messages to where they were").format(back=back))


def _refill(act: Act, number: int) -> None:
    """Put a conversation back on the desk that was taken off it only because an undo had emptied it."""
    row = act.tx.one("SELECT place, message_count FROM conversation WHERE id = ?", (number,))
    emptied = act.tx.value("SELECT 1 FROM event WHERE conversation_id = ? AND kind = 'emptied'", (number,))
    if row is not None and row["place"] == Place.DELETED and row["message_count"] == 0 and emptied:
        act.change("refilled", number, place=Place.DESK, deleted_at=None)


__all__ = ["Undone", "rehearse", "undo"]
