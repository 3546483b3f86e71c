"""A message on its way into the outbox, within an act under way: its rows, whom it makes take part, what follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Filled
from omnidesk.desk import conversations, identity, indexing, mentions, rules, threading, triage
from omnidesk.desk.acts import Act
from omnidesk.store import search
from omnidesk.store.ids import new_id
from omnidesk.text.clean import one_line
from omnidesk.words.kinds import AuthorKind, Auto, Direction, MessageStatus, Place, Status
from omnidesk.words.rows import Address, Channel, Enclosure, Message

if TYPE_CHECKING:
    from omnidesk.desk.enclosing import Enclosed

DESK_CHANNEL = 1
NEW_ASIDE = 0
"""`Letter.aside` of a letter that begins one: it bears the id of its first message then."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to be queued; `key` is its UUID, `answers` the message it answers."""

    channel: Channel
    outward: rules.Outward
    subject: str
    sender: Address
    key: str
    answers: Message | None = None
    enclosed: tuple[Enclosed, ...] = ()
    aside: int | None = None
    """The aside it belongs to; None for what goes to the customer."""
    auto: bool = False
    """A machine wrote it: marked so for the other side, and it answers nobody who waits."""
    marketing: bool = False
    """It goes to many who did not ask: it says how to unsubscribe, and not to those who did."""
    until: int | None = None
    for_whom: str | None = None
    """Until when (UTC ms) and for whom the conversation waits where it goes on hold."""
    written_at: int | None = None
    """When the agent let go of it (UTC ms), where it waited for the database since."""
    privately: bool = False
    """It answers in private what was public on its channel."""
    template: Filled | None = None
    """The provider's text that goes; the letter's own says the same in words."""
    held: tuple[str, tuple[Enclosure, ...]] | None = None
    """Text and files that wait until the customer answers it."""

    @property
    def public(self) -> bool:
        """Whether everybody will be able to read it."""
        public = rules.is_public(self.channel, registry.manifest(self.channel.kind), self.answers)
        return public and not self.privately


Also = Callable[[Act, int], None]
"""What is done within the act of an answer, to the conversation of this number."""


def note_in(act: Act, number: int, text: str, key: str | None = None) -> int:
    """Write a note within an act under way; return the message."""
    sender = Address(act.actor.name, "")
    message_id = _insert(act, number, DESK_CHANNEL, "note", Direction.INTERNAL, text, "", sender, None, key)
    act.tx.execute(
        "UPDATE conversation SET touched = ?, message_count = message_count + 1 WHERE id = ?", (True, number)
    )
    act.event("noted", number, message=message_id)
    mentions.tell(act, number, message_id, text)
    return message_id


def queue_in(act: Act, number: int | None, letter: Letter, due_at: int, status: Status | None) -> tuple[int, int]:
    """Queue a letter within an act under way, in a new conversation where `number` is None.

    Returns the conversation and the message; drafts stay as they are."""
    channel, outward = letter.channel, letter.outward
    manifest = registry.manifest(channel.kind)
    here = _fresh(act, channel, outward, letter.subject) if number is None else conversations.current(act.tx, number)
    if letter.aside is None:
        _take_part(act, here, channel, outward)
    domain = channel.address.rpartition("@")[2] or "omnidesk.invalid"
    names = [file.name for file in letter.enclosed]
    way = (channel.id, channel.kind, Direction.OUTBOUND)
    message_id = _insert(
        act, here, *way, outward.text, letter.subject, letter.sender, outward, letter.key, domain, names, letter.aside,
        letter.public,
    )  # fmt: skip
    enclose_rows(act, message_id, letter.enclosed)
    _outbox_row(act, message_id, here, letter, due_at)
    act.event("replied", here, message=message_id)
    if letter.auto:
        act.tx.execute("UPDATE message SET auto = ? WHERE id = ?", (Auto.AUTO_REPLY, message_id))
        conversations.recount(act.tx, here)
    elif letter.aside is None:
        _answered(act, here, letter, status or Status(manifest.after_reply))
    else:
        _asked_elsewhere(act, here, letter, status)
    return here, message_id


