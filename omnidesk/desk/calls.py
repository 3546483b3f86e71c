"""Calls that telephone systems tell of: each piece of news brings one row up to date, and its end makes one message.

News comes late, twice and in any order: what a call is follows from all of it, whichever came first. A call joins a
conversation by itself only where that is nothing but calls with the same number, still open; where the channel's
setting `join` is `open`, also the caller's only open conversation. Else it begins one, and joining is offered: a number
is known, never verified.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Final

from omnidesk import clock
from omnidesk.connectors.base import Call
from omnidesk.desk import (
    contacts,
    conversations,
    elsewhere,
    fetching,
    indexing,
    joining,
    notifications,
    offers,
    standing,
)
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.batch import Arrival, Batch
from omnidesk.desk.contacts import Entry, Person
from omnidesk.desk.contents import Kept, KeptFile
from omnidesk.desk.live_calls import TALKS_FOR
from omnidesk.store import search
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.clean import one_line
from omnidesk.words.errors import NotFoundError
from omnidesk.words.kinds import AuthorKind, Direction, MessageStatus, NewsKind, Place
from omnidesk.words.rows import PROGRAM, Contact

_STATES: Final = ("ringing", "talking", "ended")
_OUTCOMES: Final = ("", "failed", "busy", "missed", "voicemail", "answered")
"""In the order in which one goes before the other."""
_FIELDS: Final = ("state", "began_at", "answered_at", "ended_at", "outcome", "taken_by", "heard_at")


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a call so far."""

    state: str
    began_at: int
    answered_at: int | None
    ended_at: int | None
    outcome: str
    taken_by: str
    heard_at: int

    @property
    def how(self) -> str:
        """How it ended, as far as it did."""
        if self.outcome or self.state != "ended":
            return self.outcome
        return "missed" if self.answered_at is None else "answered"

    @property
    def seconds(self) -> int:
        """How long they talked."""
        if self.answered_at is None or self.ended_at is None or self.how not in ("answered", "voicemail"):
            return 0
        return max(0, self.ended_at - self.answered_at) // clock.SECOND

    def contact(self, outbound: bool) -> Contact:
        """Return it as its message has it."""
        return Contact("out" if outbound else "in", self.how, self.seconds, self.taken_by)


def together(known: _Known, call: Call, heard_at: int) -> _Known:
    """Return what is known of a call with one more piece of news, in whatever order they come."""
    return _Known(
        state=max(known.state, call.state, key=_STATES.index),
        began_at=min(known.began_at, call.began_at),
        answered_at=_first(known.answered_at, call.answered_at),
        ended_at=_first(known.ended_at, call.ended_at),
        outcome=max(known.outcome, call.outcome, key=_OUTCOMES.index),
        taken_by=one_line(call.taken_by, 100) or known.taken_by,
        heard_at=max(known.heard_at, heard_at),
    )


def _first(one: int | None, other: int | None) -> int | None:
    return min((at for at in (one, other) if at is not None), default=None)


def hear(batch: Batch, arrival: Arrival, kept: Kept, call: Call) -> None:
    """Take one piece of news of a call in, within the filing of a batch."""
    act, decoded = batch.act, kept.message
    external_id = one_line(decoded.external_id, 500) or arrival.item.source_id
    sender = None if decoded.sender is None else replace(decoded.sender, verified=False)
    person = Person(None, None, "", "")
    blocked = False
    if sender is not None and sender.value.strip():
        found = batch.people.known(sender)
        blocked = found.blocked
        name = str(act.tx.value("SELECT name FROM customer WHERE id = ?", (found.customer_id,)) or "")
        person = Person(found.customer_id, found.id, "" if name == found.value else name, found.value)
    outbound = decoded.outbound or arrival.item.outbound
    row, known = _brought_up(act, arrival, external_id, person, outbound, call)
    if row["message_id"] is not None:
        _amend(act, row, known, kept, arrival)
    elif known.state == "ended":
        _file(batch, arrival, kept, row, known, person, blocked)
    else:
        act.event("call_heard", customer=person.customer_id, after={"call": row["id"], "state": known.state})


