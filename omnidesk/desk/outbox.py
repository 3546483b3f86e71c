"""The one way out. Each step is durable before the next, so that nothing is sent twice or lost (promise 3).

    queued --claim--> sending --committing--> (handed over) --> sent | queued again | failed | unknown

`claim` and `committing` check the lease in their own transaction. A message found in `sending` under an older lease
was certainly not sent if `committing` had not come; else the manifest says how it is settled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import File, Filled, Outgoing, Payload, Quoted
from omnidesk.connectors.manifest import Idempotency
from omnidesk.desk import (
    conversations,
    deliveries,
    drafts,
    echoes,
    handing,
    holding,
    identity,
    notifications,
    settings,
    unsubscribing,
)
from omnidesk.desk.acts import Act, perform, perform_undoable
from omnidesk.desk.intake import Held
from omnidesk.store import leases, people, thread
from omnidesk.store.database import Connection
from omnidesk.store.workspace import Workspace
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import PROGRAM, Actor, OutboxRow
from omnidesk.words.speech import _

WAITING = (MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.FAILED, MessageStatus.UNKNOWN)
SOON = 2 * clock.MINUTE
"""What goes sooner is no schedule, it waits out an undo window."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this process may send now; `attempts` counts this one."""

    message_id: int
    key: str
    attempts: int
    created_at: int


def waiting(
    workspace: Workspace, states: tuple[MessageStatus, ...] = WAITING, limit: int = 50, after: int = 0
) -> list[OutboxRow]:
    """Return messages on their way out, oldest first."""
    return people.outbox(workspace.database.reader, states, limit, after)


def troubles_first(workspace: Workspace, limit: int) -> list[OutboxRow]:
    """Return what needs somebody (held, failed, unknown, not dismissed) and then what waits, soonest first."""
    reader = workspace.database.reader
    stuck = people.outbox(reader, (MessageStatus.FAILED, MessageStatus.UNKNOWN), limit, undismissed=True)
    leaving = people.outbox(reader, (MessageStatus.QUEUED, MessageStatus.SENDING), limit)
    return [*stuck, *sorted(leaving, key=lambda row: (row.due_at, row.message_id))]


def next_due(workspace: Workspace, channel_id: int) -> int | None:
    """Return when the next message of a channel is due; rides on outbox_due."""
    found = workspace.database.reader.value(
        "SELECT min(due_at) FROM outbox WHERE channel_id = ? AND state = 'queued'", (channel_id,)
    )
    return None if found is None else int(found)


def waited_long(workspace: Workspace, channel_id: int) -> bool:
    """Say whether anything that is due was written so long ago that it may have to be held; rides on outbox_due."""
    now = clock.now()
    return bool(
        workspace.database.reader.value(
            "SELECT 1 FROM outbox WHERE channel_id = ? AND state = 'queued' AND due_at <= ? AND created_at < ? LIMIT 1",
            (channel_id, now, now - holding.LONG),
        )
    )


def scheduled(workspace: Workspace, number: int) -> int | None:
    """Return when the next answer of a conversation goes that waits longer than an undo window (UTC ms), or None.

    Rides on outbox_conversation."""
    found = workspace.database.reader.value(
        "SELECT min(due_at) FROM outbox WHERE conversation_id = ? AND state = 'queued' AND due_at > ?",
        (number, clock.now() + SOON),
    )
    return None if found is None else int(found)


def scheduled_act(workspace: Workspace, number: int) -> int | None:
    """Return the act that scheduled the next answer of a conversation, or None."""
    found = workspace.database.reader.value(
        "SELECT event.act_id FROM outbox o JOIN event ON event.message_id = o.message_id AND event.kind = 'replied' "
        "WHERE o.conversation_id = ? AND o.state = 'queued' AND o.due_at > ? ORDER BY o.due_at LIMIT 1",
        (number, clock.now() + SOON),
    )
    return None if found is None else int(found)


def claim(workspace: Workspace, channel_id: int, held: Held) -> Claimed | None:
    """Bring the message of a channel that is due first to `sending`, or return None. Raises LeaseLostError."""
    if (due := next_due(workspace, channel_id)) is None or due > clock.now():
        return None

    def work(act: Act) -> Claimed | None:
        leases.check(act.tx, held.name, held.number)
        while True:
            row = act.tx.one(
                "SELECT * FROM outbox WHERE channel_id = ? AND state = 'queued' AND due_at <= ? ORDER BY "
                "due_at, message_id LIMIT 1",
                (channel_id, act.at),
            )
            if row is None:
                return None
            if not holding.hold(act, row):
                break
        deliveries.set_status(act, row["message_id"], MessageStatus.SENDING, None)
        act.tx.execute(
            "UPDATE outbox SET attempts = attempts + 1, committing = ?, lease_number = ?, "
            "sending_since = ? WHERE message_id = ?",
            (False, held.number, act.at, row["message_id"]),
        )
        return Claimed(row["message_id"], row["uuid"], row["attempts"] + 1, row["created_at"])

    return perform(workspace, PROGRAM, "sending", work)[1]


