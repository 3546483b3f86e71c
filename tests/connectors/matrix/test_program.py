"""The whole program with an account on a real homeserver: customers write, are answered, and see the answer."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from omnidesk.connectors.base import Account
from omnidesk.connectors.matrix import MatrixConnector
from omnidesk.connectors.testing import Program, engine, wait_for
from omnidesk.words.rows import Address
from tests.connectors.matrix.harness import MatrixHarness
from tests.synapse import Person, Synapse

pytestmark = [pytest.mark.synapse, pytest.mark.slow]


def only(program: Program, direction: str = "inbound") -> dict[str, Any]:
    (message,) = (one for one in program.messages() if one["direction"] == direction)
    return message


def writes(matrix: MatrixHarness, text: str, name: str = "anna") -> tuple[Person, str]:
    """Let a customer write to the desk in a direct room."""
    person, room = matrix.customer(f"{name}@customer.example")
    person.says(room, text)
    return person, room


def answer(program: Program, number: int, text: str, *more: str, expect: int = 0) -> None:
    program.run("reply", str(number), "--text", text, "--via", "under-test", *more, expect=(expect,))


def test_a_customer_writes_is_answered_and_reads_it(program: Program, matrix: MatrixHarness, tmp_path: Path) -> None:
    anna, room = matrix.customer("anna@customer.example")
    question = anna.says(room, "Where is my order?")
    anna.sends_file(room, "parcel.png", b"\x89PNG a picture", "image/png")
    program.sync_well()
    first, second = sorted(program.messages(), key=lambda one: int(one["id"]))
    assert (first["text"], first["from"]) == ("Where is my order?", {"name": "Anna", "address": anna.id})
    wait_for(lambda: program.sync() and _sizes(program) == [14], "the picture")
    assert first["conversation_id"] == second["conversation_id"]
    (tmp_path / "label.txt").write_bytes(b"a label")
    answer(program, first["conversation_id"], "On its way", "--attach", str(tmp_path / "label.txt"))
    program.sync_well()
    *_, text, file = anna.messages(room)
    assert (text["content"]["body"], text["content"]["msgtype"]) == ("On its way", "m.text")
    assert text["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] != question, "the newest is answered"
    assert (file["content"]["body"], file["content"]["msgtype"]) == ("label.txt", "m.file")
    where = file["content"]["url"].removeprefix("mxc://")
    assert anna.ask("GET", f"/_matrix/client/v1/media/download/{where}") == b"a label"
    anna.reads(room, file["event_id"])
    wait_for(lambda: program.sync() and only(program, "outbound")["status"] == "read", "it to be read")
    assert len(only(program, "outbound")["receipts"]) == 3, "the echoes of both parts, and that it was read"


def _sizes(program: Program) -> list[int]:
    return [file["size"] for one in program.messages() for file in one["attachments"]]


def test_we_write_first_and_each_person_has_one_room(program: Program, matrix: MatrixHarness) -> None:
    bram = matrix.synapse.person("bram", "Bram")
    for text in ("Your order is here", "Are you coming?"):
        program.run("new", "--to", bram.id, "--via", "under-test", "--subject", "An order", "--text", text)
        program.sync_well()
    assert matrix.provider.logins == 1, "of all that want a session at once, one logs in"
    (room,) = bram.invitations()
    invitation = bram.ask("GET", "/sync", params={"timeout": "0"})["rooms"]["invite"][room]["invite_state"]["events"]
    assert any(one["content"].get("is_direct") for one in invitation if one.get("state_key") == bram.id)
    bram.joins(room)
    assert bram.sees(room) == ["Your order is here", "Are you coming?"]
    assert not [event for event in bram.state(room) if event["type"] == "m.room.encryption"]
    assert bram.rooms() == [room]
    bram.says(room, "Tomorrow")
    program.sync_well()
    program.sync_well()
    theirs = only(program)
    ours = {one["text"]: one["conversation_id"] for one in program.messages() if one["direction"] == "outbound"}
    assert theirs["conversation_id"] in ours.values()
    assert program.sync()["received"] == 0


def test_an_encrypted_room_is_said_once_and_not_written_into(program: Program, matrix: MatrixHarness) -> None:
    anna = matrix.synapse.person("anna", "Anna")
    secret = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = anna.makes_room(matrix.desk.id, initial_state=[secret])
    for _ in range(2):
        anna.posts(room, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}, "m.room.encrypted")
        program.sync_well()
    message = only(program)
    assert "end-to-end encrypted" in message["text"]
    answer(program, message["conversation_id"], "This must not go")
    program.sync_well()
    (row,) = program.outbox("failed")
    assert "end-to-end encrypted" in row["error"]
    assert anna.sees(room) == []
    program.run("new", "--to", anna.id, "--via", "under-test", "--subject", "An order", "--text", "Write to us here")
    program.sync_well()
    (other,) = anna.invitations()
    anna.joins(other)
    assert anna.sees(other) == ["Write to us here"]


def test_edits_and_what_is_taken_back_stand_in_place_of_the_first(program: Program, matrix: MatrixHarness) -> None:
    anna, room = matrix.customer("anna@customer.example")
    first = anna.says(room, "order 17")
    program.sync_well()
    relation = {"rel_type": "m.replace", "event_id": first}
    anna.says(
        room, "* order 18", **{"m.relates_to": relation, "m.new_content": {"msgtype": "m.text", "body": "order 18"}}
    )
    program.sync_well()
    assert program.texts() == ["order 18"]
    anna.takes_back(room, first)
    program.sync_well()
    assert program.texts() == ["(taken back by who wrote it)"]
    assert program.sync()["received"] == 0


def test_messages_come_at_once_while_the_engine_waits(program: Program, matrix: MatrixHarness) -> None:
    writes(matrix, "the first")
    with engine(program):
        wait_for(lambda: "the first" in program.texts(), "the first")
        writes(matrix, "the second")
        wait_for(lambda: "the second" in program.texts(), "the second")
    assert matrix.provider.logins == 1, "one session serves all"


def test_the_customer_sees_that_it_was_read_and_is_being_answered(program: Program, matrix: MatrixHarness) -> None:
    anna, room = writes(matrix, "Are you there?")
    program.sync_well()

    def seen() -> dict[str, Any]:
        joined = anna.ask("GET", "/sync", params={"timeout": "0"})["rooms"]["join"][room]
        return {event["type"]: event["content"] for event in joined["ephemeral"]["events"]}

    account = Account(0, "x", matrix.desk.id, {"api_url": matrix.provider.url, "login": "token"},
                      {"access_token": matrix.desk.token})  # fmt: skip

    async def types() -> None:
        connector = MatrixConnector(account)
        await connector.typing(Address("", anna.id), room)
        await connector.aclose()

    asyncio.run(types())
    assert seen()["m.typing"]["user_ids"] == [matrix.desk.id]
    assert matrix.desk.id not in str(seen().get("m.receipt"))
    answer(program, only(program)["conversation_id"], "We are")
    program.sync_well()
    assert matrix.desk.id in str(seen()["m.receipt"])


def test_a_gap_is_closed_however_long_it_is(program: Program, matrix: MatrixHarness) -> None:
    anna, room = writes(matrix, "before")
    program.sync_well()
    for number in range(160):
        anna.says(room, f"missed {number}")
    program.sync_well()
    assert sorted(program.texts()) == sorted(["before", *(f"missed {number}" for number in range(160))])
    pages = [one for one in matrix.provider.log if one.path.endswith("/messages")]
    for number in range(60):
        anna.says(room, f"and again {number}")
    assert program.sync()["received"] == 60
    more = [one for one in matrix.provider.log if one.path.endswith("/messages")][len(pages) :]
    assert len(more) <= 2, "it pages back to where it was, not through all that was ever said"


def test_a_room_that_is_public_is_marked_and_answered_only_where_that_is_said(
    program: Program, matrix: MatrixHarness
) -> None:
    anna = matrix.synapse.person("anna", "Anna")
    room = anna.makes_room(matrix.desk.id, public=True, name="Shop talk")
    bram = matrix.synapse.person("bram", "Bram")
    bram.joins(room)
    question = anna.says(room, "Do you sell shoes?")
    program.sync_well()
    bram.says(room, "And hats?")
    program.sync_well()
    first, second = sorted(program.messages(), key=lambda one: int(one["id"]))
    assert first["public"] and second["public"] and not second["stranger"]
    assert first["conversation_id"] != second["conversation_id"]
    program.run("reply", str(first["conversation_id"]), "--text", "Yes", expect=(4,))
    answer(program, first["conversation_id"], "Yes")
    program.sync_well()
    program.sync_well()
    (*_, last) = bram.messages(room)
    assert (last["content"]["body"], last["content"]["m.mentions"]) == ("Yes", {"user_ids": [anna.id]})
    assert last["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == question
    anna.says(room, "Thanks")
    program.sync_well()
    thread = program.ask("show", str(first["conversation_id"]))["messages"]
    assert [one["text"] for one in thread] == ["Do you sell shoes?", "Yes", "Thanks"]


def test_a_private_answer_never_goes_into_a_room_that_became_public_or_was_left(
    program: Program, matrix: MatrixHarness
) -> None:
    anna, room = writes(matrix, "this is private")
    bram, other = writes(matrix, "and so is this", "bram")
    program.sync_well()
    numbers = {one["from"]["address"]: one["conversation_id"] for one in program.messages()}
    anna.ask("PUT", f"/rooms/{room}/state/m.room.join_rules", {"join_rule": "public"})
    bram.ask("POST", f"/rooms/{other}/leave")
    for person in (anna, bram):
        answer(program, numbers[person.id], f"for {person.id} alone")
    program.sync_well()
    errors = " / ".join(str(row["error"]) for row in program.outbox("failed"))
    assert f"{bram.id} has left the room" in errors
    assert "everybody can read this room" in errors
    program.run("new", "--to", bram.id, "--via", "under-test", "--subject", "An order", "--text", "Come back")
    program.sync_well()
    assert bram.invitations() == [other], "the room that was theirs is theirs again"
    assert not [text for text in anna.sees(room) if text.startswith("for ")]


def test_what_went_before_the_customer_left_is_sent_though_its_answer_was_lost(
    program: Program, matrix: MatrixHarness
) -> None:
    anna, room = writes(matrix, "Quickly please")
    program.sync_well()
    with matrix.lose_answer():
        answer(program, only(program)["conversation_id"], "Here you are")
        wait_for(lambda: program.sync() and "Here you are" in anna.sees(room), "it to be taken")
    anna.ask("POST", f"/rooms/{room}/leave")
    wait_for(lambda: program.sync() and only(program, "outbound")["status"] == "sent", "it to be found")
    assert anna.sees(room).count("Here you are") == 1


def test_everybody_in_a_small_room_is_named_and_one_who_joins_in_is_no_stranger(
    program: Program, matrix: MatrixHarness
) -> None:
    anna, bram = matrix.synapse.person("anna", "Anna"), matrix.synapse.person("bram", "Bram")
    room = anna.makes_room(matrix.desk.id, bram.id, is_direct=False)
    bram.joins(room)
    anna.says(room, "We both have a question")
    program.sync_well()
    bram.says(room, "Indeed")
    program.sync_well()
    first, second = sorted(program.messages(), key=lambda one: int(one["id"]))
    assert [one["address"] for one in first["to"]] == [bram.id]
    assert (second["conversation_id"], second["from"]["name"]) == (first["conversation_id"], "Bram")
    shown = program.ask("show", str(first["conversation_id"]))
    assert {one["address"] for one in shown["participants"]} >= {anna.id, bram.id}


def test_invitations_are_taken_as_the_settings_say(program: Program, matrix: MatrixHarness) -> None:
    writes(matrix, "let me in")
    program.run("channel", "set", "under-test", f"invites={matrix.synapse.person('bram').id}")
    program.sync_well()
    assert (program.messages(), matrix.desk.rooms()) == ([], [])
    program.run("channel", "set", "under-test", "invites=anybody", "invites_most=1")
    writes(matrix, "me too", "chris")
    program.sync_well()
    assert program.texts() in (["me too"], ["let me in"]), "what came meanwhile may be asked for again"
    assert len(matrix.desk.rooms()) == 1
    program.run("channel", "set", "under-test", "invites_most=10")
    writes(matrix, "still there", "chris")
    program.sync_well()
    assert "still there" in program.texts()


def test_a_session_that_was_ended_is_begun_again_as_the_same_device(program: Program, matrix: MatrixHarness) -> None:
    writes(matrix, "first")
    program.sync_well()
    devices = matrix.desk.ask("GET", "/devices")["devices"]
    (ours,) = (one for one in devices if one["display_name"] == "OmniDesk (under-test)")
    said = {"type": "m.login.password", "user": matrix.desk.id, "password": matrix.secrets["password"]}
    matrix.desk.ask("POST", "/login", {**said, "device_id": ours["device_id"]})  # whose token ends with that
    writes(matrix, "second")
    program.sync_well()
    assert sorted(program.texts()) == ["first", "second"]
    again = [one["device_id"] for one in matrix.desk.ask("GET", "/devices")["devices"]]
    assert sorted(again) == sorted(one["device_id"] for one in devices)


def test_a_token_that_is_no_good_asks_for_another(synapse: Synapse, secrets_file: Path, tmp_path: Path) -> None:
    with MatrixHarness(synapse, "token") as matrix:
        program = Program(tmp_path / "home", matrix)
        writes(matrix, "by token")
        program.sync_well()
        assert program.texts() == ["by token"]
        matrix.desk.ask("POST", "/logout")
        program.sync()
        channel = program.channel()
        assert channel["health"] == "needs_login"
        assert "omnidesk channel secret under-test" in channel["error"]


def test_the_live_test_says_as_whom_and_what_does_not_fit(program: Program, matrix: MatrixHarness) -> None:
    found = program.ask("channel", "test", "under-test")["found"]
    assert (found["account"], found["display_name"]) == (matrix.desk.id, "The shop")
    assert any(one.startswith("as the device ") for one in found["details"])
    program.environment["OMNIDESK_SECRET_UNDER_TEST_PASSWORD"] = "not the password"
    Path(program.environment["OMNIDESK_SECRETS_FILE"]).unlink()
    program.run("channel", "test", "under-test", expect=(1,))
    assert "refuses the login" in program.said[-1]


def test_a_server_that_limits_us_is_obeyed_and_nothing_is_lost(secrets_file: Path, tmp_path: Path) -> None:
    server = Synapse(few=4)
    try:
        server.start()
        with MatrixHarness(server) as matrix:
            program = Program(tmp_path / "home", matrix)
            anna, room = writes(matrix, "tell me all")
            program.sync_well()
            number = only(program)["conversation_id"]
            for place in range(6):
                answer(program, number, f"part {place}")
            with engine(program):
                wait_for(lambda: len(anna.sees(room)) == 7, "all parts")
            assert sorted(anna.sees(room)[1:]) == [f"part {place}" for place in range(6)]
    finally:
        server.close()
