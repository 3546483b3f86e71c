"""Reads about what is known of customers; they ride on fact_customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omnidesk.store.database import Connection
from omnidesk.words.facts import KINDS, Fact

MOST = 500
"""Facts of one customer that are kept and read."""
FACTS = (
    "SELECT f.*, m.conversation_id, m.kind AS channel_kind, agent.login FROM fact f "
    "LEFT JOIN message m ON m.id = f.message_id LEFT JOIN agent ON agent.id = f.agent_id "
    "WHERE f.customer_id = ? AND f.gone_at IS NULL ORDER BY f.at DESC, f.id DESC LIMIT ?"
)


def of_customer(connection: Connection, customer_id: int, labels: Mapping[str, str]) -> list[Fact]:
    """Return what is known of a customer, each value once: by kind, the newest of a kind first, what anybody could have
    said behind what is proven."""
    found: dict[tuple[str, str], tuple[Fact, str]] = {}
    for row in connection.all(FACTS, (customer_id, MOST)):
        key = (row["kind"], row["folded"])
        known = found.get(key)
        if known is None or (row["proven"] and not known[0].proven):
            found[key] = (_fact(row, labels), row["folded"])
    order = {kind: place for place, kind in enumerate((*KINDS, *sorted(set(labels) - set(KINDS))))}
    facts = [one for one, _ in found.values()]
    return sorted(facts, key=lambda one: (order.get(one.kind, len(order)), one.kind, not one.proven, -one.at, -one.id))


def _fact(row: Any, labels: Mapping[str, str]) -> Fact:
    return Fact(
        id=row["id"],
        customer_id=row["customer_id"],
        kind=row["kind"],
        label=labels.get(row["kind"], row["kind"].replace("_", " ")),
        value=row["value"],
        source=row["source"],
        at=row["at"],
        message_id=row["message_id"],
        conversation_id=row["conversation_id"],
        channel=row["channel_kind"] or "",
        reference=row["reference"],
        agent=row["login"] or "",
        proven=bool(row["proven"]),
    )
