"""What goes to WhatsApp: texts, files, templates; and what it refuses before anything is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from omnidesk.connectors.base import File, Filled, Outgoing
from omnidesk.connectors.testing.whatsapp import TEMPLATES
from omnidesk.connectors.whatsapp import WhatsAppConnector, payloads, templates
from omnidesk.connectors.whatsapp.manifest import MEDIA
from omnidesk.words.rows import Address

PDF = File("bill.pdf", "application/pdf", b"%PDF")
PHOTO = File("photo.jpg", "image/jpeg", b"\xff\xd8")
VOICE = File("voice.ogg", "audio/ogg; codecs=opus", b"OggS")
PLAIN = Outgoing(
    key="our-key", external_id="", sender=Address("Sanne", "+31970102000"), to=(Address("Bram", "+31612345678"),),
    cc=(), bcc=(), subject="", text="hello", at=1, conversation=1, token="t",
)  # fmt: skip


def messages(**changed: Any) -> list[dict[str, Any]]:
    payload = WhatsAppConnector.prepare(replace(PLAIN, **changed), {})
    return payloads.unpacked(payload)[0]


def test_a_text_goes_as_it_is_and_says_what_it_answers() -> None:
    (one,) = messages(in_reply_to="wamid.1")
    assert one == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "+31612345678", "type": "text",
        "text": {"body": "hello", "preview_url": False}, "biz_opaque_callback_data": "our-key",
        "context": {"message_id": "wamid.1"},
    }  # fmt: skip


def test_a_text_goes_under_its_file_where_there_is_room_for_it() -> None:
    (one,) = messages(files=(PDF,))
    assert (one["type"], one["document"]) == ("document", {"filename": "bill.pdf", "caption": "hello"})
    text, photo = messages(text="x" * 1025, files=(PHOTO,))
    assert (text["type"], photo["type"], photo["image"]) == ("text", "image", {})


def test_a_recording_has_no_text_under_it() -> None:
    text, voice = messages(files=(VOICE,))
    assert (text["text"]["body"], voice["audio"]) == ("hello", {})


def test_several_files_are_several_messages_that_keep_their_bytes() -> None:
    payload = WhatsAppConnector.prepare(replace(PLAIN, files=(PHOTO, PDF), in_reply_to="wamid.1"), {})
    said, files = payloads.unpacked(payload)
    assert [one["type"] for one in said] == ["image", "document"]
    assert [(file.place, file.name, file.data) for file in files] == [
        (0, "photo.jpg", PHOTO.data), (1, "bill.pdf", PDF.data),
    ]  # fmt: skip
    assert ["context" in one for one in said] == [True, False]
    named = payloads.uploaded(said, {0: "77", 1: "78"})
    assert (named[0]["image"], named[1]["document"]) == (
        {"caption": "hello", "id": "77"}, {"filename": "bill.pdf", "id": "78"},
    )  # fmt: skip


def test_who_hides_their_number_is_written_to_by_their_id() -> None:
    (one,) = messages(to=(Address("", "US.13491208655302741918"),))
    assert (one.get("to"), one["recipient"]) == (None, "US.13491208655302741918")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"text": " "}, "needs a text"),
        ({"text": "x" * 4097}, "WhatsApp takes 4096"),
        ({"to": (Address("", "somebody"),)}, "no telephone number"),
        ({"to": (Address("", "+1"), Address("", "+2"))}, "one number"),
        ({"files": (File("a.gif", "image/gif", b"x"),)}, "carries no image/gif"),
        ({"files": (File("a.png", "image/png", b"x" * (MEDIA[0].max_bytes + 1)),)}, "pictures up to 5 MB"),
        ({"files": (File("a.txt", "text/plain", b""),)}, "is empty"),
    ],
)
def test_what_whatsapp_would_not_take_is_refused_in_words(changed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        messages(**changed)


def test_templates_are_listed_with_their_fields_and_examples() -> None:
    found = {(one.name, one.language): one for row in TEMPLATES if (one := templates.listed(row)) is not None}
    assert {name for name, _ in found} == {"order_update", "track_parcel", "autumn_sale"}
    update = found["order_update", "en"]
    assert (update.fields, update.examples, update.category) == (("1", "2"), ("Bram", "NL-10234"), "utility")
    assert update.text.startswith("Your order\n\nHello {{1}}")
    assert update.text.endswith("The shop\n\n[Yes, tell me]")
    track = found["track_parcel", "en_US"]
    assert (track.fields, track.examples) == (("header parcel", "day", "button 0"), ("3SABC", "Thursday", "3SABC"))
    assert "[Follow it] https://shop.example/track/{{button 0}}" in track.text


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"status": "APPROVED"},
        {"status": "APPROVED", "category": "AUTHENTICATION"},
        {"status": "APPROVED", "category": "UTILITY", "components": [{"type": "CAROUSEL"}]},
    ],
)
def test_what_words_cannot_fill_is_not_listed(row: dict[str, Any]) -> None:
    assert templates.listed(row) is None


def test_a_template_goes_with_its_values_where_they_belong() -> None:
    filled = Filled("track_parcel", "en_US", ("3S", "Monday", "abc"), ("header parcel", "day", "button 0"))
    (one,) = messages(template=filled, files=(PDF,))
    assert one["template"] == {
        "name": "track_parcel",
        "language": {"policy": "deterministic", "code": "en_US"},
        "components": [
            {"type": "header", "parameters": [{"type": "text", "parameter_name": "parcel", "text": "3S"}]},
            {"type": "body", "parameters": [{"type": "text", "parameter_name": "day", "text": "Monday"}]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "abc"}]},
        ],
    }
    (bare,) = messages(template=Filled("autumn_sale", "en"))
    assert bare["template"] == {"name": "autumn_sale", "language": {"policy": "deterministic", "code": "en"}}
