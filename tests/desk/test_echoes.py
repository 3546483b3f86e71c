"""What we send and what the provider shows of it are one message, whichever is known first (promises 2 and 3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from omnidesk.connectors.base import Item
from omnidesk.desk import cleaning, composing, intake, outbox, threads
from omnidesk.desk.intake import Held
from omnidesk.words.kinds import Direction, MessageStatus
from tests.filling import ANNA, SUPPORT, Clock, Desk, admit, hold, mail, message_of

pytestmark = pytest.mark.databases

SENT, DELIVERED, READ, UNKNOWN = (
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.READ,
    MessageStatus.UNKNOWN,
)


@pytest.fixture
def asked(time: Clock, desk: Desk) -> Desk:
    """Anna asked something in the channel's thread `room`."""
    desk.receives(mail("1", thread="room"))
    return desk


def echo(name: str, text: str = "It is on its way.", **said: Any) -> Item:
    """What the provider shows of something we said: ours to Anna, without a subject or an answer to anything."""
    return mail(name, text, sender=SUPPORT, to=[ANNA], echo=True, source=f"event-{name}", **said)


def news(source: str, **report: Any) -> Item:
    """A status report that is no message."""
    item = mail("status", source=source, reports=[report])
    line = item.raw.replace(b'"from"', b'"not_from"')
    return Item(source, line, item.received_at, item.media_type)


def begins_to_send(desk: Desk, number: int = 1) -> tuple[int, str, Held]:
    """An answer that was handed over and whose outcome is not written yet: message, key, lease."""
    made = composing.reply(desk.workspace, desk.me, number, "It is on its way.", now=True)
    return *hands_over(desk, made.message.id), hold(desk.workspace, desk.channel)


def hands_over(desk: Desk, message: int) -> tuple[int, str]:
    held = hold(desk.workspace, desk.channel)
    claimed = outbox.claim(desk.workspace, desk.channel.id, held)
    assert claimed is not None
    assert claimed.message_id == message
    outbox.committing(desk.workspace, message, held)
    return message, claimed.key


def ours(desk: Desk) -> list[tuple[int, str]]:
    """The messages that went out, by conversation and state."""
    rows = desk.workspace.database.reader.all(
        "SELECT conversation_id, status FROM message WHERE direction = 'outbound' ORDER BY id"
    )
    return [(row[0], row[1]) for row in rows]


def test_what_we_said_elsewhere_is_outbound_by_the_word_of_the_channel(asked: Desk) -> None:
    (number,) = asked.receives(echo("phone", thread="room"))
    message = threads.messages(asked.workspace, number)[-1]
    assert (number, message.direction, message.status) == (1, Direction.OUTBOUND, SENT)
    assert threads.conversation(asked.workspace, 1).status == "pending"
    assert threads.conversation(asked.workspace, 1).customer == "Anna"


def test_an_echo_of_spam_is_not_ours(asked: Desk) -> None:
    asked.receives(mail("x", sender="mallory@example.test", to=[SUPPORT], echo=True, junk=True))
    assert ours(asked) == []


def test_an_echo_that_gives_our_key_back_is_the_message_we_sent(asked: Desk) -> None:
    message, key, held = begins_to_send(asked)
    asked.receives(echo("$event:hs.test", reports=[{"status": "sent", "key": key}]))
    assert ours(asked) == [(1, SENT)]
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("$event:hs.test",))
    assert ours(asked) == [(1, SENT)]
    assert message_of(asked.workspace, "event-$event:hs.test") == message


def test_a_key_that_is_the_echo_s_own_id_is_enough(asked: Desk) -> None:
    _message, key, _held = begins_to_send(asked)
    asked.receives(echo(key, id=key))
    assert ours(asked) == [(1, SENT)]


