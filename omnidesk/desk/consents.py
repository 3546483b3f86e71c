"""What customers allowed and forbade, by address, kind of channel and purpose; and what may not go there for that.

Who forbids `service` gets nothing; who forbids `marketing` gets answers to what they ask afterwards, and nothing else.
Allowing one brings contact back for both: a customer who writes START wants to hear from us. Calling by hand is a kind
of its own, `call`: who wants no calls can be written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors.base import Consenting
from omnidesk.desk import identity, phones
from omnidesk.desk.acts import Act
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.words.rows import Address, Channel, Consent

GIVEN, WITHDRAWN = "given", "withdrawn"
PURPOSES = ("service", "marketing")
CALL = "call"
"""What calls are in a consent, whatever they are made with."""
LINK, MAIL, AGENT = "unsubscribe link", "unsubscribe mail", "agent "
"""Sources that are no message of the customer's in a conversation. Who unsubscribed so gets answers to what they asked
before, too; who wrote STOP only to what they ask after it."""
_FIELDS = ("channel_kind", "purpose", "state", "since", "source", "ground")


@dataclass(frozen=True, slots=True)
class Said:
    """What holds from a time on (UTC ms) for one purpose: allowed or not, who or what said so, and on what ground."""

    purpose: str
    given: bool
    source: str
    at: int
    ground: str = ""


def take(
    act: Act, channel_kind: str, author: identity.Known, said: Sequence[Consenting], number: int, message: int, at: int
) -> None:
    """Write down what the author of a message allows or forbids on the address it came from. What they said later
    holds, in whatever order it comes in."""
    for one in said:
        for purpose in PURPOSES if one.given else (one.purpose,):
            before = row(act.tx, author.id, channel_kind, purpose)
            implied = purpose != one.purpose
            if (implied and (before is None or before["state"] == GIVEN)) or (before and before["since"] > at):
                continue
            ground = "consent" if one.given else ""
            put(
                act, before, author.id, author.customer_id, channel_kind,
                Said(purpose, one.given, one.source, at, ground), number, message,
            )  # fmt: skip


def row(connection: Connection, identity_id: int, channel_kind: str, purpose: str) -> Any:
    """Return what is written down for an address, None where nothing is; rides on consent_once."""
    return connection.one(
        "SELECT * FROM consent WHERE identity_id = ? AND channel_kind = ? AND purpose = ?",
        (identity_id, channel_kind, purpose),
    )


def put(
    act: Act, before: Any, identity_id: int, customer: int, channel_kind: str, said: Said, number: int | None = None,
    message: int | None = None,
) -> bool:  # fmt: skip
    """Write down what holds for an address instead of `before`; say whether that is anything new."""
    after = {
        "consent.state": GIVEN if said.given else WITHDRAWN,
        "ground": one_line(said.ground, 100),
        "source": one_line(said.source, 100),
        "since": said.at,
    }
    act.tx.execute(
        "INSERT INTO consent (id, identity_id, channel_kind, purpose, state, since, source, ground) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (identity_id, channel_kind, purpose) DO UPDATE SET "
        "state = excluded.state, since = excluded.since, source = excluded.source, ground = excluded.ground",
        (
            new_id(), identity_id, channel_kind, said.purpose, after["consent.state"], said.at, after["source"],
            after["ground"],
        ),
    )  # fmt: skip
    if before is not None and (before["state"], before["ground"]) == (after["consent.state"], after["ground"]):
        return False
    told(act, _recorded(before), after, (identity_id, channel_kind, said.purpose), customer, number, message)
    return True


def told(
    act: Act, before: Mapping[str, Any], after: Mapping[str, Any], which: tuple[int, str, str], customer: int,
    number: int | None = None, message: int | None = None,
) -> None:  # fmt: skip
    """Append the event of one change, from which it can be told and taken back."""
    identity_id, channel_kind, purpose = which
    named = {"identity": identity_id, "purpose": purpose, "channel_kind": channel_kind}
    act.event("consent", number, customer, message, before=before, after={**after, **named})


def _recorded(before: Any) -> dict[str, Any]:
    if before is None:
        return {}
    return {"consent.state": before["state"], **{name: before[name] for name in ("ground", "source", "since")}}


def refused(
    connection: Connection,
    channel: Channel,
    to: Iterable[Address],
    number: int | None,
    service_only: bool = False,
    marketing: bool = False,
) -> Mapping[str, Consent]:
    """Return those of these addresses to which nothing may go now on a channel, and what they forbade.

    `number` is the conversation it goes out in, None for a new one; `service_only` leaves out who forbade only
    marketing, and what is `marketing` itself does not go to them whatever they asked since. Rides on identity_value
    and consent_once."""
    where = None if marketing else number
    return _refused(connection, channel.kind, identity.kind_of(channel.kind), to, where, service_only)


def call_refused(connection: Connection, telephone: str, number: int | None) -> Consent | None:
    """Return what the customer said who wants no calls at a number, None where it may be called. `number` is the
    conversation in which it would be: who forbade only marketing and wrote there since is called back."""
    here = phones.normalised(connection, "phone", telephone)
    return _refused(connection, CALL, "phone", [Address("", here)], number, False).get(here)


def _refused(
    connection: Connection, channel_kind: str, kind: str, to: Iterable[Address], number: int | None, service_only: bool
) -> dict[str, Consent]:
    wanted = {normalise_identity(kind, one.address) or one.address: one.address for one in to}
    rows = rows_in(
        connection,
        "SELECT i.value, i.id AS identity, c.channel_kind, c.purpose, c.state, c.since, c.source, c.ground "
        "FROM identity i JOIN consent c ON c.identity_id = i.id AND c.channel_kind = ? AND c.state = 'withdrawn' "
        "WHERE i.value IN ({})",
        wanted,
        (channel_kind,),
    )
    found: dict[str, Consent] = {}
    for one in sorted(rows, key=lambda one: str(one["purpose"])):  # service, which weighs more, comes last
        if one["purpose"] != "service" and (service_only or _asked_since(connection, one, number)):
            continue
        found[wanted[one["value"]]] = Consent(*(one[name] for name in _FIELDS))
    return found


def _asked_since(connection: Connection, row: Any, number: int | None) -> bool:
    """Say whether the customer wrote from this address in a conversation after they forbade what they did, or at all
    where they did so elsewhere; rides on message_thread."""
    since = 0 if row["source"].startswith((LINK, MAIL, AGENT)) else row["since"]
    return number is not None and bool(
        connection.value(
            "SELECT 1 FROM message WHERE conversation_id = ? AND at > ? AND identity_id = ? "
            "AND direction = 'inbound' AND auto IS NULL LIMIT 1",
            (number, since, row["identity"]),
        )
    )