def _brought_up(
    act: Act, arrival: Arrival, external_id: str, person: Person, outbound: bool, call: Call
) -> tuple[Any, _Known]:
    """Bring the row of a call up to date; return it, and what is known of the call now."""
    tx, now = act.tx, act.at
    call = replace(call, began_at=min(call.began_at, now))
    tx.execute(
        "INSERT INTO call (id, channel_id, external_id, outbound, identity_id, number, state, began_at, heard_at) "
        "VALUES (?, ?, ?, ?, ?, ?, 'ringing', ?, ?) ON CONFLICT (channel_id, external_id) DO NOTHING",
        (new_id(), arrival.channel_id, external_id, outbound, person.identity_id, person.address, call.began_at, now),
    )
    row = tx.one("SELECT * FROM call WHERE channel_id = ? AND external_id = ?", (arrival.channel_id, external_id))
    assert row is not None
    known = together(_known(row), call, now)
    values = [getattr(known, name) for name in _FIELDS]
    tx.execute(
        f"UPDATE call SET {', '.join(f'{name} = ?' for name in _FIELDS)}, identity_id = coalesce(identity_id, ?), "
        "number = CASE WHEN number = '' THEN ? ELSE number END WHERE id = ?",
        (*values, person.identity_id, person.address, row["id"]),
    )
    return row, known


def _known(row: Any) -> _Known:
    return _Known(**{name: row[name] for name in _FIELDS})


def _file(batch: Batch, arrival: Arrival, kept: Kept, row: Any, known: _Known, person: Person, blocked: bool) -> None:
    """Make the one message of a call that has ended."""
    act, tx = batch.act, batch.act.tx
    channel_kind, created_at, history_days = batch.channels[arrival.channel_id]
    entry = Entry(
        "call", known.contact(bool(row["outbound"])), kept.message.text, at=known.began_at,
        channel_id=arrival.channel_id,
    )  # fmt: skip
    backlog = known.began_at < created_at
    number, reason = _conversation(act, entry, person, backlog, blocked)
    agent = _agent(act, known.taken_by, row["agent_id"])
    ours = contacts.direction(entry) is not Direction.INBOUND
    by = {"author_id": agent[0], "author_name": agent[1] or channel_kind} if ours else {}
    more: dict[str, Any] = {
        "external_id": one_line(kept.message.external_id, 998) or None,
        "raw_item_id": arrival.raw_id,
        "received_at": arrival.item.received_at,
        "joined_by": reason,
        "files": len(kept.files),
        "history": backlog and known.began_at < created_at - history_days * clock.DAY,
        **by,
    }
    message_id = contacts.write(act, number, entry, person, more=more)
    fetching.store_files(tx, arrival.channel_id, message_id, kept.files)
    tx.execute("UPDATE call SET message_id = ?, conversation_id = ? WHERE id = ?", (message_id, number, row["id"]))
    tx.execute("UPDATE receipt SET message_id = ? WHERE id = ?", (message_id, arrival.raw_id))
    if backlog:
        conversations.recount_all(tx, standing.read(tx, [number]).values(), settle=True)
    else:
        _let_know(batch, arrival, kept, number, message_id, entry, person)


def _let_know(
    batch: Batch, arrival: Arrival, kept: Kept, number: int, message_id: int, entry: Entry, person: Person
) -> None:
    act, tx = batch.act, batch.act.tx
    contacts.follow(act, number, entry)
    if contacts.direction(entry) is not Direction.INBOUND:
        return
    act.change("read", number, unread=True)
    owner = tx.value("SELECT owner_id FROM conversation WHERE id = ? AND place = 'desk'", (number,))
    if owner is not None:
        notifications.tell(act, owner, NewsKind.ANSWER, number, message_id, person.called)
    (one,) = standing.read(tx, [number]).values()
    kind = batch.channels[arrival.channel_id][0]
    team = batch.router.team_for(one, arrival.channel_id, kind, arrival.item, kept.message)
    if team is not None:
        act.change("assigned", number, team_id=team)