def committing(workspace: Workspace, message_id: int, held: Held) -> None:
    """Make durable that the message is being handed over. Raises LeaseLostError when another process may send it."""

    def work(tx: Any) -> None:
        leases.check(tx, held.name, held.number)
        changed = tx.execute(
            "UPDATE outbox SET committing = ? WHERE message_id = ? AND state = 'sending' AND lease_number = ?",
            (True, message_id, held.number),
        ).rowcount
        if changed != 1:
            raise leases.LeaseLostError(f"message {message_id} is no longer ours to send")

    workspace.database.write(work)


def finish(
    workspace: Workspace,
    message_id: int,
    held: Held,
    status: MessageStatus,
    error: str | None = None,
    provider_ids: tuple[str, ...] = (),
    unreachable: bool = False,
    came_into: str = "",
) -> None:
    """Write down how a send ended: sent, failed or unknown; `unreachable` where nothing gets to its address at all, and
    the channel's own thread that it `came_into`.

    That it was sent is true whoever holds the lease by now; anything else counts only while it is still ours."""

    def work(act: Act) -> None:
        row = act.tx.one(
            "SELECT state, lease_number, channel_id, error FROM outbox WHERE message_id = ?", (message_id,)
        )
        assert row is not None
        back = deliveries.came_back(row["state"], row["error"])  # a report may be faster than the answer to the send
        if (
            status is MessageStatus.SENT
            and row["state"] in (MessageStatus.FAILED, MessageStatus.CANCELLED)
            and not back
        ):
            deliveries.set_status(act, message_id, status, error)
        elif status is MessageStatus.SENT:
            deliveries.advance(act, message_id, status, error)
        elif row["state"] == MessageStatus.SENDING and row["lease_number"] == held.number:
            deliveries.set_status(act, message_id, status, error)
        echoes.learn(act, row["channel_id"], message_id, provider_ids)
        if unreachable:
            message = thread.message(act.tx, message_id)
            identity.unreachable(act, message.kind, message.to)
        if came_into:
            echoes.join_thread(act, message_id, came_into)

    perform(workspace, PROGRAM, str(status), work)


def recipients(workspace: Workspace, message_id: int) -> str:
    """Return the addresses that a message goes to, as one word."""
    message = thread.message(workspace.database.reader, message_id)
    return " ".join(sorted(one.address for one in (*message.to, *message.cc, *message.bcc)))


def again(workspace: Workspace, message_id: int, held: Held, reason: str, wait: float, tried: bool = True) -> None:
    """Queue a message that was certainly not sent once more, after `wait` seconds; what was not even `tried` does not
    count as a try."""

    def work(act: Act) -> None:
        leases.check(act.tx, held.name, held.number)
        row = act.tx.one("SELECT state, lease_number FROM outbox WHERE message_id = ?", (message_id,))
        assert row is not None
        ours = row["state"] == MessageStatus.SENDING and row["lease_number"] == held.number
        if ours or row["state"] == MessageStatus.UNKNOWN:
            _requeue(act, message_id, act.at + int(wait * clock.SECOND), reason)
            if not tried:
                act.tx.execute("UPDATE outbox SET attempts = attempts - 1 WHERE message_id = ?", (message_id,))

    perform(workspace, PROGRAM, "queued", work)


def _requeue(act: Act, message_id: int, due_at: int, reason: str | None) -> None:
    deliveries.set_status(act, message_id, MessageStatus.QUEUED, reason)
    act.tx.execute("UPDATE outbox SET due_at = ?, error = ? WHERE message_id = ?", (due_at, reason, message_id))
    act.tx.execute("UPDATE message SET error = ? WHERE id = ?", (reason, message_id))


def recover(workspace: Workspace, channel_id: int, held: Held, idempotency: Idempotency) -> int:
    """Settle what was left in `sending`, by an earlier holder of the lease or by a fault; returns how many.

    Called only where nothing of the channel is being sent."""
    if not workspace.database.reader.value(
        "SELECT 1 FROM outbox WHERE channel_id = ? AND state = 'sending' LIMIT 1", (channel_id,)
    ):
        return 0

    def work(act: Act) -> int:
        leases.check(act.tx, held.name, held.number)
        left = act.tx.all(
            "SELECT message_id, committing FROM outbox WHERE channel_id = ? AND state = 'sending'", (channel_id,)
        )
        for row in left:
            if not row["committing"] or idempotency == "key":
                _requeue(act, row["message_id"], act.at, None)
            else:
                words = "the program stopped while it was handed over: it may have been sent"
                deliveries.set_status(act, row["message_id"], MessageStatus.UNKNOWN, words)
        return len(left)

    return perform(workspace, PROGRAM, "recovered", work)[1]


