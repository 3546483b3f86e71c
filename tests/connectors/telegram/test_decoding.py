"""What an update becomes: words, files, people, threads; and that no update, however mangled, breaks it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.connectors.base import Decoded, DecodeError, Item, Party, Reach
from omnidesk.connectors.telegram import TelegramConnector, content
from omnidesk.connectors.telegram.update import ALLOWED, MESSAGES
from omnidesk.connectors.testing.telegram import ANNA, CHANNEL, GROUP, FakeTelegram
from tests.connectors.telegram import contract

FORUM = {"id": -1_001_234_567_890, "type": "supergroup", "title": "Help", "is_forum": True}
PICTURES = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 60, "file_size": 1_000},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 853, "file_size": 150_000},
    {"file_id": "middle", "file_unique_id": "m", "width": 320, "height": 213, "file_size": 20_000},
]


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


def item(update: Any, **headers: str) -> Item:
    raw = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return Item(TelegramConnector.identify(raw), raw, 1_790_000_000_000, "application/json", {"bot": "70", **headers})


def decode(update: Any, **headers: str) -> Decoded:
    (found,) = TelegramConnector.decode(item(update, **headers))
    return found


def test_a_private_message_is_of_its_user_and_one_thread(telegram: FakeTelegram) -> None:
    found = decode(telegram.writes("Where is my order?"))
    assert found.sender == Party("telegram", "4711000001", "Anna Bakker", verified=True)
    assert (found.text, found.thread, found.public, found.subject) == (
        "Where is my order?", "4711000001", False, ""
    )  # fmt: skip
    assert found.external_id == "70/4711000001/1"
    assert found.also == (Party("username", "@anna_bakker", scope="telegram"),)
    assert found.received_at is not None and found.received_at % 1000 == 0


def test_the_same_message_of_two_bots_is_two(telegram: FakeTelegram) -> None:
    update = telegram.writes("Hello")
    assert decode(update, bot="71").external_id == "71/4711000001/1"
    assert decode(update, bot="no bot").external_id == "4711000001/1"


def test_a_message_has_one_source_id_and_an_edit_another(telegram: FakeTelegram) -> None:
    update = telegram.writes("Hello")
    edit = telegram.edits(update, "Hello!")
    ids = [item(one).source_id for one in (update, update, edit)]
    assert ids[0] == ids[1] == f"{update['update_id']}/4711000001/1" != ids[2]
    found = decode(edit)
    assert (found.edits, found.external_id, found.text) == ("70/4711000001/1", "70/4711000001/1", "Hello!")


def test_a_reply_names_what_it_answers(telegram: FakeTelegram) -> None:
    first = telegram.writes("Hello")["message"]
    assert decode(telegram.writes("Hello?", reply_to_message=first)).in_reply_to == ("70/4711000001/1",)
    topic = {"message_id": 3, "chat": FORUM, "forum_topic_created": {"name": "Returns"}}
    assert decode(telegram.writes("In a topic", chat=FORUM, reply_to_message=topic)).in_reply_to == ()


def test_a_group_is_public_and_each_member_has_a_thread_there(telegram: FakeTelegram) -> None:
    anna = decode(telegram.writes("Me first", chat=GROUP))
    ben = decode(telegram.writes("Me too", {**ANNA, "id": 42, "first_name": "Ben"}, GROUP))
    assert (anna.public, anna.subject) == (True, "Friends of the shop")
    assert (anna.thread, ben.thread) == ("-4711/4711000001", "-4711/42")
    topic = decode(telegram.writes("Here", chat=FORUM, message_thread_id=9, is_topic_message=True))
    assert topic.thread == "-1001234567890/4711000001/9"


def test_a_group_that_grew_goes_on_with_its_threads(telegram: FakeTelegram) -> None:
    larger = {**GROUP, "id": -100_200, "type": "supergroup"}
    assert decode(telegram.writes("Still me", chat=larger), was="-4711").thread == "-4711/4711000001"


def test_a_channel_and_an_unnamed_administrator_speak_as_a_chat(telegram: FakeTelegram) -> None:
    post = telegram.writes("We are open", chat=CHANNEL)
    del post["channel_post"]["from"]
    found = decode(post)
    assert found.sender == Party("telegram", str(CHANNEL["id"]), "News of the shop", verified=True)
    assert (found.public, found.thread) == (True, str(CHANNEL["id"]))
    unnamed = telegram.writes("The rules", {"id": 1087968824, "is_bot": True, "first_name": "Group"}, GROUP,
                              sender_chat=GROUP)  # fmt: skip
    said = decode(unnamed)
    assert said.sender is not None and said.sender.value == "-4711" and said.also == ()
    repeated = telegram.writes("We are open", chat=FORUM, is_automatic_forward=True, sender_chat=CHANNEL)
    assert TelegramConnector.decode(item(repeated)) == ()


def test_of_a_photo_the_largest_size_is_taken(telegram: FakeTelegram) -> None:
    found = decode(telegram.writes(photo=PICTURES, caption="It is broken"))
    (file,) = found.files
    assert (file.name, file.reference, file.size, file.data) == ("photo-1.jpg", "large", 150_000, b"")
    assert found.text == "It is broken"


@pytest.mark.parametrize(
    ("part", "said", "name", "content_type", "text"),
    [
        ("document", {"file_name": "a.pdf", "mime_type": "application/pdf"}, "a.pdf", "application/pdf", ""),
        ("document", {}, "document-1.bin", "application/octet-stream", ""),
        ("voice", {"mime_type": "audio/ogg", "duration": 3}, "voice-1.ogg", "audio/ogg", ""),
        ("video", {"mime_type": "video/mp4"}, "video-1.mp4", "video/mp4", ""),
        ("video_note", {}, "video-note-1.mp4", "video/mp4", ""),
        ("audio", {"file_name": "song.mp3", "mime_type": "audio/mpeg"}, "song.mp3", "audio/mpeg", ""),
        ("sticker", {"emoji": "👍"}, "sticker-1.webp", "image/webp", "👍"),
        ("sticker", {"emoji": "👍", "is_animated": True}, "sticker-1.tgs", "application/x-tgsticker", "👍"),
        ("sticker", {"is_video": True}, "sticker-1.webm", "video/webm", ""),
    ],
)
def test_a_file_is_named_and_fetched_later(
    telegram: FakeTelegram, part: str, said: dict[str, Any], name: str, content_type: str, text: str
) -> None:
    found = decode(telegram.writes(**{part: {"file_id": "f-1", "file_size": 9, **said}}))
    (file,) = found.files
    assert (file.name, file.content_type, file.reference, file.size) == (name, content_type, "f-1", 9)
    assert found.text == text


def test_an_animation_is_one_file_though_it_is_told_of_twice(telegram: FakeTelegram) -> None:
    said = {"file_id": "f-1", "mime_type": "video/mp4"}
    assert len(decode(telegram.writes(animation=said, document=said)).files) == 1


def test_a_contact_and_a_place_are_words_and_a_file(telegram: FakeTelegram) -> None:
    contact = {"phone_number": "31612345678", "first_name": "Anna\nTEL:1", "user_id": ANNA["id"]}
    found = decode(telegram.writes(contact=contact))
    (card,) = found.files
    assert found.text == "[contact: Anna TEL:1, 31612345678]"
    assert (card.name, card.content_type) == ("contact.vcf", "text/vcard")
    assert card.data.decode().splitlines()[2:4] == ["FN:Anna TEL:1", "TEL:31612345678"]
    assert Party("phone", "+31612345678") in found.also
    assert decode(telegram.writes(contact={**contact, "user_id": 42})).also == found.also[:1]
    where = {"location": {"latitude": 52.37, "longitude": 4.89}, "title": "The shop", "address": "Dam 1"}
    found = decode(telegram.writes(venue=where, location=where["location"]))
    assert found.text.splitlines() == [
        "The shop, Dam 1, 52.370000, 4.890000", "https://www.openstreetmap.org/?mlat=52.370000&mlon=4.890000"
    ]  # fmt: skip
    assert json.loads(found.files[0].data) == {"type": "Point", "coordinates": [4.89, 52.37]}


def test_who_moves_on_says_nothing_new(telegram: FakeTelegram) -> None:
    shared = telegram.writes(location={"latitude": 52.37, "longitude": 4.89, "live_period": 900})
    assert decode(shared).text.startswith("52.370000, 4.890000")
    moved = {**shared["message"], "edit_date": 1, "location": {"latitude": 52.38, "longitude": 4.89}}
    assert TelegramConnector.decode(item(telegram.happens("edited_message", moved))) == ()


def test_links_behind_words_are_shown_and_whose_words_they_are(telegram: FakeTelegram) -> None:
    text = "👩‍👩‍👧 see here, or there"
    begin = len("👩‍👩‍👧 see ".encode("utf-16-le")) // 2
    marks = [
        {"type": "text_link", "offset": begin, "length": 4, "url": "https://shop.example/x"},
        {"type": "text_link", "offset": begin + 9, "length": 5, "url": "https://evil.example/"},
        {"type": "bold", "offset": 0, "length": 1},
        {"type": "text_link", "offset": 5_000, "length": 5, "url": "https://nowhere.example/"},
    ]
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Jan"}
    found = decode(telegram.writes(text, entities=marks, forward_origin=origin))
    assert found.text == (
        "[forwarded from Jan]\n👩‍👩‍👧 see here (https://shop.example/x), or there (https://evil.example/)"
    )


def test_what_only_telegram_shows_is_said_so(telegram: FakeTelegram) -> None:
    assert decode(telegram.writes(story={"id": 1}, effect_id="x")).text == "[only Telegram shows this: story]"
    poll = {"question": "Which one?", "options": [{"text": "red"}, {"text": "blue"}]}
    assert decode(telegram.writes(poll=poll)).text == "[poll: Which one?]\n- red\n- blue"
    rich = {"blocks": [{"type": "paragraph", "text": ["A ", {"type": "bold", "text": "bold"}, " word"]},
                       {"type": "footer", "text": "below"}]}  # fmt: skip
    assert decode(telegram.writes(rich_message=rich)).text == "A bold word\nbelow"


def test_what_nobody_wrote_is_no_message(telegram: FakeTelegram) -> None:
    for update in (
        telegram.writes(new_chat_members=[ANNA], chat=GROUP),
        telegram.writes(pinned_message={"message_id": 1}),
        {"update_id": 7, "callback_query": {"id": "1"}},
        {"update_id": 7},
    ):
        assert TelegramConnector.decode(item(update)) == ()


def test_start_alone_is_no_message_and_with_a_link_it_brings_a_token(telegram: FakeTelegram) -> None:
    alone = decode(telegram.writes("/start"))
    assert (alone.sender, alone.text, [one.reachable for one in alone.reach]) == (None, "", [True])
    linked = decode(telegram.writes("/start k3jh_-4x"))
    assert (linked.tokens, linked.text) == (("k3jh_-4x",), "/start k3jh_-4x")
    assert decode(telegram.writes("/start the car")).tokens == ()
    assert decode(telegram.writes("/start", chat=GROUP)).text == "/start"


def test_who_blocks_the_bot_cannot_be_written_to(telegram: FakeTelegram) -> None:
    anna = Party("telegram", "4711000001", "Anna Bakker", verified=True)
    assert decode(telegram.blocks()).reach == (Reach(anna, False),)
    assert decode(telegram.blocks(blocked=False)).reach == (Reach(anna, True),)
    in_group = telegram.blocks()
    in_group["my_chat_member"]["chat"] = GROUP
    assert TelegramConnector.decode(item(in_group)) == ()


def test_text_is_clean(telegram: FakeTelegram) -> None:
    found = decode(telegram.writes("\x1b]0;owned\x07hi\u202e\ud800", {**ANNA, "first_name": "\x1b[2JAnna\nx"}))
    assert found.text == "hi"
    assert found.sender is not None and found.sender.name == "Anna x Bakker"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"message": {}}', b'{"update_id": true}', b'{"update_id": 1e3}',
     b'{"update_id": 1, "message": []}', b'{"update_id": 1, "message": {"message_id": 1}}', b"[" * 100_000,
     b'{"update_id": 1, "message": {"message_id": 1, "chat": {"id": ' + b"9" * 5_000 + b"}}}"],
)  # fmt: skip
def test_what_is_no_update_is_said_so(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        TelegramConnector.decode(Item(TelegramConnector.identify(raw), raw, 0, "application/json"))


def test_every_part_that_is_published_is_known() -> None:
    """A message is words, a file, one of the program's own, or said in brackets; the rest only tells about it."""
    said = contract.published()["message"]
    assert set(said["service"]) <= content.SERVICE <= set(said["all"])
    only_there = set(said["all"]) - content.SERVICE - content._ABOUT - content._SHOWN
    assert only_there == {
        "checklist", "game", "giveaway", "giveaway_winners", "invoice", "paid_media", "story", "successful_payment",
    }  # fmt: skip
    assert set(ALLOWED) <= set(contract.published()["updates"])


