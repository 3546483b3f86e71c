"""Notes that stay with a customer, whatever conversation is open: written, edited, taken out; each act undoable.

A note is the wordings that bear its number, of which one at most is not gone. So an undo brings an older wording back,
and no event holds any text. A note stays with the customer it was written of: after a merge it shows with whom they
were merged into, and goes back with them.
"""

from __future__ import annotations

from typing import Any

from omnidesk.desk import customer_merging
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import timeline as stored
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import clean, one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.portrait import CustomerNote
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _
from omnidesk.words.timeline import EVERYTHING

LONGEST = 20_000
"""Characters of a note."""


def of(connection: Connection, family: tuple[int, ...], limit: int, before: tuple[int, int] = stored.END
       ) -> list[CustomerNote]:  # fmt: skip
    """Return the notes about a customer and those merged into them, newest first."""
    found = [row for one in family for row in stored.notes(connection, one, EVERYTHING, limit, before)]
    found.sort(key=lambda row: (-row["at"], -row["id"]))
    return [note(row) for row in found[:limit]]


def page(workspace: Workspace, customer: int, limit: int, before: tuple[int, int] | None = None
         ) -> tuple[list[CustomerNote], tuple[int, int] | None]:  # fmt: skip
    """Return the notes about a customer, newest first, and the key to go on behind. Raises NotFoundError."""
    reader = workspace.database.reader
    here = _existing(reader, customer)
    rows_found = [
        row
        for one in stored.family(reader, here)
        for row in stored.notes(reader, one, EVERYTHING, limit + 1, before or stored.END)
    ]
    rows_found.sort(key=lambda row: (-row["at"], -row["id"]))
    last = rows_found[limit - 1] if len(rows_found) > limit else None
    return [note(row) for row in rows_found[:limit]], None if last is None else (last["at"], last["id"])


def note(row: Any) -> CustomerNote:
    """Make a note from a row of its table."""
    return CustomerNote(
        id=row["note_id"],
        customer_id=row["customer_id"],
        text=row["text"],
        author=row["author"],
        at=row["at"],
        edited_at=row["edited_at"],
        edited_by=row["edited_by"],
    )


def get(workspace: Workspace, number: int) -> CustomerNote:
    """Return a note. Raises NotFoundError, also for one that was taken out."""
    return note(_standing(workspace.database.reader, number))


def write(workspace: Workspace, actor: Actor, customer: int, text: str) -> tuple[rows.Act, CustomerNote]:
    """Write a note about a customer. Raises NotFoundError, UsageError."""
    said = _said(text)

    def work(act: Act) -> int:
        here = _existing(act.tx, customer)
        number = new_id()
        _add(act, number, number, here, said, actor.name, act.at)
        act.summary = f"wrote a note about {_called(act.tx, here)}"
        return number

    done, number = perform_undoable(workspace, actor, "customer_note", work)
    return done, get(workspace, number)


def edit(workspace: Workspace, actor: Actor, number: int, text: str) -> tuple[rows.Act, CustomerNote]:
    """Give a note another wording; the one before comes back with undo. Raises NotFoundError, UsageError."""
    said = _said(text)

    def work(act: Act) -> None:
        old = _standing(act.tx, number)
        act.summary = f"edited a note about {_called(act.tx, old['customer_id'])}"
        if old["text"] == said:
            return
        _let_go(act, old)
        _add(act, new_id(), number, old["customer_id"], said, old["author"], old["at"], actor.name)

    done = perform_undoable(workspace, actor, "customer_note", work)[0]
    return done, get(workspace, number)


def remove(workspace: Workspace, actor: Actor, number: int) -> rows.Act:
    """Take a note out; undo brings it back. Raises NotFoundError."""

    def work(act: Act) -> None:
        row = _standing(act.tx, number)
        _let_go(act, row)
        act.summary = f"took out a note about {_called(act.tx, row['customer_id'])}"

    return perform_undoable(workspace, actor, "customer_note", work)[0]


def _add(
    act: Act, row_id: int, number: int, customer: int, text: str, author: str, at: int, edited_by: str = ""
) -> None:
    """Store a wording as one that is gone, and bring it in: that is what an undo takes back."""
    act.tx.insert(
        "customer_note",
        id=row_id,
        note_id=number,
        customer_id=customer,
        author=author,
        text=text,
        at=at,
        edited_at=act.at if edited_by else None,
        edited_by=edited_by,
        gone_at=act.at,
    )
    act.change_row("customer_noted", "customer_note", row_id, {"gone_at": None}, customer=customer)


def _let_go(act: Act, row: Any) -> None:
    act.change_row("customer_noted", "customer_note", row["id"], {"gone_at": act.at}, customer=row["customer_id"])


def _standing(connection: Connection, number: int) -> Any:
    """Return the wording of a note that holds; rides on customer_note_note."""
    row = connection.one("SELECT * FROM customer_note WHERE note_id = ? AND gone_at IS NULL", (number,))
    if row is None:
        raise NotFoundError(
            _("there is no note {number}; `omnidesk customer notes ID` lists them").format(number=number)
        )
    return row


def _said(text: str) -> str:
    said = clean(text).strip()
    if not said:
        raise UsageError(_("the note is empty: say something"))
    if len(said) > LONGEST:
        raise UsageError(_("the note has {length} characters, the most is {most}").format(
            length=len(said), most=LONGEST))  # fmt: skip
    return said


def _existing(connection: Connection, customer: int) -> int:
    if connection.value("SELECT 1 FROM customer WHERE id = ?", (customer,)) is None:
        raise NotFoundError(
            _("there is no customer {customer_id}; `omnidesk customer find ADDRESS` searches").format(
                customer_id=customer
            )
        )
    return customer_merging.current(connection, customer)


def _called(connection: Connection, customer: int) -> str:
    name = connection.value("SELECT name FROM customer WHERE id = ?", (customer,))
    return one_line(str(name or customer), 60)
