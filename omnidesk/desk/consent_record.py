"""What may go to each address of a customer, how that came about, and what agents write down of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import consents, customers, identity, persons, phones
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.rows import Actor, Consent, Customer, Identity
from omnidesk.words.speech import _

GROUNDS = ("consent", "contract", "legitimate interest", "legal obligation")
"""On what contact can rest (GDPR, article 6)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """May an address be contacted on a kind of channel for a purpose? `said` is None where nobody said anything: then
    it may."""

    identity: Identity
    channel_kind: str
    purpose: str
    said: Consent | None

    @property
    def may(self) -> bool:
        """Whether it may."""
        return self.said is None or self.said.state == consents.GIVEN


@dataclass(frozen=True, slots=True)
class Change:
    """One change of what an address allows, at a time (UTC ms); `by` wrote it down, `act` can be undone."""

    at: int
    act: int
    by: str
    address: str
    channel_kind: str
    purpose: str
    state: str
    ground: str
    source: str


def standings(workspace: Workspace, customer: Customer) -> list[Standing]:
    """Return what may go to each address of a customer, on the kinds of channels that this workspace has."""
    here = _kinds_here(workspace.database.reader)
    found = []
    for one in customer.identities:
        said = {(each.channel_kind, each.purpose): each for each in one.consent}
        kinds = dict.fromkeys([*here.get(one.kind, ()), *sorted({kind for kind, _purpose in said})])
        found += [
            Standing(one, kind, purpose, said.get((kind, purpose))) for kind in kinds for purpose in consents.PURPOSES
        ]
    return found


def history(workspace: Workspace, customer: int, limit: int = 1_000) -> list[Change]:
    """Return how it came about, newest first; rides on event_customer. What was said of an address before it became
    theirs is among it."""
    reader = workspace.database.reader
    everyone = persons.customers(reader, customer)
    theirs = persons.identities(reader, everyone)
    before = rows_in(
        reader,
        "SELECT DISTINCT before_id FROM moved WHERE table_name = 'identity' AND column_name = 'customer_id' "
        "AND row_id IN ({})",
        theirs,
    )
    owners = dict.fromkeys([*everyone, *(row[0] for row in before)])
    values = dict(map(tuple, rows_in(reader, "SELECT id, value FROM identity WHERE id IN ({})", theirs)))
    found = rows_in(
        reader, "SELECT id, at, act_id, actor, after_json FROM event WHERE kind = 'consent' AND customer_id IN ({})",
        list(owners),
    )  # fmt: skip
    changes = []
    for row in sorted(found, key=lambda row: int(row["id"]), reverse=True):
        after = json.loads(row["after_json"])
        address = values.get(after.get("identity"))
        if address is not None:
            changes.append(_change(row, after, address))
    return changes[:limit]


def _change(row: Any, after: Mapping[str, Any], address: str) -> Change:
    state = after.get("consent.state") or "unsaid"
    said = [str(after.get(name) or "") for name in ("ground", "source")]
    kind, purpose = str(after.get("channel_kind", "")), str(after.get("purpose", ""))
    return Change(row["at"], row["act_id"], one_line(row["actor"], 60), address, kind, purpose, str(state), *said)


def say(
    workspace: Workspace,
    actor: Actor,
    customer: int,
    given: bool,
    address: str | None = None,
    purpose: str = "marketing",
    channel_kind: str | None = None,
    ground: str = "",
) -> rows.Act:
    """Write down that an address of a customer may be contacted for a purpose, or must not: on one kind of channel,
    else on all that the workspace has. Undoable. Raises NotFoundError, UsageError."""
    reader = workspace.database.reader
    known = customers.get(workspace, customer)
    one = meant(workspace, known, address)
    if purpose not in consents.PURPOSES:
        raise UsageError(_("a purpose is service or marketing, not {said}").format(said=one_line(purpose, 40)))
    kinds = [_kind(one, channel_kind)] if channel_kind else list(_kinds_here(reader).get(one.kind, ()))
    if not kinds:
        raise UsageError(_("no channel here reaches {address}: name a kind of channel").format(address=one.value))
    on = _ground(ground, given)

    def work(act: Act) -> None:
        for kind in kinds:
            said = consents.Said(purpose, given, f"{consents.AGENT}{actor.name}", act.at, on)
            consents.put(act, consents.row(act.tx, one.id, kind, purpose), one.id, known.id, kind, said)
        how = "allowed" if given else "forbade"
        act.summary = f"{how} {purpose} on {', '.join(kinds)}: {one_line(one.value, 80)}"

    return perform_undoable(workspace, actor, "customer_consent", work)[0]


