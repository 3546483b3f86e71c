"""One answer to many: each personalised, once per customer, paced, and one act that can be stopped.

`prepare` says who would get it, by what, and who cannot and why; `send` queues exactly that. Messages wait out the undo
window of bulk and then leave one after another, `bulk_per_minute` on each channel.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.desk import (
    cautions,
    consents,
    deliveries,
    enclosing,
    letters,
    macros,
    planning,
    remarks,
    rules,
    settings,
    threads,
)
from omnidesk.desk.acts import Act, perform_undoable
from omnidesk.desk.composing import Files, reply_subject, sender_of
from omnidesk.desk.placeholders import Facts
from omnidesk.store.workspace import Workspace
from omnidesk.text import placeholders
from omnidesk.text.clean import clean
from omnidesk.words import rows
from omnidesk.words.errors import NotFoundError, OmniDeskError, RefusedError, UsageError
from omnidesk.words.kinds import MessageStatus, Place, Status
from omnidesk.words.retelling import retold
from omnidesk.words.rows import Actor, Address, Channel, Macro, Message
from omnidesk.words.speech import _

WINDOW = 60 * clock.SECOND
"""How long the first message waits: the undo window of bulk."""
MOST = 1_000
"""How many conversations one bulk answer takes."""
_KEYS = uuid.UUID("5c9a3f0e-0c55-4c43-9a86-6a2f5e1b7d21")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One customer who gets it: in which conversation, by which channel, and what it says there."""

    conversation_id: int
    customer: str
    channel: Channel
    to: tuple[Address, ...]
    text: str
    language: str
    answers: Message | None
    outward: rules.Outward
    subject: str
    privately: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """One conversation that is left out, and why."""

    conversation_id: int
    customer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Who would get a bulk answer and who would not; the last message leaves `seconds` after the first."""

    recipients: tuple[Recipient, ...]
    refused: tuple[Refused, ...]
    macro: Macro | None
    seconds: float
    files: Files = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """A bulk answer on its way: the act, the messages queued, and who was left out since it was prepared."""

    act: rows.Act
    messages: tuple[int, ...]
    refused: tuple[Refused, ...]
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Running:
    """How far a bulk answer came; `cancelled` ones were stopped or taken back."""

    act: rows.Act
    queued: int
    sent: int
    failed: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class _What:
    """What is sent to many: a text or a macro, and files of these sizes in bytes."""

    text: str
    macro: Macro | None
    sizes: tuple[int, ...]


def prepare(
    workspace: Workspace,
    actor: Actor,
    ids: Sequence[int],
    text: str = "",
    macro: Macro | None = None,
    via: str | None = None,
    files: Files = (),
) -> Prepared:
    """Say who would get a text or a macro, and files with it; files alone need no text.

    Raises UsageError, NotFoundError for a conversation that is none."""
    if (macro is not None and text.strip()) or not (macro is not None or text.strip() or files):
        raise UsageError(_("say what to send: a text or a macro"))
    wanted = list(dict.fromkeys(threads.current(workspace, number) for number in ids))
    if not wanted:
        raise UsageError(_("no conversation was named"))
    if len(wanted) > MOST:
        raise UsageError(
            _("{count} conversations are too many at once: {most} at most").format(count=len(wanted), most=MOST)
        )
    found: list[Recipient] = []
    refused: list[Refused] = []
    what = _What(clean(text).strip("\n"), macro, enclosing.sizes(files))
    for number in wanted:
        each = _prepare_one(workspace, actor, number, what, via)
        found.append(each) if isinstance(each, Recipient) else refused.append(each)
    chosen, doubled = _once_each(found)
    pace = _pace(workspace)
    per_channel = [sum(one.channel.id == channel for one in chosen) for channel in {one.channel.id for one in chosen}]
    last = (max(per_channel, default=1) - 1) * pace
    return Prepared(tuple(chosen), (*refused, *doubled), macro, last / clock.SECOND, files)


def _prepare_one(workspace: Workspace, actor: Actor, number: int, what: _What, via: str | None) -> Recipient | Refused:
    facts = Facts(workspace, actor, number)
    conversation = facts.conversation
    if conversation.place is not Place.DESK:
        return Refused(number, conversation.customer, _("lies in {place}").format(place=_(conversation.place)))
    planned = planning.plan(workspace, number)
    choice = _choice(planned, via)
    if isinstance(choice, str):
        return Refused(number, conversation.customer, choice)
    manifest = registry.manifest(choice.channel.kind)
    try:
        said, language = _words(facts, what.macro, what.text, macros.class_of(manifest, choice.public))
    except OmniDeskError as error:
        return Refused(number, conversation.customer, str(error))
    if choice.public and (
        facts_told := cautions.private_facts(said, cautions.known_of(workspace, conversation.customer_id))
    ):
        reason = _("everybody can read {name}, and it holds {facts}").format(
            name=choice.channel.name, facts=", ".join(facts_told)
        )
        return Refused(number, conversation.customer, reason)
    reader = workspace.database.reader
    to, cc = choice.to, choice.cc
    outward = rules.Outward(
        to=to,
        cc=cc,
        text=said,
        file_sizes=what.sizes,
        last_inbound_at=planning.last_inbound_at(reader, number, choice.channel.id, choice.public),
        undeliverable=planning.undeliverable(reader, to),
        refused_consent=consents.refused(reader, choice.channel, (*to, *cc), number, marketing=True),
        public=choice.public,
        remark=remarks.remark(reader, planned.answers) if choice.privately and planned.answers else None,
    )
    objection = rules.objection(choice.channel, manifest, outward, clock.now())
    if objection is not None:
        return Refused(number, conversation.customer, retold(objection))
    subject = reply_subject(conversation.subject)
    return Recipient(
        number, conversation.customer, choice.channel, to, said, language, planned.answers, outward, subject,
        choice.privately,
    )  # fmt: skip


def _choice(planned: planning.Plan, via: str | None) -> planning.Choice | str:
    """Return the channel an answer takes, or why it cannot: a public one only where it is named."""
    if via is not None:
        named = next((one for one in planned.choices if one.name == via), None)
        if named is None:
            raise NotFoundError(
                _("there is no channel {via} that sends; `omnidesk channel list` shows them").format(via=via)
            )
        return named if named.usable else named.reason or _("cannot be reached there")
    if planned.channel is None:
        public = next((one.channel for one in planned.choices if one.usable and one.public), None)
        if public is not None:
            return _("only {name} reaches them, and it is public").format(name=public.name)
        return "; ".join(f"{one.name}: {one.reason}" for one in planned.choices) or _("there is no channel")
    return next(one for one in planned.choices if one.name == planned.way)


def _words(facts: Facts, macro: Macro | None, text: str, channel_class: str) -> tuple[str, str]:
    """Return what is said and its language. Raises RefusedError where a placeholder has nothing to say."""
    if macro is not None:
        done = macros.filled(macro, facts, channel_class)
        said, language = done.text, done.language
    else:
        language = facts.language
        said = placeholders.fill(text, facts.values(language)).text
    left = placeholders.names(said)
    if left:
        raise RefusedError(
            _("{known} is not known").format(known=placeholders.meaning(left[0]))
            if placeholders.may_be(left[0])
            else _("there is no placeholder {placeholder}").format(placeholder=f"{{{{{left[0]}}}}}")
        )
    return said, language


def _once_each(found: Sequence[Recipient]) -> tuple[list[Recipient], list[Refused]]:
    """Keep one conversation a customer: the one they wrote in last."""
    best: dict[object, Recipient] = {}
    doubled: list[tuple[Recipient, object]] = []
    for one in found:
        customer = one.answers.customer_id if one.answers is not None else None
        key: object = customer if customer is not None else tuple(sorted(to.address.lower() for to in one.to))
        other = best.get(key)
        if other is None:
            best[key] = one
            continue
        first, second = sorted((other, one), key=lambda each: each.answers.at if each.answers else 0)
        best[key] = second
        doubled.append((first, key))
    kept = {one.conversation_id for one in best.values()}
    refused = [
        Refused(
            one.conversation_id,
            one.customer,
            _("the same customer gets it in #{number}").format(number=best[key].conversation_id),
        )
        for one, key in doubled
    ]
    return [one for one in found if one.conversation_id in kept], refused


def _pace(workspace: Workspace) -> int:
    per_minute = settings.current(workspace).bulk_per_minute
    return 0 if per_minute <= 0 else int(clock.MINUTE / per_minute)


def send(
    workspace: Workspace, actor: Actor, prepared: Prepared, status: Status | None = None, key: str | None = None
) -> Sent:
    """Queue a prepared answer as one act; who wrote meanwhile is left out. The same `key` never goes twice.

    Raises RefusedError where nobody can get it, or it was sent under this key before."""
    conf = settings.current(workspace)
    pace = _pace(workspace)
    base = uuid.uuid5(_KEYS, key) if key else uuid.uuid4()
    macro = prepared.macro
    after = macros.finishing(workspace, actor, [macro], status) if macro is not None else None
    chosen = status if status is not None else macro.actions.status if macro is not None else None
    enclosed = enclosing.enclose(workspace, prepared.files)
    senders = {
        one.conversation_id: sender_of(workspace, actor, one.channel, conf.shop_name, one.answers)
        for one in prepared.recipients
    }

    def work(act: Act) -> tuple[list[int], list[Refused], int]:
        queued: dict[int, int] = {}
        refused: list[Refused] = []
        messages = []
        last = act.at + WINDOW
        for one in prepared.recipients:
            if _newest_question(act, one) != (one.answers.id if one.answers is not None else None):
                refused.append(Refused(one.conversation_id, one.customer, _("a newer message arrived: read it first")))
                continue
            name = str(uuid.uuid5(base, str(one.conversation_id)))
            if act.tx.value("SELECT 1 FROM outbox WHERE uuid = ?", (name,)):
                raise RefusedError(_("that was sent before, under the same key"))
            place = queued.get(one.channel.id, 0)
            queued[one.channel.id] = place + 1
            due_at = act.at + WINDOW + place * pace
            last = max(last, due_at)
            sender = senders[one.conversation_id]
            letter = letters.Letter(
                one.channel,
                one.outward,
                one.subject,
                sender,
                name,
                one.answers,
                enclosed,
                privately=one.privately,
                marketing=True,
            )
            here, message = letters.queue_in(act, one.conversation_id, letter, due_at, _settable(chosen))
            if after is not None:
                after(act, here)
            messages.append(message)
        if not messages:
            reasons = {each.reason for each in (*refused, *prepared.refused)}
            raise RefusedError(
                _("nobody can get it: {reasons}").format(reasons="; ".join(sorted(reasons)) or _("nobody was named"))
            )
        what = f"“{macro.name}”" if macro is not None else "an answer"
        act.summary = f"sent {what} to {len(messages)} customers"
        return messages, refused, last

    done, (messages, refused, last) = perform_undoable(workspace, actor, "bulk", work)
    return Sent(done, tuple(messages), (*prepared.refused, *refused), done.at + WINDOW, last)


def _settable(status: Status | None) -> Status | None:
    return None if status is Status.SNOOZED else status


def _newest_question(act: Act, one: Recipient) -> int | None:
    """Return the newest message that the answer should answer: the one it was prepared for, or one that came since."""
    if one.answers is None:
        return None
    found = act.tx.value(
        "SELECT id FROM message WHERE conversation_id = ? AND (at, id) > (?, ?) AND direction = 'inbound' "
        "AND auto IS NULL AND aside_id IS NULL AND NOT stranger ORDER BY at DESC, id DESC LIMIT 1",
        (one.conversation_id, one.answers.at, one.answers.id),
    )
    return one.answers.id if found is None else int(found)


def take_back(act: Act, events: Sequence[Any], restored: list[str], left: list[str]) -> list[Any]:
    """Cancel what is still queued of a bulk act, within the act of its undo; return the events yet to be reversed:
    those of conversations whose message left are no longer among them."""
    gone: set[int] = set()
    stopped = 0
    for event in events:
        if event["kind"] != "replied":
            continue
        state = act.tx.value("SELECT status FROM message WHERE id = ?", (event["message_id"],))
        if state == MessageStatus.QUEUED:
            deliveries.set_status(act, event["message_id"], MessageStatus.CANCELLED, None)
            stopped += 1
        else:
            gone.add(event["conversation_id"])
    if stopped:
        restored.append(f"{stopped} answers stopped")
    if gone:
        left.append(f"{len(gone)} had left already")
    return [event for event in events if event["kind"] != "replied" and event["conversation_id"] not in gone]


def running(workspace: Workspace, limit: int = 20) -> list[Running]:
    """Return the newest bulk answers and how far they came, newest first; rides on act_bulk."""
    reader = workspace.database.reader
    found = reader.all("SELECT * FROM act WHERE kind = 'bulk' ORDER BY id DESC LIMIT ?", (limit,))
    return [_running(workspace, row) for row in found]


def _running(workspace: Workspace, row: Any) -> Running:
    act = rows.Act(
        row["id"], row["at"], row["actor"], row["kind"], row["summary"], bool(row["undoable"]), row["undone_by"]
    )
    states = {
        state: int(count)
        for state, count in workspace.database.reader.all(
            "SELECT m.status, count(*) FROM event e JOIN message m ON m.id = e.message_id "
            "WHERE e.act_id = ? AND e.kind = 'replied' GROUP BY m.status",
            (act.id,),
        )
    }
    waiting = states.get("queued", 0) + states.get("sending", 0)
    failed = states.get("failed", 0) + states.get("unknown", 0)
    cancelled = states.get("cancelled", 0)
    return Running(act, waiting, sum(states.values()) - waiting - failed - cancelled, failed, cancelled)


def last_running(workspace: Workspace, actor: Actor) -> rows.Act:
    """Return the agent's newest bulk answer of which something is still queued. Raises RefusedError."""
    for one in running(workspace):
        if one.act.actor == actor.name and one.queued and one.act.undone_by is None:
            return one.act
    raise RefusedError(_("nothing of yours is being sent to many"))
