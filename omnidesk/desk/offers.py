"""Conversations that may belong together: offered to be joined with one key, once, and refused for good."""

from __future__ import annotations

import json

from omnidesk.desk.acts import Act
from omnidesk.store.database import Connection, Transaction


def offer(act: Act, here: int, there: int) -> None:
    """Offer to join two conversations, once: what stands offered or was refused is not said again."""
    after = {"other": there}
    said = act.tx.value(
        "SELECT 1 FROM event WHERE conversation_id = ? AND kind IN ('join_offered', 'join_refused') "
        "AND after_json = ? LIMIT 1",
        (here, json.dumps(after)),
    )
    if said is None:
        act.event("join_offered", here, after=after)
        act.event("join_offered", there, after={"other": here})
        for number in (here, there):
            show(act.tx, number)


def standing(connection: Connection, number: int) -> list[int]:
    """Return the conversations that may belong to this one, as they stand now.

    What an agent refused is not offered again, unless the refusal was taken back. Rides on event_join, whose
    condition stands here word for word."""
    said = connection.all(
        "SELECT event.kind, event.after_json FROM event LEFT JOIN act ON act.id = event.act_id WHERE "
        "event.conversation_id = ? AND event.kind IN ('join_offered', 'join_refused') AND act.undone_by IS NULL "
        "ORDER BY event.id",
        (number,),
    )
    offered, refused = (
        [_stands_for(connection, int(json.loads(row["after_json"])["other"])) for row in said if row["kind"] == kind]
        for kind in ("join_offered", "join_refused")
    )
    here = _stands_for(connection, number)
    return [other for other in dict.fromkeys(offered) if other != here and other not in refused]


def _stands_for(connection: Connection, number: int) -> int:
    while (into := connection.value("SELECT merged_into FROM conversation WHERE id = ?", (number,))) is not None:
        number = int(into)
    return number


def show(tx: Transaction, number: int) -> None:
    """Have the queue show to what a conversation is offered to be joined now, if to anything."""
    found = standing(tx, number)
    tx.execute("UPDATE conversation SET offered_join = ? WHERE id = ?", (found[0] if found else None, number))
