"""What customers allowed and forbade, by address, kind of channel and purpose; and what may not go there for that.

Who forbids `service` gets nothing; who forbids `marketing` gets answers to what they ask afterwards, and nothing else.
Allowing one brings contact back for both: a customer who writes START wants to hear from us.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from omnidesk.connectors.base import Consenting
from omnidesk.desk import identity
from omnidesk.desk.acts import Act
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.words.rows import Address, Channel, Consent

GIVEN, WITHDRAWN = "given", "withdrawn"


def take(
    act: Act, channel_kind: str, author: identity.Known, said: Sequence[Consenting], number: int, message: int, at: int
) -> None:
    """Write down what the author of a message allows or forbids on the address it came from. What they said later
    holds, in whatever order it comes in."""
    for one in said:
        purposes = ("service", "marketing") if one.given else (one.purpose,)
        for purpose in purposes:
            before = act.tx.one(
                "SELECT * FROM consent WHERE identity_id = ? AND channel_kind = ? AND purpose = ?",
                (author.id, channel_kind, purpose),
            )
            implied = purpose != one.purpose
            if (implied and (before is None or before["state"] == GIVEN)) or (before and before["since"] > at):
                continue
            _put(act, before, author, channel_kind, purpose, one, number, message, at)


def _put(
    act: Act, before: Any, author: identity.Known, channel_kind: str, purpose: str, said: Consenting, number: int,
    message: int, at: int,
) -> None:  # fmt: skip
    state, source = GIVEN if said.given else WITHDRAWN, one_line(said.source, 100)
    act.tx.execute(
        "INSERT INTO consent (id, identity_id, channel_kind, purpose, state, since, source) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identity_id, channel_kind, purpose) DO UPDATE SET "
        "state = excluded.state, since = excluded.since, source = excluded.source",
        (new_id(), author.id, channel_kind, purpose, state, at, source),
    )
    if before is None or before["state"] != state:
        act.event(
            "consent",
            number,
            author.customer_id,
            message,
            before={} if before is None else {"consent.state": before["state"]},
            after={
                "consent.state": state,
                "identity": author.id,
                "purpose": purpose,
                "channel_kind": channel_kind,
            },
        )


def refused(
    connection: Connection, channel: Channel, to: Iterable[Address], number: int | None, service_only: bool = False
) -> Mapping[str, Consent]:
    """Return those of these addresses to which nothing may go now on a channel, and what they forbade.

    `number` is the conversation it goes out in, None for a new one; `service_only` leaves out who forbade only
    marketing. Rides on identity_value and consent_once."""
    kind = identity.kind_of(channel.kind)
    wanted = {normalise_identity(kind, one.address) or one.address: one.address for one in to}
    rows = rows_in(
        connection,
        "SELECT i.value, i.id AS identity, c.channel_kind, c.purpose, c.state, c.since, c.source FROM identity i "
        "JOIN consent c ON c.identity_id = i.id AND c.channel_kind = ? AND c.state = 'withdrawn' "
        "WHERE i.value IN ({})",
        wanted,
        (channel.kind,),
    )
    found: dict[str, Consent] = {}
    for row in sorted(rows, key=lambda row: str(row["purpose"])):  # service, which weighs more, comes last
        if row["purpose"] != "service" and (service_only or _asked_since(connection, row, number)):
            continue
        found[wanted[row["value"]]] = Consent(*(row[name] for name in _FIELDS))
    return found


_FIELDS = ("channel_kind", "purpose", "state", "since", "source")


def _asked_since(connection: Connection, row: Any, number: int | None) -> bool:
    """Say whether the customer wrote from this address in a conversation after they forbade what they did; rides on
    message_thread."""
    return number is not None and bool(
        connection.value(
            "SELECT 1 FROM message WHERE conversation_id = ? AND at > ? AND identity_id = ? "
            "AND direction = 'inbound' AND auto IS NULL LIMIT 1",
            (number, row["since"], row["identity"]),
        )
    )
