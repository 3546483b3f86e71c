"""The whole program with a number at Twilio, through its command line: messages, answers, STOP, calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from omnidesk import clock
from omnidesk.connectors.base import WebhookRequest
from omnidesk.connectors.testing import Program, post, serving, wait_for
from tests.connectors.twilio.fake import ACCOUNT, CUSTOMER, NUMBER, FakeTwilio, posted, signed
from tests.connectors.twilio.harness import SmsHarness, VoiceHarness


@pytest.fixture
def sms() -> Iterator[SmsHarness]:
    with SmsHarness() as harness:
        yield harness


@pytest.fixture
def program(tmp_path: Path, sms: SmsHarness) -> Program:
    return Program(tmp_path / "home", sms)


@pytest.fixture
def voice(tmp_path: Path) -> Iterator[tuple[Program, FakeTwilio]]:
    with VoiceHarness() as harness:
        yield Program(tmp_path / "home", harness), harness.provider


def answer(program: Program, number: int, text: str, expect: int = 0) -> str:
    return program.run("reply", str(number), "--text", text, "--via", "under-test", expect=(expect,))


def only(program: Program, direction: str = "inbound") -> dict[str, Any]:
    (message,) = (one for one in program.messages() if one["direction"] == direction)
    return message


def test_what_comes_by_webhook_and_again_by_poll_is_one_message(program: Program, sms: SmsHarness) -> None:
    row = sms.provider.receives("Where is my order?", photo=("image/jpeg", b"\xff\xd8 a picture"))
    form = posted(row, sms.provider)
    with serving(program) as site:
        assert post(signed(site.hook_url, form, "another-secret"), patient=False) == 401
        without_port = "http://127.0.0.1/hooks/under-test"
        by_another_name = signed(without_port, form)
        assert post(type(by_another_name)("POST", site.hook_url, by_another_name.headers, by_another_name.body)) == 200
        assert post(signed(site.hook_url, form)) == 200
        wait_for(program.texts, "the message")
    assert program.sync()["received"] == 0
    message = only(program)
    assert (message["text"].strip(), message["from"]["address"]) == ("Where is my order?", CUSTOMER)
    wait_for(lambda: program.sync() and only(program)["attachments"][0]["size"] == 12, "the picture")


def test_an_answer_goes_once_and_is_told_to_be_delivered_by_webhook(program: Program, sms: SmsHarness) -> None:
    sms.provider.receives("Where is my order?")
    program.sync_well()
    number = only(program)["conversation_id"]
    with serving(program) as site:
        program.run("channel", "set", "under-test", f"hook_url={site.hook_url}")
        answer(program, number, "On its way")
        program.sync_well()
        program.sync_well()
        (taken,) = sms.received()
        sms.provider.advance(taken.external_id, "delivered")
        wait_for(lambda: only(program, "outbound")["status"] == "delivered", "the report")
        answer(program, number, "Did it come?")
        program.sync_well()
        sms.provider.advance(sms.received()[1].external_id, "undelivered", 30005)
        wait_for(lambda: program.outbox("failed"), "the other report")
    (row,) = program.outbox("failed")
    assert "unknown or no longer in use" in row["error"]
    program.sync_well()
    assert [one.text for one in sms.received()] == ["On its way", "Did it come?"]


def test_all_with_one_number_is_one_conversation(program: Program, sms: SmsHarness) -> None:
    sms.provider.receives("Where is my order?")
    sms.provider.receives("Are you there?")
    program.sync_well()
    assert len({one["conversation_id"] for one in program.messages()}) == 1


def test_a_send_whose_answer_was_lost_is_found_at_twilio(program: Program, sms: SmsHarness) -> None:
    sms.provider.receives("Are you there?")
    program.sync_well()
    with sms.lose_answer():
        answer(program, only(program)["conversation_id"], "Yes we are")
        program.sync()

    def settled() -> bool:
        program.sync()
        return str(only(program, "outbound")["status"]) == "sent"

    wait_for(settled, "the message to be found")
    assert len(sms.received()) == 1


def test_stop_is_kept_and_nothing_goes_until_start(program: Program, sms: SmsHarness) -> None:
    sms.provider.receives("Where is my order?")
    sms.provider.receives("Stoppen")
    program.sync_well()
    number = program.messages()[0]["conversation_id"]
    answer(program, number, "On its way", expect=4)
    assert "wants no messages" in program.said[-1] and "Stoppen" in program.said[-1]
    (customer,) = program.ask("customer", "list")["items"]
    (identity,) = (one for one in program.ask("customer", "show", str(customer["id"]))["identities"])
    assert [(one["state"], one["source"]) for one in identity["consent"]] == [("withdrawn", "Stoppen")]
    sms.provider.receives("START")
    program.sync_well()
    answer(program, number, "On its way")
    program.sync_well()
    assert [one.text for one in sms.received()] == ["On its way"]


def test_files_go_by_signed_addresses_that_end(program: Program, sms: SmsHarness, tmp_path: Path) -> None:
    sms.provider.receives("Do you have a picture?")
    program.sync_well()
    number = str(only(program)["conversation_id"])
    picture = tmp_path / "the order ✅.png"
    picture.write_bytes(b"\x89PNG a picture")
    files = ("--attach", str(picture))
    program.run("reply", number, "--text", "Here", "--via", "under-test", *files, expect=(4,))
    assert "public_url" in program.said[-1]
    with serving(program) as site:
        program.run("setting", "set", "public_url", site.address)
        program.run("reply", number, "--text", "Here", "--via", "under-test", *files)
        wait_for(lambda: program.sync() and sms.received(), "the message to be taken")
        (taken,) = sms.received()
        (found,) = sms.provider.fetched[taken.external_id]
        assert found == ("the order ✅.png", "image/png", b"\x89PNG a picture")
        (asked,) = (one for one in sms.provider.log if one.method == "POST")
        link = dict(parse_qsl(asked.body.decode()))["MediaUrl"]
        base, attachment, until, signature, name = link.rsplit("/", 4)
        for forged in (f"{base}/{attachment}/{int(until) + 1}/{signature}/{name}",
                       f"{base}/{int(attachment) + 1}/{until}/{signature}/{name}",
                       f"{base}/{attachment}/{until}/{signature[:-1]}/{name}"):  # fmt: skip
            assert post(WebhookRequest("GET", forged, {}, b""), patient=False) == 404
        assert post(WebhookRequest("GET", link, {}, b""), patient=False) == 200


def test_a_file_that_twilio_cannot_fetch_is_said(program: Program, sms: SmsHarness, tmp_path: Path) -> None:
    sms.provider.receives("Do you have a picture?")
    program.sync_well()
    (tmp_path / "dot.gif").write_bytes(b"GIF89a")
    program.run("setting", "set", "public_url", "http://127.0.0.1:9")
    number = str(only(program)["conversation_id"])
    program.run("reply", number, "--text", "Here", "--via", "under-test", "--attach", str(tmp_path / "dot.gif"))
    wait_for(lambda: program.sync() and program.outbox("failed"), "the failure")
    assert "public_url leads to `omnidesk serve`" in program.outbox("failed")[0]["error"]


def test_what_twilio_refuses_is_said_in_words(program: Program, sms: SmsHarness) -> None:
    sms.provider.receives("Where is my order?")
    program.sync_well()
    with sms.refuse():
        answer(program, only(program)["conversation_id"], "On its way")
        program.sync()
    (row,) = program.outbox("failed")
    assert "this number takes no text messages (Twilio 21614)" in row["error"]


def test_the_live_test_says_what_to_mind(program: Program, sms: SmsHarness) -> None:
    sms.provider.kind = "Trial"
    sms.provider.rows["incoming_phone_numbers"].clear()
    found = program.ask("channel", "test", "under-test")["found"]
    assert found["account"] == "The shop"
    assert any("trial" in one for one in found["warnings"])
    assert f"the account has no number {NUMBER}" in found["warnings"]


def test_a_call_to_voicemail_comes_with_its_recording(voice: tuple[Program, FakeTwilio]) -> None:
    program, twilio = voice
    ended = clock.now() - 5_000
    call = twilio.calls("completed", ended=ended, duration="20")
    twilio.calls("no-answer", to="client:sanne", direction="outbound-dial", parent_call_sid=call["sid"], duration="0")
    program.sync_well()
    message = only(program)
    assert (message["kind"], message["contact"]["outcome"], message["from"]["address"]) == ("call", "missed", CUSTOMER)
    twilio.records(call, "RecordVerb", b"", status="processing")
    program.sync_well()
    twilio.rows["recordings"].clear()
    twilio.records(call, "RecordVerb", b"ID3 please call me back")

    def recorded() -> bool:
        program.sync()
        files = only(program)["attachments"]
        return bool(files) and files[0]["size"] == 23

    wait_for(recorded, "the recording")
    message = only(program)
    assert (message["contact"]["outcome"], message["attachments"][0]["content_type"]) == ("voicemail", "audio/mpeg")
    assert program.sync()["received"] == 0


def test_a_call_that_was_taken_says_by_whom_and_is_told_while_it_goes_on(voice: tuple[Program, FakeTwilio]) -> None:
    program, twilio = voice
    call = twilio.calls("ringing")
    form = {"CallSid": call["sid"], "AccountSid": ACCOUNT, "From": CUSTOMER, "To": NUMBER, "Direction": "inbound",
            "CallStatus": "ringing", "ApiVersion": "2010-04-01"}  # fmt: skip
    with serving(program) as site:
        assert post(signed(site.hook_url, form)) == 200
        assert post(signed(site.hook_url, form, "another-secret"), patient=False) == 401
        leg = twilio.calls("completed", to="client:sanne", direction="outbound-dial", parent_call_sid=call["sid"],
                           ended=clock.now(), duration="42")  # fmt: skip
        call |= {"status": "completed", "end_time": leg["end_time"], "duration": "60"}
        assert program.messages() == []
        assert post(signed(site.hook_url, form | {"CallStatus": "completed", "CallDuration": "60"})) == 200
        wait_for(program.messages, "the call")
    program.sync_well()
    (message,) = program.messages()
    contact = message["contact"]
    assert (contact["outcome"], contact["seconds"], contact["taken_by"]) == ("answered", 42, "sanne")


def test_recordings_of_other_numbers_are_left_alone(voice: tuple[Program, FakeTwilio]) -> None:
    program, twilio = voice
    twilio.records(twilio.calls("completed", to="+3197010200099"), "DialVerb", b"ID3 not ours")
    twilio.calls("busy", ended=clock.now())
    program.sync_well()
    assert only(program)["contact"]["outcome"] == "busy"
    asked = len(twilio.log)
    program.sync_well()
    assert not [one for one in twilio.log[asked:] if "/Calls/" in one.path]
