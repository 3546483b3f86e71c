"""Signatures without a mark: the block below a mail that the sender's last mails had too is folded like any other."""

from __future__ import annotations

from collections.abc import Sequence

from omnidesk.connectors.base import Decoded
from omnidesk.store.database import Connection

LOOKED_AT = 3
"""Earlier mails of the sender that are looked at; two of them must have the block."""
MOST_LINES = 12
LONGEST = 20_000
"""Characters of a mail that are looked at."""


def folded(connection: Connection, identity_id: int | None, message_id: int, decoded: Decoded, reply: str) -> str:
    """Return what is new in a message, without the block that its sender's messages before `message_id` share with it.

    Rides on message_identity. What was forwarded or written by a machine stays whole."""
    if identity_id is None or decoded.auto is not None or not 3 <= reply.count("\n") <= 400:
        return reply
    earlier = connection.all(
        "SELECT substr(text, 1, ?) FROM message WHERE identity_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (LONGEST, identity_id, message_id, LOOKED_AT),
    )
    return without_shared_end(reply, [row[0] for row in earlier])


def without_shared_end(reply: str, earlier: Sequence[str]) -> str:
    """Return a text without the last block that it shares with two of `earlier` (texts of mails with what they quote).

    The block stands below a blank line, has two lines at least, and leaves something to be said."""
    lines = reply.rstrip().split("\n")
    close = "\n".join(lines[-2:])
    ends = sorted((_shared(lines, close, text) for text in earlier), reverse=True)[:2]
    if len(ends) < 2 or not ends[1]:
        return reply
    first = len(lines) - ends[1]
    while 0 < first < len(lines) and lines[first - 1].strip():
        first += 1  # a block begins below a blank line
    block = [line for line in lines[first:] if line.strip()]
    above = "\n".join(lines[:first]).rstrip()
    return above if len(block) >= 2 and above.strip() else reply


def _shared(lines: list[str], close: str, text: str) -> int:
    """Return how many lines up from `close`, the last two, stand so in a text too; 0 where all of them do."""
    place = text.find(close)
    if place < 0:
        return 0
    other = text[: place + len(close)].rsplit("\n", MOST_LINES)
    count = 0
    for mine, theirs in zip(reversed(lines), reversed(other), strict=False):
        if mine.rstrip() != theirs.rstrip():
            return count
        count += 1
    return 0 if count == len(lines) else min(count, MOST_LINES)
