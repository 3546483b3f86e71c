"""Tags of customers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omnidesk.desk import triage
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _


def tag(
    workspace: Workspace, actor: Actor, customer: int, adding: Sequence[str] = (), removing: Sequence[str] = ()
) -> rows.Act:
    """Put tags on a customer and take others off; undoable. Raises NotFoundError, UsageError."""
    wanted = [triage.tag_name(name) for name in adding]
    unwanted = [triage.tag_name(name) for name in removing]

    def work(act: Act) -> None:
        name = act.tx.value("SELECT name FROM customer WHERE id = ?", (customer,))
        if name is None:
            raise NotFoundError(_("there is no customer {customer_id}").format(customer_id=customer))
        put(act, customer, (set(of(act.tx, customer)) | set(wanted)) - set(unwanted))
        words = " ".join([*(f"+{one}" for one in wanted), *(f"-{one}" for one in unwanted)])
        act.summary = f"tagged {one_line(name, 60)} {words}"

    return perform_undoable(workspace, actor, "customer_tag", work)[0]


def of(connection: Connection, customer: int) -> list[str]:
    """Return the tags of a customer, sorted."""
    found = connection.all(
        "SELECT tag.name FROM customer_tag t JOIN tag ON tag.id = t.tag_id WHERE t.customer_id = ? ORDER BY tag.name",
        (customer,),
    )
    return [row[0] for row in found]


def add(act: Act, customer: int, tags: Iterable[str]) -> None:
    """Put further tags on a customer within an act."""
    put(act, customer, {*of(act.tx, customer), *tags})


def put(act: Act, customer: int, tags: Iterable[str]) -> None:
    """Make these the tags of a customer within an act."""
    before, after = of(act.tx, customer), sorted(tags)
    if before != after:
        _write(act.tx, customer, after)
        act.event("customer_tagged", customer=customer, before={"tags": before}, after={"tags": after})


def take_back(act: Act, customer: int, before: Sequence[str], after: Sequence[str]) -> bool:
    """Reverse one change of tags, leaving what was put on or taken off since; say whether anything was left to do."""
    now = set(of(act.tx, customer))
    wanted = (now - (set(after) - set(before))) | (set(before) - set(after))
    if wanted == now:
        return False
    put(act, customer, wanted)
    return True


def _write(tx: Transaction, customer: int, tags: Iterable[str]) -> None:
    tx.execute("DELETE FROM customer_tag WHERE customer_id = ?", (customer,))
    for name in tags:
        tx.execute("INSERT INTO tag (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", (new_id(), name))
        tx.execute(
            "INSERT INTO customer_tag (customer_id, tag_id) SELECT ?, id FROM tag WHERE name = ?", (customer, name)
        )
