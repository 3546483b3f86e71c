"""One owner: who knows the customer comes first, and a hand-over says what the next one needs to know."""

from __future__ import annotations

from collections.abc import Iterable

from omnidesk.desk import letters
from omnidesk.desk.acts import Act
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import AgentState
from omnidesk.words.speech import _

PREFERRED_FOR = 15
"""Minutes for which a conversation waits for the agent who knows its customer before it is as anybody's."""


def last_owners(connection: Connection, customers: Iterable[int]) -> dict[int, int]:
    """Return who had the newest conversation of each customer that anybody had; rides on conversation_customer."""
    found = rows_in(
        connection,
        "SELECT p.id, (SELECT c.owner_id FROM conversation c WHERE c.customer_id = p.id AND c.owner_id IS NOT NULL "
        "ORDER BY c.last_message_at DESC LIMIT 1) FROM customer p WHERE p.id IN ({})",
        customers,
    )
    return {row[0]: row[1] for row in found if row[1] is not None}


def order(agent_id: int | None, now: int) -> tuple[str, tuple[object, ...]]:
    """Return the part of an ORDER BY by which conversations `c` are offered to an agent: those whose customers they
    know first, those whose customers a colleague knows, who is here, last, for a while."""
    return (
        "CASE WHEN c.known_owner_id = ? THEN 0 WHEN c.known_owner_id IS NULL OR c.queue_waiting < ? OR NOT EXISTS "
        "(SELECT 1 FROM agent k WHERE k.id = c.known_owner_id AND k.state <> ? AND NOT k.disabled) THEN 1 ELSE 2 END",
        (agent_id, now - PREFERRED_FOR * 60_000, str(AgentState.AWAY)),
    )


def hand_over(act: Act, number: int, owner: int | None, note: str | None) -> None:
    """Write down what the next owner needs to know, before a conversation goes from one agent to another.

    Raises RefusedError where somebody gives away what has an owner, and says nothing."""
    row = act.tx.one(
        "SELECT c.owner_id, agent.login FROM conversation c JOIN agent ON agent.id = c.owner_id WHERE c.id = ?",
        (number,),
    )
    given_away = row is not None and owner not in (None, row["owner_id"], act.actor.agent_id)
    if row is not None and given_away and not note and act.actor.agent_id is not None:
        raise RefusedError(
            _("#{number} is {login}'s: say with a note what the next one needs to know (--note)").format(
                number=number, login=row["login"]
            )
        )
    if note:
        letters.note_in(act, number, note)
