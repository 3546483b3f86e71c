"""How facts are learned: what is said of a customer is kept with where it came from and when.

A value has one row for each sort of source, which the newest of that sort takes over; one of an order is kept for each
order. What an agent forgot or corrected comes back only when it is said anew, afterwards, by another source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from omnidesk.desk import fact_kinds
from omnidesk.store.chunks import rows_in
from omnidesk.store.facts import MOST
from omnidesk.store.ids import new_id
from omnidesk.text.facts import values

if TYPE_CHECKING:
    from omnidesk.connectors.base import Decoded
    from omnidesk.desk.batch import Arrival, Batch, Row
    from omnidesk.desk.contents import Kept
    from omnidesk.desk.identity import Known
    from omnidesk.store.database import Transaction
    from omnidesk.text.facts.said import Found

MESSAGE, FORM, ORDER, AGENT = "message", "form", "order", "agent"
SOURCES = (MESSAGE, FORM, ORDER, AGENT)


@dataclass(slots=True)
class _Row:
    """A fact as it is stored."""

    id: int
    source: str
    reference: str
    at: int
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was said of a customer: by whom, in which message or order, and when (UTC ms)."""

    customer: int
    kind: str
    value: str
    source: str
    at: int
    message: int | None = None
    reference: str = ""
    agent: int | None = None
    proven: bool = True


def hear(batch: Batch, arrival: Arrival, kept: Kept, author: Known, vouches: bool, row: Row) -> None:
    """Learn what the author of a message that is filed tells of themselves; of spam and machines nothing. Where the
    channel does not `vouch` for whom it names, what is told of somebody known is kept as not proven."""
    if author.blocked or arrival.item.junk or row.auto is not None:
        return
    batch.facts.from_message(
        kept.message, kept.facts, author.customer_id, row.id, row.at, batch.region(arrival.channel_id),
        MESSAGE if vouches else FORM, proven=vouches or author.new,
    )  # fmt: skip


class Learning:
    """What is learned in one transaction: told one by one, written together. Two questions answer for all of it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._reading = getattr(tx, "at_once", tx)
        self._told: list[Told] = []
        self._patterns: tuple[Any, ...] | None = None

    def tell(self, told: Told) -> None:
        """Take note of one thing."""
        self._told.append(told)

    def from_message(
        self, decoded: Decoded, found: Iterable[Found], customer: int, message: int, at: int, region: str,
        source: str, proven: bool,
    ) -> None:  # fmt: skip
        """Take note of what was found in a message of a customer, and of what the workspace's own patterns find."""
        if self._patterns is None:
            self._patterns = fact_kinds.patterns(self._reading)
        if self._patterns:
            from omnidesk.text.facts.finding import own_only

            found = (*found, *own_only(decoded.reply_text, decoded.subject, self._patterns))
        for one in found:
            try:
                value = values.normal(one.kind, one.value, region)
            except ValueError:
                continue  # written as a number and none that can be called
            self._told.append(Told(customer, one.kind, value, source, at, message, proven=proven))

    def finish(self) -> list[int]:
        """Write it down; return the facts that hold what was told, in that order, 0 for what does not come back."""
        told, self._told = self._told, []
        if not told:
            return []
        known = self._known({one.customer for one in told})
        return [self._keep(known, one) for one in told]

    def _known(self, customers: Iterable[int]) -> dict[tuple[int, str, str], list[_Row]]:
        found: dict[tuple[int, str, str], list[_Row]] = {}
        counts: dict[int, int] = {}
        for row in rows_in(
            self._reading,
            "SELECT id, customer_id, kind, folded, source, reference, at, gone_at FROM fact WHERE customer_id IN ({})",
            customers,
        ):
            key = row["customer_id"], row["kind"], row["folded"]
            one = _Row(row["id"], row["source"], row["reference"], row["at"], row["gone_at"])
            found.setdefault(key, []).append(one)
            counts[row["customer_id"]] = counts.get(row["customer_id"], 0) + 1
        for customer, count in counts.items():
            if count > MOST:
                self._make_room(customer, count - MOST)
        return found

    def _make_room(self, customer: int, many: int) -> None:
        """Let the oldest of what messages told go, of a customer of whom too much is known."""
        self._tx.later(
            "DELETE FROM fact WHERE id IN (SELECT id FROM fact WHERE customer_id = ? AND source IN (?, ?) AND gone_at "
            "IS NULL ORDER BY at, id LIMIT ?)",
            (customer, MESSAGE, FORM, many),
        )

    def _keep(self, known: dict[tuple[int, str, str], list[_Row]], told: Told) -> int:
        folded = values.folded(told.value)
        rows = known.setdefault((told.customer, told.kind, folded), [])
        if told.source != AGENT and any(_forgotten(row, told) for row in rows):
            return 0
        same = next((row for row in rows if row.gone_at is None and _same_source(row, told)), None)
        if same is None:
            fact = new_id()
            rows.append(_Row(fact, told.source, told.reference, told.at, None))
            self._tx.later(
                "INSERT INTO fact (id, customer_id, kind, value, folded, source, reference, message_id, agent_id, "
                "proven, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (fact, told.customer, told.kind, told.value, folded, told.source, told.reference, told.message,
                 told.agent, told.proven, told.at),
            )  # fmt: skip
            return fact
        if told.at > same.at:
            same.at = told.at
            self._tx.later(
                "UPDATE fact SET value = ?, message_id = ?, agent_id = ?, at = ? WHERE id = ?",
                (told.value, told.message, told.agent, told.at, same.id),
            )
        return same.id


def _same_source(row: _Row, told: Told) -> bool:
    return (row.source, row.reference) == (told.source, told.reference)


def _forgotten(row: _Row, told: Told) -> bool:
    """Say whether an agent took this away, and it is not said anew since."""
    if row.gone_at is None:
        return False
    return told.at <= row.gone_at or (told.source == ORDER and _same_source(row, told))
