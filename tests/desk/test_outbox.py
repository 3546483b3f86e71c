"""The outbox: nothing is sent twice, and nothing is sent silently wrong (promise 3)."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from omnidesk.connectors.base import Payload
from omnidesk.desk import channels, composing, drafts, outbox, status, threads, triage, undo, views
from omnidesk.desk import settings as workspace_settings
from omnidesk.desk.intake import Held
from omnidesk.store.leases import LeaseLostError
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import MessageStatus, Status
from tests.filling import ANNA, BRAM, NOON, SUPPORT, Clock, Desk, hold, mail
from tests.sync import scripted

pytestmark = pytest.mark.databases

SENDING, QUEUED, SENT, UNKNOWN, FAILED = (
    MessageStatus.SENDING,
    MessageStatus.QUEUED,
    MessageStatus.SENT,
    MessageStatus.UNKNOWN,
    MessageStatus.FAILED,
)


@pytest.fixture
def asked(time: Clock, desk: Desk) -> Desk:
    """A desk with one conversation, #1, that waits for an answer."""
    desk.receives(mail("1"))
    return desk


def reply(desk: Desk, text: str = "Dear Anna", **said: object) -> int:
    return composing.reply(desk.workspace, desk.me, 1, text, **said).message.id  # type: ignore[arg-type]


def state(desk: Desk, message_id: int) -> MessageStatus:
    """Return the state of a message, which outbox and thread agree on."""
    found = threads.message(desk.workspace, message_id).status
    assert desk.value("SELECT state FROM outbox WHERE message_id = ?", message_id) == found
    return found


def claim(desk: Desk, held: Held) -> int | None:
    claimed = outbox.claim(desk.workspace, desk.channel.id, held)
    return None if claimed is None else claimed.message_id


def undelivered(desk: Desk) -> list[int]:
    return [row.id for row in views.page(desk.workspace, "undelivered", desk.me.agent_id, 10)]


def lost_answer(desk: Desk, time: Clock) -> int:
    """Return a message whose answer was lost: handed over, and nobody knows whether it arrived."""
    message = reply(desk, now=True)
    held = hold(desk.workspace, desk.channel)
    assert claim(desk, held) == message
    outbox.committing(desk.workspace, message, held)
    outbox.finish(desk.workspace, message, held, UNKNOWN, "the line broke")
    return message


# --- queueing and the undo window ---


def test_an_answer_waits_out_the_undo_window(time: Clock, asked: Desk) -> None:
    """Promise 3."""
    message = reply(asked)
    held = hold(asked.workspace, asked.channel)
    time.forward(seconds=9.9)
    assert claim(asked, held) is None
    time.forward(seconds=0.1)
    assert claim(asked, held) == message
    assert claim(asked, held) is None


@pytest.mark.parametrize(
    ("kind", "setting", "seconds"), [("key", -1, 10), ("window", -1, 3), ("key", 0, 0), ("key", 30, 30)]
)
def test_the_undo_window_is_what_the_kind_says_unless_the_workspace_says_another(
    scripted_kinds: None, time: Clock, desk: Desk, kind: str, setting: float, seconds: float
) -> None:
    """Promise 3."""
    workspace_settings.put(desk.workspace, "undo_seconds", setting)
    odd = desk.adds_channel("odd", "odd@shop.test", f"scripted-{kind}")
    (number,) = desk.receives(scripted.item("1"), channel=odd)
    assert composing.reply(desk.workspace, desk.me, number, "Hi").due_at == NOON + int(seconds * 1000)
    assert composing.reply(desk.workspace, desk.me, number, "Hi", now=True).due_at == NOON


def test_what_is_due_first_goes_first(time: Clock, asked: Desk) -> None:
    later = reply(asked, "second")
    first = reply(asked, "first", now=True)
    assert outbox.next_due(asked.workspace, asked.channel.id) == NOON
    time.forward(seconds=10)
    assert asked.sends_all() == [first, later]
    assert outbox.next_due(asked.workspace, asked.channel.id) is None


