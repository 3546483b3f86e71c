"""What messages, reports and calls of Twilio become, from payloads as its documents show them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Consenting, Decoded, DecodeError, Item, Outgoing, Party
from omnidesk.connectors.twilio import TwilioSms, TwilioVoice
from omnidesk.connectors.twilio.calls import party
from omnidesk.words.rows import Address
from tests.connectors.twilio.fake import ACCOUNT, CUSTOMER, NUMBER

HEARD = 1_795_435_200_000
BASE = f"/2010-04-01/Accounts/{ACCOUNT}"
LISTED = {
    "account_sid": ACCOUNT, "api_version": "2010-04-01", "body": "Where is my order? 📦", "direction": "inbound",
    "date_created": "Thu, 24 Aug 2023 05:01:45 +0000", "date_sent": "Thu, 24 Aug 2023 05:01:46 +0000",
    "date_updated": "Thu, 24 Aug 2023 05:01:46 +0000", "error_code": None, "error_message": None, "from": CUSTOMER,
    "messaging_service_sid": None, "num_media": "0", "num_segments": "1", "price": None, "price_unit": None,
    "sid": "SM1", "status": "received", "to": NUMBER, "uri": f"{BASE}/Messages/SM1.json",
}  # fmt: skip
POSTED = {
    "ToCountry": "NL", "ToState": "", "SmsMessageSid": "MM2", "NumMedia": "1", "ToCity": "", "FromZip": "",
    "SmsSid": "MM2", "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": "This is broken",
    "FromCountry": "NL", "To": NUMBER, "ToZip": "", "NumSegments": "1", "MessageSid": "MM2", "AccountSid": ACCOUNT,
    "From": CUSTOMER, "ApiVersion": "2010-04-01", "MediaContentType0": "image/jpeg",
    "MediaUrl0": f"https://api.twilio.com{BASE}/Messages/MM2/Media/ME3",
}  # fmt: skip
CALL = {
    "sid": "CA1", "account_sid": ACCOUNT, "from": CUSTOMER, "to": NUMBER, "direction": "inbound", "status": "completed",
    "date_created": "Tue, 31 Aug 2010 20:36:28 +0000", "start_time": "Tue, 31 Aug 2010 20:36:29 +0000",
    "end_time": "Tue, 31 Aug 2010 20:37:44 +0000", "duration": "75", "parent_call_sid": None,
}  # fmt: skip
LEG = {**CALL, "sid": "CA2", "parent_call_sid": "CA1", "to": "client:sanne", "direction": "outbound-dial",
       "start_time": "Tue, 31 Aug 2010 20:36:40 +0000", "duration": "64"}  # fmt: skip
VOICEMAIL = {"sid": "RE1", "account_sid": ACCOUNT, "call_sid": "CA1", "source": "RecordVerb", "status": "completed"}


def sms(said: dict[str, Any], form: bool = False) -> Decoded:
    raw = urlencode(said).encode() if form else json.dumps(said).encode()
    (found,) = TwilioSms.decode(Item("x", raw, HEARD))
    return found


def voice(call: dict[str, Any], legs: tuple[Any, ...] = (), recordings: tuple[Any, ...] = (), **more: Any) -> Decoded:
    said = {"call": call, "legs": list(legs), "recordings": list(recordings), **more}
    (found,) = TwilioVoice.decode(Item("x", json.dumps(said).encode(), HEARD))
    return found


def test_a_listed_message_is_what_the_customer_said_when_twilio_got_it() -> None:
    found = sms(LISTED)
    assert (found.external_id, found.text, found.sender) == ("SM1", "Where is my order? 📦", Party("phone", CUSTOMER))
    assert found.received_at == 1_692_853_306_000
    assert not found.files and not found.consents and not found.no_auto_answer


def test_a_posted_message_with_a_picture_refers_to_it_within_the_api() -> None:
    found = sms(POSTED, form=True)
    assert (found.text, found.received_at) == ("This is broken", HEARD)
    (file,) = found.files
    assert (file.name, file.content_type) == ("ME3.jpg", "image/jpeg")
    assert file.reference == f"{BASE}/Messages/MM2/Media/ME3"


def test_a_picture_is_the_same_file_whichever_way_its_message_came() -> None:
    media = [{"sid": "ME3", "content_type": "image/jpeg", "uri": f"{BASE}/Messages/MM2/Media/ME3.json"}]
    assert sms({**LISTED, "sid": "MM2", "media": media}).files == sms(POSTED, form=True).files


@pytest.mark.parametrize(
    ("text", "given"),
    [("STOP", False), (" stoppen. ", False), ("Afmelden", False), ("ABMELDEN", False), ("Stopp", False),
     ("START", True), ("aanmelden!", True), ("Anmelden", True), ("UNSTOP", True)],
)  # fmt: skip
def test_stop_and_start_are_consent(text: str, given: bool) -> None:
    found = sms({**LISTED, "body": text})
    assert found.consents == (Consenting(given, "service", text.strip()),)
    assert found.no_auto_answer


@pytest.mark.parametrize("text", ["Please stop the delivery", "Stop it", "yes", "", "start over?", "HELP"])
def test_what_only_holds_such_a_word_is_no_consent(text: str) -> None:
    assert sms({**LISTED, "body": text}).consents == ()


def test_a_report_says_what_became_of_ours_and_why_in_words() -> None:
    form = {"MessageSid": "SM9", "MessageStatus": "undelivered", "SmsStatus": "undelivered", "ErrorCode": "30005",
            "To": CUSTOMER, "From": NUMBER, "AccountSid": ACCOUNT}  # fmt: skip
    (report,) = sms(form, form=True).deliveries
    assert (report.status, report.external_id, report.permanent) == ("failed", "SM9", True)
    assert report.detail == "the number is unknown or no longer in use (Twilio 30005)"
    row = {**LISTED, "direction": "outbound-api", "status": "delivered"}
    assert [one.status for one in sms(row).deliveries] == ["delivered"]
    passing = sms({**row, "status": "failed", "error_code": 30003}).deliveries[0]
    assert (passing.detail, passing.permanent) == ("the phone is off or out of reach (Twilio 30003)", False)
    strange = sms({**row, "status": "failed", "error_code": 63_000, "error_message": "Odd"}).deliveries[0]
    assert strange.detail == "Odd (Twilio 63000)"


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[1]", b"{", b"NumMedia=x&MessageSid=SM1", b'{"sid": "SM1"}'])
def test_what_is_nothing_of_twilios_is_said_to_be_so(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        TwilioSms.decode(Item("x", raw, HEARD))
    with pytest.raises(DecodeError):
        TwilioVoice.decode(Item("x", raw, HEARD))


def outgoing(text: str, **more: Any) -> Outgoing:
    sender, to = Address("", NUMBER), (Address("", CUSTOMER),)
    return Outgoing("key", "", sender, to, (), (), "", text, HEARD, 1, "token", **more)


def test_what_goes_out_is_a_form_and_says_how_many_messages_it_costs() -> None:
    payload = TwilioSms.prepare(outgoing("On its way"), {})
    assert payload.data == b"To=%2B31612345678&From=%2B3197010200000&Body=On+its+way"
    assert payload.warnings == ()
    service = TwilioSms.prepare(
        outgoing("a" * 161), {"messaging_service": "MG1", "hook_url": "https://d.example/hooks/s"}
    )
    assert b"MessagingServiceSid=MG1" in service.data and b"From=" not in service.data
    assert b"StatusCallback=https%3A%2F%2Fd.example%2Fhooks%2Fs" in service.data
    assert service.warnings == ("it goes as 2 text messages, each of which costs",)
    with pytest.raises(ValueError, match="1600"):
        TwilioSms.prepare(outgoing("a" * 1601), {})


@pytest.mark.parametrize("status, outcome", [("busy", "busy"), ("no-answer", "missed"), ("failed", "failed"),
                                             ("canceled", "missed")])  # fmt: skip
def test_a_call_that_was_not_put_through_ends_as_twilio_says(status: str, outcome: str) -> None:
    call = voice({**CALL, "status": status, "duration": "0"}).call
    assert call is not None and (call.state, call.outcome, call.answered_at) == ("ended", outcome, None)


def test_a_leg_says_who_took_a_call_and_when() -> None:
    found = voice(CALL, legs=({**LEG, "to": "client:bram", "status": "no-answer", "duration": "0"}, LEG))
    call = found.call
    assert call is not None and (call.outcome, call.taken_by) == ("answered", "sanne")
    assert call.ended_at is not None and call.answered_at == call.ended_at - 64 * clock.SECOND
    assert (found.sender, found.outbound, found.external_id) == (Party("phone", CUSTOMER), False, "CA1")


def test_a_call_that_nobody_took_is_missed_or_went_to_voicemail() -> None:
    nobody = {**LEG, "status": "no-answer", "duration": "0"}
    missed = voice(CALL, legs=(nobody,)).call
    assert missed is not None and (missed.outcome, missed.answered_at) == ("missed", None)
    for legs in ((nobody,), ()):
        spoke = voice(CALL, legs=legs, recordings=(VOICEMAIL,)).call
        assert spoke is not None and spoke.outcome == "voicemail"
    recorded = voice(CALL, legs=(LEG,), recordings=({**VOICEMAIL, "source": "DialVerb"},)).call
    assert recorded is not None and recorded.outcome == "answered"


def test_a_recording_comes_as_a_file_of_its_call() -> None:
    found = voice(CALL, recordings=(VOICEMAIL,), adds_recording=True)
    (file,) = found.files
    assert (file.name, file.content_type, found.external_id) == ("RE1.mp3", "audio/mpeg", "CA1")
    assert file.reference == f"{BASE}/Recordings/RE1.mp3"
    assert not voice(CALL, recordings=(VOICEMAIL,)).files


def test_a_call_of_ours_is_with_whom_we_called() -> None:
    found = voice({**CALL, "direction": "outbound-api", "from": NUMBER, "to": CUSTOMER})
    assert (found.outbound, found.sender) == (True, Party("phone", CUSTOMER))
    assert found.call is not None and found.call.outcome == "answered"


@pytest.mark.parametrize("value", ["anonymous", "+266696687", "", "Restricted"])
def test_a_withheld_number_is_nobody(value: str) -> None:
    assert party(value) is None


def test_webhooks_tell_of_a_call_while_it_goes_on() -> None:
    form = {"CallSid": "CA1", "From": CUSTOMER, "To": NUMBER, "CallStatus": "ringing", "Direction": "inbound",
            "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Timestamp": "Tue, 31 Aug 2010 20:36:28 +0000",
            "SequenceNumber": "1", "CallbackSource": "call-progress-events"}  # fmt: skip
    (rings,) = TwilioVoice.decode(Item("x", urlencode(form).encode(), HEARD))
    assert rings.call is not None and (rings.call.state, rings.sender) == ("ringing", Party("phone", CUSTOMER))
    leg = {**form, "CallSid": "CA2", "ParentCallSid": "CA1", "To": "client:sanne", "CallStatus": "in-progress",
           "Direction": "outbound-dial"}  # fmt: skip
    (talks,) = TwilioVoice.decode(Item("x", urlencode(leg).encode(), HEARD))
    assert talks.call is not None and (talks.call.state, talks.call.taken_by) == ("talking", "sanne")
    assert (talks.external_id, talks.outbound) == ("CA1", False)
