"""Calls, video calls, visits and letters as messages, within an act under way: logged by hand, or told of by a system.

What an agent did answers, like a message that went out: a call that was answered, a visit, a letter of ours. What a
customer did and nobody answered waits, like a message that came in: a missed call, a voicemail, a letter. A call of
ours that nobody took says nothing to anybody: it is internal. Who phoned whom is in `Contact.way`, whatever it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from omnidesk.connectors.base import Party
from omnidesk.desk import conversations, identity, indexing, letters, phones, triage
from omnidesk.desk.acts import Act
from omnidesk.desk.letters import DESK_CHANNEL
from omnidesk.store import search
from omnidesk.store.ids import new_id
from omnidesk.text.phone import could_be_phone, shown_phone
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import AuthorKind, Direction, MessageStatus, Place, Status
from omnidesk.words.rows import Contact
from omnidesk.words.speech import _

if TYPE_CHECKING:
    from omnidesk.desk.enclosing import Enclosed

OUTCOMES = ("answered", "missed", "busy", "voicemail", "failed")
ONLY_OPEN = 0
"""`Entry.conversation` that means the only open conversation of the customer."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact to write down.

    `number` is the other side's telephone number as typed, "" where it was withheld or there was none; `who` an
    address or a name, for letters. `conversation` is the one it belongs to, None for a new one. `at` is when it began
    (UTC ms), None for now. `status` is what becomes of the conversation, None for what the rules at the head say.
    `call` is the call that a telephone system told of, where there is one."""

    kind: str
    contact: Contact
    text: str = ""
    number: str = ""
    who: str = ""
    customer_id: int | None = None
    conversation: int | None = None
    at: int | None = None
    status: Status | None = None
    channel_id: int = DESK_CHANNEL
    call: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a contact was with: customer and identity where they are known, and the name and address to show."""

    customer_id: int | None
    identity_id: int | None
    name: str
    address: str

    @property
    def called(self) -> str:
        """What they are called in a subject."""
        return self.name or shown_phone(self.address) or _("a withheld number")


def find_person(act: Act, entry: Entry) -> Person:
    """Return whom a contact was with: by their number or address, made a customer where nobody used it before.

    A caller's number is known, never verified. Raises NotFoundError, RefusedError."""
    customer = entry.customer_id
    if customer is None and entry.conversation and not entry.number and not entry.who:
        customer = act.tx.value("SELECT customer_id FROM conversation WHERE id = ?", (entry.conversation,))
    name = "" if customer is None else _customer_name(act, customer)
    if entry.number:
        return _by_address(act, Party("phone", entry.number), customer, name)
    if entry.who and "@" in entry.who and " " not in entry.who:
        return _by_address(act, Party("email", entry.who), customer, name)
    if entry.who and could_be_phone(entry.who):
        return _by_address(act, Party("phone", entry.who), customer, name)
    if entry.who and customer is None:
        return _by_post(act, entry.who)
    return Person(customer, None, name, entry.who if entry.who != name else "")


def _customer_name(act: Act, customer_id: int) -> str:
    found = act.tx.value("SELECT name FROM customer WHERE id = ?", (customer_id,))
    if found is None:
        raise NotFoundError(_("there is no customer {customer_id}").format(customer_id=customer_id))
    return str(found)


def _by_address(act: Act, party: Party, customer: int | None, name: str) -> Person:
    value = phones.normalised(act.tx, party.kind, party.value)
    owner = act.tx.value("SELECT customer_id FROM identity WHERE kind = ? AND scope = '' AND value = ?",
                         (party.kind, value))  # fmt: skip
    if customer is not None and owner is None:
        identity_id = new_id()
        act.tx.insert("identity", id=identity_id, customer_id=customer, kind=party.kind, value=value, created_at=act.at)
        act.event("identity_added", customer=customer, after={"identity": identity_id})
        return Person(customer, identity_id, name, value)
    if customer is not None and owner != customer:
        raise RefusedError(
            _("{address} belongs to another customer ({owner}): merge the two first, or leave one of them out").format(
                address=value, owner=owner
            )
        )
    known = identity.known(act, party)
    called = str(act.tx.value("SELECT name FROM customer WHERE id = ?", (known.customer_id,)) or "")
    return Person(known.customer_id, known.id, "" if called == value else called, value)


