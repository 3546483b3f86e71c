"""Outside the reply window a template goes; what was written waits, and goes once the customer wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Template
from omnidesk.connectors.sample.kinds import TEMPLATES
from omnidesk.desk import (
    cleaning,
    composing,
    drafts,
    held,
    joining,
    outbox,
    planning,
    reaching,
    templates,
    triage,
    undo,
)
from omnidesk.desk.templates import Filling
from omnidesk.store import queue
from omnidesk.words.errors import NotFoundError, RefusedError, UsageError
from omnidesk.words.kinds import MessageStatus, Status
from omnidesk.words.rows import Channel
from tests.filling import NOON, Clock, Desk, mail, standing_clock

BRAM = "+31612345678"
SHIPPED = Filling("order_shipped", "nl", ("NL-1",))


@pytest.fixture
def hand() -> Iterator[Clock]:
    with standing_clock(NOON) as clock_hand:
        yield clock_hand


@pytest.fixture
def wa(hand: Clock, desk: Desk) -> Channel:
    """A channel on which an answer is free for a day, with its templates."""
    channel = desk.adds_channel("wa", "+31851234567", "sample-whatsapp")
    templates.keep(desk.workspace, channel.id, TEMPLATES)
    return channel


def writes(desk: Desk, wa: Channel, name: str = "1", text: str = "Where is it?") -> int:
    (number,) = desk.receives(mail(name, text, sender=BRAM), channel=wa)
    return number


def late(desk: Desk, wa: Channel, hand: Clock) -> int:
    """Return a conversation whose customer wrote too long ago for a free answer."""
    number = writes(desk, wa)
    hand.forward(hours=25)
    return number


def row(desk: Desk, number: int) -> tuple[bool, Status]:
    (found,) = queue.rows(desk.workspace.database.reader, [number], desk.me.agent_id)
    return found.held, found.status


def test_templates_are_kept_for_when_there_is_no_provider(desk: Desk, wa: Channel, hand: Clock) -> None:
    reader = desk.workspace.database.reader
    found = templates.of(reader, wa, "nl")
    assert [(one.name, one.language, one.fields) for one in found] == [
        ("order_shipped", "nl", ("1",)), ("order_shipped", "en", ("1",)),
    ]  # fmt: skip
    assert not templates.stale(desk.workspace, wa)
    hand.forward(hours=7)
    assert templates.stale(desk.workspace, wa)
    assert not templates.stale(desk.workspace, desk.channel)
    templates.keep(
        desk.workspace, wa.id, [Template("other\x1b[2J", "en", "utility", "a\x1b[2Jb {{1}}", ("1",), "", ("x",))]
    )
    (one,) = templates.of(reader, wa)
    assert (one.name, one.text, one.examples) == ("other", "ab {{1}}", ("x",))


def test_a_template_goes_where_a_text_is_refused_and_the_text_waits(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    (choice,) = [one for one in planning.plan(desk.workspace, number).choices if one.channel.id == wa.id]
    assert (choice.usable, choice.template) == (False, True)
    with pytest.raises(RefusedError, match="reply window"):
        composing.reply(desk.workspace, desk.me, number, "Hello Bram", via="wa")
    drafts.save(desk.workspace, desk.me, number, "reply", "Hello Bram")
    queued = reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    assert queued.message.text == "Je bestelling NL-1 is verstuurd."
    filled = outbox.outgoing(desk.workspace, queued.message.id).template
    assert filled is not None
    assert (filled.name, filled.language, filled.values, filled.fields) == ("order_shipped", "nl", ("NL-1",), ("1",))
    waits = held.of(desk.workspace, number)
    assert waits is not None
    assert (waits.text, waits.channel, waits.by, waits.ready) == ("Hello Bram", "wa", "sanne", False)
    assert drafts.get(desk.workspace, desk.me, number, "reply") is None
    assert row(desk, number) == (True, Status.PENDING)


def test_it_goes_with_one_act_once_the_customer_wrote(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    desk.sends_all(wa)
    with pytest.raises(RefusedError, match="reply window"):
        reaching.send_held(desk.workspace, desk.me, number)
    hand.forward(hours=1)
    assert writes(desk, wa, "2", "Yes?") == number
    waits = held.of(desk.workspace, number)
    assert waits is not None and waits.ready
    assert row(desk, number) == (True, Status.OPEN)
    koen = desk.another_agent("koen")
    sent = reaching.send_held(desk.workspace, koen, number)
    assert (sent.message.text, sent.message.channel) == ("Hello Bram", "wa")
    assert held.of(desk.workspace, number) is None
    undo.undo(desk.workspace, koen, sent.act.id)
    kept = drafts.get(desk.workspace, koen, number, "reply")
    assert kept is not None and kept.text == "Hello Bram"
    with pytest.raises(RefusedError, match="no answer waits"):
        reaching.send_held(desk.workspace, desk.me, number)


def test_a_template_taken_back_gives_the_text_back(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    queued = reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    undo.undo(desk.workspace, desk.me, queued.act.id)
    kept = drafts.get(desk.workspace, desk.me, number, "reply")
    assert kept is not None and kept.text == "Hello Bram"
    assert held.of(desk.workspace, number) is None
    bare = reaching.reach(desk.workspace, desk.me, number, SHIPPED)
    drafts.drop(desk.workspace, desk.me, number, "reply")
    undo.undo(desk.workspace, desk.me, bare.act.id)
    assert drafts.get(desk.workspace, desk.me, number, "reply") is None


def test_another_answer_takes_the_place_of_what_waits(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    reaching.reach(desk.workspace, desk.me, number, SHIPPED)
    assert (waits := held.of(desk.workspace, number)) is not None and waits.text == "Hello Bram"
    writes(desk, wa, "2")
    composing.reply(desk.workspace, desk.me, number, "It is there", via="wa")
    assert held.of(desk.workspace, number) is None


def test_what_waits_can_be_made_a_draft_ahead_of_what_was_begun(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    drafts.save(desk.workspace, desk.me, number, "reply", "And then")
    reaching.refuse(desk.workspace, desk.me, number)
    kept = drafts.get(desk.workspace, desk.me, number, "reply")
    assert kept is not None and kept.text == "Hello Bram\n\nAnd then"
    with pytest.raises(RefusedError, match="no answer waits"):
        reaching.refuse(desk.workspace, desk.me, number)


def test_it_follows_a_conversation_that_is_merged(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    (other,) = desk.receives(mail("m"))
    joining.merge(desk.workspace, desk.me, [number], other)
    waits = held.of(desk.workspace, other)
    assert waits is not None and waits.text == "Hello Bram"


def test_it_goes_for_good_with_its_conversation(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    reaching.reach(desk.workspace, desk.me, number, SHIPPED, "Hello Bram")
    triage.delete(desk.workspace, desk.me, [number])
    hand.forward(days=40)
    cleaning.clean(desk.workspace)
    assert desk.count("held_answer") == 0


def test_a_template_is_named_filled_and_its_own_message(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    with pytest.raises(NotFoundError, match="it has order_shipped"):
        reaching.reach(desk.workspace, desk.me, number, Filling("nope"))
    with pytest.raises(NotFoundError, match="not there in fr, but in en, nl"):
        reaching.reach(desk.workspace, desk.me, number, Filling("order_shipped", "fr", ("x",)))
    for values in ((), ("",), (" \n",), ("a", "b")):
        with pytest.raises(UsageError, match="takes 1 values"):
            reaching.reach(desk.workspace, desk.me, number, Filling("order_shipped", "nl", values))
    with pytest.raises(RefusedError, match="no templates"):
        reaching.reach(desk.workspace, desk.me, number, SHIPPED, via="demo")
    first = reaching.reach(desk.workspace, desk.me, number, SHIPPED, key="the-only-one")
    again = reaching.reach(desk.workspace, desk.me, number, SHIPPED, key="the-only-one")
    assert first.message.id == again.message.id
    with pytest.raises(RefusedError, match="is a template"):
        outbox.edit(desk.workspace, desk.me, first.message.id)


def test_the_customers_language_is_taken_where_none_is_named(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE customer SET language = 'nl'"))
    queued = reaching.reach(desk.workspace, desk.me, number, Filling("order_shipped", None, ("NL-2",)))
    assert queued.message.text.startswith("Je bestelling NL-2")
    assert [one.language for one in reaching.choices(desk.workspace, number)] == ["nl", "en"]


def test_a_template_waits_out_the_undo_window_and_is_sent(desk: Desk, wa: Channel, hand: Clock) -> None:
    number = late(desk, wa, hand)
    queued = reaching.reach(desk.workspace, desk.me, number, SHIPPED)
    assert queued.due_at > clock.now()
    hand.forward(seconds=30)
    assert desk.sends_all(wa) == [queued.message.id]
    assert desk.value("SELECT status FROM message WHERE id = ?", queued.message.id) == MessageStatus.SENT


def test_who_never_wrote_there_is_written_to_where_the_kind_may_begin(desk: Desk, wa: Channel) -> None:
    with pytest.raises(RefusedError, match="has to write first"):
        reaching.begin(desk.workspace, desk.me, BRAM, "wa", SHIPPED)
