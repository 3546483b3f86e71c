"""Writing: who gets it, by which channel, and into the outbox. Notes too."""

from __future__ import annotations

import json
import mimetypes
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import Party
from omnidesk.desk import conversations, drafts, identity, indexing, rules, settings, threads, triage
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.planning import Plan, last_inbound_at, plan, undeliverable
from omnidesk.store import people, search
from omnidesk.store.ids import new_id
from omnidesk.store.workspace import Workspace
from omnidesk.text.address import parse_addresses
from omnidesk.text.clean import clean, one_line
from omnidesk.text.filename import safe_name
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import AuthorKind, Direction, MessageStatus, Place, Status
from omnidesk.words.rows import Actor, Address, Channel, Message

DESK_CHANNEL = 1
_KEYS = uuid.UUID("6f8c2c53-5d0e-4b1a-9d1e-2f0f4f1f7a10")


@dataclass(frozen=True, slots=True)
class Queued:
    """An answer on its way: it leaves at `due_at` (UTC ms) unless taken back."""

    act: rows.Act
    message: Message
    due_at: int


class _AlreadyQueuedError(Exception):
    """A message with this key is in the outbox."""


@dataclass(frozen=True, slots=True)
class _Enclosed:
    name: str
    content_type: str
    data: bytes
    blob: str


def reply(
    workspace: Workspace,
    actor: Actor,
    number: int,
    text: str,
    via: str | None = None,
    to: Sequence[str] | None = None,
    cc: Sequence[str] | None = None,
    bcc: Sequence[str] = (),
    files: Sequence[Path] = (),
    key: str | None = None,
    now: bool = False,
    status: Status | None = None,
    to_sender_only: bool = False,
) -> Queued:
    """Queue an answer to the customer. The same `key` is the same message and never goes twice.

    Raises NotFoundError, UsageError (empty text, bad address) and RefusedError (a rule says no)."""
    if status is Status.SNOOZED:
        raise UsageError("an answer cannot snooze without a time: send it, then snooze the conversation")
    message_key = _key(key)
    before = _queued_before(workspace, message_key)
    if before is not None:
        return before
    reader = workspace.database.reader
    here = threads.current(workspace, number)
    planned = plan(workspace, here, to_sender_only)
    channel = _channel(workspace, planned, via)
    choice = next((one for one in planned.choices if one.channel.id == channel.id), None)
    same_kind = planned.answers is not None and planned.answers.kind == channel.kind
    default = (planned.to, planned.cc) if same_kind else (choice.to if choice else (), ())
    outward = rules.Outward(
        to=_addresses(to) if to is not None else default[0],
        cc=_addresses(cc) if cc is not None else default[1],
        bcc=_addresses(bcc),
        text=_said(text),
        last_inbound_at=last_inbound_at(reader, here, channel.id),
        undeliverable=undeliverable(reader, default[0]) if to is None else frozenset(),
    )
    subject = _reply_subject(reader.value("SELECT subject FROM conversation WHERE id = ?", (here,)))
    return _queue(workspace, actor, here, channel, outward, subject, planned.answers, files, message_key, now, status)


def new(
    workspace: Workspace,
    actor: Actor,
    to: Sequence[str],
    via: str,
    subject: str,
    text: str,
    cc: Sequence[str] = (),
    bcc: Sequence[str] = (),
    files: Sequence[Path] = (),
    key: str | None = None,
    now: bool = False,
) -> Queued:
    """Write to a customer first: a new conversation with one message in the outbox."""
    message_key = _key(key)
    before = _queued_before(workspace, message_key)
    if before is not None:
        return before
    channel = people.channel(workspace.database.reader, via)
    outward = rules.Outward(to=_addresses(to), cc=_addresses(cc), bcc=_addresses(bcc), text=_said(text))
    return _queue(workspace, actor, None, channel, outward, one_line(subject, 500), None, files, message_key, now, None)


