"""Who someone is: identities and the customers they belong to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from omnidesk.connectors import registry
from omnidesk.connectors.base import Party
from omnidesk.desk import naming, organisations, phones
from omnidesk.desk.acts import Act
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.ids import new_id
from omnidesk.text.address import normalise_identity
from omnidesk.text.clean import one_line
from omnidesk.text.phone import could_be_phone
from omnidesk.text.role_address import is_role
from omnidesk.words.errors import NotFoundError
from omnidesk.words.rows import Address, Channel

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Known:
    """An identity as intake needs it."""

    id: int
    customer_id: int
    value: str
    blocked: bool
    new: bool = False
    """Nobody used it before."""
    claimed: bool = False
    """The customer only says that it is theirs."""
    certain: bool = False
    """The channel has proven this time that they are who they say, and nobody else uses the address."""


@dataclass(slots=True)
class _Met:
    """An identity as it is stored."""

    id: int
    customer_id: int
    name: str
    verified: bool
    deliverable: bool
    blocked: bool
    claimed: bool = False
    shared: bool = False


class People:
    """The identities that an act meets, read once and kept up to date."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._met: dict[tuple[str, str, str], _Met | None] = {}
        self._values: dict[tuple[str, str], str] = {}
        self._region: str | None = None
        self._domains: dict[str, int] | None = None
        """Organisations by the domains of their people's mail, read when somebody new writes."""

    def forget(self) -> None:
        """Forget all that was read."""
        self._met.clear()

    def read(self, parties: Iterable[Party]) -> None:
        """Read ahead what is known of parties."""
        wanted: dict[tuple[str, str], list[str]] = {}
        for party in parties:
            wanted.setdefault((party.kind, party.scope), []).append(self._value(party))
        for (kind, scope), values in wanted.items():
            self._met.update(((kind, scope, value), None) for value in values)
            for row in rows_in(self._act.tx, f"{_IDENTITY} IN ({{}})", values, (kind, scope)):
                self._met[kind, scope, row["value"]] = _met_in(row)

    def _find(self, kind: str, scope: str, value: str) -> _Met | None:
        key = kind, scope, value
        if key not in self._met:
            row = self._act.tx.one(f"{_IDENTITY} = ?", key)
            self._met[key] = None if row is None else _met_in(row)
        return self._met[key]

    def _value(self, party: Party) -> str:
        key = party.kind, party.value
        if key not in self._values:
            self._values[key] = self._normal(party) or one_line(party.value, LONGEST_NAME)
        return self._values[key]

    def _normal(self, party: Party) -> str:
        if party.kind == "phone" and self._region is None:
            self._region = phones.region(self._act.tx)
        return normalise_identity(party.kind, party.value, self._region or "")

    def customers(self) -> set[int]:
        """Return the customers of all that was read."""
        return {met.customer_id for met in self._met.values() if met is not None}

    def stored(self, party: Party) -> int | None:
        """Return the identity of a party where somebody used it before."""
        met = self._find(party.kind, party.scope, self._value(party))
        return None if met is None else met.id

    def verified(self, party: Party) -> bool:
        """Say whether a channel has once proven that someone is who they say."""
        met = self._find(party.kind, party.scope, self._normal(party))
        return met is not None and met.verified

    def known(self, party: Party, wrote: bool = False, proven: bool = True) -> Known:
        """Return the identity of a party, made with a new customer when nobody used it before.

        A name is kept when there was none; a verified contact makes the identity verified. Who `wrote` to us can be
        reached again, whatever came back before. What is not `proven` changes nothing of an identity that is known."""
        value, name = self._value(party), one_line(party.name, LONGEST_NAME)
        met = self._find(party.kind, party.scope, value)
        if met is None:
            met = self._new(party, value, name)
            return Known(met.id, met.customer_id, value, met.blocked, new=True)
        if proven:
            self._learn(met, party, value, name, wrote)
        certain = party.verified and not (met.shared or met.claimed)
        return Known(met.id, met.customer_id, value, met.blocked, claimed=met.claimed, certain=certain)

    def reach(self, party: Party, reachable: bool) -> None:
        """Take note of whether somebody can be written to from now on; of whom nobody knows nothing is kept."""
        met = self._find(party.kind, party.scope, self._value(party))
        if met is not None and met.deliverable != reachable:
            kind = "deliverable" if reachable else "undeliverable"
            self._act.change_known(kind, "identity", met.id, "deliverable", met.deliverable, reachable, met.customer_id)
            met.deliverable = reachable

    def claimed(self, party: Party, author: Known) -> Known:
        """Return the identity of a party of whom the author of a message says that they are it: where nobody used it
        before one of the author's customer, unverified. What is known is not changed by what anybody says."""
        value = self._value(party)
        met = self._find(party.kind, party.scope, value)
        new = met is None
        if met is None:
            shared = _of_many(party.kind, value)
            met = _Met(new_id(), author.customer_id, "", False, True, False, claimed=True, shared=shared)
            self._store(met, party, value)
            naming.named(self._act.tx, met.customer_id, value)
        return Known(met.id, met.customer_id, value, met.blocked, new, met.claimed)

    def own(self, known: Known) -> None:
        """Take note that a claimed address is the customer's indeed."""
        self._settle(known, known.customer_id)

    def part(self, known: Known) -> Known:
        """Give a claimed address to a customer of its own: somebody else uses it."""
        customer = new_id()
        name = next((met.name for met in self._met.values() if met is not None and met.id == known.id), "")
        self._act.tx.later(
            "INSERT INTO customer (id, name, created_at) VALUES (?, ?, ?)",
            (customer, name or known.value, self._act.at),
        )
        self._settle(known, customer)
        naming.renew(self._act.tx, (customer, known.customer_id))
        return replace(known, customer_id=customer, claimed=False)

    def _settle(self, known: Known, customer: int) -> None:
        act, before = self._act, {"identity.claimed": True}
        act.tx.later("UPDATE identity SET claimed = ?, customer_id = ? WHERE id = ?", (False, customer, known.id))
        for met in self._met.values():
            if met is not None and met.id == known.id:
                met.claimed, met.customer_id = False, customer
        kind = "claim_proven" if customer == known.customer_id else "claim_refuted"
        act.event(kind, customer=known.customer_id, before=before, after={"identity": known.id, "customer": customer})

    def _new(self, party: Party, value: str, name: str) -> _Met:
        act = self._act
        met = _Met(new_id(), new_id(), name, party.verified, True, False, shared=_of_many(party.kind, value))
        act.tx.later(
            "INSERT INTO customer (id, name, organisation_id, created_at) VALUES (?, ?, ?, ?)",
            (met.customer_id, name or value, self._organisation(party, value), act.at),
        )
        self._store(met, party, value)
        naming.met(act.tx, met.customer_id, value, name)
        return met

    def _organisation(self, party: Party, value: str) -> int | None:
        if party.kind != "email":
            return None
        if self._domains is None:
            self._domains = organisations.by_domain(self._act.tx)
        return self._domains.get(value.rpartition("@")[2])

    def _store(self, met: _Met, party: Party, value: str) -> None:
        self._act.tx.later(
            "INSERT INTO identity (id, customer_id, kind, scope, value, name, verified, claimed, shared, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                met.id, met.customer_id, party.kind, party.scope, value, met.name, met.verified, met.claimed,
                met.shared, self._act.at,
            ),
        )  # fmt: skip
        self._met[party.kind, party.scope, value] = met

    def _learn(self, met: _Met, party: Party, value: str, name: str, wrote: bool) -> None:
        act = self._act
        if name and not met.name:
            met.name = name
            act.tx.later("UPDATE identity SET name = ? WHERE id = ?", (name, met.id))
            act.tx.later(
                "UPDATE customer SET name = ? WHERE id = ? AND name IN ('', ?)", (name, met.customer_id, value)
            )
            naming.named(act.tx, met.customer_id, name)
        if wrote and not met.deliverable:
            met.deliverable = True
            act.change_known("deliverable", "identity", met.id, "deliverable", False, True, met.customer_id)
        if party.verified and not met.verified:
            met.verified = True
            act.change_known("verified", "identity", met.id, "verified", False, True, met.customer_id)


