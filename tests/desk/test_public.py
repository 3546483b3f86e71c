"""What everybody can read, and messages of a kind of their own (promise 7)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omnidesk.connectors.sample import SampleConnector
from omnidesk.desk import composing, originals, outbox, planning, redecoding, rules, threads
from omnidesk.words.errors import NotFoundError, RefusedError
from omnidesk.words.kinds import DueReason
from tests.filling import Clock, Desk, mail

pytestmark = pytest.mark.databases


@pytest.fixture
def remarked(time: Clock, desk: Desk) -> Desk:
    """Anna remarked on something in public, on a channel that carries private messages too."""
    desk.receives(mail("1", "Never again!", public=True, thread="post-1"))
    return desk


def test_a_conversation_holds_public_and_private_messages(remarked: Desk) -> None:
    (number,) = remarked.receives(mail("2", "This is between us", answers="1"))
    assert [one.public for one in threads.messages(remarked.workspace, number)] == [True, False]


def test_a_public_kind_of_channel_makes_all_of_it_public(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SampleConnector, "manifest", replace(SampleConnector.manifest, public=True))
    (number,) = desk.receives(mail("1"))
    assert threads.messages(desk.workspace, number)[0].public


def test_an_answer_to_a_public_message_is_never_the_default(remarked: Desk) -> None:
    assert planning.plan(remarked.workspace, 1).channel is None
    with pytest.raises(RefusedError, match="demo is public: name it with --via"):
        composing.reply(remarked.workspace, remarked.me, 1, "We are sorry")
    told = composing.reply(remarked.workspace, remarked.me, 1, "We are sorry", via="demo")
    assert told.message.public
    assert [one.address for one in told.message.to] == ["anna@example.test"]
    assert outbox.outgoing(remarked.workspace, told.message.id).public


def test_a_known_fact_waits_for_a_yes_before_everybody_reads_it(remarked: Desk) -> None:
    with pytest.raises(RefusedError, match=r"public and the text holds an order number \(NL-10234\)"):
        composing.reply(remarked.workspace, remarked.me, 1, "NL-10234 is late", via="demo")
    told = composing.reply(remarked.workspace, remarked.me, 1, "NL-10234 is late", via="demo", confirmed=True)
    assert told.message.public


def test_the_default_is_the_channel_of_the_last_private_message(time: Clock, desk: Desk) -> None:
    mailbox = desk.adds_channel("mailbox", "mail@shop.test")
    desk.receives(mail("1", "Where is it?", to=["mail@shop.test"]), channel=mailbox)
    time.forward(minutes=1)
    desk.receives(mail("2", "They do not answer!", answers="1", public=True))
    planned = planning.plan(desk.workspace, 1)
    assert planned.channel is not None
    assert planned.channel.name == "mailbox"
    told = composing.reply(desk.workspace, desk.me, 1, "It left, NL-10234")
    assert (told.message.channel, told.message.public) == ("mailbox", False)


def test_a_private_message_that_follows_is_answered_in_private(remarked: Desk) -> None:
    remarked.receives(mail("2", "This is between us", answers="1"))
    told = composing.reply(remarked.workspace, remarked.me, 1, "Thank you")
    assert not told.message.public


def test_only_its_own_channel_answers_a_public_message_in_public(remarked: Desk) -> None:
    other = remarked.adds_channel("mailbox", "mail@shop.test")
    question = threads.messages(remarked.workspace, 1)[0]
    manifest = SampleConnector.manifest
    assert rules.is_public(remarked.channel, manifest, question)
    assert not rules.is_public(other, manifest, question)
    assert not rules.is_public(other, manifest, None)
    assert rules.is_public(other, replace(manifest, public=True), None)


# --- kinds


def test_a_message_may_be_of_another_kind_than_its_channel(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Missed call", message_kind="call"))
    message, conversation = threads.messages(desk.workspace, number)[0], threads.conversation(desk.workspace, number)
    assert (message.kind, message.channel) == ("call", "demo")
    assert list(conversation.kinds) == ["call"]
    assert (conversation.due_reason, conversation.next_due_at) == (DueReason.ANSWER, message.at + 30 * 60_000)
    with pytest.raises(NotFoundError, match="no HTML form"):
        originals.page(desk.workspace, message.id)
    assert redecoding.redecode(desk.workspace, everything=True).failed == 0


@pytest.mark.parametrize("kind", ["note", "Call", "a b", "../x", "x" * 40])
def test_a_kind_that_is_none_is_the_channel_s(desk: Desk, kind: str) -> None:
    (number,) = desk.receives(mail("1", message_kind=kind))
    assert threads.messages(desk.workspace, number)[0].kind == "sample"
