"""A phone as gateway with the whole program around it: nothing twice, nothing lost, STOP obeyed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.testing import Program, post, serving, wait_for
from omnidesk.connectors.testing.sms_gateway import CUSTOMER, event_of, signed
from tests.connectors.sms_gateway.harness import GatewayHarness


@pytest.fixture
def phone() -> Iterator[GatewayHarness]:
    with GatewayHarness() as harness:
        yield harness


@pytest.fixture
def program(tmp_path: Path, phone: GatewayHarness) -> Program:
    return Program(tmp_path / "home", phone)


def answer(program: Program, number: int, text: str, expect: int = 0) -> str:
    return program.run("reply", str(number), "--text", text, "--via", "under-test", expect=(expect,))


def only(program: Program, direction: str = "inbound") -> dict[str, Any]:
    (message,) = (one for one in program.messages() if one["direction"] == direction)
    return message


def test_what_comes_by_webhook_and_again_by_poll_is_one_message(program: Program, phone: GatewayHarness) -> None:
    said = phone.provider.receives("Where is my order?")
    picture = phone.provider.receives("It looks like this", photo=("image/jpeg", b"\xff\xd8 a picture"))
    with serving(program) as site:
        for kept in (said, picture):
            kind = event_of(kept)
            assert post(signed(site.hook_url, kind, kept.payload(), key="another"), patient=False) == 401
            late = signed(site.hook_url, kind, kept.payload(), at=clock.now() - 6 * clock.MINUTE)
            assert post(late, patient=False) == 401
            assert post(signed(site.hook_url, kind, kept.payload())) == 200
        wait_for(lambda: len(program.texts()) == 2, "the messages")
        assert post(signed(site.hook_url, "system:ping", {"health": {}})) == 200
        assert post(replace(signed(site.hook_url, "x", {}), body=b"{"), patient=False) == 401
    assert program.sync()["received"] == 0
    assert sorted(program.texts()) == ["It looks like this", "Where is my order?"]
    assert {one["from"]["address"] for one in program.messages()} == {CUSTOMER}
    assert sum(file["size"] for one in program.messages() for file in one["attachments"]) == 12


def test_a_picture_is_fetched_from_the_phone(program: Program, phone: GatewayHarness) -> None:
    phone.provider.receives("It looks like this", photo=("image/jpeg", b"\xff\xd8 a picture"))
    program.sync_well()
    wait_for(lambda: program.sync() and only(program)["attachments"][0]["size"] == 12, "the picture")


def test_an_answer_goes_once_and_is_told_to_be_delivered_by_webhook(program: Program, phone: GatewayHarness) -> None:
    phone.provider.receives("Where is my order?")
    program.sync_well()
    number = only(program)["conversation_id"]
    with serving(program) as site:
        for event in ("sms:delivered", "sms:failed"):
            phone.provider.hooks[event] = event, site.hook_url
        answer(program, number, "On its way")
        program.sync_well()
        (taken,) = phone.received()
        phone.provider.advance(taken.external_id, "Delivered")
        wait_for(lambda: only(program, "outbound")["status"] == "delivered", "the report")
        answer(program, number, "Did it come?")
        wait_for(lambda: program.sync() and len(phone.received()) == 2, "the second answer to be taken")
        phone.provider.advance(phone.received()[1].external_id, "Failed", "Send result: RESULT_ERROR_NO_SERVICE (..)")
        wait_for(lambda: program.outbox("failed"), "the other report")
    (row,) = program.outbox("failed")
    assert "the phone has no network" in row["error"]
    program.sync_well()
    assert [one.text for one in phone.received()] == ["On its way", "Did it come?"]


def test_a_send_whose_answer_was_lost_is_sent_again_with_its_key_and_goes_once(
    program: Program, phone: GatewayHarness
) -> None:
    phone.provider.receives("Are you there?")
    program.sync_well()
    with phone.lose_answer():
        answer(program, only(program)["conversation_id"], "Yes we are")
        program.sync()
    wait_for(lambda: program.sync() and only(program, "outbound")["status"] == "sent", "the message to be settled")
    asked = [one for one in phone.provider.requests("/messages") if one.method == "POST"]
    assert len({one.json()["id"] for one in asked}) == 1 < len(asked)
    assert len(phone.received()) == 1


def test_stop_is_kept_and_nothing_goes_until_start(program: Program, phone: GatewayHarness) -> None:
    phone.provider.receives("Where is my order?")
    program.sync_well()
    number = only(program)["conversation_id"]
    answer(program, number, "On its way")
    program.sync_well()
    phone.provider.receives("Abmelden")
    program.sync_well()
    answer(program, number, "Anything else?", expect=4)
    assert "wants no messages" in program.said[-1] and "Abmelden" in program.said[-1]
    phone.provider.receives("START")
    program.sync_well()
    answer(program, number, "Welcome back")
    wait_for(lambda: program.sync() and len(phone.received()) == 2, "the answer to be taken")
    assert [one.text for one in phone.received()] == ["On its way", "Welcome back"]


def test_what_waited_for_a_phone_that_was_off_is_read_late(program: Program, phone: GatewayHarness) -> None:
    """It is dated by when it was sent, days back, and comes after everything else was read."""
    phone.provider.receives("today")
    phone.provider.receives("of last week", ago=6 * 24 * 3600)
    program.sync_well()
    assert len(program.texts()) == 2
    phone.provider.receives("of three days ago", ago=3 * 24 * 3600)
    program.sync_well()
    assert "of three days ago" in program.texts()
    asked = len(phone.provider.log)
    assert program.sync()["received"] == 0
    assert len(phone.provider.log) - asked == 3


def test_a_picture_whose_files_are_not_all_there_yet_waits(program: Program, phone: GatewayHarness) -> None:
    """The app lists a message before it has stored its files."""
    kept = phone.provider.receives("two", one=("image/jpeg", b"first"), other=("image/jpeg", b"second"))
    files, answered = list(kept.files), phone.provider.answer
    kept.files[:] = []

    def growing(asked: Any) -> Any:
        reply = answered(asked)
        if asked.path == "/inbox" and asked.query.get("includeAttachments") == "true" and len(kept.files) < 2:
            kept.files.append(files[len(kept.files)])
        return reply

    phone.provider.answer = growing  # type: ignore[method-assign]
    wait_for(lambda: program.sync() and program.texts(), "the message")
    assert len(only(program)["attachments"]) == 2


def test_all_with_one_number_is_one_conversation(program: Program, phone: GatewayHarness) -> None:
    """However the number is written, whoever begins."""
    program.run("new", "--to", CUSTOMER, "--via", "under-test", "--subject", "Order", "--text", "Your order is here")
    phone.provider.receives("Thanks!", sender="0612345678")
    phone.provider.receives("Until when?")
    phone.provider.receives("Somebody else", sender="+31687654321")
    wait_for(lambda: program.sync() and len(program.texts()) == 3 and phone.received(), "the messages")
    numbers = {one["text"].strip(): one["conversation_id"] for one in program.messages()}
    assert numbers["Your order is here"] == numbers["Thanks!"] == numbers["Until when?"] != numbers["Somebody else"]


def test_each_sim_card_is_a_channel(program: Program, phone: GatewayHarness) -> None:
    program.run("channel", "set", "under-test", "sim=2")
    phone.provider.receives("for the other", sim=1)
    phone.provider.receives("for us", sim=2)
    phone.provider.receives("for whom?", sim=None)
    program.sync_well()
    assert sorted(program.texts()) == ["for us", "for whom?"]


def test_the_live_test_says_what_to_mind(program: Program, phone: GatewayHarness) -> None:
    phone.provider.receives("Where is my order?")
    phone.provider.battery = 7
    found = program.ask("channel", "test", "under-test")["found"]
    assert found["account"] == "sms@127.0.0.1" and found["total"] == 1
    assert any("Battery level in percent: 7" in one for one in found["warnings"])
    program.run("channel", "set", "under-test", "user=another")
    program.run("channel", "test", "under-test", expect=(1,))
    assert "logs in with" in program.said[-1]


def test_a_phone_without_a_list_is_said_to_be_too_old(program: Program, phone: GatewayHarness) -> None:
    program.run("channel", "set", "under-test", f"api_url={phone.provider.url}/3rdparty/v1")
    phone.provider.complaints.clear()
    program.run("channel", "test", "under-test", expect=(1,))
    phone.provider.complaints.clear()
    assert "1.59 or newer" in program.said[-1]
