"""Webhooks of Meta: who may subscribe, what is signed, and what one bundle brings."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from omnidesk.connectors.base import ConnectorError, DecodeError
from omnidesk.connectors.meta import opened, parted, turned_away
from omnidesk.connectors.testing.meta import handshake, signed

URL = "https://desk.example/hooks/wa"
SECRETS = {"app_secret": "secret-of-the-app", "verify_token": "a-word-of-ours"}


def test_the_handshake_is_answered_with_the_challenge() -> None:
    answer = turned_away(handshake(URL, "a-word-of-ours", "42"), SECRETS)
    assert answer is not None
    assert (answer.status, answer.body, answer.batch) == (200, b"42", None)


@pytest.mark.parametrize("token", ["", "another", "a-word-of-ours "])
def test_a_wrong_verify_token_is_refused(token: str) -> None:
    answer = turned_away(handshake(URL, token), SECRETS)
    assert answer is not None
    assert answer.status == 403


def test_without_a_verify_token_nobody_subscribes() -> None:
    answer = turned_away(handshake(URL, ""), {"app_secret": "x"})
    assert answer is not None
    assert answer.status == 403


def test_what_is_signed_passes_and_nothing_else() -> None:
    request = signed(URL, {"object": "page", "entry": []}, SECRETS["app_secret"])
    assert turned_away(request, SECRETS) is None
    for forged in (
        replace(request, body=request.body + b" "),
        replace(request, headers={}),
        replace(request, headers={"x-hub-signature-256": "sha256="}),
        replace(request, headers={"x-hub-signature-256": "sha256=é"}),
        signed(URL, {"object": "page", "entry": []}, "another"),
    ):
        answer = turned_away(forged, SECRETS)
        assert answer is not None
        assert (answer.status, answer.batch) == (401, None)


def test_without_the_apps_secret_nothing_can_be_verified() -> None:
    with pytest.raises(ConnectorError, match="app_secret"):
        turned_away(signed(URL, {}, "any"), {"verify_token": "x"})


def test_a_bundle_is_taken_apart_and_each_part_is_a_webhook() -> None:
    document = {
        "object": "page",
        "entry": [
            {"id": "1", "time": 5, "messaging": [{"mid": "a"}, {"mid": "b"}, 7], "changes": [{"field": "feed"}]},
            "no entry",
            {"id": "2", "time": 6, "messaging": None},
        ],
    }
    found = list(parted(document))
    assert [(one.among, one.what, one.entry["id"]) for one in found] == [
        ("changes", {"field": "feed"}, "1"),
        ("messaging", {"mid": "a"}, "1"),
        ("messaging", {"mid": "b"}, "1"),
    ]
    (again,) = parted(opened(found[1].raw()))
    assert again == found[1]
    (other,) = parted(opened(found[1].raw({"mid": "c"})))
    assert (other.what, other.entry) == ({"mid": "c"}, {"id": "1", "time": 5})


@pytest.mark.parametrize("raw", [b"", b"\xff", b"[]", b"{}", b'{"entry": 5}', b"[" * 100_000, b"\x00\xff\x1b]0;x\x07"])
def test_what_is_no_webhook_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(DecodeError, match="no webhook of Meta"):
        opened(raw)


def test_json_escapes_of_a_webhook_are_signed_as_they_came() -> None:
    """Meta signs the bytes with its escapes: they are never written anew before they are verified."""
    body = json.dumps({"entry": [], "object": "größer 🙂"}).encode()
    assert b"\\u" in body
    assert turned_away(signed(URL, body, SECRETS["app_secret"]), SECRETS) is None
