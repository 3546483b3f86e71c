"""`omnidesk decode`: raw payloads as their kind of channel reads them, without a workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from omnidesk.cli.main import run

SMS = {"id": "SM1", "at": 1_790_000_000_000, "from": "+31 6 0012 1234", "name": "Anna", "text": "Where is\x1b[2J it?"}


def decoded(capsys: pytest.CaptureFixture[str], folder: Path, kind: str, raw: bytes) -> Any:
    path = folder / "payload"
    path.write_bytes(raw)
    assert run(["decode", kind, str(path), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_payload_is_a_list_of_messages_in_the_shape_of_a_message(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = decoded(capsys, tmp_path, "sample-sms", json.dumps(SMS).encode())
    (message,) = found["items"]
    assert (found["next"], found["deliveries"]) == (None, [])
    assert (message["kind"], message["direction"], message["text"]) == ("sample-sms", "inbound", "Where is it?")
    assert message["from"] == {"name": "Anna", "address": "+31 6 0012 1234"}
    assert (message["thread"], message["external_id"]) == ("+31 6 0012 1234", "SM1")
    assert (message["id"], message["channel"], message["conversation_id"]) == (None, None, None)


def test_news_about_what_we_sent_stands_with_its_message(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = {"status": "failed", "external_id": "<1@shop>", "recipient": "+31", "detail": "no such number"}
    found = decoded(capsys, tmp_path, "sample-sms", json.dumps(SMS | {"reports": [report]}).encode())
    (delivery,) = found["items"][0]["deliveries"]
    assert delivery | report == delivery


def test_a_mail_is_a_payload_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    raw = b"From: Anna <anna@x.test>\r\nMessage-ID: <1@x.test>\r\nSubject: =?utf-8?q?B=C3=B6?=\r\n\r\nHello\r\n"
    (message,) = decoded(capsys, tmp_path, "email", raw)["items"]
    assert (message["subject"], message["text"].strip(), message["external_id"]) == ("Bö", "Hello", "<1@x.test>")


def test_a_broken_payload_is_said_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "payload"
    path.write_bytes(b"\x00\xff no JSON \x1b]0;owned\x07")
    assert run(["decode", "sample-sms", str(path), "--json"]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert "no payload of sample-sms" in err and "\x1b" not in err


@pytest.mark.parametrize(("kind", "name"), [("carrier-pigeon", "payload"), ("sample-sms", "missing")])
def test_what_is_not_there_ends_with_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str, name: str
) -> None:
    (tmp_path / "payload").write_bytes(b"{}")
    assert run(["decode", kind, str(tmp_path / name)]) == 3
    assert kind in (err := capsys.readouterr().err) or name in err


def test_people_read_it_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "payload"
    path.write_text(json.dumps(SMS))
    assert run(["decode", "sample-sms", str(path)]) == 0
    out = capsys.readouterr().out
    assert "Anna <+31 6 0012 1234>" in out and "Where is it?" in out
