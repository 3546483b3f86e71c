"""Writing: who gets it, by which channel, and into the outbox. Notes too."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import (
    asides,
    cautions,
    consents,
    conversations,
    drafts,
    enclosing,
    held,
    leaving,
    remarks,
    rules,
    settings,
    threads,
)
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.enclosing import Enclosed
from omnidesk.desk.letters import Also, Letter, note_in, queue_in
from omnidesk.desk.planning import Plan, last_inbound_at, plan, undeliverable, writes_from
from omnidesk.store import people
from omnidesk.store.workspace import Workspace
from omnidesk.text import recipients
from omnidesk.text.clean import clean, one_line
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Status
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Actor, Address, Channel, Enclosure, Message
from omnidesk.words.speech import _

__all__ = [
    "Also", "Enclosed", "Letter", "Queued", "When", "forward", "forward_letter", "key_of", "new", "new_letter", "note",
    "note_in", "queue", "queue_in", "queued_before", "reply", "reply_letter", "reply_subject", "sender_of",
]  # fmt: skip

_KEYS = uuid.UUID("6f8c2c53-5d0e-4b1a-9d1e-2f0f4f1f7a10")
Files = Sequence[Path | Enclosure]


@dataclass(frozen=True, slots=True)
class Queued:
    """An answer on its way: it leaves at `due_at` (UTC ms) unless taken back."""

    act: rows.Act
    message: Message
    due_at: int


@dataclass(frozen=True, slots=True)
class When:
    """When a message goes and what becomes of its conversation.

    `now` skips the undo window, `at` (UTC ms) schedules. `status` is None for what the kind of channel says; on-hold
    may name whom it waits for, and until when (UTC ms). `written_at` (UTC ms) is when the agent let go of it, where
    that was not just now."""

    now: bool = False
    at: int | None = None
    status: Status | None = None
    for_whom: str | None = None
    until: int | None = None
    written_at: int | None = None


class _AlreadyQueuedError(Exception):
    """A message with this key is in the outbox."""


def reply(
    workspace: Workspace,
    actor: Actor,
    number: int,
    text: str,
    via: str | None = None,
    to: Sequence[str] | None = None,
    cc: Sequence[str] | None = None,
    bcc: Sequence[str] = (),
    files: Files = (),
    key: str | None = None,
    now: bool = False,
    status: Status | None = None,
    to_sender_only: bool = False,
    also: Also | None = None,
    when: When | None = None,
    confirmed: bool = False,
) -> Queued:
    """Queue an answer to the customer; with `files` the text may be empty. The same `key` is the same message and
    never goes twice.
    `also` is done with it, as one act. `when` says more than `now` and `status`, and goes before them.

    Raises NotFoundError, UsageError (empty text, bad address) and RefusedError: a rule says no, or it would be public
    and holds a known fact (promise 7), unless that is `confirmed`."""
    message_key = key_of(key)
    before = queued_before(workspace, message_key)
    if before is not None:
        return before
    bare = bool(files)
    letter = reply_letter(workspace, actor, number, text, via, to, cc, bcc, to_sender_only, message_key, bare)
    if not confirmed:
        _all_filled(text)
        _keep_private(workspace, letter)
    wanted = when or When(now, status=status)
    return queue(workspace, actor, number, letter, files, wanted, also)


def reply_letter(
    workspace: Workspace,
    actor: Actor,
    number: int,
    text: str,
    via: str | None = None,
    to: Sequence[str] | None = None,
    cc: Sequence[str] | None = None,
    bcc: Sequence[str] = (),
    to_sender_only: bool = False,
    key: str | None = None,
    bare: bool = False,
) -> Letter:
    """Return an answer as it would be queued, without its files; `bare`: it may lack text. Raises as `reply` does."""
    reader = workspace.database.reader
    here = threads.current(workspace, number)
    planned = plan(workspace, here, to_sender_only)
    channel, privately = _way(workspace, planned, via)
    choice = next((one for one in planned.choices if one.channel.id == channel.id and one.privately == privately), None)
    default = (choice.to, choice.cc) if choice else ((), ())
    everyone = (
        _addresses(to) if to is not None else default[0],
        _addresses(cc) if cc is not None else default[1],
        _addresses(bcc),
    )
    said = _said(text, bare)
    if choice is not None and choice.mail:
        said = leaving.with_missed(said, planned.missed)
    public = choice is not None and choice.public
    outward = rules.Outward(
        *everyone,
        text=said,
        last_inbound_at=last_inbound_at(reader, here, channel.id, public),
        undeliverable=undeliverable(reader, default[0]) if to is None else frozenset(),
        refused_consent=consents.refused(reader, channel, itertools.chain(*everyone), here),
        public=public,
        remark=remarks.remark(reader, planned.answers) if privately and planned.answers is not None else None,
    )
    subject = reply_subject(reader.value("SELECT subject FROM conversation WHERE id = ?", (here,)))
    if not subject and planned.left_at is not None:
        subject = reply_subject(leaving.topic(reader, here))
    return replace(_letter(workspace, actor, channel, outward, subject, key, planned.answers), privately=privately)


def new(
    workspace: Workspace,
    actor: Actor,
    to: Sequence[str],
    via: str,
    subject: str,
    text: str,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    files: Files = (),
    key: str | None = None,
    now: bool = False,
    when: When | None = None,
) -> Queued:
    """Write to a customer first: a new conversation with one message in the outbox."""
    message_key = key_of(key)
    before = queued_before(workspace, message_key)
    if before is not None:
        return before
    letter = new_letter(workspace, actor, to, via, subject, text, cc, bcc, message_key, bool(files))
    _keep_private(workspace, letter)
    return queue(workspace, actor, None, letter, files, when or When(now))


def new_letter(
    workspace: Workspace,
    actor: Actor,
    to: Sequence[str],
    via: str,
    subject: str,
    text: str,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    key: str | None = None,
    bare: bool = False,
) -> Letter:
    """Return a first message as it would be queued, without its files; `bare` lets it have no text."""
    channel = people.channel(workspace.database.reader, via)
    everyone = (_addresses(to), _addresses(cc), _addresses(bcc))
    refused = consents.refused(workspace.database.reader, channel, itertools.chain(*everyone), None)
    outward = rules.Outward(*everyone, text=_said(text, bare), refused_consent=refused)
    return _letter(workspace, actor, channel, outward, one_line(subject, 500), key, None)


def forward(
    workspace: Workspace,
    actor: Actor,
    number: int,
    to: Sequence[str],
    text: str,
    via: str | None = None,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str | None = None,
    files: Files = (),
    key: str | None = None,
    when: When | None = None,
) -> Queued:
    """Ask a third party, or forward to them: an aside, which the customer never sees. What was asked of the same
    people before goes on in the same aside. The conversation waits for them, on hold, unless `when` names a status."""
    message_key = key_of(key)
    before = queued_before(workspace, message_key)
    if before is not None:
        return before
    letter = forward_letter(workspace, actor, number, to, text, via, cc, bcc, subject, message_key, bool(files))
    return queue(workspace, actor, number, letter, files, when or When())


def forward_letter(
    workspace: Workspace,
    actor: Actor,
    number: int,
    to: Sequence[str],
    text: str,
    via: str | None = None,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    subject: str | None = None,
    key: str | None = None,
    bare: bool = False,
) -> Letter:
    """Return a message to a third party as it would be queued, without its files; `bare` lets it have no text."""
    here = threads.current(workspace, number)
    everyone = (_addresses(to), _addresses(cc), _addresses(bcc))
    channel = asides.channel(workspace, here, via)
    refused = consents.refused(workspace.database.reader, channel, itertools.chain(*everyone), None, service_only=True)
    outward = rules.Outward(*everyone, text=_said(text, bare), refused_consent=refused)
    aside, parent = asides.going_on(workspace, here, outward.to)
    title = subject if subject is not None else asides.subject(workspace, here, parent)
    made = _letter(workspace, actor, channel, outward, one_line(title, 500), key, parent)
    return replace(made, aside=aside)


def note(
    workspace: Workspace, actor: Actor, number: int, text: str, key: str | None = None
) -> tuple[rows.Act, Message]:
    """Write something only the team sees; colleagues named with `@` are told of it. The same `key` is the same note."""
    said = _said(text)

    def work(act: Act) -> int:
        here = conversations.current(act.tx, number)
        if act.tx.value("SELECT 1 FROM conversation WHERE id = ?", (here,)) is None:
            raise NotFoundError(_("there is no conversation {number}").format(number=number))
        before = key and act.tx.value("SELECT id FROM message WHERE uuid = ?", (key,))
        if before:
            return int(before)
        message_id = note_in(act, here, said, key)
        for one in {here, number}:  # it may have been merged while this was written
            drafts.remove(act.tx, one, actor.agent_id, "note")
        act.summary = f"note on #{here}"
        return message_id

    done, message_id = perform_undoable(workspace, actor, "note", work)
    return done, threads.message(workspace, message_id)


def _letter(
    workspace: Workspace,
    actor: Actor,
    channel: Channel,
    outward: rules.Outward,
    subject: str,
    key: str | None,
    answers: Message | None,
) -> Letter:
    if channel.kind == "desk":
        raise RefusedError(_("nothing goes out by the channel desk, it is for notes: name another with --via"))
    sender = sender_of(workspace, actor, channel, settings.current(workspace).shop_name, answers)
    return Letter(channel, outward, subject, sender, key or str(uuid.uuid4()), answers)


def _all_filled(text: str) -> None:
    left = cautions.unfilled(text)
    if left:
        raise RefusedError(_("not queued: {placeholder}, or take it out").format(placeholder=left[0]))


def _keep_private(workspace: Workspace, letter: Letter) -> None:
    if not letter.public:
        return
    known = cautions.known_of(workspace, letter.answers.customer_id if letter.answers is not None else None)
    facts = cautions.private_facts(letter.outward.text, known)
    if facts:
        raise RefusedError(
            _("{name} is public and the text holds {facts}: confirm that everybody may read it").format(
                name=letter.channel.name, facts=", ".join(facts)
            )
        )


def queue(
    workspace: Workspace,
    actor: Actor,
    number: int | None,
    letter: Letter,
    files: Files,
    when: When,
    also: Also | None = None,
) -> Queued:
    """Queue a letter, in a new conversation where `number` is None. Raises RefusedError, UsageError."""
    if when.status is Status.SNOOZED:
        raise UsageError(_("an answer cannot snooze without a time: send it, then snooze the conversation"))
    if when.at is not None and when.at <= clock.now():
        raise UsageError(_("that time has passed: give one in the future"))
    manifest = registry.manifest(letter.channel.kind)
    conf = settings.current(workspace)
    judged = replace(letter.outward, file_sizes=enclosing.sizes(files), reachable=bool(conf.public_url))
    refused = rules.objection(letter.channel, manifest, judged, clock.now())
    if refused is not None:
        raise RefusedError(_("not queued: {why}").format(why=retold(refused)))
    conf = settings.current(workspace)
    window = 0.0 if when.now else rules.undo_window(manifest, conf.undo_seconds, letter.public)
    enclosed = enclosing.enclose(workspace, files)
    holding = when.status is Status.ON_HOLD
    party = one_line(when.for_whom, 100) if when.for_whom and holding else None
    until = when.until if holding else None
    letter = replace(letter, enclosed=enclosed, for_whom=party, until=until, written_at=when.written_at)
    sort = "new" if number is None else "reply" if letter.aside is None else "aside"

    def work(act: Act) -> tuple[int, int]:
        if act.tx.value("SELECT 1 FROM outbox WHERE uuid = ?", (letter.key,)):
            raise _AlreadyQueuedError
        due_at = max(act.at + int(window * clock.SECOND), when.at or 0)
        here, message_id = queue_in(act, number, letter, due_at, when.status)
        for one in {0} if number is None else {here, number}:  # it may have been merged while this was written
            drafts.remove(act.tx, one, actor.agent_id, sort)
        if letter.held is not None:
            held.put(act.tx, here, letter.channel.id, actor.agent_id, message_id, *letter.held, act.at)
        elif sort == "reply" and letter.template is None:
            held.drop(act.tx, here)
        if also is not None:
            also(act, here)
        act.summary = {"new": "new message", "reply": "answer to", "aside": "question beside"}[sort] + f" #{here}"
        return message_id, due_at

    try:
        done, (message_id, due_at) = perform_undoable(workspace, actor, "new" if sort == "new" else "reply", work)
    except _AlreadyQueuedError:  # another process was faster with the same key
        before = queued_before(workspace, letter.key)
        assert before is not None
        return before
    return Queued(done, threads.message(workspace, message_id), due_at)


def _way(workspace: Workspace, planned: Plan, via: str | None) -> tuple[Channel, bool]:
    """Return the channel that an answer takes, and whether that is its private way to answer what was public."""
    if via is not None:
        name, privately = remarks.named(via)
        channel = people.channel(workspace.database.reader, name)
        if privately and not any(one.name == via for one in planned.choices):
            raise RefusedError(
                _("{name} has nothing public to answer in private here: name it without {ending}").format(
                    name=name, ending=remarks.PRIVATELY
                )
            )
        return channel, privately
    if planned.channel is not None:
        return planned.channel, planned.way is not None and remarks.named(planned.way)[1]
    public = next((choice.channel for choice in planned.choices if choice.usable and choice.public), None)
    private = next((choice.name for choice in planned.choices if choice.usable and choice.once), None)
    if public is not None and private is not None:
        raise RefusedError(
            _("{name} is public: name it with --via to answer there, or {private} to go on in private").format(
                name=public.name, private=private
            )
        )
    if public is not None:
        raise RefusedError(_("{name} is public: name it with --via to answer there").format(name=public.name))
    reasons = "; ".join(f"{choice.name}: {choice.reason}" for choice in planned.choices if choice.reason) or _(
        "there is no channel yet"
    )
    raise RefusedError(_("no channel can take the answer ({reasons})").format(reasons=reasons))


def sender_of(
    workspace: Workspace, actor: Actor, channel: Channel, shop: str, answers: Message | None = None
) -> Address:
    """Return how the agent signs on a channel: from the address that the message to be answered was written to."""
    address = writes_from(workspace.database.reader, channel, answers)
    name = workspace.database.reader.value("SELECT name FROM agent WHERE id = ?", (actor.agent_id,)) or actor.name
    return Address(one_line(f"{name} ({shop})" if shop else name, 200), address)


def reply_subject(subject: str | None) -> str:
    """Return the subject of an answer."""
    bare = one_line(subject or "", 500)
    return bare if bare.lower().startswith(("re:", "aw:", "antw:", "sv:")) else f"Re: {bare}" if bare else ""


def _said(text: str, bare: bool = False) -> str:
    said = clean(text).strip("\n")
    if bare and not said.strip():
        return ""
    if not said.strip():
        raise UsageError(_("the text is empty: give it with --text, or - for standard input"))
    return said


def _addresses(said: Sequence[str]) -> tuple[Address, ...]:
    return tuple(one for typed in said for one in recipients.read(typed) or (Address("", one_line(typed, 320)),))


def key_of(said: str | None) -> str:
    """Return the UUID that a message has by the name an agent gave it."""
    if said is None:
        return str(uuid.uuid4())
    try:
        return str(uuid.UUID(said))
    except ValueError:
        return str(uuid.uuid5(_KEYS, said))


def queued_before(workspace: Workspace, key: str) -> Queued | None:
    """Return the message that has this key already, or None."""
    row = workspace.database.reader.one("SELECT message_id, due_at FROM outbox WHERE uuid = ?", (key,))
    if row is None:
        return None
    event = workspace.database.reader.one(
        "SELECT act.* FROM event JOIN act ON act.id = event.act_id WHERE event.message_id = ? AND "
        "event.kind = 'replied'",
        (row["message_id"],),
    )
    assert event is not None
    done = rows.Act(event["id"], event["at"], event["actor"], event["kind"], event["summary"], True, event["undone_by"])
    return Queued(done, threads.message(workspace, row["message_id"]), row["due_at"])