def test_undo_within_the_window_takes_the_answer_back_as_a_draft(time: Clock, asked: Desk) -> None:
    """Promises 3 and 13."""
    before = threads.conversation(asked.workspace, 1)
    message = reply(asked, "Dear Anna")
    time.forward(seconds=9)
    undo.undo(asked.workspace, asked.me)
    time.forward(seconds=60)
    assert asked.sends_all() == []
    assert state(asked, message) is MessageStatus.CANCELLED
    draft = drafts.get(asked.workspace, asked.me, 1, "reply")
    assert draft is not None
    assert draft.text == "Dear Anna"
    after = threads.conversation(asked.workspace, 1)
    assert (after.status, after.owner, after.unread, after.waiting_since, after.message_count) == (
        before.status,
        before.owner,
        before.unread,
        before.waiting_since,
        before.message_count,
    )


def test_taking_an_answer_back_keeps_what_was_begun_meanwhile(asked: Desk) -> None:
    """Promise 13: what changed later is left."""
    reply(asked, "Dear Anna")
    drafts.save(asked.workspace, asked.me, 1, "reply", "PS: one more thing")
    undo.undo(asked.workspace, asked.me)
    draft = drafts.get(asked.workspace, asked.me, 1, "reply")
    assert draft is not None
    assert "PS: one more thing" in draft.text
    assert "Dear Anna" in draft.text


@pytest.mark.parametrize("step", ["claimed", "committing", "sent", "unknown"])
def test_what_was_handed_over_cannot_be_taken_back(time: Clock, asked: Desk, step: str) -> None:
    """Promise 13: sent messages cannot be undone; nothing of the act is."""
    queued = composing.reply(asked.workspace, asked.me, 1, "Dear Anna", now=True)
    held = hold(asked.workspace, asked.channel)
    claim(asked, held)
    if step != "claimed":
        outbox.committing(asked.workspace, queued.message.id, held)
    if step in ("sent", "unknown"):
        outbox.finish(asked.workspace, queued.message.id, held, MessageStatus(step))
    before = threads.conversation(asked.workspace, 1)
    with pytest.raises(RefusedError, match="cannot be taken back"):
        undo.undo(asked.workspace, asked.me, queued.act.id)
    assert threads.conversation(asked.workspace, 1) == before


def test_the_same_key_never_goes_twice(time: Clock, asked: Desk) -> None:
    """Promise 3: the client's key is the message."""
    first = composing.reply(asked.workspace, asked.me, 1, "Dear Anna", key="order 7")
    again = composing.reply(asked.workspace, asked.me, 1, "Dear Anna", key="order 7")
    assert first == again
    time.forward(seconds=10)
    assert len(asked.sends_all()) == 1
    assert composing.reply(asked.workspace, asked.me, 1, "Other text", key="order 7").message.status is SENT
    assert asked.count("outbox") == 1


def test_the_same_key_from_two_callers_at_once_is_one_message(asked: Desk) -> None:
    """Promise 3."""
    inside, proceed = threading.Event(), threading.Event()

    def hold_the_writer(tx: object) -> None:
        inside.set()
        assert proceed.wait(30)

    blocker = threading.Thread(target=asked.workspace.database.write, args=(hold_the_writer,))
    blocker.start()
    assert inside.wait(30)
    made: list[object] = []

    def answer() -> None:
        try:
            made.append(reply(asked, key="once"))
        except Exception as error:  # noqa: BLE001  shown by the assertion
            made.append(error)

    callers = [threading.Thread(target=answer) for _ in range(2)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(0.3)
    proceed.set()
    for one in (blocker, *callers):
        one.join()
    assert made[0] == made[1]
    assert asked.count("outbox") == 1


# --- the steps, and the lease at each ---


def test_the_steps_of_sending(time: Clock, asked: Desk) -> None:
    message = reply(asked, now=True)
    held = hold(asked.workspace, asked.channel)
    assert state(asked, message) is QUEUED
    claim(asked, held)
    assert state(asked, message) is SENDING
    outbox.committing(asked.workspace, message, held)
    assert asked.value("SELECT committing FROM outbox") == 1
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("a", "b"))
    assert state(asked, message) is SENT
    names = asked.workspace.database.reader.all("SELECT value FROM provider_id WHERE message_id = ?", (message,))
    assert sorted(row[0] for row in names) == ["a", "b"]
    assert threads.message(asked.workspace, message).sent_at == NOON