_IDENTITY = (
    "SELECT id, customer_id, value, name, verified, deliverable, blocked_at, claimed, shared FROM identity "
    "WHERE kind = ? AND scope = ? AND value"
)


def _met_in(row: Any) -> _Met:
    flags = bool(row["verified"]), bool(row["deliverable"]), row["blocked_at"] is not None, bool(row["claimed"])
    return _Met(row["id"], row["customer_id"], row["name"], *flags, shared=bool(row["shared"]))


def _of_many(kind: str, value: str) -> bool:
    """Say whether an address is one that many people use by what it is called."""
    return kind == "email" and is_role(value)


def unreachable(act: Act, channel_kind: str, to: Iterable[Address]) -> None:
    """Take note that nothing gets to these addresses any more on a kind of channel."""
    people, kind = People(act), kind_of(channel_kind)
    for one in to:
        people.reach(Party(kind, one.address), False)


def known(act: Act, party: Party) -> Known:
    """Return the identity of a party, as `People` does."""
    return People(act).known(party)


class OwnAddresses(frozenset[str]):
    """Addresses of our own in normal form; a plus-address of one (`support+returns@`) is ours as well."""

    def __contains__(self, value: object) -> bool:
        return super().__contains__(value) or (
            isinstance(value, str) and "+" in value and super().__contains__(without_plus(value))
        )