def _by_post(act: Act, who: str) -> Person:
    """Who wrote on paper: a postal address (it has a house number) is an identity, a name alone is not."""
    first = who.partition(",")[0].strip()
    if any(character.isdigit() for character in who):
        known = identity.known(act, Party("post", who, first))
        called = str(act.tx.value("SELECT name FROM customer WHERE id = ?", (known.customer_id,)) or first)
        return Person(known.customer_id, known.id, called, who)
    customer_id = new_id()
    act.tx.insert("customer", id=customer_id, name=who, created_at=act.at)
    return Person(customer_id, None, who, "")


def find_conversation(act: Act, entry: Entry, person: Person) -> int:
    """Return the conversation that the agent says it belongs to, else a new one."""
    if entry.conversation is None:
        return begin(act, entry, person)
    wanted = entry.conversation or only_open(act, person.customer_id)
    if wanted is None:
        raise RefusedError(_("there is not exactly one open conversation of this customer: name it, or none"))
    number, place = conversations.standing(act.tx, wanted)
    if place is None:
        raise NotFoundError(_("there is no conversation {number}").format(number=entry.conversation))
    if place is not Place.DESK:
        raise RefusedError(_("#{number} is in spam or deleted: open it again first").format(number=number))
    return number


def only_open(act: Act, customer_id: int | None) -> int | None:
    """Return the only conversation of a customer that is not closed, None where there are none or several."""
    found = act.tx.all(
        "SELECT id FROM conversation WHERE customer_id = ? AND place = 'desk' AND status <> 'closed' LIMIT 2",
        (customer_id,),
    )
    return int(found[0][0]) if len(found) == 1 else None


def begin(act: Act, entry: Entry, person: Person, place: Place = Place.DESK, backlog: bool = False) -> int:
    """Begin a conversation whose subject says what it is."""
    status = Status.PENDING if direction(entry) is Direction.OUTBOUND else Status.OPEN
    status = Status.CLOSED if backlog else status
    at = act.at if entry.at is None else entry.at
    number = conversations.start(act, subject(entry, person), person.customer_id, status, place, at, backlog)
    act.event("opened", number, person.customer_id, after={"status": status})
    return number


def direction(entry: Entry) -> Direction:
    """Return what a contact does, as the head of this module says it."""
    way = entry.contact.way
    if entry.kind in ("call", "video") and entry.contact.outcome != "answered":
        return Direction.INBOUND if way == "in" else Direction.INTERNAL
    if entry.kind == "letter":
        return Direction.INBOUND if way == "in" else Direction.OUTBOUND
    return Direction.OUTBOUND


def subject(entry: Entry, person: Person) -> str:
    """Return what a contact is called: `Missed call from Anna: call back`, `Visit in Utrecht, order NL-10234`."""
    who, contact = person.called, entry.contact
    incoming = contact.way == "in"
    if entry.kind == "call" and direction(entry) is Direction.INBOUND:
        said = _("Voicemail from {who}: call back") if contact.outcome == "voicemail" else None
        what = (said or _("Missed call from {who}: call back")).format(who=who)
    elif entry.kind == "call":
        what = (_("Call from {who}") if incoming else _("Call to {who}")).format(who=who)
    elif entry.kind == "video":
        what = _("Video call with {who}").format(who=who)
    elif entry.kind == "visit":
        what = _("Visit in {shop}").format(shop=contact.shop) if contact.shop else _("Visit")
        what = f"{what}: {person.name}" if person.name else what
    else:
        what = (_("Letter from {who}") if incoming else _("Letter to {who}")).format(who=who)
    return f"{what}, {_('order {order}').format(order=contact.order)}" if contact.order else what