def test_an_echo_after_the_answer_is_known_by_the_provider_s_id(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    asked.receives(echo("wamid.1", id="wamid.1"))
    assert ours(asked) == [(1, SENT)]
    assert asked.count("message") == 2


def test_an_echo_before_the_answer_becomes_the_same_message_once_its_id_is_known(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    asked.receives(echo("wamid.1", id="wamid.1", thread="room"))
    assert len(ours(asked)) == 2, "nobody can know yet that it is ours"
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    assert ours(asked) == [(1, SENT)]
    assert message_of(asked.workspace, "event-wamid.1") == message
    assert threads.conversation(asked.workspace, 1).message_count == 2
    assert asked.count("message") == 2


def test_an_early_echo_in_a_conversation_of_its_own_leaves_none_behind(time: Clock, desk: Desk) -> None:
    made = composing.new(desk.workspace, desk.me, [ANNA], "demo", "Your order", "It is on its way.", now=True)
    message, _key = hands_over(desk, made.message.id)
    (apart,) = desk.receives(echo("wamid.1", id="wamid.1", thread="anna"))
    assert apart != made.message.conversation_id
    outbox.finish(desk.workspace, message, hold(desk.workspace, desk.channel), SENT, provider_ids=("wamid.1",))
    assert ours(desk) == [(made.message.conversation_id, SENT)]
    assert threads.current(desk.workspace, apart) == made.message.conversation_id
    (answer,) = desk.receives(mail("2", "Thank you", thread="anna"))
    assert answer == made.message.conversation_id, "the thread of the echo leads to our message"


def test_an_early_echo_that_was_answered_already_brings_the_answer_along(time: Clock, desk: Desk) -> None:
    made = composing.new(desk.workspace, desk.me, [ANNA], "demo", "Your order", "It is on its way.", now=True)
    message, _key = hands_over(desk, made.message.id)
    desk.receives(echo("wamid.1", id="wamid.1", thread="anna"))
    (apart,) = desk.receives(mail("2", "Thank you", thread="anna"))
    assert apart != made.message.conversation_id
    outbox.finish(desk.workspace, message, hold(desk.workspace, desk.channel), SENT, provider_ids=("wamid.1",))
    here = threads.current(desk.workspace, made.message.conversation_id)
    assert threads.current(desk.workspace, apart) == here
    assert [one.text for one in threads.messages(desk.workspace, here)] == ["It is on its way.", "Thank you"]


def test_killed_before_its_answer_an_echo_admitted_but_not_filed_is_still_the_same_message(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    admit(asked.workspace, asked.channel, echo("wamid.1", id="wamid.1"))
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    intake.settle_rest(asked.workspace, asked.channel.id)
    assert ours(asked) == [(1, SENT)]


def test_the_same_id_at_another_channel_is_another_message(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("17",))
    other = asked.adds_channel("other", "other@shop.test")
    asked.receives(echo("17", id="17"), channel=other)
    assert len(ours(asked)) == 2


def test_a_customer_who_names_a_provider_s_id_is_not_us(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("17",))
    asked.receives(mail("x", "Not yours", id="17", source="other"))
    assert asked.count("message", "direction = 'inbound'") == 2


def test_in_a_race_the_echo_and_the_answer_end_as_one_message(asked: Desk) -> None:
    for turn in range(8):
        name = f"wamid.{turn}"
        message, _key, held = begins_to_send(asked)
        admit(asked.workspace, asked.channel, echo(name, id=name, thread="room"))
        begin = Barrier(2)

        def files(begin: Barrier = begin) -> None:
            begin.wait()
            intake.settle_rest(asked.workspace, asked.channel.id)

        def finishes(begin: Barrier = begin, message: int = message, held: Held = held, name: str = name) -> None:
            begin.wait()
            outbox.finish(asked.workspace, message, held, SENT, provider_ids=(name,))

        with ThreadPoolExecutor(2) as threads_at_once:
            for done in [threads_at_once.submit(files), threads_at_once.submit(finishes)]:
                done.result()
        assert ours(asked) == [(1, SENT)] * (turn + 1)


# --- reports


def test_a_report_names_the_provider_s_id_and_adds_no_message(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    asked.receives(news("s1", status="delivered", external_id="wamid.1"))
    assert ours(asked) == [(1, DELIVERED)]
    assert asked.count("message") == 2
    assert message_of(asked.workspace, "s1") == message


def test_a_report_that_came_before_the_answer_is_not_lost(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    asked.receives(
        news("s1", status="delivered", external_id="wamid.1"), news("s2", status="read", external_id="wamid.1")
    )
    assert ours(asked) == [(1, "sending")]
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    assert ours(asked) == [(1, READ)]
    assert asked.count("early_report") == 0
    assert message_of(asked.workspace, "s2") == message


def test_an_early_failure_makes_the_send_work_again(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    asked.receives(news("s1", status="failed", external_id="wamid.1", detail="not on WhatsApp"))
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    assert ours(asked) == [(1, "failed")]
    assert threads.message(asked.workspace, message).error == "came back: not on WhatsApp"


def test_a_report_about_what_others_sent_is_not_kept(asked: Desk) -> None:
    asked.receives(news("s1", status="delivered", external_id="wamid.9"))
    assert asked.count("early_report") == 0
    assert asked.count("quarantine") == 0


def test_an_early_report_that_nobody_claims_goes_after_a_week(time: Clock, asked: Desk) -> None:
    begins_to_send(asked)
    asked.receives(news("s1", status="delivered", external_id="wamid.9"))
    assert asked.count("early_report") == 1
    time.forward(days=8)
    cleaning.clean(asked.workspace)
    assert asked.count("early_report") == 0


def test_a_lost_answer_that_was_asked_for_later_brings_early_reports_too(asked: Desk) -> None:
    message, _key, held = begins_to_send(asked)
    outbox.finish(asked.workspace, message, held, UNKNOWN, "the line broke")
    asked.receives(news("s1", status="delivered", external_id="wamid.1"))
    outbox.finish(asked.workspace, message, held, SENT, provider_ids=("wamid.1",))
    assert ours(asked) == [(1, DELIVERED)]