def own_addresses(connection: Connection) -> OwnAddresses:
    """Return the addresses of our own channels, their aliases and those of removed ones too, in normal form."""
    found = connection.all("SELECT kind, address, settings_json FROM channel WHERE address <> ''")
    usual = phones.region(connection)
    return OwnAddresses(
        normalise_identity(kind_of(row[0]), one, phones.of_channel(settings, usual))
        for row in found
        for settings in (json.loads(row[2] or "{}"),)
        for one in (row[1], *aliases(settings))
    )


def aliases(settings: Mapping[str, Any]) -> list[str]:
    """Return the further addresses that a channel's settings name, as typed."""
    return [one for one in re.split(r"[\s,;]+", str(settings.get("aliases") or "")) if one]


def addresses_of(channel: Channel) -> OwnAddresses:
    """Return the address of one channel and its aliases, in normal form."""
    kind = kind_of(channel.kind)
    region = phones.of_channel(channel.settings, "")
    return OwnAddresses(normalise_identity(kind, one, region) for one in (channel.address, *aliases(channel.settings)))


def without_plus(address: str) -> str:
    """Return the address that a plus-address belongs to (RFC 5233), itself where it is none."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def party_at(channel: Channel, address: Address) -> Party:
    """Return whom an address of a channel is of: by the first kind of identity that the channel knows people by, or
    where that is the telephone and this is no number, by the second."""
    kinds = registry.manifest(channel.kind).identity_kinds
    kind = kinds[1] if kinds[0] == "phone" and len(kinds) > 1 and not could_be_phone(address.address) else kinds[0]
    return Party(kind, address.address, address.name, scope_of(channel))


def kind_of(channel_kind: str) -> str:
    """Return the kind of identity that a kind of channel addresses; the channel's own where it is not installed."""
    try:
        return registry.manifest(channel_kind).identity_kinds[0]
    except NotFoundError:
        return channel_kind


def scope_of(channel: Channel) -> str:
    """Return the scope of the addresses that a channel writes to: its own where ids are known to it alone."""
    try:
        return channel.address if registry.manifest(channel.kind).scoped else ""
    except NotFoundError:
        return ""


def find(connection: Connection, value: str, kind: str | None = None) -> list[int]:
    """Return the customers who use an address, exactly as normalised."""
    kinds = [kind] if kind else ["email", "phone", ""]
    wanted = {phones.normalised(connection, one, value) for one in kinds if one} | {value.strip()}
    marks = ", ".join("?" * len(wanted))
    rows = connection.all(
        f"SELECT DISTINCT customer_id FROM identity WHERE value IN ({marks}) AND kind = coalesce(?, "
        "kind) ORDER BY customer_id",
        (*wanted, kind),
    )
    return [row[0] for row in rows]