def call_objection(workspace: Workspace, telephone: str, number: int | None) -> str:
    """Return in words why a telephone number is not called from a conversation, "" where it may be."""
    said = consents.call_refused(workspace.database.reader, telephone, number)
    if said is None:
        return ""
    objection = _("not dialled: {telephone} wants no calls (said {source}, {day})")
    day = (clock.to_rfc3339(said.since) or "")[:10]
    return objection.format(telephone=one_line(telephone, 40), source=one_line(said.source, 60), day=day)


def take_back(act: Act, event: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Bring back what held before a change, within an act; False where somebody said something else since."""
    which = after["identity"], after["channel_kind"], after["purpose"]
    now = consents.row(act.tx, *which)
    if now is None or (now["state"], now["since"]) != (after["consent.state"], after.get("since")):
        return False
    if before:
        act.tx.execute(
            "UPDATE consent SET state = ?, ground = ?, source = ?, since = ? WHERE id = ?",
            (*(before.get(name, "") for name in ("consent.state", "ground", "source", "since")), now["id"]),
        )
    else:
        act.tx.execute("DELETE FROM consent WHERE id = ?", (now["id"],))
    consents.told(act, {name: after[name] for name in _FIELDS}, before or {"consent.state": None}, which,
                  event["customer_id"])  # fmt: skip
    return True


_FIELDS = ("consent.state", "ground", "source", "since")


def meant(workspace: Workspace, customer: Customer, address: str | None) -> Identity:
    """Return the address of a customer that somebody typed, the only one where none is named. Raises NotFoundError,
    UsageError."""
    connection = workspace.database.reader
    if address is None:
        if len(customer.identities) != 1:
            raise UsageError(_("name the address: {name} has several").format(name=one_line(customer.name, 60)))
        return customer.identities[0]
    for one in customer.identities:
        if address.strip() == one.value or phones.normalised(connection, one.kind, address) == one.value:
            return one
    raise NotFoundError(
        _("{address} is no address of {name}").format(
            address=one_line(address, 100), name=one_line(customer.name, 60)
        )
    )  # fmt: skip


def _kinds_here(connection: Connection) -> dict[str, Sequence[str]]:
    """Return by kind of address the kinds of channels of this workspace that send there; whoever has a telephone can
    be called."""
    found: dict[str, dict[str, None]] = {"phone": {consents.CALL: None}}
    for (kind,) in connection.all("SELECT DISTINCT kind FROM channel WHERE removed_at IS NULL ORDER BY kind"):
        if kind != "desk" and _sends(kind):
            found.setdefault(identity.kind_of(kind), {})[kind] = None
    return {kind: tuple(kinds) for kind, kinds in found.items()}


def _sends(kind: str) -> bool:
    try:
        return registry.manifest(kind).outbound != "none"
    except NotFoundError:
        return False


def _kind(one: Identity, said: str) -> str:
    kind = said.strip().lower()
    if kind == consents.CALL and one.kind == "phone":
        return kind
    manifest = registry.manifest(kind)
    if manifest.identity_kinds[0] != one.kind:
        raise UsageError(_("{kind} does not reach {address}").format(kind=kind, address=one.value))
    return kind


def _ground(said: str, given: bool) -> str:
    ground = one_line(said, 40).lower().replace("-", " ")
    if ground and ground not in GROUNDS:
        raise UsageError(_("a ground is one of: {grounds}").format(grounds=", ".join(GROUNDS)))
    return ground or ("consent" if given else "")
