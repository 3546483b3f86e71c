"""Signatures without a mark: the block below a mail that the sender's last mails had too is folded like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from omnidesk.connectors.base import Decoded
from omnidesk.desk.identity import Known
from omnidesk.store.chunks import rows_in
from omnidesk.store.database import Connection, Transaction

LOOKED_AT = 3
"""Earlier mails of the sender that are looked at; two of them must have the block."""
MOST_LINES = 12
LONGEST = 20_000
"""Characters of a mail that are looked at."""


def folded(connection: Connection, identity_id: int | None, message_id: int, decoded: Decoded, reply: str) -> str:
    """Return what is new in a message, without the block that its sender's messages before `message_id` share with it.

    Rides on message_identity. What was forwarded or written by a machine stays whole."""
    if identity_id is None or not may_fold(decoded, reply):
        return reply
    earlier = connection.all(
        "SELECT substr(text, 1, ?) FROM message WHERE identity_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        (LONGEST, identity_id, message_id, LOOKED_AT),
    )
    return without_shared_end(reply, [row[0] for row in earlier])


def may_fold(decoded: Decoded, reply: str) -> bool:
    """Say whether a message is one whose end is compared with others."""
    return decoded.auto is None and 3 <= reply.count("\n") <= 400


class Signatures:
    """The last mails of those who wrote, for a batch of filing: read for all of them at once, kept up to date."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._earlier: dict[int, list[str]] = {}

    def forget(self) -> None:
        """Forget all that was read."""
        self._earlier.clear()

    def read(self, identities: Iterable[int]) -> None:
        """Read ahead the last messages of identities."""
        wanted = list(dict.fromkeys(identities))
        messages = {row[0]: row[1:] for row in map(tuple, rows_in(self._tx, _LAST_OF, wanted))}
        named = [one for some in messages.values() for one in some if one is not None]
        texts = {row[0]: row[1] for row in rows_in(self._tx, _TEXTS, named)}
        for identity, some in messages.items():
            self._earlier[identity] = [texts[one] for one in some if one is not None]

    def folded(self, author: Known | None, message_id: int, decoded: Decoded) -> str:
        """Return what is new in a message that is filed now, as the function `folded` does."""
        reply = decoded.reply_text
        if author is None or not may_fold(decoded, reply):
            return reply
        if author.new:
            self._earlier.setdefault(author.id, [])
        if author.id not in self._earlier:
            return folded(self._tx, author.id, message_id, decoded, reply)
        return without_shared_end(reply, self._earlier[author.id])

    def add(self, author: Known | None, text: str) -> None:
        """Take a message in that was filed."""
        if author is not None and (author.new or author.id in self._earlier):
            earlier = self._earlier.setdefault(author.id, [])
            earlier.insert(0, text[:LONGEST])
            del earlier[LOOKED_AT:]


_LAST = "(SELECT m.id FROM message m WHERE m.identity_id = i.id ORDER BY m.id DESC LIMIT 1 OFFSET {})"
_LAST_OF = (
    f"SELECT i.id, {', '.join(_LAST.format(place) for place in range(LOOKED_AT))} FROM identity i WHERE i.id IN ({{}})"
)
_TEXTS = f"SELECT id, substr(text, 1, {LONGEST}) FROM message WHERE id IN ({{}})"


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
