"""Writing: recipients, channels and rules, judged before anything is queued (promise 7)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Attachments, ReplyWindow, TextRule
from omnidesk.desk import channels, composing, outbox, planning, rules, threads
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import Direction, Status
from omnidesk.words.rows import Address, Consent
from tests.filling import ANNA, BRAM, CARO, NOON, SUPPORT, Clock, Desk, mail
from tests.sync import scripted

TO = (Address("Anna", ANNA),)


def refused(desk: Desk, words: str, **said: object) -> None:
    with pytest.raises(RefusedError, match=words):
        composing.reply(desk.workspace, desk.me, 1, "Hi", via="demo", **said)  # type: ignore[arg-type]
    assert desk.count("outbox") == 0


def test_an_answer_goes_to_the_sender_and_those_in_copy_but_not_to_us(desk: Desk) -> None:
    desk.receives(mail("1", to=[SUPPORT.upper(), BRAM, "Anna@example.test"]))
    planned = planning.plan(desk.workspace, 1)
    assert [one.address for one in planned.to] == [ANNA]
    assert [one.address for one in planned.cc] == [BRAM]
    assert planning.plan(desk.workspace, 1, to_sender_only=True).cc == ()


def test_a_recipient_that_is_no_address_does_not_keep_us_from_answering(desk: Desk) -> None:
    desk.receives(mail("1", to=[SUPPORT, "undisclosed recipients", "kaputt@", BRAM]))
    planned = planning.plan(desk.workspace, 1)
    assert [one.address for one in planned.cc] == [BRAM]
    assert all(choice.usable for choice in planned.choices)
    assert composing.reply(desk.workspace, desk.me, 1, "Dear Anna").message.cc == planned.cc


def test_a_reply_to_that_leads_to_ourselves_is_not_followed(scripted_kinds: None, desk: Desk) -> None:
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    (number,) = desk.receives(scripted.item("1", to=["odd@shop.test"], reply_to=["ODD@shop.test"]), channel=odd)
    assert [one.address for one in planning.plan(desk.workspace, number).to] == [ANNA]


def test_an_answer_carries_the_thread_and_the_agents_name(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", answers="1", references=("0", "1")))
    queued = composing.reply(desk.workspace, desk.me, 1, "Dear Anna", cc=[f"Caro <{CARO}>"])
    out = outbox.outgoing(desk.workspace, queued.message.id)
    assert out.in_reply_to == "<2@example.test>"
    assert out.references == ("<0@example.test>", "<1@example.test>", "<2@example.test>")
    assert out.sender == Address("Sanne", SUPPORT)
    assert out.subject == "Re: Subject 1"
    assert out.cc == (Address("Caro", CARO),)
    assert out.quoted is not None
    assert out.quoted.text == "Where is my order?"
    assert out.external_id.endswith("@shop.test>")


def test_an_answer_takes_the_owner_and_waits_for_the_customer(desk: Desk) -> None:
    desk.receives(mail("1"))
    composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    found = threads.conversation(desk.workspace, 1)
    assert (found.status, found.owner, found.unread) == (Status.PENDING, "sanne", False)
    other = desk.another_agent("bram")
    composing.reply(desk.workspace, other, 1, "Me too", status=Status.CLOSED)
    found = threads.conversation(desk.workspace, 1)
    assert (found.status, found.owner) == (Status.CLOSED, "sanne")


def test_a_note_is_for_the_team_only_and_answers_nothing(desk: Desk) -> None:
    desk.receives(mail("1"))
    before = threads.conversation(desk.workspace, 1)
    _, note = composing.note(desk.workspace, desk.me, 1, "He is \x1b[31mangry")
    after = threads.conversation(desk.workspace, 1)
    assert (note.direction, note.text, note.channel) == (Direction.INTERNAL, "He is angry", "desk")
    assert (after.status, after.waiting_since, after.preview) == (before.status, before.waiting_since, before.preview)
    assert desk.count("outbox") == 0


def test_a_new_message_starts_a_conversation_with_its_customer(desk: Desk) -> None:
    queued = composing.new(desk.workspace, desk.me, [f"Bram <{BRAM}>"], "demo", "Your parcel", "It is here")
    found = threads.conversation(desk.workspace, queued.message.conversation_id)
    assert (found.customer, found.status, found.subject) == ("Bram", Status.PENDING, "Your parcel")
    (answer,) = desk.receives(mail("1", sender=BRAM, answers=queued.message.external_id))
    assert answer == found.id
    assert not threads.messages(desk.workspace, answer)[-1].stranger


@pytest.mark.parametrize("text", ["", "  \n ", "\x00\x1b[2J"])
def test_an_empty_text_is_refused(desk: Desk, text: str) -> None:
    desk.receives(mail("1"))
    with pytest.raises(UsageError, match="the text is empty"):
        composing.reply(desk.workspace, desk.me, 1, text)
    with pytest.raises(UsageError, match="the text is empty"):
        composing.note(desk.workspace, desk.me, 1, text)


def test_what_does_not_exist_is_named(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="no conversation 99"):
        composing.reply(desk.workspace, desk.me, 99, "Hi")
    with pytest.raises(NotFoundError, match="no conversation 99"):
        composing.note(desk.workspace, desk.me, 99, "Hi")
    desk.receives(mail("1"))
    with pytest.raises(NotFoundError, match="no channel nowhere"):
        composing.reply(desk.workspace, desk.me, 1, "Hi", via="nowhere")
    with pytest.raises(UsageError, match="cannot be attached"):
        composing.reply(desk.workspace, desk.me, 1, "Hi", files=[Path("/nowhere/at.all")])


# --- the rules ---


def test_a_channel_on_trial_sends_nothing(desk: Desk) -> None:
    desk.receives(mail("1"))
    channels.set_read_only(desk.workspace, desk.me, "demo", True)
    refused(desk, "on trial: read only")
    with pytest.raises(RefusedError, match="read only"):
        composing.reply(desk.workspace, desk.me, 1, "Hi")


def test_a_channel_that_is_switched_off_sends_nothing(desk: Desk) -> None:
    desk.receives(mail("1"))
    channels.disable(desk.workspace, desk.me, "demo")
    refused(desk, "switched off")
    channels.enable(desk.workspace, desk.me, "demo")
    composing.reply(desk.workspace, desk.me, 1, "Hi", via="demo")


@pytest.mark.parametrize("address", ["nobody", "two@signs@x.test", "x@", "@x.test", "x@-bad-.test"])
def test_a_bad_address_is_named(desk: Desk, address: str) -> None:
    desk.receives(mail("1"))
    with pytest.raises((RefusedError, UsageError)):
        composing.reply(desk.workspace, desk.me, 1, "Hi", to=[address])
    assert desk.count("outbox") == 0


def test_nobody_to_send_to_is_refused(desk: Desk) -> None:
    desk.receives(mail("1"))
    refused(desk, "nobody to send it to", to=[], cc=[])


def test_files_that_are_too_large_or_too_many_are_refused_before_queueing(
    scripted_kinds: None, desk: Desk, tmp_path: Path
) -> None:
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    (number,) = desk.receives(scripted.item("1"), channel=odd)
    files = []
    for name, size in (("a.txt", 600), ("b.txt", 600), ("c.txt", 1)):
        files.append(tmp_path / name)
        files[-1].write_bytes(b"x" * size)
    for some, words in ((files[:2], "the attachments have"), (files[2:] * 3, "2 attachments at most")):
        with pytest.raises(RefusedError, match=words):
            composing.reply(desk.workspace, desk.me, number, "Hi", files=some)
    queued = composing.reply(desk.workspace, desk.me, number, "Hi", files=files[1:])
    assert [file.data for file in outbox.outgoing(desk.workspace, queued.message.id).files] == [b"x" * 600, b"x"]
    assert [threads.attachment_bytes(desk.workspace, file.id)[1] for file in queued.message.attachments] == [
        b"x" * 600,
        b"x",
    ]


def test_a_messenger_takes_short_answers_without_files_inside_its_window(
    scripted_kinds: None, time: Clock, desk: Desk, tmp_path: Path
) -> None:
    """Promise 7: the same rules for composer and outbox."""
    chat = desk.adds_channel("chat", "chat@shop.test", "scripted-window")
    (number,) = desk.receives(scripted.item("1"), channel=chat)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(RefusedError, match="takes no attachments"):
        composing.reply(desk.workspace, desk.me, number, "Hi", files=[tmp_path / "a.txt"])
    with pytest.raises(RefusedError, match="the text has 21 chars"):
        composing.reply(desk.workspace, desk.me, number, "x" * 21)
    assert composing.reply(desk.workspace, desk.me, number, "Hi").message.channel == "chat"
    assert threads.conversation(desk.workspace, number).status is Status.OPEN
    time.forward(hours=24)
    with pytest.raises(RefusedError, match="window of Scripted window has closed"):
        composing.reply(desk.workspace, desk.me, number, "Hi", via="chat")
    choices = {choice.channel.name: choice.usable for choice in planning.plan(desk.workspace, number).choices}
    assert choices == {"chat": False, "demo": True}
    with pytest.raises(RefusedError, match="has to write first"):
        composing.new(desk.workspace, desk.me, [BRAM], "chat", "", "Hi")


def test_the_window_closes_for_us_a_little_before_it_does_for_the_provider(desk: Desk) -> None:
    manifest = replace(registry.manifest("sample"), reply_window=ReplyWindow(3600), outbound="reply_only")
    outward = rules.Outward(TO, last_inbound_at=NOON)
    assert rules.objection(desk.channel, manifest, outward, NOON + 3600_000 - rules.SAFETY) is None
    assert "has closed" in str(rules.objection(desk.channel, manifest, outward, NOON + 3600_000 - rules.SAFETY + 1))


def test_a_text_that_is_too_long_is_refused_unless_it_may_be_split(desk: Desk) -> None:
    whole = replace(registry.manifest("sample"), text=TextRule(max_length=10, unit="bytes"))
    outward = rules.Outward(TO, text="привет")
    assert rules.objection(desk.channel, whole, outward, NOON) == "the text has 12 bytes, Sample customers takes 10"
    parts = replace(whole, text=TextRule(max_length=10, unit="bytes", split=True))
    assert rules.objection(desk.channel, parts, outward, NOON) is None


def test_consent_that_was_refused_is_obeyed(desk: Desk) -> None:
    said = Consent("sample", "service", "withdrawn", NOON, "STOP")
    outward = rules.Outward(TO, refused_consent={ANNA: said})
    why = f"{ANNA} wants no messages on Sample customers (said STOP)"
    assert rules.objection(desk.channel, registry.manifest("sample"), outward, NOON) == why


def test_a_kind_that_cannot_send_says_so(desk: Desk) -> None:
    manifest = replace(registry.manifest("sample"), outbound="none", attachments=Attachments())
    assert "cannot send" in str(rules.objection(desk.channel, manifest, rules.Outward(TO), NOON))


def test_whom_an_agent_adds_is_no_stranger_when_they_answer(desk: Desk) -> None:
    desk.receives(mail("1"))
    sent = composing.reply(desk.workspace, desk.me, 1, "Bram, can you tell?", to=[BRAM]).message
    assert desk.receives(mail("2", sender=BRAM, in_reply_to=[sent.external_id])) == [1]
    assert not threads.messages(desk.workspace, 1)[-1].stranger
