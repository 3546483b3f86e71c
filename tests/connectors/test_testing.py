"""The suite's own parts: a provider that is played, and what is found wrong with a manifest."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from omnidesk.connectors import registry
from omnidesk.connectors.manifest import Attachments, ReplyWindow, Secret, Setting, TextRule
from omnidesk.connectors.testing import Asked, FakeProvider, Reply, problems


class Bird(FakeProvider):
    """Takes notes."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[Any] = []

    def answer(self, asked: Asked) -> Reply:
        if asked.method == "POST":
            self.notes.append(asked.json() if asked.headers["content-type"] == "application/json" else asked.form())
            return Reply({"count": len(self.notes)})
        return Reply(b"raw") if asked.path == "/raw" else Reply({"query": dict(asked.query)})


@pytest.fixture
def bird() -> Iterator[Bird]:
    with Bird() as found:
        yield found


def ask(bird: Bird, path: str, document: Any = None, token: str = "token") -> tuple[int, Any, dict[str, str]]:
    parts = urlsplit(bird.url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = None if document is None else json.dumps(document)
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        kind = answer.headers["Content-Type"]
        return answer.status, json.loads(data) if kind == "application/json" else data, dict(answer.headers)
    finally:
        connection.close()


def test_a_fake_answers_and_keeps_a_log(bird: Bird) -> None:
    assert ask(bird, "/notes?after=3")[:2] == (200, {"query": {"after": "3"}})
    assert ask(bird, "/notes", {"text": "größer"})[:2] == (200, {"count": 1})
    assert ask(bird, "/raw")[1] == b"raw"
    assert [(asked.method, asked.path) for asked in bird.log] == [
        ("GET", "/notes"),
        ("POST", "/notes"),
        ("GET", "/raw"),
    ]
    assert bird.notes == [{"text": "größer"}]


def test_a_fake_lets_nobody_in_without_its_token(bird: Bird) -> None:
    assert ask(bird, "/notes", token="wrong")[0] == 401


def test_a_busy_fake_names_the_seconds_and_counts(bird: Bird) -> None:
    with bird.busy(30) as requests:
        status, _, headers = ask(bird, "/notes")
        assert (status, headers["Retry-After"], requests()) == (429, "30", 1)
    assert ask(bird, "/notes")[0] == 200


def test_a_fake_fails_refuses_and_expires_within_the_block_only(bird: Bird) -> None:
    with bird.outage():
        assert ask(bird, "/notes")[0] == 500
    with bird.refuse():
        assert ask(bird, "/notes")[0] == 200
        assert ask(bird, "/notes", {})[0] == 400
    with bird.expire_token(after=1):
        assert [ask(bird, "/notes")[0] for _ in range(3)] == [200, 401, 401]
    assert ask(bird, "/notes")[0] == 200
    assert bird.notes == []


def test_a_lost_answer_was_taken(bird: Bird) -> None:
    with bird.lose_answer():
        assert ask(bird, "/notes")[0] == 200
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(bird, "/notes", {"text": "once"})
        assert ask(bird, "/notes", {"text": "twice"})[0] == 200
    assert bird.notes == [{"text": "once"}, {"text": "twice"}]


def test_a_frozen_fake_answers_when_it_thaws(bird: Bird) -> None:
    answers: list[int] = []
    with bird.freeze():
        asking = threading.Thread(target=lambda: answers.append(ask(bird, "/notes")[0]))
        asking.start()
        while not bird.log:
            pass
        assert answers == []
    asking.join(10)
    assert answers == [200]


def test_a_form_is_read_with_its_files() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="chat"\r\n\r\n7\r\n'
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n\x89PNG\r\n--x--\r\n'
    )
    asked = Asked("POST", "/", {}, {"content-type": "multipart/form-data; boundary=x"}, body, 0.0)
    assert asked.parts() == [("chat", "", b"7"), ("photo", "a.png", b"\x89PNG")]
    assert asked.form() == {"chat": "7"}
    assert Asked("POST", "/", {}, {}, b"To=%2B31&Body=", 0.0).form() == {"To": "+31", "Body": ""}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"api": 99}, "api 99"),
        ({"kind": "Big Bird"}, "small letters"),
        ({"badge": "b"}, "badge"),
        ({"settings": (Setting("a", "A"), Setting("a", "A"))}, "declared twice"),
        ({"settings": (Setting("a", "A"),), "secrets": (Secret("a", "A"),)}, "declared twice"),
        ({"settings": (Setting("a", "A", kind="choice"),)}, "without choices"),
        ({"identity_kinds": ()}, "no kind of identity"),
        ({"inbound": ("socket",)}, "listen is declared but missing"),
        ({"inbound": ("webhook",)}, "handle_webhook is declared but missing"),
        ({"idempotency": "none"}, "verify is there but not declared"),
        ({"auth": ("oauth_device",)}, "authorize is declared but missing"),
        ({"typing": True}, "typing is declared but missing"),
        ({"reply_window": ReplyWindow(60, "template")}, "templates is declared but missing"),
        ({"reply_window": ReplyWindow(60, "tag")}, "until when"),
        ({"public": True, "private_reply": 60}, "private_reply is for"),
        ({"text": TextRule(max_length=0)}, "max_length"),
        ({"outbound": "none", "attachments": Attachments(outbound=True)}, "sends files and cannot send"),
        ({"outbound": "none", "receipts": ("read",)}, "reports what became"),
        ({"privacy": ""}, "privacy is empty"),
    ],
)
def test_a_manifest_that_promises_otherwise_is_found_out(changes: dict[str, Any], problem: str) -> None:
    connector = registry.connector("sample")
    assert problems(connector.manifest, connector) == []
    found = problems(replace(connector.manifest, **changes), connector)
    assert any(problem in each for each in found), found
