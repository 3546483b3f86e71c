"""Public messages beside private ones, and going on with one in private.

A remark (a comment, a mention) stands where everybody reads it. Where the channel allows it, one answer to it may go in
private before its author has written there; from then on the conversation goes on in private, in the same place.
"""

from __future__ import annotations

import json
from typing import Any

from omnidesk.connectors.manifest import Manifest
from omnidesk.desk.rules import Remark
from omnidesk.store.database import Connection
from omnidesk.words.rows import Channel, Message

PRIVATELY = ":private"
"""What stands behind a channel's name where it is named for an answer in private to what was public on it."""
_LEFT = ("sending", "sent", "delivered", "read", "unknown")


def named(via: str) -> tuple[str, bool]:
    """Return the channel that a way names, and whether it is the private way to answer what was public there."""
    return via.removesuffix(PRIVATELY), via.endswith(PRIVATELY)


def is_remark(channel: Channel, manifest: Manifest, answers: Message | None) -> bool:
    """Say whether what is answered was public on this channel, on which private messages stand too."""
    return answers is not None and answers.public and answers.channel_id == channel.id and not manifest.public


def remark(reader: Connection, answers: Message, sending: int | None = None) -> Remark:
    """Return a public message as the rules judge a private answer to it; `sending` is that answer where it is queued.

    Rides on outbox_conversation."""
    rows = reader.all(
        "SELECT message_id, state, outgoing_json FROM outbox WHERE conversation_id = ? AND channel_id = ?",
        (answers.conversation_id, answers.channel_id),
    )
    return Remark(
        answers.at,
        any(
            row["message_id"] != sending and (row["state"] in _LEFT or _comes_first(row, sending))
            for row in rows
            if _answers_privately(row["outgoing_json"], answers.id)
        ),
    )


def _comes_first(row: Any, sending: int | None) -> bool:
    """Say whether an answer that is queued goes before the one that is being sent."""
    return row["state"] == "queued" and (sending is None or row["message_id"] < sending)


def _answers_privately(outgoing: str, answers: int) -> bool:
    said = json.loads(outgoing or "{}")
    return said.get("answers") == answers and bool(said.get("privately"))
