"""Leases: who runs a channel, for seconds, with a number that grows with each new holder."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.store.database import Connection, Transaction
from omnidesk.words.errors import TryLaterError


class LeaseLostError(TryLaterError):
    """Another process holds the lease now; whatever was about to be written must not be."""


def acquire(tx: Transaction, name: str, owner: str, length: int) -> int | None:
    """Take or renew a lease for `length` milliseconds; return its number, or None while another holds it."""
    now = clock.now()
    row = tx.one("SELECT owner, number, expires_at FROM lease WHERE name = ?", (name,))
    if row is None:
        tx.insert("lease", name=name, owner=owner, number=1, expires_at=now + length)
        return 1
    if row["owner"] == owner and row["expires_at"] > now:
        tx.execute("UPDATE lease SET expires_at = ? WHERE name = ?", (now + length, name))
        return int(row["number"])
    if row["expires_at"] > now and row["owner"] != owner:
        return None
    number = int(row["number"]) + 1
    tx.execute(
        "UPDATE lease SET owner = ?, number = ?, expires_at = ? WHERE name = ?", (owner, number, now + length, name)
    )
    return number


def release(tx: Transaction, name: str, number: int) -> None:
    """Give a lease back, if it is still ours."""
    tx.execute("UPDATE lease SET expires_at = 0 WHERE name = ? AND number = ?", (name, number))


def check(tx: Transaction, name: str, number: int) -> None:
    """Raise LeaseLostError unless the lease still has this number."""
    if tx.value("SELECT number FROM lease WHERE name = ?", (name,)) != number:
        raise LeaseLostError(f"another process took over {name}; this one lets go")


def holder(connection: Connection, name: str) -> str | None:
    """Return who holds a lease now, or None."""
    found = connection.value("SELECT owner FROM lease WHERE name = ? AND expires_at > ?", (name, clock.now()))
    return None if found is None else str(found)
