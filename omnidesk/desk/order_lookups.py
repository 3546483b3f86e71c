"""What shops are asked: the orders of an address that wrote, and an order that a message names and nobody knows here.

Each is asked once and again after a day; the engine does so (`sync/errands.py`), and what it finds comes in as all
orders do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Wanted
from omnidesk.store import leases, orders
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.text.order_numbers import named
from omnidesk.words.errors import NotFoundError

if TYPE_CHECKING:
    from omnidesk.desk.intake import Held

AGAIN = clock.DAY
"""After so long a shop is asked the same again, where there is reason to."""
MOST_NUMBERS = 5
"""Numbers of one message that shops are asked about."""
LONGEST_NUMBER = 14
"""Letters and digits of a number that is asked about: an account number (IBAN) is longer, and nobody's to send on."""
TRIES = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """What a shop is to be asked now; `attempts` counts this one."""

    wanted: Wanted
    attempts: int


@dataclass(frozen=True, slots=True)
class Askable:
    """The channels that can be asked, by what they find orders by."""

    channels: tuple[tuple[int, tuple[str, ...]], ...]

    def __bool__(self) -> bool:
        return bool(self.channels)


def askable(connection: Connection) -> Askable:
    """Return the channels that can be asked now."""
    rows = connection.all("SELECT id, kind FROM channel WHERE removed_at IS NULL AND enabled")
    found = ((row["id"], _looks_up(row["kind"])) for row in rows)
    return Askable(tuple((number, kinds) for number, kinds in found if kinds))


def _looks_up(kind: str) -> tuple[str, ...]:
    try:
        return registry.manifest(kind).looks_up
    except NotFoundError:
        return ()


def heard(tx: Transaction, asked: Askable, addresses: Iterable[tuple[str, str]], texts: Iterable[str]) -> None:
    """Have shops asked about whoever wrote, and about the orders that they name and that are not known here."""
    wanted = {(kind, value) for kind, value in addresses if kind in ("email", "phone") and value}
    numbers = [one for text in texts for one in named(text) if one.certain and len(one.key) <= LONGEST_NUMBER]
    known = {key for key, _one in orders.by_keys(tx, {one.key for one in numbers})}
    unknown = dict.fromkeys(one.said for one in numbers if one.key not in known)
    wanted |= {("number", said) for said in list(unknown)[:MOST_NUMBERS]}
    for channel, kinds in asked.channels:
        ask(tx, channel, [one for one in wanted if one[0] in kinds])


def ask(tx: Transaction, channel: int, wanted: Iterable[tuple[str, str]], again: int = AGAIN) -> None:
    """Have a shop asked, unless it was within `again` milliseconds."""
    now = clock.now()
    tx.execute_many(
        "INSERT INTO order_lookup (channel_id, kind, value, due_at, asked_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (channel_id, kind, value) DO UPDATE SET due_at = excluded.due_at, asked_at = excluded.asked_at, "
        f"attempts = 0 WHERE order_lookup.due_at IS NULL AND order_lookup.asked_at < {now - again}",
        [(channel, kind, one_line(value, 320), now, now) for kind, value in sorted(wanted)],
    )


def ask_now(workspace: Workspace, wanted: Iterable[tuple[str, str]]) -> int:
    """Have the shops asked by hand, whenever they were before; return how many questions that makes."""
    asked, wanted = askable(workspace.database.reader), list(wanted)
    there = [(number, [one for one in wanted if one[0] in kinds]) for number, kinds in asked.channels]

    def work(tx: Transaction) -> int:
        for number, some in there:
            ask(tx, number, some, 0)
        return sum(len(some) for _number, some in there)

    return workspace.database.write(work)


# --- the engine's side


def next_due(workspace: Workspace, channel_id: int) -> int | None:
    """Return when a channel is to be asked next (UTC ms); rides on order_lookup_due."""
    found = workspace.database.reader.value(
        "SELECT min(due_at) FROM order_lookup WHERE channel_id = ? AND due_at IS NOT NULL", (channel_id,)
    )
    return None if found is None else int(found)


def begin(workspace: Workspace, channel_id: int, held: Held, wait: float) -> Asked | None:
    """Begin with what is due first; should nothing more be heard of it, it is due again after `wait` seconds.

    Raises LeaseLostError."""

    def work(tx: Transaction) -> Asked | None:
        leases.check(tx, held.name, held.number)
        now = clock.now()
        row = tx.one(
            "SELECT kind, value, attempts FROM order_lookup WHERE channel_id = ? AND due_at <= ? "
            "ORDER BY due_at LIMIT 1",
            (channel_id, now),
        )
        if row is None:
            return None
        _set(tx, channel_id, row["kind"], row["value"], now + int(wait * clock.SECOND), row["attempts"] + 1, "")
        return Asked(Wanted(row["kind"], row["value"]), row["attempts"] + 1)

    return workspace.database.write(work)


def answered(
    workspace: Workspace, channel_id: int, asked: Asked, held: Held, why: str = "", wait: float | None = None
) -> None:
    """Write down that a shop answered, or why it did not and in how many seconds it is asked again.

    Raises LeaseLostError."""
    again = wait is not None and asked.attempts < TRIES

    def work(tx: Transaction) -> None:
        leases.check(tx, held.name, held.number)
        due = clock.now() + int((wait or 0) * clock.SECOND) if again else None
        _set(tx, channel_id, asked.wanted.kind, asked.wanted.value, due, asked.attempts, one_line(why, 300))

    workspace.database.write(work)


def _set(tx: Transaction, channel: int, kind: str, value: str, due: int | None, attempts: int, error: str) -> None:
    tx.execute(
        "UPDATE order_lookup SET due_at = ?, attempts = ?, error = ? WHERE channel_id = ? AND kind = ? AND value = ?",
        (due, attempts, error, channel, kind, value),
    )
