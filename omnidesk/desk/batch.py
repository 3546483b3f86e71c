"""What the filing of one batch knows and puts off: all it needs is read at once, all it makes is written together.

A hundred messages filed one by one ask some three thousand questions, most of which one statement answers for all of
them. What a batch knows it keeps up to date as it files; when anything else writes, it forgets and reads anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter

from omnidesk.connectors import registry
from omnidesk.connectors.base import Item, Party
from omnidesk.desk import echoes, elsewhere, identity, order_lookups, phones, routing, settings
from omnidesk.desk.acts import Act
from omnidesk.desk.contents import Kept
from omnidesk.desk.fact_learning import Learning
from omnidesk.desk.growing import Growing
from omnidesk.desk.identity import People
from omnidesk.desk.message_ids import MessageIds
from omnidesk.desk.settings import Settings
from omnidesk.desk.signatures import Signatures, may_fold
from omnidesk.desk.threading import thread_key
from omnidesk.store import ids, search
from omnidesk.store.chunks import rows_in
from omnidesk.store.deferred import Deferred
from omnidesk.text.address import normalise_identity


@dataclass(frozen=True, slots=True)
class Arrival:
    """A raw item on its way to being filed, with the messages it holds and the ids that each of them names."""

    raw_id: int
    channel_id: int
    item: Item
    imported: bool
    messages: tuple[tuple[Kept, list[str]], ...]


@dataclass(slots=True)
class Row:
    """A row of `message` as intake makes it, in the order of its columns."""

    id: int
    conversation_id: int
    customer_id: int | None
    identity_id: int | None
    channel_id: int
    kind: str
    direction: str
    author_kind: str
    author_name: str
    from_name: str
    from_address: str
    recipients_json: str
    subject: str
    text: str
    reply_text: str | None
    external_id: str | None
    content_hash: str
    joined_by: str
    stranger: bool
    history: bool
    auto: str | None
    no_auto_answer: bool
    unproven: bool
    aside_id: int | None
    list_id: str | None
    auth: str
    status: str
    warnings: str
    files: int
    at: int
    sent_at: int | None
    received_at: int
    raw_item_id: int
    decoder: int
    public: bool
    search_id: int


_NAMES = tuple(one.name for one in fields(Row))
_values = attrgetter(*_NAMES)
_INSERT = f"INSERT INTO message ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"


class Batch:
    """What filing knows of our channels and of what a batch meets. `act.tx` becomes one that puts rows off."""

    def __init__(self, act: Act, arrivals: Sequence[Arrival]) -> None:
        self.act = act
        rows = act.tx.all("SELECT id, kind, created_at, history_days FROM channel")
        self.channels = {row["id"]: (row["kind"], row["created_at"], row["history_days"]) for row in rows}
        self.addresses = identity.own_addresses(act.tx)
        self.router = routing.Router(act.tx)
        self.tx = act.tx = Deferred(act.tx, self._complete, self._forget)
        self.conversations = Growing(act, self.tx, sum(len(one.messages) for one in arrivals))
        self.message_ids = MessageIds(self.tx)
        self.people = People(act)
        self.signatures = Signatures(self.tx)
        self.facts = Learning(self.tx)
        self.again = 0
        self._regions: dict[int, str] = {}
        self._ours: dict[tuple[str, str], bool] = {}
        self._receipts: dict[str, list[tuple[int, int, str]]] = {}
        self._sent_as: dict[int, dict[str, int | None]] = {}
        self._messages: list[tuple[Row, str, str]] = []
        self._findable: list[tuple[int, str, str]] = []
        self._since: dict[int, int] = {}
        self._joins: dict[int, str | int] = {}
        self._read_ahead(arrivals)

    def _read_ahead(self, arrivals: Sequence[Arrival]) -> None:
        messages = [one for arrival in arrivals for one in arrival.messages]
        self._read_receipts([arrival.item.source_id for arrival in arrivals])
        self._read_sent_as(arrivals)
        decoded = [kept.message for kept, _ in messages]
        self.people.read(
            party
            for one in decoded
            for party in (one.sender, *one.to, *one.cc, *one.bcc, *one.reply_to[:1])
            if party is not None and not self.ours(party)
        )
        self.message_ids.read(
            [value for kept, names in messages for value in (kept.message.external_id, *names) if value]
        )
        self._read_threads(arrivals)
        self.conversations.read(self.message_ids.conversations())
        if not all(arrival.imported for arrival in arrivals):
            self.conversations.read_open(self.people.customers())
        self.signatures.read(
            author
            for one in decoded
            if one.sender is not None and may_fold(one, one.reply_text)
            if (author := self.people.stored(one.sender)) is not None
        )

    def _read_threads(self, arrivals: Sequence[Arrival]) -> None:
        threads: dict[int, dict[str, None]] = {}
        for arrival in arrivals:
            for kept, _ in arrival.messages:
                if kept.message.thread:
                    threads.setdefault(arrival.channel_id, {})[thread_key(kept.message.thread)] = None
        for channel_id, keys in threads.items():
            self.message_ids.read_threads(channel_id, keys)

    def _read_receipts(self, sources: Iterable[str]) -> None:
        known: dict[str, list[tuple[int, int, str]]] = {source: [] for source in sources}
        for row in rows_in(
            self.tx,
            "SELECT r.source_id, r.id, r.message_id, m.content_hash FROM receipt r JOIN message m "
            "ON m.id = r.message_id WHERE r.source_id IN ({}) AND m.content_hash <> ''",
            known,
        ):
            known[row[0]].append((row[1], row[2], row[3]))
        self._receipts = known

    def _read_sent_as(self, arrivals: Sequence[Arrival]) -> None:
        """Read ahead which echoes among the arrivals name messages that we sent."""
        for arrival in arrivals:
            for kept, _ in arrival.messages:
                if arrival.item.outbound or kept.message.outbound:
                    self._sent_as.setdefault(arrival.channel_id, {}).update(
                        (value, None) for value in echoes.named(kept.message)
                    )
        for channel_id, wanted in self._sent_as.items():
            wanted.update(echoes.known(self.tx, channel_id, wanted))

    # --- what is asked

    def ours(self, party: Party | None) -> bool:
        """Say whether an address is one of our channels'."""
        if party is None:
            return False
        key = party.kind, party.value
        if key not in self._ours:
            self._ours[key] = normalise_identity(*key, self.policy.region) in self.addresses
        return self._ours[key]

    @cached_property
    def policy(self) -> Settings:
        """The workspace's settings."""
        return settings.read(self.tx.at_once)

    def joins(self, channel_id: int) -> str | int:
        """Return how far contacts on a channel join what is open elsewhere."""
        if channel_id not in self._joins:
            said = json.loads(self.tx.at_once.value("SELECT settings_json FROM channel WHERE id = ?", (channel_id,)))
            self._joins[channel_id] = elsewhere.policy(said, registry.manifest(self.channels[channel_id][0]))
        return self._joins[channel_id]

    def region(self, channel_id: int) -> str:
        """Return the country of telephone numbers that a message of a channel writes without one."""
        if channel_id not in self._regions:
            said = self.tx.at_once.value("SELECT settings_json FROM channel WHERE id = ?", (channel_id,))
            self._regions[channel_id] = phones.of_channel(json.loads(said or "{}"), self.policy.region)
        return self._regions[channel_id]

    @cached_property
    def shops(self) -> order_lookups.Askable:
        """The channels that can be asked for orders."""
        return order_lookups.askable(self.tx.at_once)

    def received_before(self, arrival: Arrival, content_hash: str) -> int | None:
        """Return the message that came by another receipt with the same source id and content."""
        if arrival.item.source_id not in self._receipts:
            self._read_receipts([arrival.item.source_id])
        for receipt, message, content in self._receipts[arrival.item.source_id]:
            if receipt != arrival.raw_id and content == content_hash:
                return message
        return None

    def sent_as(self, channel_id: int, names: Sequence[str]) -> int | None:
        """Return the message of ours that an echo on a channel names by any of these ids."""
        known = self._sent_as.setdefault(channel_id, {})
        if not all(name in known for name in names):
            known.update(dict.fromkeys(names) | echoes.known(self.tx, channel_id, names))
        return next((found for name in names if (found := known[name]) is not None), None)

    # --- what is put off

    def store(self, row: Row, words: str, who: str) -> None:
        """Store a message and make it findable; its `search_id` is given when it is written."""
        self._messages.append((row, words, who))

    def make_findable(self) -> None:
        """Make what was stored so far findable now: some of it is about to be taken out of the index again."""
        self.tx.write_down()
        findable, self._findable = self._findable, []
        # FTS5 writes a segment out whenever an id is below the one before it, and a first sync brings the newest first.
        search.add_all(self.tx.at_once, sorted(findable))

    def known_since(self, customer: int, at: int) -> None:
        """Have a customer known since a message of theirs, in whatever order messages come in."""
        self._since[customer] = min(at, self._since.get(customer, at))

    def _complete(self) -> None:
        self.conversations.complete()
        messages, self._messages = self._messages, []
        if messages:
            free = search.free_ids(self.tx.at_once, [ids.search_id(row.at, row.id) for row, _, _ in messages])
            for (row, words, who), search_id in zip(messages, free, strict=True):
                row.search_id = search_id
                self._findable.append((search_id, words, who))
            self.tx.at_once.execute_many(_INSERT, [_values(row) for row, _, _ in messages])
        for customer, at in self._since.items():
            self.tx.later("UPDATE customer SET created_at = ? WHERE id = ? AND created_at > ?", (at, customer, at))
        self._since = {}

    def _forget(self) -> None:
        self.conversations.forget()
        self.message_ids.forget()
        self.people.forget()
        self.signatures.forget()
        self._receipts = {}
        self._sent_as = {}

    def finish(self) -> None:
        """Do what was put off."""
        self.facts.finish()
        self.conversations.finish()
        self.make_findable()
