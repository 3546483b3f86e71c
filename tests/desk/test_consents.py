"""What customers forbid is obeyed, by composer and outbox alike, and said; START gives it back."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from omnidesk.desk import composing, customers, history, planning, threads
from omnidesk.sync.engine import Engine
from omnidesk.words.errors import RefusedError
from omnidesk.words.rows import Channel, Consent
from tests.filling import Clock, Desk, mail, sent_lines

pytestmark = pytest.mark.databases

PHONE = "+31612345678"
_numbers = itertools.count(1)


@pytest.fixture
def sms(time: Clock, desk: Desk) -> Channel:
    """Text messages; who wrote is who the network says."""
    return desk.adds_channel("sms", "+31850000001", "sample-sms")


def texts(desk: Desk, sms: Channel, text: str, **said: Any) -> int:
    item = mail(f"t{next(_numbers)}", text, sender=PHONE, to=["+31850000001"], **said)
    return desk.receives(item, channel=sms)[0]


def stops(desk: Desk, sms: Channel, purpose: str = "marketing", **said: Any) -> int:
    return texts(desk, sms, "STOP", consents=[{"given": False, "purpose": purpose, "source": "STOP"}], **said)


def starts(desk: Desk, sms: Channel, **said: Any) -> int:
    return texts(desk, sms, "START", consents=[{"given": True, "source": "START"}], **said)


def consents(desk: Desk) -> dict[str, str]:
    (customer,) = customers.find(desk.workspace, PHONE)
    return {one.purpose: one.state for one in customer.identities[0].consent}


def test_what_was_said_is_kept_with_the_address_and_in_the_history(time: Clock, desk: Desk, sms: Channel) -> None:
    number = stops(desk, sms)
    (customer,) = customers.find(desk.workspace, PHONE)
    assert customer.identities[0].consent == (Consent("sample-sms", "marketing", "withdrawn", time.at, "STOP", ""),)
    (event,) = [one for one in threads.events(desk.workspace, number) if one.kind == "consent"]
    assert (event.after["consent.state"], event.after["purpose"]) == ("withdrawn", "marketing")
    assert "forbade marketing on sample-sms" in [one.said for one in history.happenings(desk.workspace, number)]


def test_who_forbade_marketing_is_not_written_to_unasked(time: Clock, desk: Desk, sms: Channel) -> None:
    number = stops(desk, sms)
    words = rf"\{PHONE} wants no messages on Sample SMS but answers to what they ask \(said STOP\)"
    with pytest.raises(RefusedError, match=words):
        composing.new(desk.workspace, desk.me, [PHONE], "sms", "", "Big sale!")
    with pytest.raises(RefusedError, match="wants no messages"):
        composing.reply(desk.workspace, desk.me, number, "Big sale!", via="sms")
    (choice,) = [one for one in planning.plan(desk.workspace, number).choices if one.channel.name == "sms"]
    assert not choice.usable
    assert "wants no messages" in str(choice.reason)


def test_but_what_they_ask_later_is_answered(time: Clock, desk: Desk, sms: Channel) -> None:
    stops(desk, sms)
    time.forward(minutes=5)
    number = texts(desk, sms, "Where is my order?")
    told = composing.reply(desk.workspace, desk.me, number, "It left", via="sms")
    assert [one.address for one in told.message.to] == [PHONE]
    with pytest.raises(RefusedError, match="but answers"):
        composing.new(desk.workspace, desk.me, [PHONE], "sms", "", "Big sale!")


def test_who_forbade_service_gets_nothing_whatever_they_ask(time: Clock, desk: Desk, sms: Channel) -> None:
    stops(desk, sms, "service")
    time.forward(minutes=5)
    number = texts(desk, sms, "Where is my order?")
    with pytest.raises(RefusedError, match=r"wants no messages on Sample SMS \(said STOP\)"):
        composing.reply(desk.workspace, desk.me, number, "It left", via="sms")


@pytest.mark.parametrize("purpose", ["service", "marketing"])
def test_start_gives_it_back(time: Clock, desk: Desk, sms: Channel, purpose: str) -> None:
    stops(desk, sms, purpose)
    time.forward(minutes=5)
    starts(desk, sms)
    assert set(consents(desk).values()) == {"given"}
    composing.new(desk.workspace, desk.me, [PHONE], "sms", "", "You asked for it")


def test_what_was_said_last_holds_in_whatever_order_it_comes(time: Clock, desk: Desk, sms: Channel) -> None:
    time.forward(hours=2)
    starts(desk, sms)
    stops(desk, sms, at=time.at - 3_600_000)
    assert consents(desk) == {"marketing": "given"}


def test_another_kind_of_channel_to_the_same_telephone_is_free(time: Clock, desk: Desk, sms: Channel) -> None:
    number = stops(desk, sms, "service")
    desk.adds_channel("other", "+31850000002", "sample-call")
    choices = {one.channel.name: str(one.reason) for one in planning.plan(desk.workspace, number).choices}
    assert "wants no messages" in choices["sms"]
    assert "wants no messages" not in choices["other"]


def test_an_unproven_sender_forbids_nothing(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1", auth="fail", consents=[{"given": False, "source": "unsubscribe"}]))
    assert desk.count("consent") == 0


def test_an_aside_goes_to_who_forbade_marketing_only(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    carrier = mail("2", sender="carrier@example.test", auth="pass", consents=[{"given": False, "source": "no news"}])
    desk.receives(carrier)
    composing.forward(desk.workspace, desk.me, 1, ["carrier@example.test"], "Where is it?")
    desk.receives(
        mail("3", sender="carrier@example.test", auth="pass", consents=[{"given": False, "purpose": "service"}])
    )
    with pytest.raises(RefusedError, match="wants no messages"):
        composing.forward(desk.workspace, desk.me, 1, ["carrier@example.test"], "Where is it?")


async def test_what_was_queued_before_they_said_stop_does_not_leave(desk: Desk) -> None:
    """Promise 7: the outbox enforces the same rules."""
    sms = desk.adds_channel("sms", "+31850000001", "sample-sms")
    number = texts(desk, sms, "Where is my order?")
    told = composing.reply(desk.workspace, desk.me, number, "It left", via="sms", now=True)
    stops(desk, sms, "service")
    await Engine(desk.workspace, ["sms"]).once()
    message = threads.message(desk.workspace, told.message.id)
    assert message.status == "failed"
    assert message.error == f"{PHONE} wants no messages on Sample SMS (said STOP)"
    assert sent_lines(desk.folder) == []
