"""What WhatsApp's webhooks become, first those that Meta publishes with its API (webhooks.json, see openapi.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from omnidesk.connectors.base import Consenting, Decoded, DecodeError, Delivery, Item, Party
from omnidesk.connectors.testing.whatsapp import PHONE_ID, FakeWhatsApp, Taken
from omnidesk.connectors.whatsapp import WhatsAppConnector, incoming
from omnidesk.words.kinds import Auto
from tests.connectors.whatsapp import contract

PUBLISHED: dict[str, Any] = json.loads(Path(__file__).with_name("webhooks.json").read_text(encoding="utf-8"))
BRAM = "31612345678"


def decoded(document: Any) -> list[Decoded]:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(WhatsAppConnector.decode(Item("x", raw, 1_000)))


def one(message: dict[str, Any], **more: Any) -> Decoded:
    """Return what one message becomes."""
    request = FakeWhatsApp().webhook("https://desk.example", [message], **more)
    (found,) = decoded(request.body)
    return found


def said(kind: str, content: Any, **more: Any) -> Decoded:
    return one(FakeWhatsApp().message(BRAM, kind, content, **more))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Text Message", "Does it come in another color?"),
        ("Text Message with Context (Product Inquiry)", "Is this still available?\n\nAbout the product di9ozbzfi4"),
        ("Reaction Message", "reacted with 👍"),
        ("Image Message", "Taj Mahal"),
        ("Button Message", "Unsubscribe"),
    ],
)
def test_what_meta_publishes_is_read(name: str, text: str) -> None:
    (found,) = decoded(PUBLISHED[name])
    assert found.text == text
    assert found.sender == Party("phone", "+16505551234", "Sheena Nelson", verified=True)
    assert (found.thread, found.to) == ("+16505551234", (Party("phone", "+15550783881"),))


def test_everything_that_meta_publishes_becomes_something_or_nothing_and_breaks_nothing() -> None:
    for name, document in PUBLISHED.items():
        messages = decoded(document)
        assert all(message.text or message.files for message in messages), name
        assert bool(messages) is not name.startswith("Group"), name


def test_an_advertisement_stands_folded_beside_what_was_said() -> None:
    (found,) = decoded(PUBLISHED["Text Message from Click to WhatsApp Ad"])
    assert found.reply_text == "Hello! Can I get more info on this?"
    assert "From an advertisement: Chat with us - Summer Succulents are here!" in found.quoted_text
    assert found.text == f"{found.reply_text}\n\n{found.quoted_text}"


def test_a_file_is_named_and_fetched_later() -> None:
    found = said("document", {"id": "77", "mime_type": "application/pdf", "filename": "bill.pdf", "caption": "see"})
    (file,) = found.files
    assert (file.name, file.content_type, file.reference, found.text) == ("bill.pdf", "application/pdf", "77", "see")
    voice = said("audio", {"id": "78", "mime_type": "audio/ogg; codecs=opus", "voice": True})
    assert (voice.files[0].name, voice.files[0].content_type) == ("voice.ogg", "audio/ogg")


def test_an_answer_names_what_it_answers() -> None:
    found = said("text", {"body": "this one"}, context={"from": "31970102000", "id": "wamid.ours"})
    assert found.in_reply_to == ("wamid.ours",)
    assert said("reaction", {"message_id": "wamid.ours", "emoji": "👍"}).in_reply_to == ("wamid.ours",)


@pytest.mark.parametrize(
    ("kind", "content", "words"),
    [
        ("interactive", {"type": "button_reply", "button_reply": {"id": "1", "title": "Yes"}}, "Yes"),
        ("interactive", {"type": "list_reply", "list_reply": {"title": "Shoes", "description": "all"}}, "Shoes\nall"),
        ("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}},
         "flow\nSent\n{}"),
        ("button", {"payload": "yes", "text": "Yes, tell me"}, "Yes, tell me"),
        ("location", {"latitude": 52.1, "longitude": 4.9, "name": "The shop", "address": "Dam 1"},
         "Location: The shop, Dam 1"),
        ("contacts", [{"name": {"formatted_name": "Jan"}, "phones": [{"phone": "+31 6 1"}]}], "Contact: Jan, +31 6 1"),
        ("order", {"text": "please", "product_items": [
            {"product_retailer_id": "A1", "quantity": 2, "item_price": 9.5, "currency": "EUR"}]},
         "please\nOrder:\n  2 x A1, EUR 9.5 each"),
        ("hologram", {"x": 1}, "(a message of the kind hologram that WhatsApp does not pass on)"),
    ],
)  # fmt: skip
def test_each_sort_of_message_says_something(kind: str, content: Any, words: str) -> None:
    found = said(kind, content)
    assert found.text.startswith(words)
    assert found.auto is None


def test_what_waits_for_no_answer_is_marked() -> None:
    for kind, content in (
        ("reaction", {"emoji": "", "message_id": "x"}),
        ("system", {"body": "Bram changed their number", "wa_id": "31687654321", "type": "user_changed_number"}),
        ("request_welcome", None),
        ("revoke", {"original_message_id": "x"}),
    ):
        found = said(kind, content)
        assert (found.auto, bool(found.text)) == (Auto.FEEDBACK, True)
    assert said("system", {"body": "b", "wa_id": "31687654321"}).also == (Party("phone", "+31687654321"),)


def test_an_edit_replaces_the_text_of_what_was_said() -> None:
    edit = {"original_message_id": "wamid.1", "message": {"type": "text", "text": {"body": "Thursday"}}}
    found = said("edit", edit)
    assert (found.edits, found.text) == ("wamid.1", "Thursday")


def test_text_from_outside_is_cleaned() -> None:
    found = said("text", {"body": "a\x1b[2Jb\u202ec"})
    assert found.text == "abc"


def test_who_hides_their_number_is_known_by_the_id_that_meta_gives_them() -> None:
    message = {"from_user_id": "US.13491208655302741918", "id": "wamid.1", "timestamp": "1", "type": "text",
               "text": {"body": "hello"}, "from": ""}  # fmt: skip
    assert one(message).sender == Party("whatsapp", "US.13491208655302741918", "Bram de Vries", verified=True)


@pytest.mark.parametrize(
    ("wa_id", "number"),
    [("31612345678", "+31612345678"), ("555187654321", "+5551987654321"), ("5551987654321", "+5551987654321")],
)
def test_a_wa_id_is_an_alias_of_the_number(wa_id: str, number: str) -> None:
    assert incoming.party(wa_id).value == number


def test_reports_name_our_key_and_say_why_it_failed() -> None:
    fake = FakeWhatsApp()
    taken = Taken("wamid.out", {"to": "+31612345678", "biz_opaque_callback_data": "our-key"})
    for status, expected in (("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")):
        (found,) = decoded(fake.webhook("x", statuses=[fake.report(taken, status)]).body)
        assert found.deliveries == (Delivery(expected, "wamid.out", "our-key", "+31612345678"),)  # type: ignore[arg-type]
        assert (found.sender, found.text) == (None, "")
    (found,) = decoded(fake.webhook("x", statuses=[fake.report(taken, "failed", 131047, "Re-engagement")]).body)
    (delivery,) = found.deliveries
    assert (
        delivery.detail == "the customer's last message is more than 24 hours old: only a template goes (Meta 131047)"
    )
    assert delivery.permanent
    (found,) = decoded(fake.webhook("x", statuses=[fake.report(taken, "failed", 131016)]).body)
    assert not found.deliveries[0].permanent
    assert not decoded(fake.webhook("x", statuses=[fake.report(taken, "deleted")]).body)


def test_what_was_typed_on_the_phone_is_ours() -> None:
    echo = {"from": "31970102000", "to": BRAM, "id": "wamid.echo", "timestamp": "1", "type": "text",
            "text": {"body": "from the app"}}  # fmt: skip
    (found,) = decoded(FakeWhatsApp().webhook("x", message_echoes=[echo]).body)
    assert (found.outbound, found.text, found.thread) == (True, "from the app", "+31612345678")
    assert (found.sender, found.to) == (Party("phone", "+31970102000"), (Party("phone", "+31612345678"),))


def test_who_wants_no_marketing_says_so() -> None:
    wish = {"wa_id": BRAM, "detail": "User requested to stop marketing messages", "category": "marketing_messages",
            "value": "stop", "timestamp": "1"}  # fmt: skip
    request = FakeWhatsApp().webhook("x", user_preferences=[wish])
    (item,) = incoming.items(request.body, PHONE_ID)
    (found,) = WhatsAppConnector.decode(item)
    assert found.consents == (Consenting(False, "marketing", "stop"),)
    assert found.auto is Auto.FEEDBACK


def test_one_webhook_is_taken_apart_and_each_part_has_a_name_of_its_own() -> None:
    fake = FakeWhatsApp()
    messages = [fake.message(BRAM, "text", {"body": text}) for text in ("one", "two")]
    taken = Taken("wamid.out", {"to": BRAM})
    statuses = [fake.report(taken, "sent"), fake.report(taken, "delivered"), fake.report(taken, "deleted")]
    body = fake.webhook("x", messages, statuses=statuses).body
    found = list(incoming.items(body, PHONE_ID))
    assert [item.source_id for item in found] == [
        messages[0]["id"], messages[1]["id"], "wamid.out/sent", "wamid.out/delivered",
    ]  # fmt: skip
    assert [message.text for item in found for message in WhatsAppConnector.decode(item)] == ["one", "two", "", ""]
    assert decoded(body) == [message for item in found for message in WhatsAppConnector.decode(item)]


def test_what_is_of_another_number_of_the_account_is_left_alone() -> None:
    fake = FakeWhatsApp()
    body = fake.webhook("x", [fake.message(BRAM, "text", {"body": "hi"})]).body
    assert not list(incoming.items(body, "99999999"))


@pytest.mark.parametrize(
    "value",
    [None, [], {"messages": {}}, {"messages": 5}, {"messages": ["x", None, {}]}, {"statuses": [{"status": "sent"}]}],
)
def test_a_webhook_without_anything_in_it_brings_nothing(value: Any) -> None:
    body = {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": value}]}]}
    assert not list(incoming.items(json.dumps(body).encode(), PHONE_ID))


def test_a_message_without_id_or_sender_is_broken() -> None:
    with pytest.raises(DecodeError):
        one({"id": "wamid.1", "type": "text", "text": {"body": "x"}, "from": ""})


def test_what_the_fake_posts_is_like_what_meta_publishes() -> None:
    fake = FakeWhatsApp()
    taken = Taken("wamid.out", {"to": "+31612345678"})
    assert not contract.reports(json.loads(fake.webhook("x", statuses=[fake.report(taken, "delivered")]).body))
    body = fake.webhook("x", [fake.message(BRAM, "text", {"body": "hi"})]).body
    assert shape(json.loads(body)) == shape(PUBLISHED["Text Message"])


def shape(said: Any) -> Any:
    """Return what a document holds, without the words in it."""
    if isinstance(said, dict):
        return {name: shape(value) for name, value in said.items()}
    return [shape(one) for one in said] if isinstance(said, list) else type(said)
