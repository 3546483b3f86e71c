"""Calls of a real softphone: a caller calls, the desk has the call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.connectors.baresip import BaresipConnector, recordings
from omnidesk.connectors.base import Account, ConnectionLostError, DecodeError, Item, MissingError
from omnidesk.connectors.testing import wait_for
from tests.connectors.softphone import Softphone
from tests.web.serving import Desk

needs = pytest.mark.softphone


def decoded(**event: str) -> object:
    said = {"event": True, "type": "CALL_INCOMING", "id": "c1", "direction": "incoming"} | event
    return BaresipConnector.decode(Item("s", json.dumps(said).encode(), 5_000))[0]


@pytest.mark.parametrize(
    ("uri", "kind", "value"),
    [
        ("sip:+31612345678@provider.example", "phone", "+31612345678"),
        ("sip:0201234567@10.0.0.1:5060;transport=udp", "phone", "0201234567"),
        ('"Anna" <sip:%2B31612345678@provider.example>', "phone", "+31612345678"),
        ("sip:anna@office.example", "sip", "anna@office.example"),
    ],
)
def test_who_calls_is_a_number_or_an_address_of_sip(uri: str, kind: str, value: str) -> None:
    sender = decoded(peeruri=uri).sender  # type: ignore[attr-defined]
    assert (sender.kind, sender.value, sender.verified) == (kind, value, False)


@pytest.mark.parametrize("uri", ["", "sip:anonymous@anonymous.invalid", "sip:Anonymous@10.0.0.1"])
def test_a_withheld_number_is_no_identity(uri: str) -> None:
    assert decoded(peeruri=uri).sender is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"type": "REGISTER_OK", "id": "1"}', b"\xff"])
def test_what_is_no_call_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        BaresipConnector.decode(Item("s", raw, 0))


def test_a_softphone_that_is_not_there_is_said_in_words() -> None:
    connector = BaresipConnector(Account(1, "phone", "", {"port": 1}, timeout=2.0))
    with pytest.raises(ConnectionLostError, match="ctrl_tcp"):
        asyncio.run(connector.check())


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Softphone]:
    phone = Softphone(tmp_path / "baresip")
    try:
        phone.start()
        yield phone
    finally:
        phone.stop()


def recorded(desk: Desk) -> bool:
    """Say whether the recordings of the first call lie in the desk."""
    sounds = desk.messages()[0]["attachments"]
    return bool(sounds) and all(one["content_type"] == "audio/wav" and one["sha256"] for one in sounds)


@needs
def test_a_call_to_a_real_softphone_is_one_message_of_the_caller(phone: Softphone, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", {})
    told = ("--set", f"port={phone.control}", "--set", f"recordings={phone.sound}")
    desk.run("channel", "add", "baresip", "--name", "phone", *told)
    with desk.syncing():
        wait_for(lambda: desk.ask("channel", "show", "phone")["last_success_at"], "the engine to listen")
        phone.called("+31201234567")
        wait_for(desk.messages, "the call")
        phone.called("+31201234567")
        wait_for(lambda: len(desk.messages()) == 2, "the second call")
        wait_for(lambda: recorded(desk), "the recording")
    first, second = desk.messages()
    assert [one["kind"] for one in (first, second)] == ["call", "call"]
    assert first["conversation_id"] == second["conversation_id"]
    assert first["contact"]["outcome"] == "answered"
    assert len(desk.ask("customer", "find", "+31201234567")["items"]) == 1


@needs
def test_a_softphone_that_ends_and_comes_back_is_heard_again(phone: Softphone, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", {})
    desk.run("setting", "set", "backoff_seconds", "0.2")
    told = ("--set", f"port={phone.control}", "--set", f"recordings={phone.sound}")
    desk.run("channel", "add", "baresip", "--name", "phone", *told)
    with desk.syncing():
        wait_for(lambda: desk.ask("channel", "show", "phone")["last_success_at"], "the engine to listen")
        phone.stop()
        wait_for(lambda: desk.ask("channel", "show", "phone")["health"] == "retrying", "the loss to be noticed")
        phone.start()
        wait_for(lambda: desk.ask("channel", "show", "phone")["health"] == "ok", "the softphone to be back")
        phone.called("+31201234567")
        wait_for(desk.messages, "the call")


def test_only_a_recording_of_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("no")
    sound = tmp_path / "sound"
    sound.mkdir()
    (sound / "one.wav").write_bytes(b"RIFF")
    written = (sound / "one.wav").stat().st_mtime_ns // 1_000_000
    assert recordings.just_made(str(sound), written + 1_000) == ["one.wav"]
    assert recordings.just_made(str(sound), written + 60_000) == []
    assert recordings.just_made(str(tmp_path / "nowhere"), 0) == []
    with pytest.raises(ConnectionLostError, match="being written"):
        recordings.read(str(sound), "one.wav", written + 1)
    assert recordings.read(str(sound), "../sound/one.wav", written + 10_000) == b"RIFF"
    for name in ("../secret.txt", "two.wav", ""):
        with pytest.raises(MissingError):
            recordings.read(str(sound), name, written + 10_000)
