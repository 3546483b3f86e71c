"""What is said to an owner who is away or disabled stands in unassigned, under their name."""

from __future__ import annotations

from omnidesk.desk.acts import Act

_ABSENT = "(a.disabled OR (a.state = 'away' AND (a.away_until IS NULL OR a.away_until > ?)))"


def release(act: Act, number: int) -> None:
    """Put a conversation that somebody has to see now into the pool where its owner is away or disabled; their name
    stays with it."""
    owner = act.tx.value(
        f"SELECT a.id FROM conversation c JOIN agent a ON a.id = c.owner_id WHERE c.id = ? AND {_ABSENT}",
        (number, act.at),
    )
    if owner is not None:
        act.change("owner_away", number, owner_id=None, absent_owner_id=owner)
