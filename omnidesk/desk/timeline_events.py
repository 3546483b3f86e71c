"""What was done to a customer, in words, for their timeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection
from omnidesk.text.clean import one_line
from omnidesk.words.retelling import retold
from omnidesk.words.speech import _

KINDS = {
    "consent": "consent",
    "customer_joined": "merge",
    "address_came": "merge",
    "address_went": "merge",
    "customer_changed": "change",
    "customer_tagged": "change",
    "identity_added": "change",
    "verified": "change",
    "claimed": "change",
    "claim_proven": "change",
    "claim_refuted": "change",
    "address_shared": "change",
    "deliverable": "change",
    "undeliverable": "change",
    "blocked": "change",
}
"""The events that are told of, and the kind that they are on a timeline."""
FIELDS = {
    "name": "name",
    "company": "company",
    "language": "language",
    "preferred_channel": "preferred channel",
    "organisation_id": "organisation",
    "vip": "VIP",
}
"""What the facts of a customer are called."""


def told(reader: Connection, rows: Sequence[Any]) -> list[tuple[Any, str]]:
    """Return each event with what it says, in a line; by primary key."""
    read = [(row, json.loads(row["before_json"]), json.loads(row["after_json"])) for row in rows]
    addresses = _named(reader, "identity", "value", [_identity(after) for _row, _before, after in read])
    people = _named(reader, "customer", "name", [after.get("customer") for _row, _before, after in read])
    groups = [after.get("customer.organisation_id") for _row, _before, after in read]
    names = _named(reader, "organisation", "name", groups)
    return [(row, _words(row["kind"], before, after, addresses, people, names)) for row, before, after in read]


def _identity(after: dict[str, Any]) -> Any:
    return after.get("identity") or (after.get("row") if any(key.startswith("identity.") for key in after) else None)


def _named(reader: Connection, table: str, column: str, wanted: Iterable[Any]) -> dict[int, str]:
    numbers = [one for one in wanted if isinstance(one, int)]
    found = rows_in(reader, f"SELECT id, {column} FROM {table} WHERE id IN ({{}})", numbers)
    return {row[0]: one_line(row[1], 80) for row in found}


def _words(
    kind: str,
    before: dict[str, Any],
    after: dict[str, Any],
    addresses: dict[int, str],
    people: dict[int, str],
    groups: dict[int, str],
) -> str:
    address = addresses.get(_identity(after) or 0) or _("an address")
    person = people.get(after.get("customer") or 0) or _("somebody else")
    if kind == "consent":
        given = after.get("consent.state") == "given"
        how = _("allowed {purpose} on {kind}") if given else _("forbade {purpose} on {kind}")
        said = how.format(purpose=_(after.get("purpose", "")), kind=after.get("channel_kind", ""))
        return f"{said} ({address})" if _identity(after) else said
    if kind == "customer_joined":
        why = retold(after.get("reason") or "")
        said = _("one person with {name}").format(name=person)
        return f"{said}: {why}" if why else said
    if kind == "address_came":
        return _("got an address of {name}").format(name=person)
    if kind == "address_went":
        return _("an address went to {name}").format(name=person)
    if kind == "customer_changed":
        return ", ".join(_changed(name, value, groups) for name, value in after.items() if name != "row")
    if kind == "customer_tagged":
        was, now = set(before.get("tags", ())), set(after.get("tags", ()))
        return " ".join([*(f"+{one}" for one in sorted(now - was)), *(f"-{one}" for one in sorted(was - now))])
    if kind == "address_shared":
        many = after.get("identity.shared")
        return (_("many people use {address}") if many else _("one person uses {address}")).format(address=address)
    sentences = {
        "identity_added": _("{address} was added"),
        "verified": _("{address} is verified"),
        "claimed": _("says that {address} is theirs"),
        "claim_proven": _("{address} is theirs indeed"),
        "claim_refuted": _("{address} is somebody else's"),
        "deliverable": _("{address} can be reached again"),
        "undeliverable": _("{address} cannot be reached: what went there came back"),
        "blocked": _("{address} was blocked"),
    }
    return sentences.get(kind, kind.replace("_", " ")).format(address=address)


def _changed(name: str, value: Any, groups: dict[int, str]) -> str:
    column = name.rpartition(".")[2]
    label = _(FIELDS.get(column, column.replace("_", " ")))
    if column == "vip":
        return label if value else _("no VIP any more")
    shown = groups.get(value, str(value)) if column == "organisation_id" and value is not None else value
    return f"{label}: {one_line(str(shown), 80)}" if shown else _("{field} was taken off").format(field=label)
