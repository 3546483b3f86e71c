"""Acts and their events: every write that people or the program do goes through `perform`.

An event's `before` and `after` hold the changed fields of one row, named `table.column` where the row is not the
conversation itself. That makes the list of events the undo journal too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from omnidesk import clock
from omnidesk.desk import naming, notifications
from omnidesk.store import changes
from omnidesk.store.database import Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.rows import PROGRAM, Actor

T = TypeVar("T")


class Act:
    """One act under way, within its transaction."""

    def __init__(self, tx: Transaction, actor: Actor, kind: str, summary: str = "", undoes: int | None = None) -> None:
        self.tx = tx
        self.actor = actor
        self.kind = kind
        self.summary = summary
        self.at = clock.now()
        self.id = new_id()
        self.undoable = False
        self.undoes = undoes
        self.events = 0
        self._last = changes.last(tx)

    def event(
        self,
        kind: str,
        conversation: int | None = None,
        customer: int | None = None,
        message: int | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Append one fact; its id is greater than every committed one, which makes it the feed's position."""
        self._last = max(new_id(), self._last + 1)
        self.events += 1
        self.tx.later(
            "INSERT INTO event (id, at, act_id, actor, kind, conversation_id, customer_id, message_id, before_json, "
            "after_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._last,
                self.at,
                self.id,
                self.actor.name,
                kind,
                conversation,
                customer,
                message,
                json.dumps(before) if before else "{}",
                json.dumps(after) if after else "{}",
            ),
        )

    def change(self, kind: str, conversation: int, **fields: Any) -> bool:
        """Set fields of a conversation and append the event that says so; False when all were so already."""
        return self.change_row(kind, "conversation", conversation, fields, conversation=conversation)

    def change_row(
        self,
        kind: str,
        table: str,
        row_id: int,
        fields: Mapping[str, Any],
        conversation: int | None = None,
        customer: int | None = None,
        message: int | None = None,
    ) -> bool:
        """Set fields of a row by its id and append the event that says so; False when all were so already."""
        row = self.tx.one(f"SELECT {', '.join(fields)} FROM {table} WHERE id = ?", (row_id,))
        if row is None:
            return False
        fields = {  # a journal kept on SQLite says 1 for true
            name: bool(value) if isinstance(row[name], bool) else value for name, value in fields.items()
        }
        before = {name: row[name] for name, value in fields.items() if row[name] != value}
        if not before:
            return False
        after = {name: fields[name] for name in before}
        self.tx.execute(_update(table, after), (*after.values(), row_id))
        if table == "conversation" and "owner_id" in after:
            notifications.owner_changed(self, row_id, before["owner_id"], after["owner_id"], kind)
        naming.changed(self.tx, table, row_id, before)
        if table != "conversation":
            before = {f"{table}.{name}": value for name, value in before.items()} | {"row": row_id}
            after = {f"{table}.{name}": value for name, value in after.items()} | {"row": row_id}
        self.event(kind, conversation, customer, message, before, after)
        return True

    def change_known(
        self, kind: str, table: str, row_id: int, column: str, before: Any, after: Any, whose: int
    ) -> None:
        """Set a field of a row of customer `whose` that is known to hold `before`, and append the event."""
        self.tx.later(_update(table, {column: after}), (after, row_id))
        name = f"{table}.{column}"
        self.event(kind, customer=whose, before={name: before, "row": row_id}, after={name: after, "row": row_id})

    def moved(self, table: str, row_id: int, column: str, before: int | None, after: int | None) -> None:
        """Record one row that changed hands, so that it can go back."""
        self.tx.insert(
            "moved",
            id=new_id(),
            act_id=self.id,
            table_name=table,
            row_id=row_id,
            column_name=column,
            before_id=before,
            after_id=after,
        )

    @contextmanager
    def apart(self, kind: str) -> Iterator[Act]:
        """Do something within this transaction that is an act of its own, and can be undone by itself."""
        inner = Act(self.tx, PROGRAM, kind)
        inner.undoable = True
        inner._last = self._last
        yield inner
        inner.record()
        self._last = inner._last

    def record(self) -> rows.Act:
        """Write the act itself down, after its events; one that changed nothing has nothing to take back."""
        self.undoable = self.undoable and self.events > 0
        self.tx.insert(
            "act",
            id=self.id,
            at=self.at,
            actor=self.actor.name,
            kind=self.kind,
            summary=self.summary,
            undoable=self.undoable,
            undoes=self.undoes,
        )
        return rows.Act(self.id, self.at, self.actor.name, self.kind, self.summary, self.undoable, None)


def _update(table: str, fields: Iterable[str]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in fields)} WHERE id = ?"


def perform(
    workspace: Workspace, actor: Actor, kind: str, work: Callable[[Act], T], undoes: int | None = None
) -> tuple[rows.Act, T]:
    """Do one act in one transaction; return it and what `work` returned. `work` may run again from the start."""

    def transaction(tx: Transaction) -> tuple[rows.Act, T]:
        act = Act(tx, actor, kind, undoes=undoes)
        result = work(act)
        return act.record(), result

    return workspace.database.write(transaction)


def perform_undoable(workspace: Workspace, actor: Actor, kind: str, work: Callable[[Act], T]) -> tuple[rows.Act, T]:
    """Do one act that `undo` can reverse."""

    def undoable(act: Act) -> T:
        act.undoable = True
        return work(act)

    return perform(workspace, actor, kind, undoable)