def to_verify(workspace: Workspace, channel_id: int, before: int) -> list[tuple[int, str]]:
    """Return (message id, key) of sends with a lost answer that began before a time (UTC ms)."""
    rows_found = workspace.database.reader.all(
        "SELECT message_id, uuid FROM outbox WHERE channel_id = ? AND state = 'unknown' AND "
        "sending_since < ? LIMIT 100",
        (channel_id, before),
    )
    return [(row[0], row[1]) for row in rows_found]


def outgoing(workspace: Workspace, message_id: int) -> Outgoing:
    """Return a queued message as its connector takes it."""
    reader = workspace.database.reader
    message = thread.message(reader, message_id)
    row = reader.one(
        "SELECT o.*, c.token, agent.signature FROM outbox o JOIN conversation c ON c.id = o.conversation_id "
        "JOIN message m ON m.id = o.message_id LEFT JOIN agent ON agent.id = coalesce(m.author_id, o.agent_id) "
        "WHERE o.message_id = ?",
        (message_id,),
    )
    assert row is not None
    said = json.loads(row["outgoing_json"])
    template = said.get("template")
    answered = thread.messages_by_id(reader, [said["answers"]]) if said.get("answers") else []
    quoted = (
        Quoted(answered[0].sender.name or answered[0].sender.address, answered[0].text, answered[0].at)
        if answered and message.aside is None
        else None
    )
    text = signed(message.kind, message.text, row["signature"])
    files = reader.all("SELECT * FROM attachment WHERE message_id = ? ORDER BY position", (message_id,))
    return Outgoing(
        key=row["uuid"],
        external_id=message.external_id or "",
        sender=message.sender,
        to=message.to,
        cc=message.cc,
        bcc=message.bcc,
        subject=message.subject,
        text=text,
        at=message.at,
        conversation=row["conversation_id"],
        token=row["token"] if message.aside is None else "",
        files=tuple(File(file["name"], file["content_type"], workspace.blobs.get(file["blob"])) for file in files),
        links=handing.links(
            workspace, settings.current(workspace).public_url, [(file["id"], file["name"]) for file in files]
        ),
        in_reply_to=said["in_reply_to"],
        references=tuple(said["references"]),
        thread=said.get("thread", ""),
        quoted=quoted,
        auto=message.auto is not None,
        public=bool(said.get("public")),
        privately=bool(said.get("privately")),
        unsubscribe=unsubscribing.offered(workspace, message) if said.get("marketing") else (),
        template=None if template is None else _filled(template),
    )


def outgoing_template(connection: Connection, message_id: int) -> bool:
    """Say whether what goes out is a text that the provider has approved."""
    said = connection.value("SELECT outgoing_json FROM outbox WHERE message_id = ?", (message_id,))
    return bool(json.loads(said or "{}").get("template"))


def _filled(said: Mapping[str, Any]) -> Filled:
    return Filled(said["name"], said["language"], (*said["values"],), (*said.get("fields", ()),))


def answered(workspace: Workspace, message_id: int) -> int:
    """Return the message that one in the outbox answers, 0 where it answers none."""
    said = workspace.database.reader.value("SELECT outgoing_json FROM outbox WHERE message_id = ?", (message_id,))
    return int(json.loads(said or "{}").get("answers") or 0)


def signed(kind: str, text: str, signature: str | None) -> str:
    """Return a text with the agent's signature below it, on a kind of channel that carries letters."""
    letters = registry.manifest(kind).text.subject
    above = f"{text}\n\n" if text else ""
    return f"{above}-- \n{signature}" if signature and letters else text


def stored_payload(workspace: Workspace, message_id: int) -> Payload | None:
    """Return what was fixed before the first try, or None before it."""
    row = workspace.database.reader.one(
        "SELECT payload_blob, envelope_json FROM outbox WHERE message_id = ?", (message_id,)
    )
    if row is None or row["payload_blob"] is None:
        return None
    return Payload(workspace.blobs.get(row["payload_blob"]), json.loads(row["envelope_json"]))


def store_payload(workspace: Workspace, message_id: int, payload: Payload, source_id: str) -> None:
    """Fix what goes to the provider, before the first try; `source_id` is what its echo will bear."""
    blob = workspace.blobs.put(payload.data)
    envelope = json.dumps(dict(payload.envelope))
    workspace.database.write(
        lambda tx: tx.execute(
            "UPDATE outbox SET payload_blob = ?, envelope_json = ?, source_id = ? WHERE message_id = ?",
            (blob, envelope, source_id, message_id),
        )
    )


