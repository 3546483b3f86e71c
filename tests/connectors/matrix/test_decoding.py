"""What events become: texts, notices, emotes, files, edits, what was taken back, answers, and what cannot be read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.base import Decoded, DecodeError, Item
from omnidesk.connectors.matrix import MatrixConnector
from omnidesk.words.kinds import Auto

ANNA, DESK = "@anna:omni.test", "@support:omni.test"
ROOM = {"id": "!opaque", "name": "Anna", "public": False}


def event(content: dict[str, Any], kind: str = "m.room.message", **more: Any) -> dict[str, Any]:
    return {"type": kind, "event_id": "$one", "sender": ANNA, "origin_server_ts": 1_790_000_000_000,
            "content": content, **more}  # fmt: skip


def decode(event: dict[str, Any], outbound: bool = False, **more: Any) -> list[Decoded]:
    raw = json.dumps({"event": event, "name": "Anna", "room": ROOM, **more}).encode()
    item = Item(MatrixConnector.identify(raw), raw, 1_790_000_000_000, "application/json", outbound=outbound)
    return list(MatrixConnector.decode(item))


def only(content: dict[str, Any], **more: Any) -> Decoded:
    (found,) = decode(event(content), **more)
    return found


def said(body: str, **more: Any) -> dict[str, Any]:
    return {"msgtype": "m.text", "body": body, **more}


def test_a_text_is_a_message_of_somebody_the_server_knows() -> None:
    found = only(said("Where is my order?\x1b[2J", formatted_body="<b>never</b>", format="org.matrix.custom.html"))
    assert found.text == found.reply_text == "Where is my order?"
    assert found.sender is not None
    assert (found.sender.kind, found.sender.value, found.sender.name) == ("matrix", ANNA, "Anna")
    assert found.sender.verified
    assert (found.external_id, found.thread, found.public, found.auto) == ("$one", "!opaque", False, None)


def test_a_notice_is_a_machines_and_an_emote_says_who() -> None:
    assert only({"msgtype": "m.notice", "body": "I am a bot"}).auto is Auto.AUTO_REPLY
    assert only({"msgtype": "m.emote", "body": "waves"}).text == "* Anna waves"


def test_a_place_is_told_with_its_coordinates() -> None:
    found = only({"msgtype": "m.location", "body": "The shop", "geo_uri": "geo:52.37,4.89"})
    assert found.text == "The shop\ngeo:52.37,4.89"


@pytest.mark.parametrize("kind", ["m.image", "m.file", "m.audio", "m.video"])
def test_a_file_is_kept_by_the_server_and_may_have_words_beside_it(kind: str) -> None:
    info = {"mimetype": "image/png", "size": 12}
    found = only({"msgtype": kind, "body": "dot.png", "url": "mxc://omni.test/abc", "info": info})
    (file,) = found.files
    assert (file.name, file.content_type, file.reference, file.size) == (
        "dot.png", "image/png", "mxc://omni.test/abc", 12,
    )  # fmt: skip
    assert found.text == ""
    words = only({"msgtype": kind, "body": "it broke", "filename": "dot.png", "url": "mxc://omni.test/abc"})
    assert (words.text, words.files[0].name) == ("it broke", "dot.png")


def test_a_sticker_is_a_picture() -> None:
    (found,) = decode(event({"body": "a cat", "url": "mxc://omni.test/cat", "info": {}}, "m.sticker"))
    assert (found.files[0].reference, found.text) == ("mxc://omni.test/cat", "")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("> <@support:omni.test> On its way\n> since today\n\nThank you", "Thank you"),
        ("> * <@support:omni.test> waves\n\nhello", "hello"),
        ("> to be or not to be\nsays he", "> to be or not to be\nsays he"),
        ("Thank you", "Thank you"),
    ],
)
def test_what_an_old_client_repeats_of_the_message_it_answers_is_left_out(body: str, text: str) -> None:
    found = only(said(body, **{"m.relates_to": {"m.in_reply_to": {"event_id": "$ours"}}}))
    assert (found.text, found.in_reply_to) == (text, ("$ours",))
    assert only(said("> <anna> said\n\nindeed")).text == "> <anna> said\n\nindeed", "this one answers nothing"


def test_an_edit_replaces_the_text_of_what_it_names() -> None:
    relation = {"rel_type": "m.replace", "event_id": "$first"}
    found = only(said("* order 18", **{"m.relates_to": relation, "m.new_content": said("order 18")}))
    assert (found.edits, found.text, found.external_id) == ("$first", "order 18", "$one")


def test_what_is_taken_back_says_so_in_its_place() -> None:
    old = {**event({}, "m.room.redaction", redacts="$first"), "event_id": "$two"}
    new = {**event({"redacts": "$first"}, "m.room.redaction"), "event_id": "$two"}
    for one in (old, new):
        (found,) = decode(one, author=ANNA)
        assert (found.edits, found.text) == ("$first", "(taken back by who wrote it)")
    (found,) = decode({**new, "sender": "@moderator:omni.test"}, author=ANNA, author_name="Anna")
    assert found.sender is not None
    assert (found.text, found.sender.value) == ("(removed by a moderator)", ANNA)


def test_an_encrypted_room_says_once_that_it_cannot_be_read() -> None:
    secret = event({"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}, "m.room.encrypted")
    (found,) = decode(secret)
    assert "end-to-end encrypted" in found.text
    assert found.warnings == ("encrypted",)
    raws = [json.dumps({"event": {**secret, "event_id": one}, "room": ROOM}).encode() for one in ("$one", "$two")]
    assert MatrixConnector.identify(raws[0]) == MatrixConnector.identify(raws[1]) == "!opaque/encrypted"


def test_what_others_read_is_news_of_our_messages() -> None:
    raw = json.dumps({"room": ROOM, "read": ["$two", "$one"], "by": ANNA}).encode()
    (found,) = MatrixConnector.decode(Item(MatrixConnector.identify(raw), raw, 0))
    assert found.sender is None
    assert [(one.status, one.external_id) for one in found.deliveries] == [("read", "$two"), ("read", "$one")]


def test_an_echo_names_our_key_also_in_its_second_part() -> None:
    key = "0f8fad5b-d9cb-469f-a165-70867728950e"
    for number in ("", ".1"):
        mine = event(said("yes"), sender=DESK, unsigned={"transaction_id": f"{key}{number}"})
        (found,) = decode(mine, outbound=True)
        assert [(one.status, one.key) for one in found.deliveries] == [("sent", key)]
    (other,) = decode(event(said("no"), sender=DESK, unsigned={"transaction_id": "m1790.3"}), outbound=True)
    assert (other.outbound, other.deliveries) == (True, ())


def test_others_in_a_private_room_are_named() -> None:
    found = only(said("hello"), others=[["@bram:omni.test", "Bram"], "nonsense"])
    assert [(one.value, one.name) for one in found.to] == [("@bram:omni.test", "Bram")]


def test_a_room_that_everybody_reads_is_public_and_each_person_in_it_has_a_thread() -> None:
    raw = json.dumps({"event": event(said("hello")), "room": {**ROOM, "public": True}}).encode()
    (found,) = MatrixConnector.decode(Item("$one", raw, 0))
    assert (found.public, found.thread) == (True, f"!opaque {ANNA}")
    (ours,) = MatrixConnector.decode(Item("$one", raw, 0, outbound=True))
    assert (ours.public, ours.thread) == (True, "")


def test_an_event_alone_is_read_as_clients_show_it() -> None:
    raw = json.dumps({**event(said("hello")), "room_id": "!opaque"}).encode()
    (found,) = MatrixConnector.decode(Item(MatrixConnector.identify(raw), raw, 0))
    assert (found.text, found.thread, found.external_id) == ("hello", "!opaque", MatrixConnector.identify(raw))
    assert decode(event({"membership": "join"}, "m.room.member", state_key=ANNA)) == []


def test_verification_between_clients_is_no_message() -> None:
    assert decode(event({"msgtype": "m.key.verification.request", "body": "please verify"})) == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"[]", b"{}", b'{"event": {}}', b'{"event": {"type": "m.room.message", "content": 5}}',
     b'{"read": 7}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_event_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        MatrixConnector.decode(Item("x", raw, 0))
    assert MatrixConnector.identify(raw)


_ANYTHING = st.sampled_from(
    [None, True, 5, -1, "", "m.text", "m.file", "mxc://a/b", "\x1b[2J", [], [7], {}, {"size": "x", "mimetype": 9},
     {"event_id": "$x", "rel_type": "m.replace"}, {"m.in_reply_to": {"event_id": "$x"}}, {"body": [], "msgtype": {}}]
)  # fmt: skip
_KEYS = ("msgtype", "body", "url", "info", "filename", "m.relates_to", "m.new_content", "geo_uri", "redacts")


@given(st.dictionaries(st.sampled_from(_KEYS), _ANYTHING))
def test_whatever_stands_in_an_event_it_is_a_message_or_no_message(content: dict[str, Any]) -> None:
    for kind in ("m.room.message", "m.sticker", "m.room.redaction", "m.room.encrypted"):
        try:
            found = decode(event(content, kind))
        except DecodeError:
            continue
        assert all(isinstance(one.text, str) and "\x1b" not in one.text for one in found)
