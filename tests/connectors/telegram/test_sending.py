"""What an answer becomes at Telegram: requests, replies, albums; and how each refusal is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from omnidesk.connectors.base import Failed, File, LoginError, Retry, Sent, Unknown
from omnidesk.connectors.telegram import TelegramConnector
from omnidesk.connectors.testing import Asked, Reply
from omnidesk.connectors.testing.telegram import ANNA, GROUP, FakeTelegram
from tests.connectors.telegram import contract
from tests.connectors.telegram.talking import outgoing, send, sent, talk

PNG = File("broken.png", "image/png", b"\x89PNG\r\n\x1a\n and more")
JPEG = File("whole.jpg", "image/jpeg", b"\xff\xd8\xff and more")
PDF = File("bill.pdf", "application/pdf", b"%PDF-1.7")
NOTE = File("note.txt", "text/plain", b"a note")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as fake:
        fake.writes("Where is my order?")
        yield fake
        assert not [problem for asked in fake.log for problem in contract.problems(asked)]


def test_a_text_goes_as_it_was_written_and_as_a_reply(telegram: FakeTelegram) -> None:
    found = sent(telegram, outgoing("*On* _its_ way <b>", in_reply_to=f"7000000001/{ANNA['id']}/1"))
    (taken,) = telegram.taken
    assert found == Sent((f"7000000001/{ANNA['id']}/2",), found.at) if isinstance(found, Sent) else False
    assert (taken.method, taken.text) == ("sendMessage", "*On* _its_ way <b>")
    assert "parse_mode" not in taken.fields
    assert taken.fields["reply_parameters"] == {"message_id": 1, "allow_sending_without_reply": True}


def test_a_message_of_another_chat_is_not_replied_to(telegram: FakeTelegram) -> None:
    for parent in ("7000000001/-4711/1", "omni.uuid", "", "x/y"):
        sent(telegram, outgoing(in_reply_to=parent))
    assert not [one for one in telegram.taken if "reply_parameters" in one.fields]


def test_a_long_text_goes_in_parts_counted_as_telegram_counts(telegram: FakeTelegram) -> None:
    text = "👍" * 2_000 + " " + "👍" * 200
    found = sent(telegram, outgoing(text, in_reply_to=f"7000000001/{ANNA['id']}/1"))
    assert [one.text for one in telegram.taken] == ["👍" * 2_000, "👍" * 200]
    assert [bool(one.fields.get("reply_parameters")) for one in telegram.taken] == [True, False]
    assert isinstance(found, Sent) and len(found.provider_ids) == 2


def test_a_short_text_is_the_caption_of_a_file_and_a_long_one_stands_before_it(telegram: FakeTelegram) -> None:
    sent(telegram, outgoing("See here", PDF))
    sent(telegram, outgoing("x" * 1_025, PNG))
    assert [(one.method, one.text[:8], [name for name, _ in one.files]) for one in telegram.taken] == [
        ("sendDocument", "See here", ["bill.pdf"]), ("sendMessage", "xxxxxxxx", []), ("sendPhoto", "", ["broken.png"])
    ]  # fmt: skip
    assert telegram.taken[0].files[0][1] == PDF.data


def test_several_files_go_as_albums_pictures_apart_from_documents(telegram: FakeTelegram) -> None:
    found = sent(telegram, outgoing("All of it", PDF, PNG, NOTE, JPEG))
    assert [(one.method, one.text, [name for name, _ in one.files]) for one in telegram.taken] == [
        ("sendMediaGroup", "All of it", ["broken.png", "whole.jpg"]),
        ("sendMediaGroup", "", ["bill.pdf", "note.txt"]),
    ]
    assert telegram.taken[0].files[1][1] == JPEG.data and telegram.taken[1].files[1][1] == NOTE.data
    assert isinstance(found, Sent) and len(set(found.provider_ids)) == 4


@pytest.mark.parametrize("more", [(), (JPEG,)])
def test_a_picture_that_telegram_cannot_show_goes_as_a_document(telegram: FakeTelegram, more: tuple[File, ...]) -> None:
    odd = File("odd.png", "image/png", b"no picture at all")
    assert isinstance(sent(telegram, outgoing("Look", odd, *more)), Sent)
    (taken,) = telegram.taken
    media = [one["type"] for one in taken.fields.get("media", ())]
    assert (taken.method, media) == (("sendMediaGroup", ["document"] * 2) if more else ("sendDocument", []))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (outgoing(" "), "needs a text or a file"),
        (outgoing("x", File("empty.txt", "text/plain", b"")), "empty.txt is empty"),
        (outgoing("x", to="@anna_bakker"), "by their number alone"),
        (outgoing("x", to=str(GROUP["id"]), thread=str(GROUP["id"])), "by their number alone"),
        (outgoing("x", public=True), "in which group"),
        (outgoing("x", *[NOTE] * 11), "10 files"),
    ],
)
def test_what_cannot_go_is_said_before(answer: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TelegramConnector.prepare(answer, {})


def test_a_public_answer_goes_into_the_group_and_a_private_one_never(telegram: FakeTelegram) -> None:
    telegram.writes("Me too", chat=GROUP)
    thread = f"{GROUP['id']}/{ANNA['id']}"
    sent(telegram, outgoing("To all", thread=thread, public=True, in_reply_to=f"7000000001/{GROUP['id']}/1"))
    sent(telegram, outgoing("To you", thread=thread, in_reply_to=f"7000000001/{GROUP['id']}/1"))
    assert [(one.chat, one.text, "reply_parameters" in one.fields) for one in telegram.taken] == [
        (GROUP["id"], "To all", True), (ANNA["id"], "To you", False)
    ]  # fmt: skip


def test_a_group_that_grew_gets_its_answer_in_its_new_chat(telegram: FakeTelegram) -> None:
    telegram.writes("Me too", chat=GROUP)
    larger = telegram.grows()
    found = sent(telegram, outgoing("To all", thread=f"{GROUP['id']}/{ANNA['id']}", public=True))
    assert isinstance(found, Sent) and [one.chat for one in telegram.taken] == [larger["id"]]


def test_a_topic_gets_its_answer(telegram: FakeTelegram) -> None:
    forum = {"id": -1_001_234, "type": "supergroup", "title": "Help"}
    telegram.writes("Here", chat=forum)
    sent(telegram, outgoing("Here too", thread=f"-1001234/{ANNA['id']}/9", public=True))
    assert telegram.taken[0].fields["message_thread_id"] == "9"


def test_who_blocked_the_bot_is_unreachable_and_nothing_is_tried_again(telegram: FakeTelegram) -> None:
    telegram.blocks()
    found = sent(telegram, outgoing())
    assert isinstance(found, Failed) and found.unreachable and "has blocked the bot" in found.reason
    unknown = sent(telegram, outgoing(to="42"))
    assert isinstance(unknown, Failed) and not unknown.unreachable and "has to write to it first" in unknown.reason


def test_a_refusal_of_a_group_makes_nobody_unreachable(telegram: FakeTelegram) -> None:
    telegram.writes("Me too", chat=GROUP)
    with telegram.refuse():
        found = sent(telegram, outgoing(thread=str(GROUP["id"]), public=True))
    assert isinstance(found, Failed) and not found.unreachable


def test_come_back_later_is_handed_on_to_the_second(telegram: FakeTelegram) -> None:
    with telegram.busy(17):
        found = sent(telegram, outgoing())
    assert isinstance(found, Retry) and found.after == 17


def test_a_revoked_token_is_a_login_and_nothing_went(telegram: FakeTelegram) -> None:
    payload = TelegramConnector.prepare(outgoing(), {})
    with pytest.raises(LoginError, match="@BotFather"):
        talk(telegram, lambda one: one.send(payload, "key", _nothing), token="7000000001:AAF-another_token")
    assert telegram.taken == []


def test_what_breaks_off_between_parts_is_unknown(telegram: FakeTelegram) -> None:
    class Tired(FakeTelegram):
        def answer(self, asked: Asked) -> Reply:
            return self.says_busy(30) if self.sends(asked) and self.taken else super().answer(asked)

    with Tired() as tired:
        tired.writes("Tell me all")
        found = sent(tired, outgoing("x " * 3_000))
        assert isinstance(found, Unknown) and found.reason.startswith("1 of 2 parts have gone, then:")
        assert len(tired.taken) == 1


@pytest.mark.parametrize("said", [b"<html>", b"[]", b'{"ok": true}', b'{"ok": true, "result": {"message_id": "x"}}'])
def test_an_answer_that_says_nothing_is_unknown(said: bytes) -> None:
    class Odd(FakeTelegram):
        def answer(self, asked: Asked) -> Reply:
            super().answer(asked)
            return Reply(said)

    with Odd() as odd:
        odd.writes("Hello")
        assert isinstance(sent(odd, outgoing()), Unknown)


def test_committing_comes_once_before_the_first_request(telegram: FakeTelegram) -> None:
    seen: list[int] = []

    async def committing() -> None:
        seen.append(len(telegram.taken))

    send(telegram, TelegramConnector.prepare(outgoing("x " * 3_000, PDF), {}), committing)
    assert seen == [0] and len(telegram.taken) == 3


async def _nothing() -> None:
    return None
