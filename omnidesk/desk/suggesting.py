"""Customers who may be one person: suggested with the evidence, accepted or rejected by an agent, never done unasked.

What speaks for it can be written by anybody, so it opens nothing: only an agent merges. A pair that was rejected does
not return, whatever speaks for it later. An address that many use (`Identity.shared`) is no evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk.desk import customer_merging
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store import people
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.facts import values
from omnidesk.text.suspicion import COMMON
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import Likeness
from omnidesk.words.rows import Actor, Suggestion
from omnidesk.words.speech import _

MOST = 20
"""Suggestions shown of one customer."""
NAMESAKES = 5
"""Customers of one name who are compared; of more the name says nothing."""


def told(
    act: Act, reading: Connection, customer: int, message: int, said: Iterable[tuple[str, str]], region: str
) -> None:
    """Take what a customer wrote of themselves, facts by kind and value: whose is it besides? Asked on `reading`, which
    need not know what this transaction has put off. Rides on identity_value and fact_value."""
    found: dict[str, set[str]] = {}
    for kind, value in said:
        try:
            normal = values.normal(kind, value, region)
        except ValueError:
            continue
        found.setdefault(kind, set()).add(values.folded(normal) if kind == "order_number" else normal)
    for kind in ("email", "phone"):
        known = (
            "SELECT customer_id, value FROM identity WHERE kind = ? AND scope = '' AND NOT shared AND NOT claimed "
            "AND blocked_at IS NULL AND value IN ({})"
        )
        for row in rows_in(reading, known, found.get(kind, ()), (kind,)):
            suggest(act, customer, row["customer_id"], Likeness.NAMED, row["value"], message)
    named = (
        "SELECT DISTINCT customer_id, value FROM fact WHERE kind = ? AND customer_id <> ? AND gone_at IS NULL "
        "AND folded IN ({})"
    )
    for row in rows_in(reading, named, found.get("order_number", ()), ("order_number", customer))[:NAMESAKES]:
        suggest(act, customer, row["customer_id"], Likeness.ORDER, row["value"], message)


def same_name(act: Act, customer: int, name: str, address: str, message: int) -> None:
    """Compare somebody new with those of the same whole name: at the same company, or its mail domain."""
    domain = address.rpartition("@")[2]
    if len(name.split()) < 2 or not domain or domain in COMMON:
        return
    others = act.tx.all(
        "SELECT id FROM customer WHERE name = ? AND merged_into IS NULL AND id <> ? LIMIT ?",  # rides on customer_name
        (name, customer, NAMESAKES + 1),
    )
    if len(others) > NAMESAKES:
        return
    for (other,) in others:
        theirs = act.tx.all("SELECT value FROM identity WHERE customer_id = ? AND kind = 'email'", (other,))
        if any(row[0].rpartition("@")[2] == domain for row in theirs):
            suggest(act, customer, other, Likeness.NAME, f"{name}, {domain}", message)


def suggest(act: Act, one: int, other: int, kind: Likeness, value: str, message: int | None = None) -> None:
    """Suggest once that two customers are one person."""
    one, other = customer_merging.current(act.tx, one), customer_merging.current(act.tx, other)
    if one == other:
        return
    fresh = act.tx.execute(
        "INSERT INTO suggestion (id, customer_id, other_id, kind, value, message_id, created_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (customer_id, other_id) DO NOTHING",
        (new_id(), min(one, other), max(one, other), kind, one_line(value, 200), message, act.at),
    )
    if fresh.rowcount:
        act.event("suggested", customer=one, message=message, after={"other": other, "likeness": kind})
        act.event("suggested", customer=other, message=message, after={"other": one, "likeness": kind})


def offered(workspace: Workspace, customer: int) -> list[Suggestion]:
    """Return who a customer may be besides, the oldest suggestion first."""
    reader = workspace.database.reader
    here = customer_merging.current(reader, customer)
    every = [here, *_merged_into(reader, here)]
    found = rows_in(reader, f"{_OFFERED} customer_id IN ({{}})", every) + rows_in(
        reader, f"{_OFFERED} other_id IN ({{}})", every
    )
    return _read(workspace, sorted(found, key=lambda row: int(row["id"]))[:MOST], here)


def page(workspace: Workspace, limit: int, after: int = 0) -> list[Suggestion]:
    """Return what stands suggested, the oldest first; rides on suggestion_offered."""
    found = workspace.database.reader.all(f"{_OFFERED} id > ? ORDER BY id LIMIT ?", (after, limit))
    return _read(workspace, found, None)


_OFFERED = "SELECT * FROM suggestion WHERE state = 'offered' AND"


def _merged_into(reader: Connection, customer: int) -> list[int]:
    found: list[int] = []
    look = [customer]
    while look:
        look = [row[0] for row in rows_in(reader, "SELECT id FROM customer WHERE merged_into IN ({})", look)]
        found += look
    return found


def _read(workspace: Workspace, found: Sequence[Any], here: int | None) -> list[Suggestion]:
    reader, result = workspace.database.reader, []
    for row in found:
        pair = [customer_merging.current(reader, row[name]) for name in ("customer_id", "other_id")]
        if pair[0] == pair[1]:
            continue
        if here is not None and pair[1] == here:
            pair.reverse()
        both = people.customers(reader, pair)
        number = reader.value("SELECT conversation_id FROM message WHERE id = ?", (row["message_id"],))
        result.append(
            Suggestion(row["id"], both[0], both[1], Likeness(row["kind"]), row["value"], number, row["created_at"])
        )
    return result


def accept(workspace: Workspace, actor: Actor, suggestion: int) -> rows.Act:
    """Merge the two customers of a suggestion; who came first stays. Undoable. Raises NotFoundError, RefusedError."""

    def work(act: Act) -> None:
        pair = _pair(act, suggestion)
        into, gone = min(pair), max(pair)
        customer_merging.absorb(act, into, gone, f"a suggestion accepted by {actor.name}")
        act.summary = f"merged {_called(act, gone)} into {_called(act, into)}"

    return perform_undoable(workspace, actor, customer_merging.MERGE, work)[0]


def reject(workspace: Workspace, actor: Actor, suggestion: int) -> rows.Act:
    """Say that two customers are not the same: it is not suggested again. Undoable. Raises as `accept`."""

    def work(act: Act) -> None:
        one, other = _pair(act, suggestion)
        act.change_row("suggestion_rejected", "suggestion", suggestion, {"state": "rejected"}, customer=one)
        act.summary = f"{_called(act, one)} and {_called(act, other)} are two people"

    return perform_undoable(workspace, actor, "suggestion_reject", work)[0]


def _pair(act: Act, suggestion: int) -> tuple[int, int]:
    row = act.tx.one("SELECT * FROM suggestion WHERE id = ?", (suggestion,))
    if row is None:
        raise NotFoundError(
            _("there is no suggestion {number}; `omnidesk customer suggestions` lists them").format(number=suggestion)
        )
    pair = customer_merging.current(act.tx, row["customer_id"]), customer_merging.current(act.tx, row["other_id"])
    if row["state"] != "offered" or pair[0] == pair[1]:
        raise RefusedError(_("suggestion {number} is settled already").format(number=suggestion))
    return pair


def _called(act: Act, customer: int) -> str:
    return one_line(str(act.tx.value("SELECT name FROM customer WHERE id = ?", (customer,)) or customer), 60)
