"""A message that its author changed says what they say now; what stood there is in its original."""

from __future__ import annotations

import json
from typing import Any

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import composing, history, originals, outbox, redecoding, searching, threads, triage
from omnidesk.words.kinds import MessageStatus
from omnidesk.words.rows import Message
from tests.filling import ANNA, BRAM, SUPPORT, Clock, Desk, hold, mail, message_id

pytestmark = pytest.mark.databases


def edit(name: str, of: str, text: str, **said: Any) -> Item:
    return mail(name, text, edits=message_id(of), subject=f"Subject {of}", **said)


def first(desk: Desk, number: int = 1) -> Message:
    return threads.messages(desk.workspace, number)[0]


def found(desk: Desk, words: str) -> int:
    return len(searching.search(desk.workspace, words, desk.me.agent_id, 10)[0])


def test_the_text_is_replaced_and_the_old_one_is_in_the_original(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "I want the blue kettle"))
    at = time.forward(minutes=5)
    desk.receives(edit("2", "1", "I want the red teapot"))
    message = first(desk)
    assert (message.text, message.reply_text, message.edited_at) == (
        "I want the red teapot",
        "I want the red teapot",
        at,
    )
    assert desk.count("message") == 1
    assert json.loads(threads.raw(desk.workspace, message.id))["text"] == "I want the blue kettle"
    assert threads.conversation(desk.workspace, 1).preview == "I want the red teapot"
    assert originals.earlier(desk.workspace, message) == [(at - 300_000, "I want the blue kettle")]
    assert (found(desk, "teapot"), found(desk, "kettle")) == (1, 0)
    assert any("edited" in one.said for one in history.happenings(desk.workspace, 1))


def test_an_edit_makes_unread_and_starts_no_clock(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "Where is it?"))
    composing.reply(desk.workspace, desk.me, 1, "It left", now=True)
    desk.sends_all()
    triage.close(desk.workspace, desk.me, [1])
    before = threads.conversation(desk.workspace, 1)
    time.forward(minutes=5)
    desk.receives(edit("2", "1", "Where is my kettle?"))
    after = threads.conversation(desk.workspace, 1)
    assert (before.unread, after.unread) == (False, True)
    assert (after.status, after.waiting_since, after.next_due_at) == ("closed", None, None)
    assert after.last_message_at == before.last_message_at


def test_an_edit_in_the_batch_of_its_message(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "the blue kettle"), edit("2", "1", "the red teapot"), mail("3", "more", answers="1"))
    assert [one.text for one in threads.messages(desk.workspace, 1)] == ["the red teapot", "more"]
    assert (found(desk, "teapot"), found(desk, "kettle"), found(desk, "more")) == (1, 0, 1)
    assert threads.conversation(desk.workspace, 1).message_count == 2


def test_the_newest_edit_holds_in_whatever_order_they_come(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "one"))
    later, sooner = edit("3", "1", "three", at=time.at + 2000), edit("2", "1", "two", at=time.at + 1000)
    time.forward(minutes=1)
    desk.receives(later)
    desk.receives(sooner)
    assert first(desk).text == "three"
    assert desk.count("message") == 1
    assert desk.count("receipt", "message_id IS NOT NULL") == 3


def test_an_edit_of_an_unknown_message_is_a_message(desk: Desk) -> None:
    (number,) = desk.receives(edit("2", "nobody", "What I meant"))
    assert [one.text for one in threads.messages(desk.workspace, number)] == ["What I meant"]


def test_nobody_edits_what_somebody_else_said(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "I want the blue kettle"))
    desk.receives(edit("2", "1", "I owe you money", sender=BRAM))
    desk.receives(edit("3", "1", "We owe you money", sender=SUPPORT, to=[ANNA], echo=True))
    desk.receives(edit("4", "1", "Forged", auth="fail"))
    assert first(desk).text == "I want the blue kettle"
    assert desk.count("message") == 4


def test_the_same_id_at_another_channel_is_not_edited(desk: Desk) -> None:
    other = desk.adds_channel("other", "other@shop.test")
    desk.receives(mail("1", "I want the blue kettle"))
    desk.receives(edit("2", "1", "Something else"), channel=other)
    assert first(desk).text == "I want the blue kettle"


def test_what_we_said_is_edited_elsewhere_by_the_provider_s_id(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    told = composing.reply(desk.workspace, desk.me, 1, "It leves today", now=True).message.id
    held = hold(desk.workspace, desk.channel)
    outbox.claim(desk.workspace, desk.channel.id, held)
    outbox.committing(desk.workspace, told, held)
    outbox.finish(desk.workspace, told, held, MessageStatus.SENT, provider_ids=("$e1",))
    time.forward(minutes=1)
    correction = mail("$e2", "It leaves today", id="$e2", edits="$e1", sender=SUPPORT, to=[ANNA], echo=True)
    desk.receives(correction)
    message = threads.message(desk.workspace, told)
    assert (message.text, message.status) == ("It leaves today", MessageStatus.SENT)
    assert not threads.conversation(desk.workspace, 1).unread
    assert desk.count("message") == 2


def test_redecoding_does_not_bring_the_old_text_back(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", "one"))
    desk.receives(edit("2", "1", "two"))
    redecoding.redecode(desk.workspace, everything=True)
    assert first(desk).text == "two"


def test_old_messages_that_were_edited_are_no_news(time: Clock, desk: Desk) -> None:
    """Promise 14."""
    long_ago = time.at - 40 * 86_400_000
    desk.receives(mail("1", "one", at=long_ago), edit("2", "1", "two", at=long_ago + 60_000))
    conversation = threads.conversation(desk.workspace, 1)
    assert (conversation.status, conversation.unread, first(desk).text) == ("closed", False, "two")