def retry(workspace: Workspace, actor: Actor, message_id: int) -> rows.Act:
    """Send a failed, unknown or cancelled message once more; the agent decides that it did not arrive.

    An undo stops it, as long as it has not left."""

    def work(act: Act) -> None:
        state = _state(act, message_id)
        if state not in (MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.CANCELLED, MessageStatus.QUEUED):
            raise RefusedError(
                _(
                    "message {message_id} is {state}: only what failed, is unknown or was cancelled can be sent again"
                ).format(message_id=message_id, state=state)
            )
        holding.decided(act, message_id)
        act.undoable = state != MessageStatus.QUEUED  # what waited already just goes sooner
        _requeue(act, message_id, act.at, None)
        act.summary = f"message {message_id} queued again"

    return perform_undoable(workspace, actor, "retry", work)[0]


def cancel(workspace: Workspace, actor: Actor, message_id: int) -> rows.Act:
    """Take a message back that is still queued; an undo queues it again."""

    def work(act: Act) -> None:
        state = _state(act, message_id)
        if state != MessageStatus.QUEUED:
            raise RefusedError(
                _("message {message_id} is {state}: only what is queued can be cancelled").format(
                    message_id=message_id, state=state
                )
            )
        deliveries.set_status(act, message_id, MessageStatus.CANCELLED, None)
        act.summary = f"message {message_id} cancelled"

    return perform_undoable(workspace, actor, "cancel", work)[0]


def resolve(workspace: Workspace, actor: Actor, message_id: int, how: str) -> rows.Act:
    """Settle an unknown or failed message: it was `sent`, it was `not-sent`, or `dismiss` it from the work to do.
    An undo makes it again what it was."""

    def work(act: Act) -> None:
        state = _state(act, message_id)
        if state not in (MessageStatus.UNKNOWN, MessageStatus.FAILED):
            raise RefusedError(
                _("message {message_id} is {state}: only what is unknown or failed needs settling").format(
                    message_id=message_id, state=state
                )
            )
        if how == "sent":
            deliveries.set_status(act, message_id, MessageStatus.SENT, None)
        elif how == "not-sent":
            deliveries.set_status(act, message_id, MessageStatus.FAILED, f"{actor.name} says that it did not go out")
        else:
            number = act.tx.value("SELECT conversation_id FROM outbox WHERE message_id = ?", (message_id,))
            _dismiss(act, message_id, number)
        act.undoable = how != "not-sent" or state != MessageStatus.FAILED
        act.summary = f"message {message_id}: {how}"

    return perform_undoable(workspace, actor, "resolve", work)[0]


def _dismiss(act: Act, message_id: int, number: int) -> None:
    act.tx.execute("UPDATE outbox SET dismissed_at = ? WHERE message_id = ?", (act.at, message_id))
    notifications.send_settled(act.tx, message_id)
    act.event("dismissed", number, message=message_id)
    conversations.recount(act.tx, number)


def edit(workspace: Workspace, actor: Actor, message_id: int) -> tuple[rows.Act, int]:
    """Make the text of a message that did not go out the agent's draft again; return its conversation too.

    What is queued is taken back; what failed is dismissed. An undo brings both back while the draft is as it was.
    Raises RefusedError for what may have gone out."""

    def work(act: Act) -> int:
        state = _state(act, message_id)
        if state not in (MessageStatus.QUEUED, MessageStatus.FAILED, MessageStatus.CANCELLED):
            again = ": say first whether it went out" if state == MessageStatus.UNKNOWN else ""
            raise RefusedError(
                _("message {message_id} is {state}, which cannot be written anew{again}").format(
                    message_id=message_id, state=state, again=again
                )
            )
        if actor.agent_id is None:
            raise RefusedError(_("only an agent has drafts"))
        if outgoing_template(act.tx, message_id):
            raise RefusedError(
                _("message {message_id} is a template: take it back, or dismiss it").format(message_id=message_id)
            )
        number = int(act.tx.value("SELECT conversation_id FROM message WHERE id = ?", (message_id,)))
        if state == MessageStatus.QUEUED:
            deliveries.set_status(act, message_id, MessageStatus.CANCELLED, None)
        elif state == MessageStatus.FAILED:
            _dismiss(act, message_id, number)
        begun = drafts.give_back(act.tx, number, actor.agent_id, message_id, act.at)
        act.event("rewritten", number, message=message_id, before={"state": state}, after={"begun": begun})
        act.summary = f"message {message_id} is a draft on #{number} again"
        return number

    return perform_undoable(workspace, actor, "edit", work)


def _state(act: Act, message_id: int) -> str:
    state = act.tx.value("SELECT state FROM outbox WHERE message_id = ?", (message_id,))
    if state is None:
        raise NotFoundError(
            _("message {message_id} is not in the outbox; `omnidesk outbox list` shows what is").format(
                message_id=message_id
            )
        )
    return str(state)
