"""The whole program with a bot on Telegram, through its command line: files, edits, groups, links, blocks, webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from omnidesk.connectors.testing import Program, engine, serving, wait_for
from omnidesk.connectors.testing.telegram import ANNA, GROUP, TOKEN, FakeTelegram
from tests.connectors.telegram.harness import TelegramHarness

BEN = {**ANNA, "id": 42, "first_name": "Ben", "last_name": "Smit", "username": "ben"}


@pytest.fixture
def harness() -> Iterator[TelegramHarness]:
    with TelegramHarness() as harness:
        yield harness


@pytest.fixture
def telegram(harness: TelegramHarness) -> FakeTelegram:
    return harness.provider


@pytest.fixture
def program(tmp_path: Path, harness: TelegramHarness) -> Program:
    return Program(tmp_path / "home", harness)


def answer(program: Program, number: int, text: str, *words: str, expect: int = 0) -> str:
    return program.run("reply", str(number), "--text", text, *words, expect=(expect,))


def only(program: Program, direction: str = "inbound") -> dict[str, Any]:
    (message,) = (one for one in program.messages() if one["direction"] == direction)
    return message


def asked(program: Program, telegram: FakeTelegram) -> int:
    """Let Anna ask; return the number of her conversation."""
    telegram.writes("Where is my order?")
    program.sync_well()
    return int(program.messages()[-1]["conversation_id"])


def test_a_customer_is_known_by_number_and_name_and_answered_in_the_chat(
    program: Program, telegram: FakeTelegram
) -> None:
    number = asked(program, telegram)
    (customer,) = program.ask("customer", "list")["items"]
    assert customer["name"] == "Anna Bakker"
    found = program.ask("customer", "show", str(customer["id"]))["identities"]
    assert {(one["kind"], one["value"], one["verified"]) for one in found} == {
        ("telegram", str(ANNA["id"]), True), ("username", "@anna_bakker", False)
    }  # fmt: skip
    assert [one["id"] for one in program.ask("customer", "find", "@anna_bakker")["items"]] == [customer["id"]]
    answer(program, number, "On its way")
    program.sync_well()
    (taken,) = telegram.taken
    assert (taken.chat, taken.text, taken.fields["reply_parameters"]["message_id"]) == (ANNA["id"], "On its way", 1)
    telegram.writes("Thank you", reply_to_message={"message_id": 2, "chat": {"id": ANNA["id"], "type": "private"}})
    program.sync_well()
    assert {one["conversation_id"] for one in program.messages()} == {number}
    assert program.ask("show", str(number))["status"] == "open"


def test_other_words_replace_a_message_and_a_photo_comes_in_full(program: Program, telegram: FakeTelegram) -> None:
    small, large = telegram.file("", b"\xff\xd8 small"), telegram.file("", b"\xff\xd8 a large picture")
    sizes = [{**small, "width": 90, "height": 60}, {**large, "width": 900, "height": 600}]
    update = telegram.writes(photo=sizes, caption="It is borken")
    program.sync_well()
    update["message"]["caption"] = "It is broken"
    telegram.happens("edited_message", {**update["message"], "edit_date": update["message"]["date"] + 1})
    program.sync_well()
    message = only(program)
    assert (message["text"], message["attachments"][0]["name"]) == ("It is broken", "photo-1.jpg")
    wait_for(lambda: program.sync() and only(program)["attachments"][0]["size"] == 18, "the picture")


def test_a_file_that_telegram_does_not_hand_out_is_given_up_at_once(program: Program, telegram: FakeTelegram) -> None:
    telegram.writes(document=telegram.file("film.mp4", bytes(20_000_001), "video/mp4"), caption="See the film")
    program.sync_well()
    requests = len(telegram.requests(f"/bot{TOKEN}/getFile"))
    program.sync_well()
    assert len(telegram.requests(f"/bot{TOKEN}/getFile")) == requests == 1
    said = json.dumps(program.ask("history", str(only(program)["conversation_id"])))
    assert "file_missed" in said


def test_a_group_is_public_and_answered_there_only_by_name(program: Program, telegram: FakeTelegram) -> None:
    telegram.writes("Do you ship to Belgium?", chat=GROUP)
    telegram.writes("And to France?", BEN, GROUP)
    program.sync_well()
    numbers = {one["from"]["name"]: one["conversation_id"] for one in program.messages()}
    assert all(one["public"] for one in program.messages()) and len(set(numbers.values())) == 2
    assert program.ask("show", str(numbers["Ben Smit"]))["subject"] == "Friends of the shop"
    answer(program, numbers["Ben Smit"], "We do", expect=4)
    answer(program, numbers["Ben Smit"], "We do", "--via", "under-test")
    program.sync_well()
    (taken,) = telegram.taken
    assert (taken.chat, taken.fields["reply_parameters"]["message_id"]) == (GROUP["id"], 2)


def test_a_link_with_the_token_of_a_conversation_joins_it_and_its_sender_is_a_stranger(
    program: Program, telegram: FakeTelegram, tmp_path: Path
) -> None:
    """Who has the link need not be the customer: nothing goes to them that nobody chose."""
    number = asked(program, telegram)
    import sqlite3

    with sqlite3.connect(program.home / "omnidesk.db") as database:
        (token,) = database.execute("SELECT token FROM conversation WHERE id = ?", (number,)).fetchone()
    assert len(token) <= 64
    telegram.writes(f"/start {token}", BEN)
    telegram.writes("I was sent this link", BEN)
    telegram.writes("/start spring-sale", {**BEN, "id": 43})
    program.sync_well()
    messages = {one["text"]: one for one in program.messages()}
    assert messages[f"/start {token}"]["conversation_id"] == number
    assert messages["I was sent this link"]["conversation_id"] == number
    assert messages[f"/start {token}"]["joined_by"] == "our own token"
    assert messages["/start spring-sale"]["conversation_id"] != number
    answer(program, number, "Hello Anna")
    program.sync_well()
    assert [one.chat for one in telegram.taken] == [ANNA["id"]]


def test_who_blocks_the_bot_is_undeliverable_until_they_let_it_in_again(
    program: Program, telegram: FakeTelegram
) -> None:
    number = asked(program, telegram)
    telegram.blocks()
    program.sync_well()
    answer(program, number, "On its way", expect=4)
    assert "nothing gets there on Telegram any more" in program.said[-1]
    telegram.blocks(blocked=False)
    program.sync_well()
    answer(program, number, "On its way")
    program.sync_well()
    assert [one.text for one in telegram.taken] == ["On its way"]
    assert len(program.messages()) == 2


def test_a_refusal_says_so_and_marks_the_address(program: Program, telegram: FakeTelegram) -> None:
    number = asked(program, telegram)
    answer(program, number, "On its way")
    with telegram.refuse():
        program.sync()
    (row,) = program.outbox("failed")
    assert "has blocked the bot" in row["error"]
    answer(program, number, "Are you there?", expect=4)
    telegram.writes("Here I am again")
    program.sync_well()
    answer(program, number, "Welcome back")
    program.sync_well()
    assert [one.text for one in telegram.taken] == ["Welcome back"]


def test_a_token_that_is_used_elsewhere_stands_in_the_health(program: Program, telegram: FakeTelegram) -> None:
    program.set(lease_seconds=20, timeout_seconds=20)
    path = f"/bot{TOKEN}/getUpdates"
    with engine(program):
        wait_for(lambda: any(one.json().get("timeout") for one in telegram.requests(path)), "the engine to wait")
        telegram._updates({"timeout": 1})
        wait_for(lambda: program.channel()["health"] == "retrying", "the conflict to be noticed")
        channel = program.channel()
        assert "another program uses the token of this bot at the same time" in channel["error"]
        assert channel["next_attempt_at"] is not None
    assert TOKEN not in json.dumps(channel)


def test_by_webhook_messages_come_and_another_programs_is_left_alone(program: Program, telegram: FakeTelegram) -> None:
    telegram.hook.url = "https://other.example/hook"
    assert "other.example" in (program.sync()["error"] or "")
    with serving(program) as site:
        program.run("channel", "set", "under-test", "receive=webhook", f"hook_url={site.hook_url}", "take_over=true")
        telegram.writes("waited for long")
        assert program.sync()["error"] is None
        wait_for(lambda: program.texts() == ["waited for long"], "what waited to be posted")
        telegram.writes("came at once")
        wait_for(lambda: "came at once" in program.texts(), "the message")
        number = program.messages()[0]["conversation_id"]
        answer(program, number, "Here I am")
        program.sync_well()
    assert [one.text for one in telegram.taken] == ["Here I am"]
    assert not telegram.waiting and program.channel()["health"] == "ok"
    telegram.writes("nobody is there")
    assert "cannot deliver to 127.0.0.1, 1 wait there" in (program.sync()["error"] or "")
    program.run("channel", "set", "under-test", "receive=poll")
    program.sync_well()
    assert (telegram.hook.url, program.texts()[-1]) == ("", "nobody is there")


def test_decode_prints_one_list_a_payload(program: Program, telegram: FakeTelegram, tmp_path: Path) -> None:
    def decode(raw: bytes, expect: int = 0) -> Any:
        path = tmp_path / "payload"
        path.write_bytes(raw)
        said = program.run("decode", "telegram", str(path), "--json", expect=(expect,))
        return json.loads(said)["items"] if not expect else program.said[-1]

    (message,) = decode(json.dumps(telegram.writes("Hello")).encode())
    assert (message["text"], message["kind"], message["from"]["name"]) == ("Hello", "telegram", "Anna Bakker")
    (edit,) = decode(json.dumps(telegram.edits(telegram.writes("Hello"), "Bye")).encode())
    assert (edit["text"], edit["edits"]) == ("Bye", f"{ANNA['id']}/2")
    for no_message in (telegram.blocks(), telegram.writes("/start"), {"update_id": 1, "poll": {}}):
        assert decode(json.dumps(no_message).encode()) == []
    for broken in (b"", b"{", b"\xff", b'{"update_id": "x"}', b'{"update_id": 1, "message": {}}', b"[" * 10_000):
        assert decode(broken, expect=1).startswith("omnidesk: this is no payload of telegram")