def test_without_the_lease_nothing_is_claimed(time: Clock, asked: Desk) -> None:
    """Promise 3."""
    message = reply(asked, now=True)
    stale = hold(asked.workspace, asked.channel, "one", 10)
    time.forward(seconds=11)
    hold(asked.workspace, asked.channel, "two", 10)
    with pytest.raises(LeaseLostError):
        claim(asked, stale)
    assert state(asked, message) is QUEUED


def test_without_the_lease_nothing_is_handed_over(time: Clock, asked: Desk) -> None:
    """Promise 3: whoever lost the lease between claim and hand-over lets go."""
    message = reply(asked, now=True)
    stale = hold(asked.workspace, asked.channel, "one", 10)
    claim(asked, stale)
    time.forward(seconds=11)
    fresh = hold(asked.workspace, asked.channel, "two", 10)
    with pytest.raises(LeaseLostError):
        outbox.committing(asked.workspace, message, stale)
    assert outbox.recover(asked.workspace, asked.channel.id, fresh, "none") == 1
    assert claim(asked, fresh) == message
    with pytest.raises(LeaseLostError):
        outbox.again(asked.workspace, message, stale, "late", 0)
    outbox.committing(asked.workspace, message, fresh)
    outbox.finish(asked.workspace, message, fresh, SENT)


def test_a_message_claimed_anew_is_not_the_old_claimers(time: Clock, asked: Desk) -> None:
    """Promise 3: even when the same owner takes the lease again."""
    message = reply(asked, now=True)
    old = hold(asked.workspace, asked.channel, "one", 10)
    claim(asked, old)
    time.forward(seconds=11)
    new = hold(asked.workspace, asked.channel, "one", 10)
    outbox.recover(asked.workspace, asked.channel.id, new, "none")
    claim(asked, new)
    with pytest.raises(LeaseLostError):
        outbox.committing(asked.workspace, message, old)


@pytest.mark.parametrize(
    ("idempotency", "committed", "expected"),
    [
        ("key", False, QUEUED),
        ("verify", False, QUEUED),
        ("none", False, QUEUED),
        ("key", True, QUEUED),
        ("verify", True, UNKNOWN),
        ("none", True, UNKNOWN),
    ],
)
def test_a_crash_while_sending_is_settled_by_what_the_kind_of_channel_says(
    time: Clock, asked: Desk, idempotency: outbox.Idempotency, committed: bool, expected: MessageStatus
) -> None:
    """Promise 3: certainly not sent before `committing`; after it, the manifest says."""
    message = reply(asked, now=True)
    dead = hold(asked.workspace, asked.channel, "dead", 10)
    claim(asked, dead)
    if committed:
        outbox.committing(asked.workspace, message, dead)
    time.forward(seconds=11)
    held = hold(asked.workspace, asked.channel, "alive", 10)
    assert outbox.recover(asked.workspace, asked.channel.id, held, idempotency) == 1
    assert outbox.recover(asked.workspace, asked.channel.id, held, idempotency) == 0
    assert state(asked, message) is expected
    assert undelivered(asked) == ([1] if expected is UNKNOWN else [])
    assert (claim(asked, held) == message) == (expected is QUEUED)


def test_what_was_fixed_before_the_first_try_stays_the_same(asked: Desk) -> None:
    message = reply(asked, now=True)
    assert outbox.stored_payload(asked.workspace, message) is None
    outbox.store_payload(asked.workspace, message, Payload(b"bytes", {"from": "x"}), "echo")
    assert outbox.stored_payload(asked.workspace, message) == Payload(b"bytes", {"from": "x"})


