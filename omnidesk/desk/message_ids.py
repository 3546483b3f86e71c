"""The ids that messages bear and name, as a batch of filing needs them: read for all of it at once, kept up to date.

What was not read ahead is read when it is asked for, so that reading ahead is a matter of speed alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from omnidesk.store.chunks import MOST_VALUES, chunks, rows_in
from omnidesk.store.database import Transaction

MOST_BEARERS = 20
"""How many messages of one id, or that name one id, are looked at."""
_BEARING = "SELECT external_id, id, conversation_id, at, uuid, aside_id FROM message WHERE external_id"
_NAMING = (
    "SELECT DISTINCT r.value, m.conversation_id FROM message_reference r JOIN message m ON m.id = r.message_id "
    "WHERE r.value {} LIMIT ?"
)
_NEWEST_OF_THREADS = (
    "SELECT given.value, (SELECT m.id FROM message_reference r JOIN message m ON m.id = r.message_id "
    "WHERE r.value = given.value AND m.channel_id = ? ORDER BY m.at DESC, m.id DESC LIMIT 1) "
    "FROM (SELECT DISTINCT value FROM message_reference WHERE value IN ({})) AS given"
)


class Bearer(NamedTuple):
    """A message that bears an id."""

    conversation: int
    at: int
    uuid: str | None
    aside: int | None


class MessageIds:
    """Which messages bear an id, which conversations name it, which are the newest of a channel's threads."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._bearing: dict[str, list[Bearer]] = {}
        self._naming: dict[str, list[int]] = {}
        self._threads: dict[tuple[str, int], tuple[int, int, int] | None] = {}

    def forget(self) -> None:
        """Forget all that was read."""
        self._bearing.clear()
        self._naming.clear()
        self._threads.clear()

    def read(self, ids: Collection[str]) -> None:
        """Read ahead who bears and names ids."""
        for some in chunks(list(dict.fromkeys(ids)), MOST_VALUES // 8):
            bearing: dict[str, list[Bearer]] = {value: [] for value in some}
            naming: dict[str, list[int]] = {value: [] for value in some}
            most = MOST_BEARERS * len(some)
            bearers = rows_in(self._tx, f"{_BEARING} IN ({{}}) LIMIT {most}", some)
            namers = rows_in(self._tx, _NAMING.format("IN ({})").replace("LIMIT ?", f"LIMIT {most}"), some)
            for row in sorted(bearers, key=lambda row: int(row[1])):
                bearing[row[0]].append(Bearer(*tuple(row)[2:]))
            for row in namers:
                naming[row[0]].append(row[1])
            if len(bearers) < most:  # else one id may have taken the place of another
                self._bearing.update((value, found[:MOST_BEARERS]) for value, found in bearing.items())
            if len(namers) < most:
                self._naming.update((value, found[:MOST_BEARERS]) for value, found in naming.items())

    def read_threads(self, channel_id: int, threads: Collection[str]) -> None:
        """Read ahead which are the newest messages of a channel's own threads."""
        found = dict(rows_in(self._tx, _NEWEST_OF_THREADS, threads, (channel_id,)))
        messages = rows_in(self._tx, "SELECT id, at, conversation_id FROM message WHERE id IN ({})", found.values())
        newest = {row[0]: (row[1], row[0], row[2]) for row in messages}
        self._threads.update(((thread, channel_id), newest.get(found.get(thread))) for thread in threads)

    def conversations(self) -> set[int]:
        """Return the conversations that were met so far."""
        bearing = {one.conversation for found in self._bearing.values() for one in found}
        threads = {newest[2] for newest in self._threads.values() if newest is not None}
        return bearing.union(threads, *self._naming.values())

    def bearing(self, value: str) -> Sequence[Bearer]:
        """Return the messages that bear an id, the first ones of many."""
        found = self._bearing.get(value)
        if found is None:
            rows = self._tx.all(f"{_BEARING} = ? ORDER BY id LIMIT ?", (value, MOST_BEARERS))
            found = self._bearing[value] = [Bearer(*tuple(row)[2:]) for row in rows]
        return found

    def naming(self, value: str) -> Sequence[int]:
        """Return the conversations with messages that name an id."""
        found = self._naming.get(value)
        if found is None:
            rows = self._tx.all(_NAMING.format("= ?"), (value, MOST_BEARERS))
            found = self._naming[value] = [row[1] for row in rows]
        return found

    def newest_of(self, thread: str, channel_id: int) -> int | None:
        """Return the conversation of the newest message of a channel's own thread."""
        key = thread, channel_id
        if key not in self._threads:
            self.read_threads(channel_id, [thread])
        found = self._threads[key]
        return None if found is None else found[2]

    def ours_among(self, ids: Iterable[str]) -> bool:
        """Say whether a message that we sent may bear one of these ids."""
        return any(_many(found) or any(one.uuid for one in found) for found in map(self.bearing, ids))

    def asides_among(self, ids: Iterable[str]) -> bool:
        """Say whether a message of an aside may bear one of these ids."""
        return any(_many(found) or any(one.aside for one in found) for found in map(self.bearing, ids))

    def add(
        self, message_id: int, external_id: str | None, bearer: Bearer, names: Iterable[str], thread: str, channel: int
    ) -> None:
        """Take a message in that was filed."""
        if external_id in self._bearing and not _many(known := self._bearing[external_id]):
            known.append(bearer)
        for value in names:
            named = self._naming.get(value)
            if named is not None and bearer.conversation not in named and not _many(named):
                named.append(bearer.conversation)
        if (thread, channel) in self._threads:
            newest = self._threads[thread, channel]
            mine = bearer.at, message_id, bearer.conversation
            self._threads[thread, channel] = mine if newest is None else max(newest, mine)


def _many(found: Sequence[object]) -> bool:
    return len(found) >= MOST_BEARERS