def _answered(act: Act, number: int, letter: Letter, status: Status) -> None:
    """Let a conversation know that an agent answered: theirs from now on, on the desk, read, in the status wanted."""
    row = act.tx.one("SELECT owner_id, place FROM conversation WHERE id = ?", (number,))
    assert row is not None
    if row["owner_id"] is None and act.actor.agent_id is not None:
        act.change("assigned", number, owner_id=act.actor.agent_id)
    if row["place"] != Place.DESK:
        act.change("placed", number, place=Place.DESK, deleted_at=None)
    triage.set_status_in(act, number, status, letter.for_whom, letter.until)
    if status is not Status.OPEN:
        act.change("promised", number, promised_at=None)  # the answer keeps the promise, unless more is to come
    act.change("read", number, unread=False)
    act.tx.execute("UPDATE conversation SET touched = ?, backlog = ? WHERE id = ?", (True, False, number))
    conversations.recount(act.tx, number)


def _asked_elsewhere(act: Act, number: int, letter: Letter, status: Status | None) -> None:
    """What goes to a third party answers nobody: the conversation waits for them, unless it is done or the agent says
    otherwise."""
    before = act.tx.value("SELECT status FROM conversation WHERE id = ?", (number,))
    if status is not None:
        triage.set_status_in(act, number, status, letter.for_whom, letter.until)
    elif before in (Status.OPEN, Status.PENDING):
        asked = letter.outward.to[0]
        triage.set_status_in(act, number, Status.ON_HOLD, one_line(asked.name or asked.address, 100))
    act.tx.execute("UPDATE conversation SET touched = ? WHERE id = ?", (True, number))
    conversations.recount(act.tx, number)


def _fresh(act: Act, channel: Channel, outward: rules.Outward, subject: str) -> int:
    first = identity.known(act, identity.party_at(channel, outward.to[0]))
    number = conversations.start(act, subject, first.customer_id, Status.PENDING, Place.DESK)
    act.event("opened", number, first.customer_id, after={"status": Status.PENDING})
    return number


def _take_part(act: Act, number: int, channel: Channel, outward: rules.Outward) -> None:
    """Whom an agent writes to takes part from then on, and is no stranger when they answer."""
    for address in (*outward.to, *outward.cc):
        person = identity.known(act, identity.party_at(channel, address))
        act.tx.execute(
            conversations.TAKES_PART,
            (number, person.id),
        )


def _insert(
    act: Act,
    number: int,
    channel_id: int,
    kind: str,
    direction: Direction,
    text: str,
    subject: str,
    sender: Address,
    outward: rules.Outward | None,
    key: str | None = None,
    domain: str = "",
    files: Sequence[str] = (),
    aside: int | None = None,
    public: bool = False,
) -> int:
    message_id = new_id()
    newest = act.tx.value("SELECT max(at) FROM message WHERE conversation_id = ?", (number,)) or 0
    at = max(act.at, newest) if newest <= act.at + clock.MINUTE else act.at
    lists = {"to": outward.to, "cc": outward.cc, "bcc": outward.bcc} if outward else {}
    recipients = {name: [[one.name, one.address] for one in some] for name, some in lists.items()}
    row = act.tx.one("SELECT customer_id FROM conversation WHERE id = ?", (number,))
    search_id = search.free_id(act.tx, at, message_id)
    act.tx.insert(
        "message",
        id=message_id,
        conversation_id=number,
        customer_id=row["customer_id"] if row else None,
        channel_id=channel_id,
        kind=kind,
        direction=direction,
        author_kind=AuthorKind.AGENT,
        author_id=act.actor.agent_id,
        author_name=act.tx.value("SELECT name FROM agent WHERE id = ?", (act.actor.agent_id,)) or act.actor.name,
        from_name=sender.name,
        from_address=sender.address,
        recipients_json=json.dumps(recipients, ensure_ascii=False),
        subject=subject,
        text=text,
        external_id=f"<omni.{key}@{domain}>" if domain else None,
        uuid=key,
        aside_id=message_id if aside == NEW_ASIDE else aside,
        public=public,
        status=MessageStatus.RECEIVED if direction is Direction.INTERNAL else MessageStatus.QUEUED,
        at=at,
        search_id=search_id,
    )
    search.add(act.tx, search_id, indexing.entry(subject, text, recipients, files, sender.name, sender.address))
    return message_id