@pytest.mark.parametrize("late", [UNKNOWN, FAILED])
def test_a_late_outcome_does_not_unsay_that_it_was_sent(time: Clock, asked: Desk, late: MessageStatus) -> None:
    """Promise 3: an answer that timed out after our own copy was found stays sent."""
    message = reply(asked, now=True)
    held = hold(asked.workspace, asked.channel)
    claim(asked, held)
    outbox.committing(asked.workspace, message, held)
    ours = threads.message(asked.workspace, message)
    asked.receives(mail(ours.external_id or "", sender=SUPPORT, to=[ANNA], outbound=True, source="copy"))
    assert state(asked, message) is SENT
    outbox.finish(asked.workspace, message, held, late, "timed out")
    assert state(asked, message) is SENT
    assert undelivered(asked) == []


def test_a_stale_sender_does_not_unsay_what_its_successor_did(time: Clock, asked: Desk) -> None:
    """Promise 3."""
    message = reply(asked, now=True)
    old = hold(asked.workspace, asked.channel, "old", 10)
    claim(asked, old)
    outbox.committing(asked.workspace, message, old)
    time.forward(seconds=11)
    new = hold(asked.workspace, asked.channel, "new", 10)
    outbox.recover(asked.workspace, asked.channel.id, new, "key")
    claim(asked, new)
    outbox.finish(asked.workspace, message, old, FAILED, "too late")
    assert state(asked, message) is SENDING
    outbox.committing(asked.workspace, message, new)
    outbox.finish(asked.workspace, message, new, SENT)
    outbox.finish(asked.workspace, message, old, UNKNOWN, "too late")
    assert state(asked, message) is SENT


@pytest.mark.parametrize("proof", ["reply", "resolved"])
def test_what_was_proven_sent_while_the_provider_was_asked_is_not_sent_again(
    time: Clock, asked: Desk, proof: str
) -> None:
    """Promise 3."""
    message = lost_answer(asked, time)
    if proof == "reply":
        asked.receives(mail("2", answers=threads.message(asked.workspace, message).external_id))
    else:
        outbox.resolve(asked.workspace, asked.me, message, "sent")
    outbox.again(asked.workspace, message, hold(asked.workspace, asked.channel), "it had not been sent", 0)
    assert state(asked, message) is SENT
    assert asked.sends_all() == []


# --- unknown, failed, and what becomes of them ---


@pytest.mark.parametrize("proof", ["own copy", "reply", "bounce", "delivered"])
def test_what_proves_that_an_unknown_message_was_sent(
    scripted_kinds: None, time: Clock, asked: Desk, proof: str
) -> None:
    """Promise 3: finding our Message-ID in Sent, a bounce or a reply proves it."""
    message = lost_answer(asked, time)
    assert undelivered(asked) == [1]
    ours = threads.message(asked.workspace, message).external_id or ""
    odd = asked.adds_channel("odd", "odd@shop.test", "scripted-none")
    report = {"external_id": ours, "recipient": ANNA, "detail": "550 no such user"}
    if proof == "own copy":
        asked.receives(mail(ours, "Dear Anna", sender=SUPPORT, to=[ANNA], outbound=True, source="copy"))
    elif proof == "reply":
        asked.receives(mail("2", answers=ours))
    elif proof == "bounce":
        bounce = scripted.item(
            "b", sender="mailer@example.test", auto="bounce", deliveries=[{**report, "status": "failed"}]
        )
        assert asked.receives(bounce, channel=odd) == [1]
    else:
        asked.receives(scripted.item("d", auto="feedback", deliveries=[{**report, "status": "delivered"}]), channel=odd)
    expected = {"bounce": FAILED, "delivered": MessageStatus.DELIVERED}.get(proof, SENT)
    assert state(asked, message) is expected
    assert undelivered(asked) == ([1] if proof == "bounce" else [])
    assert asked.sends_all() == []


def test_a_reply_to_something_else_proves_nothing(time: Clock, asked: Desk) -> None:
    """Promise 3: not finding it proves nothing either."""
    message = lost_answer(asked, time)
    asked.receives(mail("2", answers="1"))
    assert state(asked, message) is UNKNOWN
    assert undelivered(asked) == [1]


