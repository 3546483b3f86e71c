"""Mails whose sender is NOT PROVEN: their own domain disowns them, or says nothing of who was proven before.

Such a mail joins its conversation only flagged: it ties no others to it, changes nothing we know of anybody, makes
nobody take part, is not what an answer goes to by itself, and no machine answers it."""

from __future__ import annotations

from omnidesk.connectors.base import Decoded, Item
from omnidesk.desk.identity import People
from omnidesk.words.kinds import Auth


def unproven(people: People, item: Item, decoded: Decoded, backlog: bool) -> bool:
    """Say whether an inbound message is not proven to come from its sender.

    That nothing is said counts only where our own server speaks at all, and not of old mail: it may not have then."""
    if decoded.auth is Auth.FAIL:
        return True
    if decoded.auth is Auth.PASS or decoded.sender is None or backlog or not item.headers.get("authserv_id"):
        return False
    return people.verified(decoded.sender)
