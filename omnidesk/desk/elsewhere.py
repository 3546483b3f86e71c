"""A customer who goes on elsewhere: what comes on another channel joins what they have open, else joining is offered.

It joins by itself when the channel proves who wrote, nobody else uses the address, and exactly one conversation is open
in which this kind of channel took no part yet; how far it may is the channel's setting `join`. What is public never
joins what is private. Whoever asks again elsewhere because nobody answered is a repeat contact: that moves up.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Manifest
from omnidesk.desk.growing import Growing
from omnidesk.desk.identity import Known
from omnidesk.desk.standing import Standing
from omnidesk.store.database import Connection
from omnidesk.text.clean import one_line
from omnidesk.words.errors import UsageError
from omnidesk.words.speech import _

ALWAYS, NEVER = "always", "never"
AGAIN = 10 * clock.MINUTE
"""From this long without an answer on, asking elsewhere is asking again."""
OFFERED = 3
"""Open conversations of a customer that one contact is offered to be joined with."""
_FORMER = {"open": ALWAYS, "offer": NEVER}
_MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a contact on another channel may belong to: the conversation it joins, and those it is offered to join."""

    joins: int | None = None
    offered: tuple[int, ...] = ()


NOWHERE = Elsewhere()
REASON = "the customer's only open matter"


def policy(settings: Mapping[str, Any], manifest: Manifest) -> str | int:
    """Return how far contacts on a channel join by themselves: `always`, `never`, or what was said in so many days."""
    said = str(settings.get("join") or manifest.joins)
    said = _FORMER.get(said, said)
    return int(said) if said.isdigit() else said


def allowed(connection: Connection, channel_id: int, number: int, at: int) -> bool:
    """Say whether the policy of a channel lets what comes at a time join a conversation by itself."""
    channel = connection.one("SELECT kind, settings_json FROM channel WHERE id = ?", (channel_id,))
    last = connection.value("SELECT last_message_at FROM conversation WHERE id = ?", (number,))
    how_far = policy(json.loads(channel["settings_json"]), registry.manifest(channel["kind"])) if channel else NEVER
    return _near_enough(int(last or 0), how_far, at)


def checked(said: str) -> str:
    """Return a policy as it is kept. Raises UsageError."""
    found = _FORMER.get(said.strip().lower(), said.strip().lower())
    if found in (ALWAYS, NEVER) or (found.isascii() and found.isdigit() and 0 < int(found) <= _MOST_DAYS):
        return found
    raise UsageError(
        _("join is always, never, or a number of days up to {most}, not {said}").format(
            most=_MOST_DAYS, said=one_line(said, 40)
        )
    )


def find(conversations: Growing, author: Known, kind: str, how_far: str | int, at: int) -> Elsewhere:
    """Return what a message of a kind of channel, which begins a new matter by all else, may belong to."""
    opened = conversations.open_of(author.customer_id)
    others = [one for one in opened if kind not in conversations.kinds(one) and not one.unproven]
    if not others:
        return NOWHERE
    if len(opened) == 1 and author.certain and _near_enough(others[0].last_message_at, how_far, at):
        return Elsewhere(joins=others[0].id)
    return Elsewhere(offered=tuple(one.id for one in others[:OFFERED]))


def _near_enough(last: int, how_far: str | int, at: int) -> bool:
    if isinstance(how_far, int):
        return at - last <= how_far * clock.DAY
    return how_far != NEVER


def asks_again(one: Standing, kind: str, at: int) -> bool:
    """Say whether who waits in a conversation asks again on another kind of channel."""
    return one.waiting_since is not None and at - one.waiting_since >= AGAIN and kind not in one.kinds.split()