def test_a_send_that_failed_is_work_of_its_sender_closed_or_not(time: Clock, asked: Desk) -> None:
    """A send that failed stands in `undelivered`, owned by the sender, until sent otherwise or dismissed."""
    message = reply(asked, now=True)
    triage.close(asked.workspace, asked.me, 1)
    triage.assign(asked.workspace, asked.me, 1, None)
    held = hold(asked.workspace, asked.channel)
    claim(asked, held)
    outbox.finish(asked.workspace, message, held, FAILED, "550 no such user")
    (row,) = views.page(asked.workspace, "undelivered", asked.me.agent_id, 10)
    assert (row.status, row.owner, row.undelivered) == (Status.CLOSED, "sanne", 1)
    (waiting,) = outbox.waiting(asked.workspace)
    assert (waiting.error, waiting.status) == ("550 no such user", FAILED)
    outbox.resolve(asked.workspace, asked.me, message, "dismiss")
    assert undelivered(asked) == []
    assert state(asked, message) is FAILED


def test_a_bounce_makes_the_message_failed_and_the_address_undeliverable(
    scripted_kinds: None, time: Clock, asked: Desk
) -> None:
    message = reply(asked, now=True)
    asked.sends_all()
    odd = asked.adds_channel("odd", "odd@shop.test", "scripted-none")
    ours = threads.message(asked.workspace, message).external_id
    report = {"status": "failed", "external_id": ours, "recipient": ANNA, "detail": "550 no\x1b[2J such user"}
    asked.receives(scripted.item("b", sender="mailer@example.test", auto="bounce", deliveries=[report]), channel=odd)
    assert state(asked, message) is FAILED
    assert threads.message(asked.workspace, message).error == "came back: 550 no such user"
    assert asked.count("identity", f"value = '{ANNA}' AND NOT deliverable") == 1
    assert undelivered(asked) == [1]
    with pytest.raises(RefusedError, match="undeliverable"):
        composing.reply(asked.workspace, asked.me, 1, "Hello?", via="demo")


def test_a_report_says_nothing_of_those_to_whom_the_message_did_not_go(
    scripted_kinds: None, time: Clock, asked: Desk
) -> None:
    """Whoever got a mail of ours can forge a bounce of it: others stay deliverable."""
    asked.receives(mail("9", sender=BRAM))
    message = reply(asked, now=True)
    asked.sends_all()
    odd = asked.adds_channel("odd", "odd@shop.test", "scripted-none")
    ours = threads.message(asked.workspace, message).external_id
    report = {"status": "failed", "external_id": ours, "recipient": BRAM}
    asked.receives(scripted.item("b", auto="bounce", deliveries=[report]), channel=odd)
    assert asked.count("identity", f"value = '{BRAM}' AND deliverable") == 1


def test_a_report_of_a_delay_is_no_failure(scripted_kinds: None, time: Clock, asked: Desk) -> None:
    message = lost_answer(asked, time)
    odd = asked.adds_channel("odd", "odd@shop.test", "scripted-none")
    report = {"status": "delayed", "external_id": threads.message(asked.workspace, message).external_id}
    asked.receives(scripted.item("b", auto="bounce", deliveries=[report]), channel=odd)
    assert state(asked, message) is SENT


def test_late_reports_never_bring_a_message_back(scripted_kinds: None, time: Clock, asked: Desk) -> None:
    message = reply(asked, now=True)
    asked.sends_all()
    odd = asked.adds_channel("odd", "odd@shop.test", "scripted-none")
    ours = threads.message(asked.workspace, message).external_id
    for number, said in enumerate(("read", "delivered", "sent")):
        report = {"status": said, "external_id": ours}
        asked.receives(scripted.item(f"r{number}", auto="feedback", deliveries=[report]), channel=odd)
        assert state(asked, message) is MessageStatus.READ


def test_a_bounce_that_names_a_customers_message_changes_nothing_of_it(scripted_kinds: None, asked: Desk) -> None:
    odd = asked.adds_channel("odd", "odd@shop.test", "scripted-none")
    report = {"status": "failed", "external_id": "<1@example.test>", "recipient": SUPPORT}
    asked.receives(scripted.item("b", sender="mailer@example.test", auto="bounce", deliveries=[report]), channel=odd)
    assert threads.messages(asked.workspace, 1)[0].status is MessageStatus.RECEIVED