def _conversation(act: Act, entry: Entry, person: Person, backlog: bool, blocked: bool) -> tuple[int, str]:
    """Return the conversation of a call, and why."""
    place = Place.SPAM if blocked else Place.DESK
    if blocked or backlog or person.identity_id is None:
        return contacts.begin(act, entry, person, place, backlog), "a new matter"
    same = act.tx.all(
        "SELECT c.id FROM participant p JOIN conversation c ON c.id = p.conversation_id WHERE p.identity_id = ? "
        "AND c.place = 'desk' AND c.status <> 'closed' AND c.kinds = 'call' LIMIT 2",
        (person.identity_id,),
    )
    if len(same) == 1:
        return int(same[0][0]), "an open call with the same number"
    other = contacts.only_open(act, person.customer_id)
    if other is not None and elsewhere.allowed(act.tx, entry.channel_id, other, act.at):
        return other, "the caller's only open conversation"
    number = contacts.begin(act, entry, person)
    if other is not None:
        offers.offer(act, number, other)
    return number, "a new matter"


def _agent(act: Act, taken_by: str, agent_id: int | None) -> tuple[int | None, str]:
    """Return the agent who took a call, by what the telephone system calls them."""
    row = act.tx.one("SELECT id, name FROM agent WHERE id = ? OR login = ?", (agent_id, taken_by.lower()))
    return (row["id"], row["name"]) if row is not None else (None, taken_by)


def _amend(act: Act, row: Any, known: _Known, kept: Kept, arrival: Arrival) -> None:
    """Bring the message of a call up to date: how it ended, a recording or a transcript that came later."""
    tx, message_id = act.tx, row["message_id"]
    before = tx.one("SELECT * FROM message WHERE id = ?", (message_id,))
    if before is None:
        return
    was = Contact(**json.loads(before["contact_json"]))
    contact = known.contact(bool(row["outbound"]))
    contact = replace(was, outcome=contact.outcome or was.outcome, seconds=contact.seconds or was.seconds,
                      taken_by=contact.taken_by or was.taken_by)  # fmt: skip
    goes = contacts.direction(Entry("call", contact))
    there = tx.all("SELECT sha256, name FROM attachment WHERE message_id = ?", (message_id,))
    fresh = [file for file in kept.files if not any(_same_file(file, *row) for row in there)]
    text = before["text"] or kept.message.text
    if contact == was and not fresh and text == before["text"]:
        return
    entry = indexing.stored_entry(tx, before)
    ours = goes is Direction.OUTBOUND
    tx.execute(
        "UPDATE message SET contact_json = ?, direction = ?, author_kind = ?, status = CASE WHEN status = 'cancelled' "
        "THEN status ELSE ? END, text = ?, files = files + ? WHERE id = ?",
        (
            contacts.contact_json(contact), goes,
            AuthorKind.CUSTOMER if goes is Direction.INBOUND else AuthorKind.AGENT,
            MessageStatus.SENT if ours else MessageStatus.RECEIVED, text, len(fresh), message_id,
        ),
    )  # fmt: skip
    fetching.store_files(act.tx, arrival.channel_id, message_id, fresh, origin=arrival.raw_id)
    search.remove(tx, before["search_id"], entry)
    search.add(tx, before["search_id"], indexing.stored_entry(tx, tx.one("SELECT * FROM message WHERE id = ?",
                                                                      (message_id,))))  # fmt: skip
    act.event("call_amended", before["conversation_id"], message=message_id)
    conversations.recount(tx, before["conversation_id"])


def _same_file(file: KeptFile, sha256: str, name: str) -> bool:
    """Say whether a file is one that a call has already: of one that a provider keeps only the name is known."""
    return file.name == name if file.reference else file.sha256 == sha256


# --- what the agent does


def take(act: Act, call_id: int, message_id: int, number: int) -> None:
    """Make a message that an agent wrote the one of a call that is still going on."""
    act.tx.execute(
        "UPDATE call SET message_id = ?, conversation_id = ?, agent_id = ? WHERE id = ?",
        (message_id, number, act.actor.agent_id, call_id),
    )


