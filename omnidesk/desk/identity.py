"""Who someone is: identities and the customers they belong to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.base import Party
from omnidesk.desk.acts import Act
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Channel

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Known:
    """An identity as intake needs it."""

    id: int
    customer_id: int
    value: str
    blocked: bool


def known(act: Act, party: Party, wrote: bool = False, proven: bool = True) -> Known:
    """Return the identity of a party, made with a new customer when nobody used it before.

    A name is kept when there was none; a verified contact makes the identity verified. Who `wrote` to us can be
    reached again, whatever came back before. What is not `proven` changes nothing of an identity that is known."""
    value = normalise_identity(party.kind, party.value) or one_line(party.value, LONGEST_NAME)
    name = one_line(party.name, LONGEST_NAME)
    row = act.tx.one(
        "SELECT id, customer_id, name, verified, deliverable, blocked_at FROM identity "
        "WHERE kind = ? AND scope = ? AND value = ?",
        (party.kind, party.scope, value),
    )
    if row is None:
        return _met(act, party, value, name)
    if not proven:
        return Known(row["id"], row["customer_id"], value, row["blocked_at"] is not None)
    if name and not row["name"]:
        act.tx.execute("UPDATE identity SET name = ? WHERE id = ?", (name, row["id"]))
        act.tx.execute(
            "UPDATE customer SET name = ? WHERE id = ? AND name IN ('', ?)", (name, row["customer_id"], value)
        )
    if wrote and not row["deliverable"]:
        act.change_row("deliverable", "identity", row["id"], {"deliverable": True}, customer=row["customer_id"])
    if party.verified and not row["verified"]:
        act.change_row("verified", "identity", row["id"], {"verified": True}, customer=row["customer_id"])
    return Known(row["id"], row["customer_id"], value, row["blocked_at"] is not None)


def _met(act: Act, party: Party, value: str, name: str) -> Known:
    customer, identity = new_id(), new_id()
    act.tx.insert("customer", id=customer, name=name or value, created_at=act.at)
    act.tx.insert(
        "identity",
        id=identity,
        customer_id=customer,
        kind=party.kind,
        scope=party.scope,
        value=value,
        name=name,
        verified=party.verified,
        created_at=act.at,
    )
    return Known(identity, customer, value, False)


class OwnAddresses(frozenset[str]):
    """Addresses of our own in normal form; a plus-address of one (`support+returns@`) is ours as well."""

    def __contains__(self, value: object) -> bool:
        return super().__contains__(value) or (
            isinstance(value, str) and "+" in value and super().__contains__(without_plus(value))
        )


def own_addresses(connection: Connection) -> OwnAddresses:
    """Return the addresses of our own channels, their aliases and those of removed ones too, in normal form."""
    found = connection.all("SELECT kind, address, settings_json FROM channel WHERE address <> ''")
    return OwnAddresses(
        normalise_identity(kind_of(row[0]), one)
        for row in found
        for one in (row[1], *aliases(json.loads(row[2] or "{}")))
    )


def aliases(settings: Mapping[str, Any]) -> list[str]:
    """Return the further addresses that a channel's settings name, as typed."""
    return [one for one in re.split(r"[\s,;]+", str(settings.get("aliases") or "")) if one]


def addresses_of(channel: Channel) -> OwnAddresses:
    """Return the address of one channel and its aliases, in normal form."""
    kind = kind_of(channel.kind)
    return OwnAddresses(normalise_identity(kind, one) for one in (channel.address, *aliases(channel.settings)))


def without_plus(address: str) -> str:
    """Return the address that a plus-address belongs to (RFC 5233), itself where it is none."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def kind_of(channel_kind: str) -> str:
    """Return the kind of identity that a kind of channel addresses; the channel's own where it is not installed."""
    try:
        return registry.manifest(channel_kind).identity_kinds[0]
    except NotFoundError:
        return channel_kind


def find(connection: Connection, value: str, kind: str | None = None) -> list[int]:
    """Return the customers who use an address, exactly as normalised."""
    kinds = [kind] if kind else ["email", "phone", ""]
    wanted = {normalise_identity(one, value) for one in kinds if one} | {value.strip()}
    marks = ", ".join("?" * len(wanted))
    rows = connection.all(
        f"SELECT DISTINCT customer_id FROM identity WHERE value IN ({marks}) AND kind = coalesce(?, "
        "kind) ORDER BY customer_id",
        (*wanted, kind),
    )
    return [row[0] for row in rows]
