"""By which words customers are found: their names, their company and their addresses, folded as messages are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from omnidesk.store import names
from omnidesk.store.database import Transaction
from omnidesk.text.fold import fold

LONGEST = 500
"""Characters of a text by which a customer is looked for."""
_NAMING = {"customer": {"name", "company", "merged_into"}, "identity": {"value", "name", "customer_id"}}
"""The columns that decide by what a customer is found."""


def sought(text: str) -> list[str]:
    """Return the parts by which somebody looks for a customer, folded; what stands without spaces stays together."""
    return [folded for part in text[:LONGEST].split() if (folded := fold(part))]


def met(tx: Transaction, customer: int, value: str, name: str) -> None:
    """Have somebody who is new found by an address and a name."""
    names.add(tx, customer, fold(f"{name}\n{value}"))


def named(tx: Transaction, customer: int, name: str) -> None:
    """Have somebody found by a name they had not told before."""
    names.add_words(tx, customer, fold(name))


def changed(tx: Transaction, table: str, row_id: int, before: Mapping[str, Any]) -> None:
    """Have those found anew whose row of `table` changed, where that matters; `before` are the fields as they were."""
    if not before.keys() & _NAMING.get(table, set()):
        return
    whose = {row_id}
    if table == "identity":
        now = tx.value("SELECT customer_id FROM identity WHERE id = ?", (row_id,))
        whose = {now, before.get("customer_id", now)}
    renew(tx, whose)


def renew(tx: Transaction, customers: Iterable[int]) -> None:
    """Have customers found by what is known of them now. Whoever moves or removes identities calls this after it."""
    names.renew(tx, customers, fold)
