"""The conversations that a batch of filing meets: read at once, grown in memory, written once.

What they come to is worked out from memory where that holds all their messages or a new one is the newest; the others
are recounted together at the end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from omnidesk.desk import conversations, due, ownership
from omnidesk.desk import standing as standings
from omnidesk.desk.acts import Act
from omnidesk.desk.shown import LOOKED_AT, Said, preview, shown
from omnidesk.desk.standing import Standing
from omnidesk.store.chunks import rows_in
from omnidesk.store.deferred import Deferred
from omnidesk.words.kinds import Direction, Place, Status

MOST_OPEN = 10
"""Open conversations of one customer that are looked at."""


class Growing:
    """Conversations while messages are filed into them."""

    def __init__(self, act: Act, tx: Deferred, most_new: int) -> None:
        self._act = act
        self._tx = tx
        self._most_new = most_new
        self._rows: dict[int, Standing | None] = {}
        self._inside: dict[int, set[int]] = {}
        self._new: dict[int, Standing] = {}
        self._changed: dict[int, Standing] = {}
        self._said: dict[int, list[tuple[Said, str]]] = {}
        """All that was said in conversations that began in this batch."""
        self._grown: set[int] = set()
        self._uncounted: set[int] = set()
        self._open: dict[int, list[int]] = {}
        """What was open of customers before this batch, or before it last forgot."""
        self._last_owners: dict[int, int] = {}
        self._numbers = iter(range(0))

    # --- what is asked

    def read(self, numbers: Collection[int]) -> None:
        """Read ahead conversations, those they were merged into, and who takes part."""
        wanted = set(numbers) - self._rows.keys()
        while wanted:
            found = standings.read(self._tx, wanted)
            self._rows.update((number, found.get(number)) for number in wanted)
            wanted = {one.merged_into for one in found.values() if one.merged_into is not None} - self._rows.keys()
        self._inside.update((number, set()) for number in self._rows)
        participants = (
            "SELECT conversation_id, identity_id FROM participant WHERE conversation_id IN ({}) AND NOT claimed"
        )
        for row in rows_in(self._tx, participants, self._rows):
            self._inside[row[0]].add(row[1])

    def get(self, number: int) -> Standing | None:
        """Return a conversation as it stands, None where there is none."""
        if number not in self._rows:
            self._rows[number] = standings.read(self._tx, [number]).get(number)
        return self._rows[number]

    def existing(self, number: int) -> Standing:
        """Return a conversation that is surely there."""
        found = self.get(number)
        assert found is not None
        return found

    def standing(self, number: int) -> tuple[int, str | None]:
        """Return the conversation that a number stands for now, and its place; None for one that does not exist."""
        one = self.get(number)
        while one is not None and one.merged_into is not None:
            number = one.merged_into
            one = self.get(number)
        return number, None if one is None else one.place

    def current(self, number: int) -> int:
        """Return the conversation that a number stands for now."""
        return self.standing(number)[0]

    def inside(self, number: int) -> set[int]:
        """Return the identities that take part in a conversation; what is only claimed takes none."""
        found = self._inside.get(number)
        if found is None:
            rows = self._tx.all(
                "SELECT identity_id FROM participant WHERE conversation_id = ? AND NOT claimed", (number,)
            )
            found = self._inside[number] = {row[0] for row in rows}
        return found

    def met(self, customer: int) -> None:
        """Take note that a customer is new: nothing of theirs is stored yet."""
        self._open[customer] = []

    def read_open(self, customers: Collection[int]) -> None:
        """Read ahead which conversations of customers are not closed, and who had their last; rides on
        conversation_open."""
        self._open.update((customer, []) for customer in customers)
        self._last_owners.update(ownership.last_owners(self._tx.at_once, customers))
        asked = (
            "SELECT customer_id, id FROM conversation WHERE place = 'desk' AND status <> 'closed' "
            "AND customer_id IN ({}) ORDER BY id DESC"
        )
        for row in rows_in(self._tx.at_once, asked, customers):
            if len(self._open[row[0]]) < MOST_OPEN:
                self._open[row[0]].append(row[1])

    def open_of(self, customer: int) -> list[Standing]:
        """Return the conversations of a customer that are not closed, the newest first."""
        if customer not in self._open:
            self.read_open([customer])
        begun = [number for number, one in self._new.items() if one.customer_id == customer]
        each = [one for number in (*reversed(begun), *self._open[customer]) if (one := self.get(number))]
        return [one for one in each if one.place == Place.DESK and one.status != Status.CLOSED]

    def kinds(self, one: Standing) -> set[str]:
        """Return by which kinds of channel anything was said in a conversation."""
        found = {*one.kinds.split(), *(said.kind for said, _ in self._said.get(one.id, ()))}
        if one.id in self._uncounted:
            found |= {row[0] for row in self._tx.all("SELECT kind FROM message WHERE conversation_id = ?", (one.id,))}
        return found

    def token(self, token: str) -> int | None:
        """Return the conversation that has a token of ours."""
        found = self._tx.value("SELECT id FROM conversation WHERE token = ?", (token,))
        return None if found is None else int(found)

    # --- what is done

    def begin(
        self, subject: str, customer: int | None, status: Status, place: Place, at: int, backlog: bool
    ) -> Standing:
        """Begin a conversation."""
        number = next(self._numbers, None)
        if number is None:
            first = standings.numbers(self._tx.at_once, self._most_new)
            self._numbers = iter(range(first, first + self._most_new))
            number = next(self._numbers)
        one = standings.begun(number, subject, customer, status, place, at, backlog)
        one.known_owner_id = self._last_owners.get(customer or 0)
        self._rows[number] = self._new[number] = one
        self._inside[number] = set()
        self._said[number] = []
        return one

    def take_part(self, number: int, identities: Iterable[int]) -> None:
        """Have identities take part in a conversation."""
        inside = self.inside(number)
        for identity in identities:
            if identity not in inside:
                inside.add(identity)
                self._tx.later(conversations.TAKES_PART, (number, identity))

    def claim(self, number: int, identity: int) -> None:
        """Note with a conversation an identity that its customer only says is theirs."""
        self._tx.later(
            "INSERT INTO participant (conversation_id, identity_id, claimed) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (number, identity, True),
        )

    def touch(self, one: Standing) -> None:
        """Take note that a conversation changed."""
        if one.id not in self._new:
            self._changed[one.id] = one

    def recount(self, number: int) -> None:
        """Have a conversation counted anew at the end: one of its messages is not what it was."""
        self._uncounted.add(number)

    def change(self, kind: str, one: Standing, message: int | None = None, **fields: Any) -> None:
        """Set fields of a conversation and append the event that says so."""
        before = {name: getattr(one, name) for name, value in fields.items() if getattr(one, name) != value}
        if before:
            for name in before:
                setattr(one, name, fields[name])
            self.touch(one)
            self._act.event(kind, one.id, None, message, before, {name: fields[name] for name in before})

    def take(self, one: Standing, said: Said, words: str) -> None:
        """Take a new message into what its conversation shows."""
        if one.id in self._said:
            self._said[one.id].append((said, words[:LOOKED_AT]))
            one.last_message_at = max(one.last_message_at, said.at)
        elif one.id in self._uncounted or one.message_count == 0 or said.at < one.last_message_at:
            self._uncounted.add(one.id)
            one.last_message_at = max(one.last_message_at, said.at)
        else:
            self._grow(one, said, words)
        self.touch(one)

    def _grow(self, one: Standing, said: Said, words: str) -> None:
        """Take the newest message in, without a look at the others."""
        person = said.auto is None and said.aside is None
        one.message_count += 1
        one.last_message_at = said.at
        if person and said.direction == Direction.INBOUND:
            one.last_inbound_at, one.unproven = said.at, said.unproven
            if one.waiting_since is None and not said.history:
                one.waiting_since = said.at
        elif person and said.direction == Direction.OUTBOUND:
            one.waiting_since, one.repeats = None, 0
        kinds = one.kinds.split()
        one.kinds = " ".join(kinds if said.kind in kinds else [*kinds, said.kind])
        if said.auto is None:
            one.last_kind, one.preview = said.kind, preview(words)
        self._grown.add(one.id)

    # --- how it ends

    def forget(self) -> None:
        """Forget all that was read: it may have been changed. What was said is counted at the end."""
        self._uncounted |= self._said.keys() | self._grown
        for known in (self._rows, self._inside, self._said, self._grown, self._open):
            known.clear()

    def complete(self) -> None:
        """Write what is in memory only."""
        standings.insert(self._tx.at_once, list(self._new.values()))
        standings.write(self._tx.at_once, list(self._changed.values()))
        self._new, self._changed = {}, {}
        standings.give_back(self._tx.at_once, len(list(self._numbers)))

    def finish(self) -> None:
        """Count what was not counted; conversations that older messages alone make and nobody touched get the status
        of history (promise 14)."""
        policy = due.Policy(self._tx.at_once)
        for number, said in self._said.items():
            self._show(number, said, policy)
        unplaced = [number for number in self._grown - self._uncounted if not self._placed(number, policy)]
        self._tx.write_down()
        for number in unplaced:
            due.refresh(self._tx.at_once, number)
        left = {self.current(number) for number in self._uncounted}
        conversations.recount_all(self._tx.at_once, standings.read(self._tx.at_once, left).values(), settle=True)

    def _placed(self, number: int, policy: due.Policy) -> bool:
        """Give a grown conversation its status and its place in the queue; False where its messages have to be asked
        for the place."""
        one = self.existing(number)
        _settle(one)
        kinds = one.kinds.split()
        waiting = None if one.waiting_since is None else (one.waiting_since, kinds[0])
        alone = not due.waits(one) or (len(kinds) == 1 and not due.has_window(kinds[0]))
        if alone:
            due.put(one, waiting, None, policy)
        self.touch(one)
        return alone

    def _show(self, number: int, said: list[tuple[Said, str]], policy: due.Policy) -> None:
        one = self.existing(number)
        show = shown(each for each, _ in said)
        words = next((words for each, words in said if each is show.last), None)
        one.show(show, words, one.undelivered)
        _settle(one)
        due.put(one, show.waiting, show.last_inbound, policy)
        self.touch(one)


def _settle(one: Standing) -> None:
    if one.backlog and not one.touched:
        one.settle()