def test_merging_moves_what_is_undelivered_too(time: Clock, asked: Desk) -> None:
    from omnidesk.desk import joining

    lost_answer(asked, time)
    asked.receives(mail("2"))
    act = joining.merge(asked.workspace, asked.me, 1, 2)
    assert undelivered(asked) == [2]
    undo.undo(asked.workspace, asked.me, act.id)
    assert undelivered(asked) == [1]


@pytest.mark.parametrize(
    ("action", "after"),
    [
        (lambda desk, message: outbox.retry(desk.workspace, desk.me, message), QUEUED),
        (lambda desk, message: outbox.resolve(desk.workspace, desk.me, message, "sent"), SENT),
        (lambda desk, message: outbox.resolve(desk.workspace, desk.me, message, "not-sent"), FAILED),
        (lambda desk, message: outbox.resolve(desk.workspace, desk.me, message, "dismiss"), UNKNOWN),
    ],
)
def test_the_agent_decides_about_an_unknown_message(
    time: Clock, asked: Desk, action: Callable[[Desk, int], object], after: MessageStatus
) -> None:
    message = lost_answer(asked, time)
    action(asked, message)
    assert state(asked, message) is after
    assert undelivered(asked) == ([1] if after is FAILED else [])


def test_a_retried_message_keeps_its_key_and_message_id(time: Clock, asked: Desk) -> None:
    """Promise 3: sending again is the same message for whoever got it already."""
    message = lost_answer(asked, time)
    before = outbox.outgoing(asked.workspace, message)
    outbox.retry(asked.workspace, asked.me, message)
    after = outbox.outgoing(asked.workspace, message)
    assert (before.key, before.external_id) == (after.key, after.external_id)
    assert asked.sends_all() == [message]


def test_what_can_not_be_done_with_a_message_is_refused_in_words(time: Clock, asked: Desk) -> None:
    message = reply(asked, now=True)
    with pytest.raises(RefusedError, match="only what is unknown or failed"):
        outbox.resolve(asked.workspace, asked.me, message, "sent")
    asked.sends_all()
    with pytest.raises(RefusedError, match="only what is queued"):
        outbox.cancel(asked.workspace, asked.me, message)
    with pytest.raises(RefusedError, match="can be sent again"):
        outbox.retry(asked.workspace, asked.me, message)
    with pytest.raises(NotFoundError, match="is not in the outbox"):
        outbox.cancel(asked.workspace, asked.me, 12345)


def test_a_cancelled_message_does_not_go_and_answers_nothing(time: Clock, asked: Desk) -> None:
    message = reply(asked)
    outbox.cancel(asked.workspace, asked.me, message)
    time.forward(minutes=5)
    assert asked.sends_all() == []
    found = threads.conversation(asked.workspace, 1)
    assert (found.waiting_since, found.message_count) == (NOON, 1)


def test_an_answer_stops_the_clock_and_a_failed_one_does_not(time: Clock, asked: Desk) -> None:
    message = reply(asked, now=True)
    assert threads.conversation(asked.workspace, 1).waiting_since is None
    held = hold(asked.workspace, asked.channel)
    claim(asked, held)
    outbox.finish(asked.workspace, message, held, FAILED, "550")
    assert threads.conversation(asked.workspace, 1).waiting_since == NOON


def test_the_status_bar_counts_all_that_is_queued(asked: Desk) -> None:
    for number in range(25):
        reply(asked, f"answer {number}")
    found = status.summary(asked.workspace, asked.me.agent_id)
    assert found.queued == 25
    assert found.next_send is not None


def test_a_channel_with_messages_still_to_go_out_is_not_removed(time: Clock, asked: Desk) -> None:
    """Promise 10."""
    message = reply(asked)
    with pytest.raises(RefusedError, match="still to go out"):
        channels.remove(asked.workspace, asked.me, "demo")
    outbox.cancel(asked.workspace, asked.me, message)
    channels.remove(asked.workspace, asked.me, "demo")