# --- mangled

_WHOLE = FakeTelegram()
_UPDATES = [
    _WHOLE.writes("Hello", entities=[{"type": "text_link", "offset": 0, "length": 5, "url": "https://a.example"}],
                  reply_to_message=_WHOLE.writes("before")["message"], forward_origin={"sender_user": ANNA}),
    _WHOLE.writes(photo=PICTURES, caption="look", chat=FORUM, message_thread_id=3, is_topic_message=True),
    _WHOLE.writes(contact={"phone_number": "+31", "first_name": "A", "user_id": ANNA["id"], "vcard": "BEGIN:VCARD"}),
    _WHOLE.writes(venue={"location": {"latitude": 1.5, "longitude": 2}, "title": "x"}, sticker={"file_id": "x"}),
    _WHOLE.writes(poll={"question": "?", "options": [{"text": "a"}]}, dice={"emoji": "🎲", "value": 3}),
    _WHOLE.writes(rich_message={"blocks": [{"text": [{"text": "x"}]}]}, animation={"file_id": "y"}),
    _WHOLE.blocks(),
]  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where in a document something could be something else."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inside for place in places(one, (*path, key)))]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_no_mangled_update_breaks_it(data: st.DataObject) -> None:
    update = copy.deepcopy(data.draw(st.sampled_from(_UPDATES)))
    for _ in range(data.draw(st.integers(1, 4))):
        path = data.draw(st.sampled_from(places(update)[1:] or [("new",)]))
        inside = update
        for key in path[:-1]:
            inside = inside[key]
        if data.draw(st.booleans()) and isinstance(inside, dict):
            inside.pop(path[-1], None)
        else:
            inside[path[-1]] = data.draw(_JSON)
    one = item(update)
    try:
        found = TelegramConnector.decode(one)
    except DecodeError:
        return
    assert found == TelegramConnector.decode(one)
    for message in found:
        assert message.sender is None or message.sender.value.lstrip("-").isdecimal()
        assert "\x1b" not in message.text
        str([message, *(file.data for file in message.files)]).encode()


@settings(max_examples=200, deadline=None)
@given(_JSON, st.sampled_from(MESSAGES))
def test_no_json_at_all_breaks_it(said: Any, kind: str) -> None:
    for update in (said, {"update_id": 1, kind: said}):
        one = item(update)
        assert one.source_id
        try:
            TelegramConnector.decode(one)
        except DecodeError:
            continue
