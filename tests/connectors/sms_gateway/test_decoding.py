"""What messages and reports of a phone become, from payloads as the app's documents show them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from omnidesk.connectors.base import Consenting, Decoded, DecodeError, Item, Outgoing, Party
from omnidesk.connectors.sms_gateway import SmsGateway, incoming
from omnidesk.connectors.testing import problems
from omnidesk.connectors.testing.sms_gateway import CUSTOMER, NUMBER, FakePhone, java_hash
from omnidesk.words.rows import Address

HEARD = 1_795_435_200_000
LISTED = {
    "id": "text:-157175101", "type": "SMS", "sender": CUSTOMER, "recipient": NUMBER, "simNumber": 1,
    "contentPreview": "Where is my order? 📦", "createdAt": "2024-06-22T15:46:11.000+07:00", "attachments": [],
}  # fmt: skip
POSTED = {
    "deviceId": "ffffffffceb0b1db0000018e937c815b", "event": "sms:received", "id": "Ey6ECgOkVVFjz3CL48B8C",
    "payload": {
        "messageId": "f6a1b2c3", "message": "Where is my order? 📦", "sender": CUSTOMER, "recipient": NUMBER,
        "simNumber": 1, "receivedAt": "2024-06-22T15:46:11.000+07:00",
    },
    "webhookId": "LreFUt-Z3sSq0JufY9uWB",
}  # fmt: skip
STATE = {
    "id": "8d9b3f2e-1f5e-4a6b-9e53-1a2b3c4d5e6f", "deviceId": "f" * 21, "state": "Delivered", "isHashed": False,
    "isEncrypted": False, "recipients": [{"phoneNumber": CUSTOMER, "state": "Delivered"}],
    "states": {"Pending": "2024-06-22T08:00:00.000Z", "Delivered": "2024-06-22T08:00:09.000Z"},
}  # fmt: skip


def decode(said: Any) -> list[Decoded]:
    return list(SmsGateway.decode(Item("x", json.dumps(said).encode(), HEARD)))


def only(said: Any) -> Decoded:
    (found,) = decode(said)
    return found


def event(kind: str, **payload: Any) -> dict[str, Any]:
    return {**POSTED, "event": kind, "payload": {"messageId": STATE["id"], "recipient": CUSTOMER, **payload}}


def test_it_does_what_it_declares() -> None:
    assert problems(SmsGateway.manifest, SmsGateway) == []


def test_a_listed_message_is_what_the_customer_said_when_it_was_sent() -> None:
    found = only(LISTED)
    assert (found.text, found.sender, found.to) == (
        "Where is my order? 📦",
        Party("phone", CUSTOMER),
        (Party("phone", NUMBER),),
    )
    assert found.received_at == 1_719_045_971_000
    assert not found.consents and not found.no_auto_answer


def test_a_message_is_the_same_whichever_way_it_came() -> None:
    assert only(POSTED) == only(LISTED)
    assert incoming.mark(incoming.read(json.dumps(POSTED).encode())) == incoming.mark(LISTED)


@pytest.mark.parametrize("words", ["", "12", "content://mms/17", "hash of a rather long text, ä, that runs over"])
def test_a_picture_is_named_by_the_hash_of_what_the_webhook_calls_it(words: str) -> None:
    posted = event("mms:downloaded", messageId=words, sender=CUSTOMER, receivedAt=LISTED["createdAt"])
    assert incoming.read(json.dumps(posted).encode())["id"] == f"mms:{java_hash(words)}"


def test_a_picture_comes_with_its_bytes_or_refers_to_them() -> None:
    kept = FakePhone().receives("This is broken", photo=("image/jpeg", b"\xff\xd8 a picture"))
    row, (part, *_) = kept.row(True), kept.files[0]
    (listed,) = only(row).files
    assert (listed.content_type, listed.size) == ("image/jpeg", 12)
    assert listed.reference == f"inbox/mms%3A{kept.id.removeprefix('mms:')}/attachments/{part}"
    posted = only({**POSTED, "event": "mms:downloaded", "payload": kept.payload()})
    assert (posted.external_id, posted.text) == (only(row).external_id, "This is broken")
    assert posted.files[0].data == b"\xff\xd8 a picture"


def test_a_picture_without_a_word_has_no_text() -> None:
    assert only({**LISTED, "type": "MMS_DOWNLOADED", "contentPreview": "MMS content"}).text == ""
    assert only({**LISTED, "contentPreview": "MMS content"}).text == "MMS content"


@pytest.mark.parametrize(
    ("text", "given"),
    [("STOP", False), (" stoppen. ", False), ("ABMELDEN", False), ("START", True), ("aanmelden!", True)],
)
def test_stop_and_start_are_consent(text: str, given: bool) -> None:
    found = only({**LISTED, "contentPreview": text})
    assert found.consents == (Consenting(given, "service", text.strip()),)
    assert found.no_auto_answer


def test_a_state_is_news_of_ours_whichever_way_it_came() -> None:
    (listed,) = only(STATE).deliveries
    (posted,) = only(event("sms:delivered", deliveredAt="2024-06-22T08:00:09.000Z")).deliveries
    assert (listed.status, listed.key, listed.recipient) == ("delivered", STATE["id"], CUSTOMER)
    assert listed == posted
    assert [one.status for one in only(event("sms:sent", partsCount=2)).deliveries] == ["sent"]
    (cancelled,) = only(event("sms:cancelled")).deliveries
    assert (cancelled.status, cancelled.detail) == ("failed", "somebody cancelled it on the phone")


@pytest.mark.parametrize(
    ("reason", "words", "lasting"),
    [
        ("sendSMS: Invalid phone number type", "this number takes no text messages", True),
        ("Send result: RESULT_ERROR_NO_SERVICE (..)", "the phone has no network", False),
        ("Odd", "Odd", False),
        ("", "the phone does not say why", False),
    ],
)
def test_a_failure_is_said_in_words(reason: str, words: str, lasting: bool) -> None:
    row = {**STATE, "state": "Failed", "recipients": [{"phoneNumber": CUSTOMER, "state": "Failed", "error": reason}]}
    for found in (only(row), only(event("sms:failed", reason=reason))):
        (report,) = found.deliveries
        assert report.status == "failed" and report.detail.startswith(words)
        assert report.permanent is lasting


@pytest.mark.parametrize(
    "said",
    [event("system:ping"), event("app:started"), event("sms:data-received", data="AA=="), event("mms:received"),
     {**LISTED, "type": "MMS"}, {**LISTED, "type": "DATA_SMS"}],
)  # fmt: skip
def test_what_is_no_message_gives_none(said: Any) -> None:
    assert decode(said) == []


@pytest.mark.parametrize(
    "said",
    [[1], {**LISTED, "sender": ""}, {**LISTED, "id": ""}, {**STATE, "state": "Pending"}, {**POSTED, "payload": 7}],
)
def test_what_is_nothing_of_a_phone_is_said_to_be_so(said: Any) -> None:
    with pytest.raises(DecodeError):
        decode(said)
    for raw in (b"", b"\xff", b"{", b"[" * 100_000):
        with pytest.raises(DecodeError):
            SmsGateway.decode(Item("x", raw, HEARD))


def test_a_file_that_is_not_base64_is_no_picture() -> None:
    files = [{"partId": 1, "contentType": "image/jpeg", "name": "a.jpg", "data": "%%"}]
    with pytest.raises(DecodeError, match="file"):
        decode({**LISTED, "type": "MMS_DOWNLOADED", "attachments": files})


def outgoing(text: str, **more: Any) -> Outgoing:
    sender, to = Address("", NUMBER), (Address("", CUSTOMER),)
    return Outgoing(str(STATE["id"]), "", sender, to, (), (), "", text, HEARD, 1, "token", **more)


def test_what_goes_out_has_our_key_as_its_id_and_says_how_many_messages_it_costs() -> None:
    payload = SmsGateway.prepare(outgoing("On its way"), {})
    assert json.loads(payload.data) == {
        "id": STATE["id"], "textMessage": {"text": "On its way"}, "phoneNumbers": [CUSTOMER],
        "withDeliveryReport": True,
    }  # fmt: skip
    assert payload.warnings == ()
    other = SmsGateway.prepare(outgoing("ł" * 71), {"sim": 2})
    assert json.loads(other.data)["simNumber"] == 2
    assert other.warnings == ("it goes as 2 text messages, each of which costs",)
    with pytest.raises(ValueError, match="1600"):
        SmsGateway.prepare(outgoing("a" * 1601), {})
    with pytest.raises(ValueError, match="needs a text"):
        SmsGateway.prepare(outgoing(" "), {})
