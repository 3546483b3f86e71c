"""Public messages beside private ones: going on in private, windows, what comes late (promise 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Decoded, Delivery
from omnidesk.connectors.manifest import ReplyWindow
from omnidesk.connectors.sample import SampleConnector
from omnidesk.desk import (
    bulk,
    composing,
    deliveries,
    drafts,
    macros,
    outbox,
    planning,
    remarks,
    rules,
    threads,
    undo,
)
from omnidesk.desk.acts import perform
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import PROGRAM, Address
from tests.filling import ANNA, BRAM, NOON, Clock, Desk, hold, mail

pytestmark = pytest.mark.databases
DAY = 24 * 3600
SOCIAL = replace(
    SampleConnector.manifest,
    outbound="reply_only",
    threading="native_thread",
    reply_window=ReplyWindow(DAY, outside="tag", longest=7 * DAY, needs="human"),
    private_reply=7 * DAY,
)


@pytest.fixture
def social(time: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Anna remarked on a post of a channel that carries private messages too."""
    monkeypatch.setattr(SampleConnector, "manifest", SOCIAL)
    desk.receives(mail("1", "Never again!", public=True, thread="post-1/anna"))
    return desk


def ways(desk: Desk, number: int = 1) -> dict[str, planning.Choice]:
    return {choice.name: choice for choice in planning.plan(desk.workspace, number).choices}


def answer(desk: Desk, text: str, via: str | None = None, **more: Any) -> composing.Queued:
    return composing.reply(desk.workspace, desk.me, 1, text, via=via, **more)


# --- the two ways


def test_a_remark_has_two_ways_and_neither_is_proposed(social: Desk) -> None:
    found = ways(social)
    assert {name: (one.public, one.usable, one.once) for name, one in found.items()} == {
        "demo": (True, True, False),
        "demo:private": (False, True, True),
    }
    assert planning.plan(social.workspace, 1).way is None
    with pytest.raises(RefusedError, match=r"demo is public: .* or demo:private to go on in private"):
        answer(social, "We are sorry")


def test_the_private_answer_stays_in_the_conversation_and_goes_to_no_public_thread(social: Desk) -> None:
    told = answer(social, "Which order is it, NL-10234?", via="demo:private")
    assert (told.message.conversation_id, told.message.public) == (1, False)
    outgoing = outbox.outgoing(social.workspace, told.message.id)
    assert (outgoing.privately, outgoing.public, outgoing.thread) == (True, False, "")
    assert outgoing.in_reply_to == threads.messages(social.workspace, 1)[0].external_id


def test_where_it_came_to_is_where_they_write_back(time: Clock, social: Desk) -> None:
    told = answer(social, "Which order is it?", via="demo:private")
    time.forward(minutes=1)
    held = hold(social.workspace, social.channel)
    claimed = outbox.claim(social.workspace, social.channel.id, held)
    assert claimed is not None
    outbox.finish(social.workspace, told.message.id, held, MessageStatus.SENT, None, ("mid-7",), came_into="anna")
    assert social.receives(mail("2", "NL-10234", thread="anna")) == [1]
    found = ways(social)
    assert [(one.public, one.once) for one in found.values()] == [(False, False)]
    assert planning.plan(social.workspace, 1).way == "demo"


def test_it_goes_once_until_they_write_back(time: Clock, social: Desk) -> None:
    answer(social, "Which order is it?", via="demo:private")
    with pytest.raises(RefusedError, match="answered in private once"):
        answer(social, "And your name?", via="demo:private")
    assert "answered in private once" in str(ways(social)["demo:private"].reason)
    social.receives(mail("2", "And another thing!", public=True, thread="post-1/anna"))
    assert ways(social)["demo:private"].usable  # another remark, another answer


def test_what_was_taken_back_can_be_said_again(social: Desk) -> None:
    told = answer(social, "Which order is it?", via="demo:private")
    undo.undo(social.workspace, social.me, told.act.id)
    assert ways(social)["demo:private"].usable


def test_of_two_that_are_queued_at_once_the_first_goes(social: Desk) -> None:
    told = answer(social, "Which order is it?", via="demo:private")
    reader = social.workspace.database.reader
    asked = threads.messages(social.workspace, 1)[0]
    assert not remarks.remark(reader, asked, told.message.id).answered
    assert remarks.remark(reader, asked, told.message.id + 1).answered


def test_after_seven_days_the_private_way_is_closed_and_the_public_one_is_not(time: Clock, social: Desk) -> None:
    assert ways(social)["demo:private"].closes_at == NOON + 7 * DAY * 1000 - rules.SAFETY
    time.forward(days=7)
    found = ways(social)
    assert "for 7 days" in str(found["demo:private"].reason)
    assert (found["demo"].usable, found["demo"].closes_at) == (True, None)


def test_a_remark_opens_no_window_for_private_messages(time: Clock, social: Desk) -> None:
    assert planning.last_inbound_at(social.workspace.database.reader, 1, social.channel.id) is None
    assert planning.last_inbound_at(social.workspace.database.reader, 1, social.channel.id, public=True) == NOON


def test_who_wrote_in_private_before_is_answered_there_though_they_remark_again(time: Clock, social: Desk) -> None:
    (number,) = social.receives(mail("2", "It is NL-10234", answers="1", thread="anna"))
    time.forward(minutes=5)
    social.receives(mail("3", "They never answer!", public=True, thread="post-1/anna"))
    planned = planning.plan(social.workspace, number)
    assert planned.way == "demo:private"
    told = answer(social, "NL-10234 left today")
    assert (told.message.public, outbox.outgoing(social.workspace, told.message.id).thread) == (False, "anna")


