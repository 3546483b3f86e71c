"""The sample kinds pass the conformance suite too, and keep the rules of the channels that they play."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.base import DecodeError, Item, Outgoing
from omnidesk.connectors.testing import Conformance, Harness
from omnidesk.desk import composing, customers, planning, threads
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Auth, Direction, Status
from omnidesk.words.rows import Address, Channel
from tests.connectors.test_sample import SampleHarness
from tests.filling import NOON, Clock, Desk, open_desk, standing_clock

KINDS = ("sample-call", "sample-chat", "sample-mail", "sample-sms", "sample-whatsapp")
NUMBER = "+31 6 0012 1234"


@pytest.mark.slow
class TestKinds(Conformance):
    kills = 2

    @pytest.fixture(params=[KINDS[0], *(pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS[1:])])
    def harness(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Harness]:
        with SampleHarness(tmp_path / "source", request.param) as harness:
            yield harness


@pytest.fixture
def time() -> Iterator[Clock]:
    with standing_clock() as hand:
        yield hand


@pytest.fixture
def desk(time: Clock, tmp_path: Path) -> Desk:
    return open_desk(tmp_path)


def item(name: str, /, **said: Any) -> Item:
    line = {"id": name, "at": clock.now(), "from": NUMBER, "text": f"text {name}"} | said
    return Item(name, json.dumps(line).encode(), clock.now(), "application/json", outbound=bool(said.get("outbound")))


def channel(desk: Desk, kind: str) -> Channel:
    return desk.adds_channel(kind.removeprefix("sample-"), "+31 6 0010 0100", kind)


def usable(desk: Desk, number: int) -> Mapping[str, str | None]:
    return {one.channel.kind: one.reason for one in planning.plan(desk.workspace, number).choices}


def test_a_number_is_one_verified_identity_on_every_channel_it_uses(desk: Desk) -> None:
    for kind in ("sample-sms", "sample-whatsapp", "sample-call"):
        desk.receives(item(kind), channel=channel(desk, kind))
    (customer,) = customers.find(desk.workspace, NUMBER)
    assert [(one.kind, one.value, one.verified) for one in customer.identities] == [("phone", "+31600121234", True)]
    assert customer.conversations == 2  # what came on WhatsApp joined the text message; a call joins nothing by itself


def test_what_is_said_on_a_channel_without_subjects_is_one_thread(desk: Desk) -> None:
    sms = channel(desk, "sample-sms")
    (first,) = desk.receives(item("1"), channel=sms)
    (answer,) = desk.receives(item("2", **{"from": "+31 6 0010 0100"}, to=[NUMBER], outbound=True), channel=sms)
    (again,) = desk.receives(item("3"), channel=sms)
    (other,) = desk.receives(item("4", **{"from": "+31 6 0099 9999"}), channel=sms)
    assert first == answer == again != other
    assert [message.kind for message in threads.messages(desk.workspace, first)] == ["sample-sms"] * 3


def test_our_own_number_is_no_recipient_of_an_answer(desk: Desk) -> None:
    said = item("1", to=["+31 (0)6 0010 0100"])
    (number,) = desk.receives(said, channel=channel(desk, "sample-sms"))
    plan = planning.plan(desk.workspace, number)
    assert ([one.address for one in plan.to], plan.cc) == ([NUMBER], ())


def test_whatsapp_is_answered_within_a_day_only(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(item("1"), channel=channel(desk, "sample-whatsapp"))
    assert usable(desk, number)["sample-whatsapp"] is None
    time.forward(hours=24)
    assert "window" in (usable(desk, number)["sample-whatsapp"] or "")


def test_a_text_message_that_is_too_long_is_refused_in_words(desk: Desk) -> None:
    (number,) = desk.receives(item("1"), channel=channel(desk, "sample-sms"))
    with pytest.raises(RefusedError, match="460 gsm7, Sample SMS takes 459"):
        composing.reply(desk.workspace, desk.me, number, "a" * 460)
    composing.reply(desk.workspace, desk.me, number, "a" * 459)


def test_nothing_goes_out_by_telephone(desk: Desk) -> None:
    (number,) = desk.receives(item("1", missed=24, text=""), channel=channel(desk, "sample-call"))
    assert usable(desk, number)["sample-call"] == "Sample telephone cannot send"


def test_a_missed_call_waits_and_one_that_was_taken_answers(desk: Desk) -> None:
    calls = channel(desk, "sample-call")
    (missed,) = desk.receives(item("1", missed=24, text=""), channel=calls)
    (message,) = threads.messages(desk.workspace, missed)
    assert message.text == f"Missed, rang 24 s: call back {NUMBER}"
    assert threads.conversation(desk.workspace, missed).next_due_at == NOON + 30 * clock.MINUTE
    talked = {"from": "+31 6 0010 0100", "to": [["Bram", NUMBER]], "outbound": True}
    desk.receives(item("2", seconds=252, taken_by="koen", text="Asked again.", **talked), channel=calls)
    (_, taken) = threads.messages(desk.workspace, missed)
    assert (taken.text, taken.direction) == ("4m12s, taken by koen\nAsked again.", Direction.OUTBOUND)
    assert threads.conversation(desk.workspace, missed).status is Status.PENDING


def test_a_chat_is_due_in_a_minute_goes_at_once_and_stays_open(desk: Desk) -> None:
    said = item("1", **{"from": "visitor-1"}, name="Visitor 1")
    (number,) = desk.receives(said, channel=channel(desk, "sample-chat"))
    assert threads.conversation(desk.workspace, number).next_due_at == NOON + clock.MINUTE
    assert composing.reply(desk.workspace, desk.me, number, "Yes").due_at == NOON
    assert threads.conversation(desk.workspace, number).status is Status.OPEN


def test_who_is_named_with_a_visitor_is_written_to(desk: Desk) -> None:
    (number,) = desk.receives(item("1", **{"from": "visitor-1"}), channel=channel(desk, "sample-chat"))
    queued = composing.reply(desk.workspace, desk.me, number, "Yes", to=["Visitor 1 <visitor-1>"])
    assert queued.message.to == (Address("Visitor 1", "visitor-1"),)


def test_a_mail_carries_what_the_server_found_of_its_sender() -> None:
    decode = registry.connector("sample-mail").decode
    (forged,) = decode(item("1", **{"from": "boss@sh0p.example"}, auth="fail", reply_to=["x@other.example"]))
    (honest,) = decode(item("2", **{"from": "anna@customer.example"}, auth="pass"))
    assert (forged.auth, forged.sender and forged.sender.verified) == (Auth.FAIL, False)
    assert [party.value for party in forged.reply_to] == ["x@other.example"]
    assert honest.sender is not None and honest.sender.verified


def test_what_is_new_in_a_mail_is_apart_from_what_it_quotes() -> None:
    (decoded,) = registry.connector("sample-mail").decode(item("1", text="No.\n\n> Is it there?", new="No."))
    assert (decoded.reply_text, decoded.text) == ("No.", "No.\n\n> Is it there?")


@pytest.mark.parametrize("wrong", [{"missed": "long"}, {"seconds": "long"}, {"to": [1]}, {"reports": ["x"]}])
def test_a_line_that_makes_no_sense_is_no_message(wrong: dict[str, Any]) -> None:
    with pytest.raises(DecodeError):
        registry.connector("sample-call").decode(item("1", **wrong))


def test_what_is_sent_bears_its_key_and_goes_to_the_number() -> None:
    there = (Address("Bram", NUMBER),)
    outgoing = Outgoing("key", "<id@x>", Address("Sanne", "+31 6 0010 0100"), there, (), (), "", "Hello", NOON, 1, "t")
    sent = json.loads(registry.connector("sample-sms").prepare(outgoing, {}).data)
    assert (sent["to"], sent["text"]) == ([NUMBER], "Hello")
