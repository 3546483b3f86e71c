"""Telephone numbers without a country: which one they belong to, for the workspace or for one channel.

The country is written down once, when a workspace is made or brought up to this: a desk whose people and machines have
different locales still reads a number in one way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from omnidesk.desk import naming
from omnidesk.store.database import Connection, Transaction
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import normalise_identity
from omnidesk.text.phone import USUAL_REGION, local_region, normalise_phone

if TYPE_CHECKING:
    from omnidesk.connectors.base import Party
    from omnidesk.desk.contents import Kept


def region(connection: Connection) -> str:
    """Return the country of numbers that name none: the setting `region`."""
    found = connection.value("SELECT value_json FROM setting WHERE key = 'region'")
    return USUAL_REGION if found is None else str(json.loads(found))


def normalised(connection: Connection, kind: str, value: str) -> str:
    """Return an identity's value as it is compared in this workspace."""
    return normalise_identity(kind, value, region(connection) if kind == "phone" else "")


def of_channel(settings: Mapping[str, Any], usual: str) -> str:
    """Return the country of numbers that a channel brings: its own setting `region`, else the `usual` one."""
    return str(settings.get("region") or usual)


def localised(kept: Kept, country: str) -> Kept:
    """Return a message whose people have their telephone numbers in E.164, those without a country in this one."""

    def known(party: Party) -> Party:
        return replace(party, value=normalise_phone(party.value, country)) if party.kind == "phone" else party

    def all_known(parties: tuple[Party, ...]) -> tuple[Party, ...]:
        return tuple(known(party) for party in parties)

    one = kept.message
    message = replace(
        one,
        sender=None if one.sender is None else known(one.sender),
        to=all_known(one.to),
        cc=all_known(one.cc),
        bcc=all_known(one.bcc),
        reply_to=all_known(one.reply_to),
        also=all_known(one.also),
    )
    return replace(kept, message=message)


def settle(workspace: Workspace) -> None:
    """Write down the country, where none is, as this machine's locale has it; numbers known by then are spelled in
    E.164. One that is known in both spellings keeps both: their customers are for a person to merge."""

    def work(tx: Transaction) -> None:
        if tx.value("SELECT 1 FROM setting WHERE key = 'region'"):
            return
        here = local_region()
        tx.insert("setting", key="region", value_json=json.dumps(here))
        respelled: set[int] = set()
        for row in tx.all("SELECT id, customer_id, scope, value FROM identity WHERE kind = 'phone'"):
            value = normalise_phone(row["value"], here)
            same = "SELECT 1 FROM identity WHERE kind = 'phone' AND scope = ? AND value = ?"
            if value != row["value"] and tx.value(same, (row["scope"], value)) is None:
                tx.execute("UPDATE identity SET value = ? WHERE id = ?", (value, row["id"]))
                respelled.add(row["customer_id"])
        naming.renew(tx, respelled)

    workspace.database.write(work)