def say(act: Act, row: Any, entry: Entry) -> int:
    """Add what an agent wrote to the message of a call that ended meanwhile; return the message.

    It moves to the conversation that the agent named."""
    tx, message_id = act.tx, int(row["message_id"])
    before = tx.one("SELECT * FROM message WHERE id = ?", (message_id,))
    assert before is not None
    number = before["conversation_id"]
    searched = indexing.stored_entry(tx, before)
    text = "\n\n".join(part for part in (before["text"], entry.text) if part)
    tx.execute("UPDATE message SET text = ? WHERE id = ?", (text, message_id))
    search.remove(tx, before["search_id"], searched)
    search.add(tx, before["search_id"], indexing.entry(before["subject"], text, json.loads(before["recipients_json"]),
                                                       (), before["from_name"], before["from_address"]))  # fmt: skip
    tx.execute("UPDATE call SET agent_id = ? WHERE id = ?", (act.actor.agent_id, row["id"]))
    act.event("call_amended", number, message=message_id)
    if entry.conversation is not None:
        customer = before["customer_id"]
        there = contacts.find_conversation(act, entry, Person(customer, None, "", ""))
        if there != number:
            joining.move_messages(act, [message_id], number, there)
            tx.execute("UPDATE call SET conversation_id = ? WHERE id = ?", (there, row["id"]))
            contacts.empty(act, number)
            number = there
    contacts.follow(act, number, entry)
    return message_id


def row_of(act: Act, call_id: int) -> Any:
    """Return the row of a call. Raises NotFoundError."""
    row = act.tx.one("SELECT * FROM call WHERE id = ?", (call_id,))
    if row is None:
        raise NotFoundError(f"there is no call {call_id}")
    return row


def give_up(workspace: Workspace) -> int:
    """End calls whose end was never told: those that rang were missed. Returns how many; rides on call_live."""
    now = clock.now()
    ended = "state <> 'ended' AND ((state = 'ringing' AND heard_at < ?) OR heard_at < ?) AND message_id IS NULL"
    limits = (now - clock.HOUR, now - TALKS_FOR)
    if workspace.database.reader.value(f"SELECT 1 FROM call WHERE {ended} LIMIT 1", limits) is None:
        return 0

    def work(act: Act) -> int:
        found = act.tx.all(f"SELECT * FROM call WHERE {ended} ORDER BY began_at", limits)
        for row in found:
            _refile(act, row)
        return len(found)

    return perform(workspace, PROGRAM, "calls", work)[1]


def let_go(act: Act, message_id: int) -> None:
    """What an agent wrote about a call was taken back: the call itself took place, and has a message of its own."""
    row = act.tx.one("SELECT * FROM call WHERE message_id = ?", (message_id,))
    if row is None:
        return
    gone = "UPDATE call SET message_id = NULL, conversation_id = NULL, agent_id = NULL WHERE id = ?"
    act.tx.execute(gone, (row["id"],))
    if row["state"] == "ended":
        _refile(act, row)


def _refile(act: Act, row: Any) -> None:
    """Make the message of a call out of its row alone."""
    known = _known(row)
    if known.state != "ended":
        known = replace(known, state="ended", ended_at=known.heard_at)
    who = act.tx.one(
        "SELECT i.customer_id, c.name FROM identity i JOIN customer c ON c.id = i.customer_id WHERE i.id = ?",
        (row["identity_id"],),
    )
    name = "" if who is None or who["name"] == row["number"] else who["name"]
    person = Person(None if who is None else who["customer_id"], row["identity_id"], name, row["number"])
    entry = Entry("call", known.contact(bool(row["outbound"])), at=known.began_at, channel_id=row["channel_id"])
    number, reason = _conversation(act, entry, person, False, False)
    more = {"external_id": row["external_id"], "joined_by": reason}
    message_id = contacts.write(act, number, entry, person, more=more)
    contacts.follow(act, number, entry)
    act.tx.execute(
        "UPDATE call SET state = 'ended', ended_at = ?, outcome = ?, message_id = ?, conversation_id = ? WHERE id = ?",
        (known.ended_at, known.how, message_id, number, row["id"]),
    )