def test_nothing_public_here_has_no_private_way(social: Desk) -> None:
    (number,) = social.receives(mail("2", "A question", sender=BRAM, thread="bram"))
    with pytest.raises(RefusedError, match="nothing public to answer in private"):
        composing.reply(social.workspace, social.me, number, "Yes?", via="demo:private")


# --- what everybody reads


def test_what_is_public_can_be_taken_back_for_thirty_seconds(social: Desk) -> None:
    public = answer(social, "We are sorry", via="demo")
    assert public.due_at - public.message.at == 30_000
    private = answer(social, "Which order?", via="demo:private")
    assert private.due_at - private.message.at == 10_000


def test_it_carries_no_files(social: Desk) -> None:
    found = ways(social)
    assert (found["demo"].files, found["demo:private"].files) == (False, True)
    outward = rules.Outward((Address("", ANNA),), file_sizes=(7,), public=True)
    assert (
        rules.objection(social.channel, SOCIAL, outward, NOON) == "Sample customers takes attachments in private only"
    )


def test_macros_and_many_at_once_know_what_is_public(social: Desk) -> None:
    assert macros.class_of(SOCIAL, public=True) == "public"
    prepared = bulk.prepare(social.workspace, social.me, [1], "NL-10234 is late")
    assert "only demo reaches them, and it is public" in prepared.refused[0].reason
    public = bulk.prepare(social.workspace, social.me, [1], "NL-10234 is late", via="demo")
    assert "everybody can read demo" in public.refused[0].reason
    private = bulk.prepare(social.workspace, social.me, [1], "NL-10234 is late", via="demo:private")
    sent = bulk.send(social.workspace, social.me, private)
    assert outbox.outgoing(social.workspace, sent.messages[0]).privately


# --- drafts


def test_a_draft_keeps_that_it_goes_in_private(social: Desk) -> None:
    kept = drafts.Written("Which order?", "demo:private")
    drafts.save(social.workspace, social.me, 1, "reply", kept)
    found = drafts.get(social.workspace, social.me, 1, "reply")
    assert found is not None
    assert found.written.channel == "demo:private"
    told = answer(social, "Which order?", via="demo:private")
    outbox.edit(social.workspace, social.me, told.message.id)
    again = drafts.get(social.workspace, social.me, 1, "reply")
    assert again is not None
    assert again.written.channel == "demo:private"


# --- windows and late answers


def test_a_late_answer_goes_where_the_account_may_and_says_so(time: Clock, desk: Desk) -> None:
    outward = rules.Outward((Address("", ANNA),), last_inbound_at=NOON)
    may = replace(desk.channel, settings={"human": True})
    late, closed = NOON + DAY * 1000, NOON + 7 * DAY * 1000
    assert rules.objection(desk.channel, SOCIAL, outward, late) == "the reply window of Sample customers has closed"
    assert rules.objection(may, SOCIAL, outward, late) is None
    assert "has closed" in str(rules.objection(may, SOCIAL, outward, closed))
    assert [rules.late(may, SOCIAL, outward, at) for at in (NOON, late, closed)] == [False, True, False]
    assert rules.closes_at(may, SOCIAL, outward, NOON) == late - rules.SAFETY
    assert rules.closes_at(may, SOCIAL, outward, late) == closed - rules.SAFETY
    assert rules.closes_at(desk.channel, SOCIAL, outward, late) == late - rules.SAFETY


def test_what_is_public_knows_no_window(desk: Desk) -> None:
    outward = rules.Outward((Address("", ANNA),), last_inbound_at=NOON, public=True)
    assert rules.objection(desk.channel, SOCIAL, outward, NOON + 30 * DAY * 1000) is None
    all_public = replace(SOCIAL, public=True)
    assert "has closed" in str(rules.objection(desk.channel, all_public, outward, NOON + 30 * DAY * 1000))


# --- watermarks, and ids of one page


def test_a_watermark_brings_all_of_a_thread_forward(time: Clock, social: Desk) -> None:
    social.receives(mail("2", "It is NL-10234", answers="1", thread="anna"))
    answer(social, "Thank you")
    time.forward(minutes=1)
    (sent,) = social.sends_all()
    answer(social, "One more")
    news = Decoded("", None, deliveries=(Delivery("read", thread="anna", until=clock.now()),))
    perform(social.workspace, PROGRAM, "filed", lambda act: deliveries.apply(act, news, social.channel.id))
    status = {one.id: one.status for one in threads.messages(social.workspace, 1)}
    assert status[sent] is MessageStatus.READ
    assert [one for one in status.values() if one is MessageStatus.QUEUED] == [MessageStatus.QUEUED]


def test_an_id_of_one_page_is_nobody_on_another(time: Clock, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SampleConnector, "manifest", replace(SOCIAL, scoped=True, outbound="start_new"))
    other = desk.adds_channel("other", "other@shop.test")
    desk.receives(mail("1", "Where is it?", thread="anna"))
    assert desk.value("SELECT scope FROM identity WHERE value = ?", ANNA) == ""
    found = ways(desk)
    assert (found["demo"].usable, found["other"].usable) == (True, False)
    composing.new(desk.workspace, desk.me, [ANNA], other.name, "Hello", "Hello")
    assert desk.count("identity", f"value = '{ANNA}'") == 2
    assert desk.value("SELECT scope FROM identity WHERE value = ? AND scope <> ''", ANNA) == "other@shop.test"
