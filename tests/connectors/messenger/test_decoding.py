"""What webhooks and lists of Meta become, from payloads as its documents show them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.base import Decoded, DecodeError, Item, Party
from omnidesk.connectors.messenger import Instagram, Messenger
from omnidesk.words.kinds import Auto

PAGE, ACCOUNT, ANNA = "102290129340398", "17841400000000001", "6401000000001"
AT = 1_795_950_000_000


def webhook(*events: dict[str, Any], among: str = "messaging", account: str = PAGE, kind: str = "page") -> bytes:
    entry = {"id": account, "time": AT, among: list(events)}
    return json.dumps({"object": kind, "entry": [entry]}).encode()


def event(ours: bool = False, account: str = PAGE, **what: Any) -> dict[str, Any]:
    ends = [{"id": account}, {"id": ANNA, "name": "Anna Jansen"}]
    sender, recipient = ends if ours else ends[::-1]
    return {"sender": sender, "recipient": recipient, "timestamp": AT, **what}


def all_of(raw: bytes, kind: type[Messenger] | type[Instagram] = Messenger) -> list[Decoded]:
    return list(kind.decode(Item("x", raw, AT)))


def one(raw: bytes, kind: type[Messenger] | type[Instagram] = Messenger) -> Decoded:
    (found,) = all_of(raw, kind)
    return found


def feed(**value: Any) -> bytes:
    said = {
        "from": {"id": ANNA, "name": "Anna Jansen"}, "item": "comment", "verb": "add", "post_id": f"{PAGE}_9001",
        "comment_id": "9001_17", "parent_id": f"{PAGE}_9001", "created_time": AT // 1000, "message": "Never came!",
        **value,
    }  # fmt: skip
    return webhook({"field": "feed", "value": said}, among="changes")


# --- private messages


def test_a_message_is_its_writer_s_known_to_this_page_alone() -> None:
    found = one(webhook(event(message={"mid": "m_1", "text": "Where is it? 📦"})))
    assert (found.external_id, found.text, found.thread, found.public) == ("m_1", "Where is it? 📦", ANNA, False)
    assert found.sender == Party("messenger", ANNA, "Anna Jansen", PAGE, verified=True)
    assert found.received_at == AT


def test_the_same_message_out_of_a_list_is_the_same() -> None:
    listed = {
        "account": PAGE,
        "message": {
            "id": "m_1", "created_time": "2026-11-29T11:00:00+0000", "message": "Where is it? 📦",
            "from": {"id": ANNA, "name": "Anna Jansen"}, "to": {"data": [{"id": PAGE, "name": "Shop"}]},
        },
    }  # fmt: skip
    polled, told = (
        one(json.dumps(listed).encode()),
        one(webhook(event(message={"mid": "m_1", "text": "Where is it? 📦"}))),
    )
    for name in ("external_id", "sender", "text", "thread", "outbound", "public", "received_at"):
        assert getattr(polled, name) == getattr(told, name), name


def test_files_are_named_by_message_and_place_since_their_addresses_end() -> None:
    url = "https://scontent.xx.fbcdn.net/v/t1/photo.jpg?oe=secret"
    files = [{"type": "image", "payload": {"url": url}}, {"type": "file", "payload": {"url": "https://x/bill.pdf"}}]
    found = one(webhook(event(message={"mid": "m_2", "attachments": files})))
    assert [(file.name, file.content_type, file.reference) for file in found.files] == [
        ("photo.jpg", "image/jpeg", "message/m_2/0"),
        ("bill.pdf", "application/pdf", "message/m_2/1"),
    ]


@pytest.mark.parametrize(
    ("attached", "said"),
    [
        ({"type": "fallback", "title": "Boots", "url": "https://a.example"}, "(shared a link: Boots https://a.example)"),
        ({"type": "location", "payload": {"coordinates": {"lat": 52, "long": 5}}}, "(shared where they are: geo:52,5)"),
        ({"type": "story_mention", "payload": {"url": "https://x.fbsbx.com/x"}}, "(mentioned you in their story)"),
        ({"type": "ig_reel", "payload": {"title": "New"}}, "(shared a reel: New)"),
    ],
)  # fmt: skip
def test_what_is_attached_and_no_file_is_said_in_words(attached: dict[str, Any], said: str) -> None:
    assert one(webhook(event(message={"mid": "m_3", "attachments": [attached]}))).text == said


def test_a_story_that_is_answered_is_named() -> None:
    message = {"mid": "m_4", "text": "love it", "reply_to": {"story": {"id": "1", "url": "https://x"}}}
    assert one(webhook(event(message=message))).text == "(in answer to your story)\nlove it"


def test_an_answer_to_a_message_names_it() -> None:
    message = {"mid": "m_5", "text": "this one", "reply_to": {"mid": "m_1"}}
    assert one(webhook(event(message=message))).in_reply_to == ("m_1",)


def test_an_echo_is_ours_and_bears_our_key() -> None:
    found = one(webhook(event(True, message={"mid": "m_6", "text": "On its way", "is_echo": True, "metadata": "k-1"})))
    assert (found.outbound, found.thread, found.deliveries[0].key) == (True, ANNA, "k-1")


def test_what_is_taken_back_or_edited_replaces_what_was_said() -> None:
    gone = one(webhook(event(message={"mid": "m_1", "is_deleted": True})))
    assert (gone.edits, gone.text) == ("m_1", "(taken back by whoever wrote it)")
    edited = one(webhook(event(message_edit={"mid": "m_1", "text": "Where are they?", "num_edit": 1})))
    assert (edited.edits, edited.text, edited.external_id) == ("m_1", "Where are they?", "m_1:edited:1")


def test_a_button_is_what_it_says() -> None:
    pressed = {
        "title": "Talk to a human",
        "payload": "HUMAN",
        "mid": "m_7",
        "referral": {"ref": "summer", "ad_id": "12"},
    }
    found = one(webhook(event(postback=pressed)))
    assert (found.external_id, found.text) == ("m_7", "Talk to a human\n(came by the ad 12: summer)")
    assert found.auto is None


def test_reactions_and_links_are_seen_and_start_no_clock() -> None:
    reacted = one(webhook(event(reaction={"mid": "m_6", "action": "react", "emoji": "❤", "reaction": "love"})))
    assert (reacted.text, reacted.auto, reacted.in_reply_to) == ("❤ (to a message)", Auto.FEEDBACK, ("m_6",))
    back = one(webhook(event(reaction={"mid": "m_6", "action": "unreact"})))
    assert back.edits == reacted.external_id
    came = one(webhook(event(referral={"ref": "poster", "source": "SHORTLINK"})))
    assert (came.text, came.auto) == ("(came by a link: poster)", Auto.FEEDBACK)


def test_receipts_are_news_of_what_we_said() -> None:
    delivered = one(webhook(event(delivery={"mids": ["m_6"], "watermark": AT})))
    assert [(one.status, one.external_id) for one in delivered.deliveries] == [("delivered", "m_6")]
    read = one(webhook(event(read={"watermark": AT})))
    assert [(one.status, one.thread, one.until) for one in read.deliveries] == [("read", ANNA, AT)]
    seen = one(webhook(event(read={"mid": "m_9"}, account=ACCOUNT), account=ACCOUNT, kind="instagram"), Instagram)
    assert [(one.status, one.external_id) for one in seen.deliveries] == [("read", "m_9")]


def test_a_webhook_may_bring_many_things() -> None:
    said = [event(message={"mid": f"m_{number}", "text": str(number)}) for number in range(3)]
    assert [one.text for one in all_of(webhook(*said, event(optin={"ref": "x"})))] == ["0", "1", "2"]


# --- what everybody reads


def test_a_comment_is_public_and_all_of_one_person_under_a_post_is_one_thread() -> None:
    found = one(feed())
    assert (found.external_id, found.text, found.public) == ("9001_17", "Never came!", True)
    assert found.thread == f"{PAGE}_9001/{ANNA}"
    assert found.sender == Party("messenger", ANNA, "Anna Jansen", PAGE, verified=True)


def test_a_comment_that_is_changed_or_taken_away_replaces_itself() -> None:
    assert (one(feed(verb="edited", message="It came!")).edits, one(feed(verb="remove")).text) == (
        "9001_17",
        "(taken away)",
    )


def test_our_own_answer_under_a_comment_names_that_comment() -> None:
    ours = one(feed(**{"from": {"id": PAGE, "name": "Shop"}, "comment_id": "9001_18", "parent_id": "9001_17"}))
    assert (ours.outbound, ours.public, ours.in_reply_to, ours.thread) == (True, True, ("9001_17",), "")


@pytest.mark.parametrize(
    "value",
    [
        {"item": "reaction", "reaction_type": "like"},
        {"verb": "hide"},
        {"item": "status", "from": {"id": PAGE}},
        {"from": {"id": PAGE, "name": "Shop"}},
    ],
)
def test_what_nobody_said_to_us_is_nothing(value: dict[str, Any]) -> None:
    assert all_of(feed(**value)) == []


def test_a_visitor_s_post_is_a_remark() -> None:
    found = one(feed(item="post", comment_id="", parent_id="", message="Is the shop open?", photo="https://x/p.jpg"))
    assert (found.external_id, found.text, found.public) == (f"{PAGE}_9001", "Is the shop open?", True)
    assert [(file.name, file.reference) for file in found.files] == [("picture.jpg", f"comment/{PAGE}_9001")]


def test_a_comment_on_instagram_bears_its_writer_s_name() -> None:
    value = {"id": "178", "text": "how much?", "from": {"id": ANNA, "username": "anna.j"}, "media": {"id": "179"}}
    raw = webhook({"field": "comments", "value": value}, among="changes", account=ACCOUNT, kind="instagram")
    found = one(raw, Instagram)
    assert (found.external_id, found.text, found.thread, found.public) == ("178", "how much?", f"179/{ANNA}", True)
    assert found.sender == Party("instagram", ANNA, "anna.j", ACCOUNT, verified=True)


def test_a_mention_says_what_could_be_read_of_it() -> None:
    value = {"media_id": "179", "comment_id": "178"}
    told = {**value, "told": {"text": "look at @shop", "username": "carla"}}
    raws = [
        webhook({"field": "mentions", "value": one}, among="changes", account=ACCOUNT, kind="instagram")
        for one in (told, value)
    ]
    found, bare = (one(raw, Instagram) for raw in raws)
    assert (found.external_id, found.text, found.sender and found.sender.value) == (
        "mention/179/178",
        "look at @shop",
        "@carla",
    )
    assert "can be read there only" in bare.text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"entry": 7}',
        b"\xff\xfe",
        b'{"account": "1"}',
        b'{"account": "1", "message": {"id": "m_1"}}',
        webhook({"message": {"mid": "m_1", "text": "x"}}),
        webhook({"read": {}, "sender": {"id": "1"}, "recipient": {"id": "2"}}),
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_an_error_in_words_or_nothing(raw: bytes) -> None:
    try:
        assert all_of(raw) == []
    except DecodeError as error:
        assert str(error)


@pytest.mark.parametrize("what", [None, 7, "x", [], {"mid": 7}, {"mid": "m", "text": {}, "attachments": {"data": 3}}])
def test_odd_values_break_nothing(what: object) -> None:
    for name in ("message", "postback", "reaction", "read", "delivery", "referral", "message_edit"):
        try:
            all_of(webhook(event(**{name: what})))
        except DecodeError as error:
            assert str(error)


KEYS = (
    "entry", "id", "time", "changes", "messaging", "field", "value", "sender", "recipient", "message", "mid", "text",
    "attachments", "type", "payload", "url", "from", "item", "verb", "comment_id", "post_id", "parent_id", "account",
    "comment", "post", "mention", "created_time", "timestamp", "data", "reaction", "read", "delivery", "watermark",
    "mids", "postback", "referral", "reply_to", "story", "to", "media", "media_id", "told", "attachment", "object",
)  # fmt: skip
ATOMS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just(PAGE))
ANYTHING = st.recursive(
    ATOMS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)),
    max_leaves=30,
)


@given(ANYTHING, st.sampled_from(["messaging", "changes"]), st.sampled_from(["page", "instagram"]))
def test_whatever_is_posted_is_read_or_refused_in_words(said: Any, among: str, kind: str) -> None:
    documents = [said, {"object": kind, "entry": [{"id": PAGE, "time": AT, among: [said]}]}]
    documents += [{"account": PAGE, what: said} for what in ("message", "comment", "mention")]
    for document in documents:
        for connector in (Messenger, Instagram):
            try:
                for found in connector.decode(Item("x", json.dumps(document).encode(), AT)):
                    assert found.external_id or found.deliveries
                    assert "\x1b" not in found.text
            except DecodeError as error:
                assert str(error)