def note(workspace: Workspace, actor: Actor, number: int, text: str) -> tuple[rows.Act, Message]:
    """Write something only the team sees."""
    said = _said(text)

    def work(act: Act) -> int:
        here = conversations.current(act.tx, number)
        if act.tx.value("SELECT 1 FROM conversation WHERE id = ?", (here,)) is None:
            raise NotFoundError(f"there is no conversation {number}")
        message_id = _insert(
            act, here, DESK_CHANNEL, "note", Direction.INTERNAL, said, "", Address(actor.name, ""), None
        )
        act.tx.execute(
            "UPDATE conversation SET touched = ?, message_count = message_count + 1 WHERE id = ?", (True, here)
        )
        drafts.remove(act.tx, here, actor.agent_id, "note")
        act.event("noted", here, message=message_id)
        act.summary = f"note on #{here}"
        return message_id

    done, message_id = perform_undoable(workspace, actor, "note", work)
    return done, threads.message(workspace, message_id)


def _queue(
    workspace: Workspace,
    actor: Actor,
    number: int | None,
    channel: Channel,
    outward: rules.Outward,
    subject: str,
    answers: Message | None,
    files: Sequence[Path],
    key: str,
    now: bool,
    status: Status | None,
) -> Queued:
    if channel.kind == "desk":
        raise RefusedError("nothing goes out by the channel desk, it is for notes: name another with --via")
    manifest = registry.manifest(channel.kind)
    enclosed = _enclose(workspace, files)
    judged = replace(outward, file_sizes=tuple(len(file.data) for file in enclosed))
    refused = rules.objection(channel, manifest, judged, clock.now())
    if refused is not None:
        raise RefusedError(f"not queued: {refused}")
    conf = settings.current(workspace)
    window = 0.0 if now else manifest.undo_window if conf.undo_seconds < 0 else conf.undo_seconds
    sender = _sender(workspace, actor, channel, conf.shop_name)

    def work(act: Act) -> tuple[int, int]:
        if act.tx.value("SELECT 1 FROM outbox WHERE uuid = ?", (key,)):
            raise _AlreadyQueuedError
        kind = manifest.identity_kinds[0]
        here = _fresh(act, kind, outward, subject) if number is None else conversations.current(act.tx, number)
        _take_part(act, here, kind, outward)
        due_at = act.at + int(window * clock.SECOND)
        domain = channel.address.rpartition("@")[2] or "omnidesk.invalid"
        names = [file.name for file in enclosed]
        way = (channel.id, channel.kind, Direction.OUTBOUND)
        message_id = _insert(act, here, *way, outward.text, subject, sender, outward, key, domain, names)
        _enclose_rows(act, message_id, enclosed)
        _outbox_row(act, message_id, here, channel, key, due_at, answers)
        act.event("replied", here, message=message_id)
        _answered(act, here, status or Status(manifest.after_reply))
        act.summary = f"answer to #{here}" if number is not None else f"new message #{here}"
        return message_id, due_at

    try:
        done, (message_id, due_at) = perform_undoable(workspace, actor, "reply" if number is not None else "new", work)
    except _AlreadyQueuedError:  # another process was faster with the same key
        before = _queued_before(workspace, key)
        assert before is not None
        return before
    return Queued(done, threads.message(workspace, message_id), due_at)


def _answered(act: Act, number: int, status: Status) -> None:
    """Let a conversation know that an agent answered: theirs from now on, on the desk, read, in the status wanted."""
    row = act.tx.one("SELECT owner_id, place FROM conversation WHERE id = ?", (number,))
    assert row is not None
    drafts.remove(act.tx, number, act.actor.agent_id, "reply")
    if row["owner_id"] is None and act.actor.agent_id is not None:
        act.change("assigned", number, owner_id=act.actor.agent_id)
    if row["place"] != Place.DESK:
        act.change("placed", number, place=Place.DESK, deleted_at=None)
    triage.set_status_in(act, number, status)
    act.change("read", number, unread=False)
    act.tx.execute("UPDATE conversation SET touched = ?, backlog = ? WHERE id = ?", (True, False, number))
    conversations.recount(act.tx, number)


def _fresh(act: Act, identity_kind: str, outward: rules.Outward, subject: str) -> int:
    first = identity.known(act, Party(identity_kind, outward.to[0].address, outward.to[0].name))
    number = conversations.start(act, subject, first.customer_id, Status.PENDING, Place.DESK)
    act.event("opened", number, first.customer_id, after={"status": Status.PENDING})
    return number


