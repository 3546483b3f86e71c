"""What is known about a customer: read, learned, and put right by agents.

Events of these acts hold the ids of facts and never their values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from omnidesk import clock
from omnidesk.desk import customers, fact_kinds, phones
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.fact_learning import AGENT, SOURCES, Learning, Told
from omnidesk.store import facts as stored
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.facts import values
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.facts import KINDS, Fact
from omnidesk.words.rows import Actor
from omnidesk.words.speech import _


def of_customer(workspace: Workspace, customer_id: int) -> list[Fact]:
    """Return what is known of a customer: by kind, the newest of each kind first."""
    reader = workspace.database.reader
    return stored.of_customer(reader, customer_id, fact_kinds.labels(reader))


def first_of_each(facts: Sequence[Fact]) -> dict[str, Fact]:
    """Return the fact of each kind that stands first and is proven."""
    found: dict[str, Fact] = {}
    for one in facts:
        if one.proven:
            found.setdefault(one.kind, one)
    return found


def learn(
    act: Act,
    customer: int,
    kind: str,
    value: str,
    source: str,
    at: int | None = None,
    message: int | None = None,
    reference: str = "",
    proven: bool = True,
) -> int:
    """Keep what a source (`message`, `form`, `order`, `agent`) says of a customer; return the fact, 0 where an agent
    took it away and the same source says it again, or the value is none of its kind.

    `at` is when it was said (UTC ms), `reference` what an order is called at its shop, `shop:1234`: an order that is
    read again says nothing new."""
    assert source in SOURCES
    try:
        said = values.normal(kind, value, phones.region(act.tx))
    except ValueError:
        return 0
    learning = Learning(act.tx)
    agent = act.actor.agent_id if source == AGENT else None
    learning.tell(Told(customer, kind, said, source, act.at if at is None else at, message, reference, agent, proven))
    return learning.finish()[0]


def add(workspace: Workspace, actor: Actor, customer_id: int, kind: str, value: str) -> tuple[rows.Act, list[Fact]]:
    """Write down what an agent knows of a customer; it stands first. Raises NotFoundError, UsageError."""
    name = _name(workspace, customer_id)

    def work(act: Act) -> None:
        named = fact_kinds.named(act.tx, kind)
        act.event("fact_added", customer=customer_id, after={"fact": _typed(act, customer_id, named, value)})
        act.summary = f"wrote down the {_label(act, named)} of {name}"

    return perform_undoable(workspace, actor, "fact", work)[0], of_customer(workspace, customer_id)


def correct(workspace: Workspace, actor: Actor, customer_id: int, fact: int, value: str) -> tuple[rows.Act, list[Fact]]:
    """Put another value in the place of a fact; the wrong one does not come back. Raises NotFoundError, UsageError."""
    name = _name(workspace, customer_id)

    def work(act: Act) -> None:
        row = _one(act, customer_id, fact)
        if values.folded(value) != row["folded"]:
            _forget(act, row)
        act.event("fact_added", customer=customer_id, after={"fact": _typed(act, customer_id, row["kind"], value)})
        act.summary = f"corrected the {_label(act, row['kind'])} of {name}"

    return perform_undoable(workspace, actor, "fact", work)[0], of_customer(workspace, customer_id)


def forget(workspace: Workspace, actor: Actor, customer_id: int, fact: int) -> tuple[rows.Act, list[Fact]]:
    """Forget a fact, whoever said it; the same source does not bring it back. Raises NotFoundError."""
    name = _name(workspace, customer_id)

    def work(act: Act) -> None:
        row = _one(act, customer_id, fact)
        _forget(act, row)
        act.summary = f"forgot the {_label(act, row['kind'])} of {name}"

    return perform_undoable(workspace, actor, "fact", work)[0], of_customer(workspace, customer_id)


def take_back(act: Act, kind: str, customer: int | None, before: Any, after: Any, restored: list[str]) -> None:
    """Undo that a fact was added or forgotten, within the act of an undo."""
    if kind == "fact_added":
        changed = act.tx.execute(
            "UPDATE fact SET gone_at = ? WHERE id = ? AND gone_at IS NULL", (act.at, after["fact"])
        ).rowcount
        if changed:
            restored.append(_("a fact that was written down"))
    else:
        changed = 0
        for fact in before["facts"]:
            changed += act.tx.execute(
                "UPDATE fact SET gone_at = NULL WHERE id = ? AND gone_at = ?", (fact, after["at"])
            ).rowcount
        if changed:
            restored.append(_("a fact that was forgotten"))
    if changed:
        act.event("fact_restored", customer=customer, after=after)


def _name(workspace: Workspace, customer_id: int) -> str:
    return one_line(customers.get(workspace, customer_id).name, 60) or str(customer_id)


def _label(act: Act, kind: str) -> str:
    """Return what a kind is called in what is written down: in English, or as the workspace calls it."""
    return KINDS.get(kind) or fact_kinds.labels(act.tx).get(kind, kind)


def _typed(act: Act, customer_id: int, named: str, value: str) -> int:
    try:
        said = values.normal(named, value, phones.region(act.tx))
    except ValueError as error:
        raise UsageError(_("not written down: {why}").format(why=error)) from error
    learning = Learning(act.tx)
    learning.tell(Told(customer_id, named, said, AGENT, clock.now(), agent=act.actor.agent_id))
    return learning.finish()[0]


def _one(act: Act, customer_id: int, fact: int) -> Any:
    row = act.tx.one("SELECT * FROM fact WHERE id = ? AND customer_id = ? AND gone_at IS NULL", (fact, customer_id))
    if row is None:
        raise NotFoundError(
            _("customer {customer} has no fact {fact}; `omnidesk customer facts {customer}` lists them").format(
                customer=customer_id, fact=fact
            )
        )
    return row


def _forget(act: Act, row: Any) -> None:
    same = act.tx.all(
        "SELECT id FROM fact WHERE customer_id = ? AND kind = ? AND folded = ? AND gone_at IS NULL",
        (row["customer_id"], row["kind"], row["folded"]),
    )
    ids = [one[0] for one in same]
    for fact in ids:
        act.tx.execute("UPDATE fact SET gone_at = ? WHERE id = ?", (act.at, fact))
    act.event("fact_forgotten", customer=row["customer_id"], before={"facts": ids}, after={"at": act.at})


__all__ = ["add", "correct", "first_of_each", "forget", "learn", "of_customer", "take_back"]
