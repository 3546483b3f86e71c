"""Leases: who runs a channel, for seconds, with a number that grows with each new holder."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.store.database import Connection, Transaction
from omnidesk.words.errors import TryLaterError


class LeaseLostError(TryLaterError):
    """Another process holds the lease now; whatever was about to be written must not be."""


def acquire(tx: Transaction, name: str, owner: str, length: int) -> int | None:
    """Take or renew a lease for `length` milliseconds; return its number, or None while another holds it.

    One statement compares and sets, so that of two who ask at once one gets it on any database."""
    now = clock.now()
    row = tx.one(
        "INSERT INTO lease (name, owner, number, expires_at) VALUES (?, ?, 1, ?) ON CONFLICT (name) DO UPDATE SET "
        "number = CASE WHEN lease.owner = excluded.owner AND lease.expires_at > ? THEN lease.number "
        "ELSE lease.number + 1 END, owner = excluded.owner, expires_at = excluded.expires_at "
        "WHERE lease.owner = excluded.owner OR lease.expires_at <= ? RETURNING number",
        (name, owner, now + length, now, now),
    )
    return None if row is None else int(row[0])


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