def _take_part(act: Act, number: int, identity_kind: str, outward: rules.Outward) -> None:
    """Whom an agent writes to takes part from then on, and is no stranger when they answer."""
    for address in (*outward.to, *outward.cc):
        person = identity.known(act, Party(identity_kind, address.address, address.name))
        act.tx.execute(
            "INSERT INTO participant (conversation_id, identity_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
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
        external_id=None if key is None else f"<omni.{key}@{domain}>",
        uuid=key,
        status=MessageStatus.RECEIVED if direction is Direction.INTERNAL else MessageStatus.QUEUED,
        at=at,
        search_id=search_id,
    )
    search.add(act.tx, search_id, indexing.entry(subject, text, recipients, files, sender.name, sender.address))
    return message_id


def _enclose_rows(act: Act, message_id: int, enclosed: Sequence[_Enclosed]) -> None:
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


def _outbox_row(
    act: Act, message_id: int, number: int, channel: Channel, key: str, due_at: int, answers: Message | None
) -> None:
    named = [row[0] for row in act.tx.all(
        "SELECT value FROM message_reference WHERE message_id = ? ORDER BY position DESC", (answers.id,)
    )] if answers else []  # fmt: skip
    parent = answers.external_id if answers and answers.kind == channel.kind else None
    references = [*dict.fromkeys([*named, parent])] if parent else []
    act.tx.execute_many(
        "INSERT INTO message_reference (message_id, position, value) VALUES (?, ?, ?)",
        [(message_id, place, value) for place, value in enumerate(reversed(references)) if value],
    )
    act.tx.insert(
        "outbox",
        message_id=message_id,
        uuid=key,
        channel_id=channel.id,
        conversation_id=number,
        agent_id=act.actor.agent_id,
        state=MessageStatus.QUEUED,
        due_at=due_at,
        outgoing_json=json.dumps(
            {"answers": answers.id if answers else None, "in_reply_to": parent or "", "references": references}
        ),
        created_at=act.at,
    )


def _channel(workspace: Workspace, planned: Plan, via: str | None) -> Channel:
    if via is not None:
        return people.channel(workspace.database.reader, via)
    if planned.channel is None:
        reasons = (
            "; ".join(f"{choice.channel.name}: {choice.reason}" for choice in planned.choices)
            or "there is no channel yet"
        )
        raise RefusedError(f"no channel can take the answer ({reasons})")
    if registry.manifest(planned.channel.kind).public:
        raise RefusedError(f"{planned.channel.name} is public: name it with --via to answer there")
    return planned.channel


def _sender(workspace: Workspace, actor: Actor, channel: Channel, shop: str) -> Address:
    name = workspace.database.reader.value("SELECT name FROM agent WHERE id = ?", (actor.agent_id,)) or actor.name
    return Address(one_line(f"{name} ({shop})" if shop else name, 200), channel.address)


def _reply_subject(subject: str | None) -> str:
    bare = one_line(subject or "", 500)
    return bare if bare.lower().startswith(("re:", "aw:", "antw:", "sv:")) else f"Re: {bare}" if bare else ""


def _said(text: str) -> str:
    said = clean(text).strip("\n")
    if not said.strip():
        raise UsageError("the text is empty: give it with --text, or - for standard input")
    return said


def _addresses(said: Sequence[str]) -> tuple[Address, ...]:
    """Read what an agent typed; what is not plainly addresses is kept as it is, for the rules to refuse."""
    found: list[Address] = []
    for typed in said:
        parsed = parse_addresses(typed)
        if typed.count("@") == len(parsed):
            found += [Address(one_line(name, 200), address) for name, address in parsed]
        else:
            found.append(Address("", one_line(typed, 320)))
    return tuple(found)


def _key(said: str | None) -> str:
    if said is None:
        return str(uuid.uuid4())
    try:
        return str(uuid.UUID(said))
    except ValueError:
        return str(uuid.uuid5(_KEYS, said))


def _queued_before(workspace: Workspace, key: str) -> Queued | None:
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


def _enclose(workspace: Workspace, files: Sequence[Path]) -> list[_Enclosed]:
    found = []
    for place, path in enumerate(files, 1):
        try:
            data = path.expanduser().read_bytes()
        except OSError as error:
            raise UsageError(f"{path} cannot be attached: {error.strerror}") from error
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found.append((safe_name(path.name, kind, place), kind, data))
    blobs = workspace.blobs.put_all([data for _, _, data in found])
    return [_Enclosed(name, kind, data, blob) for (name, kind, data), blob in zip(found, blobs, strict=True)]