def write(
    act: Act,
    number: int,
    entry: Entry,
    person: Person,
    enclosed: Sequence[Enclosed] = (),
    key: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> int:
    """Write the message within an act under way; `more` are further columns. The conversation is recounted."""
    message_id, tx, goes = new_id(), act.tx, direction(entry)
    at = act.at if entry.at is None else min(entry.at, act.at)
    agent = act.actor.name if act.actor.agent_id is None else _agent_name(act)
    theirs = goes is Direction.INBOUND or entry.contact.way == "in"
    to = [] if theirs else [[person.name, person.address]]
    recipients: Mapping[str, Any] = {"to": to} if to else {}
    sender = (person.name, person.address) if theirs else (agent, "")
    search_id = search.free_id(tx, at, message_id)
    said = {
        "id": message_id,
        "conversation_id": number,
        "customer_id": person.customer_id,
        "identity_id": person.identity_id,
        "channel_id": entry.channel_id,
        "kind": entry.kind,
        "direction": goes,
        "author_kind": AuthorKind.CUSTOMER if goes is Direction.INBOUND else AuthorKind.AGENT,
        "author_id": None if goes is Direction.INBOUND else act.actor.agent_id,
        "author_name": person.name or person.address if goes is Direction.INBOUND else agent,
        "from_name": sender[0],
        "from_address": sender[1],
        "recipients_json": json.dumps(recipients, ensure_ascii=False),
        "subject": subject(entry, person),
        "text": entry.text,
        "contact_json": contact_json(entry.contact),
        "uuid": key,
        "status": MessageStatus.SENT if goes is Direction.OUTBOUND else MessageStatus.RECEIVED,
        "at": at,
        "search_id": search_id,
        **(more or {}),
    }
    tx.insert("message", **said)
    letters.enclose_rows(act, message_id, enclosed)
    names = [file.name for file in enclosed]
    search.add(tx, search_id, indexing.entry(said["subject"], entry.text, recipients, names, *sender))
    _take_part(act, number, person)
    tx.execute("UPDATE conversation SET touched = ? WHERE id = ?", (act.actor.agent_id is not None, number))
    act.event("logged", number, person.customer_id, message_id)
    conversations.recount(tx, number)
    return message_id


def _agent_name(act: Act) -> str:
    return str(act.tx.value("SELECT name FROM agent WHERE id = ?", (act.actor.agent_id,)) or act.actor.name)


def contact_json(contact: Contact) -> str:
    """Return what is stored of a contact: the fields that say something."""
    return json.dumps({name: value for name, value in asdict(contact).items() if value}, ensure_ascii=False)


def _take_part(act: Act, number: int, person: Person) -> None:
    if person.identity_id is not None:
        act.tx.execute(
            "INSERT INTO participant (conversation_id, identity_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (number, person.identity_id),
        )
    if person.customer_id is not None:
        act.tx.execute(
            "UPDATE conversation SET customer_id = ? WHERE id = ? AND customer_id IS NULL", (person.customer_id, number)
        )


def follow(act: Act, number: int, entry: Entry) -> None:
    """Let the conversation know: what answers waits for the customer and has an owner, what asks is open again."""
    goes = direction(entry)
    row = act.tx.one("SELECT owner_id, status FROM conversation WHERE id = ?", (number,))
    assert row is not None
    if goes is not Direction.INBOUND and row["owner_id"] is None and act.actor.agent_id is not None:
        act.change("assigned", number, owner_id=act.actor.agent_id)
    if entry.status is not None:
        triage.set_status_in(act, number, entry.status)
    elif goes is Direction.OUTBOUND:
        triage.set_status_in(act, number, Status.PENDING)
    elif goes is Direction.INBOUND and row["status"] != Status.OPEN:
        triage.set_status_in(act, number, Status.OPEN)
    if goes is Direction.OUTBOUND and entry.status is not Status.OPEN:
        act.change("promised", number, promised_at=None)
        act.change("read", number, unread=False)
    act.tx.execute("UPDATE conversation SET backlog = ? WHERE id = ?", (False, number))
    conversations.recount(act.tx, number)


def withdraw(act: Act, number: int, message_id: int) -> None:
    """Take back what was logged; a conversation that held nothing else leaves the desk."""
    act.tx.execute("UPDATE message SET status = ? WHERE id = ?", (MessageStatus.CANCELLED, message_id))
    act.event("log_withdrawn", number, message=message_id)
    empty(act, number)


def empty(act: Act, number: int) -> None:
    """Take a conversation that holds nothing any more off the desk."""
    conversations.recount(act.tx, number)
    if act.tx.value("SELECT message_count FROM conversation WHERE id = ?", (number,)) == 0:
        act.change("emptied", number, place=Place.DELETED, deleted_at=act.at)