def enclose_rows(act: Act, message_id: int, enclosed: Sequence[Enclosed]) -> None:
    """Write down the files of a message of ours, whose bytes are stored."""
    for place, file in enumerate(enclosed):
        act.tx.insert(
            "attachment",
            id=new_id(),
            message_id=message_id,
            position=place,
            name=file.name,
            content_type=file.content_type,
            size=len(file.data),
            sha256=file.blob,
            blob=file.blob,
        )
    if enclosed:
        act.tx.execute("UPDATE message SET files = ? WHERE id = ?", (len(enclosed), message_id))


def _parent(act: Act, message_id: int, number: int, letter: Letter) -> tuple[int, str]:
    """Return the message that a letter stands under at its reader's, and the id it bears there: the one it answers,
    and where that came another way (a form) the last that went by this one; (0, "") where there is none."""
    answers, kind = letter.answers, letter.channel.kind
    if answers is None:
        return 0, ""
    if answers.kind == kind:
        theirs = act.tx.value(
            "SELECT value FROM provider_id WHERE message_id = ? ORDER BY value LIMIT 1", (answers.id,)
        )
        return answers.id, str(theirs or answers.external_id or "")
    if letter.aside is not None or registry.manifest(kind).threading != "headers":
        return 0, ""
    row = act.tx.one(
        "SELECT id, external_id FROM message WHERE conversation_id = ? AND id <> ? AND kind = ? AND aside_id IS NULL "
        "AND external_id IS NOT NULL AND NOT stranger AND NOT unproven AND status NOT IN ('cancelled', 'failed') "
        "ORDER BY at DESC, id DESC LIMIT 1",
        (number, message_id, kind),
    )
    return (0, "") if row is None else (int(row["id"]), str(row["external_id"]))


def _outbox_row(act: Act, message_id: int, number: int, letter: Letter, due_at: int) -> None:
    channel, answers = letter.channel, letter.answers
    above, parent = _parent(act, message_id, number, letter)
    named = [row[0] for row in act.tx.all(
        "SELECT value FROM message_reference WHERE message_id = ? ORDER BY position DESC", (above,)
    )] if above else []  # fmt: skip
    told = [value for value in named if not value.startswith(threading.THREAD)]
    references = [*dict.fromkeys([*told, parent])] if parent else []
    answered = [value for value in named if value.startswith(threading.THREAD)]
    thread = _thread(act, number, letter, answered)
    act.tx.execute_many(
        "INSERT INTO message_reference (message_id, position, value) VALUES (?, ?, ?)",
        [
            (message_id, place, value)
            for place, value in enumerate([*reversed(references), *([thread] if thread else [])])
        ],
    )
    act.tx.insert(
        "outbox",
        message_id=message_id,
        uuid=letter.key,
        channel_id=channel.id,
        conversation_id=number,
        agent_id=act.actor.agent_id,
        state=MessageStatus.QUEUED,
        due_at=due_at,
        outgoing_json=json.dumps(
            {
                "answers": answers.id if answers else None,
                "in_reply_to": parent,
                "references": references,
                "thread": thread.removeprefix(threading.THREAD),
                "public": letter.public,
                "privately": letter.privately,
                **({"marketing": True} if letter.marketing else {}),
                **({"template": asdict(letter.template)} if letter.template else {}),
            }
        ),
        created_at=letter.written_at or act.at,
    )


def _thread(act: Act, number: int, letter: Letter, answered: Sequence[str]) -> str:
    """Return the channel's own thread that a letter goes on with, as it is kept among the ids: that of the message it
    answers, else the newest of its conversation on a channel that has threads (rides on message_thread). What is said
    in private goes on with no thread that is public."""
    answers, channel = letter.answers, letter.channel
    if answers is not None and answers.channel_id == channel.id and answered and not letter.privately:
        return answered[0]
    if letter.aside is not None or registry.manifest(channel.kind).threading == "headers":
        return ""
    found = act.tx.value(
        "SELECT r.value FROM message m JOIN message_reference r ON r.message_id = m.id WHERE m.conversation_id = ? "
        "AND m.channel_id = ? AND m.aside_id IS NULL AND m.public = ? AND r.value LIKE 'thread:%' "
        "ORDER BY m.at DESC, m.id DESC LIMIT 1",
        (number, channel.id, letter.public),
    )
    if not found and registry.manifest(channel.kind).threading == "contact":
        return threading.thread_key(letter.outward.to[0].address)
    return str(found or "")
