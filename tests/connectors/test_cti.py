"""Calls that a telephone system tells of by CTI events."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from omnidesk.connectors.base import Account, ConnectorError, DecodeError, Item
from omnidesk.connectors.cti import CtiConnector
from omnidesk.connectors.testing import wait_for
from tests.web.serving import Desk, Served

TOKEN = "a-token-of-the-tests"


def event(sort: str, **more: str) -> dict[str, str]:
    said = {"event": sort, "from": "493055571600", "to": "4930600000000", "direction": "in", "callId": "c1"}
    return said | more


def decoded(said: dict[str, str], **headers: str) -> object:
    return CtiConnector.decode(Item("s", urlencode(said).encode(), 1_790_000_000_000, "", headers))[0]


def test_each_event_is_news_of_one_call() -> None:
    ringing, talking, ended = (
        CtiConnector.decode(Item("s", urlencode(said).encode(), at, "application/x-www-form-urlencoded"))[0]
        for said, at in (
            (event("newCall"), 1_000),
            (event("answer", **{"user[]": "Bo", "answeringNumber": "42"}), 2_000),
            (event("hangup", cause="normalClearing"), 9_000),
        )
    )
    assert {one.external_id for one in (ringing, talking, ended)} == {"c1"}
    assert ringing.call is not None and (ringing.call.state, ringing.call.began_at) == ("ringing", 1_000)
    assert talking.call is not None and (talking.call.answered_at, talking.call.taken_by) == (2_000, "42")
    assert ended.call is not None and (ended.call.state, ended.call.ended_at) == ("ended", 9_000)
    assert ringing.sender is not None
    assert (ringing.sender.kind, ringing.sender.value, ringing.sender.verified) == ("phone", "+493055571600", False)


@pytest.mark.parametrize("number", ["anonymous", "", "Unknown", "restricted"])
def test_a_withheld_number_is_no_identity(number: str) -> None:
    assert decoded(event("newCall", **{"from": number})).sender is None  # type: ignore[attr-defined]


def test_numbers_of_a_system_that_writes_them_as_dialled_stay_as_they_are() -> None:
    found = decoded(event("newCall", **{"from": "307001234"}), numbers="national")
    assert found.sender.value == "307001234"  # type: ignore[attr-defined]


def test_who_was_phoned_is_the_customer_of_an_outgoing_call() -> None:
    found = decoded(event("newCall", direction="out", to="31612345678"))
    assert (found.outbound, found.sender.value) == (True, "+31612345678")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[1]", b"\xff\xff", b"event=newCall", b'{"event": 5, "callId": []}', b"[" * 9_999]
)
def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        CtiConnector.decode(Item("s", raw, 0, "application/json"))


def test_a_short_token_is_refused_when_the_channel_is_tested() -> None:
    with pytest.raises(ConnectorError, match="too short"):
        asyncio.run(CtiConnector(Account(1, "phone", "", {}, {"token": "short"})).check())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "home", {"OMNIDESK_SECRET_PHONE_TOKEN": TOKEN})
    desk.run("channel", "add", "cti", "--name", "phone")
    return desk


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    with desk.serving() as served:
        yield served


def post(served: Served, said: dict[str, str], token: str = TOKEN) -> int:
    return httpx.post(f"{served.address}/hooks/phone?token={token}", data=said).status_code


def test_a_call_that_was_taken_becomes_one_message_however_often_it_is_told(desk: Desk, served: Served) -> None:
    for said in (event("newCall"), event("newCall"), event("answer", answeringNumber="42"), event("hangup")):
        assert post(served, said) == 200
    wait_for(desk.messages, "the call")
    assert post(served, event("hangup")) == 200
    (call,) = desk.messages()
    assert (call["kind"], call["direction"], call["contact"]["way"]) == ("call", "outbound", "in")
    assert (call["contact"]["outcome"], call["contact"]["taken_by"]) == ("answered", "42")
    assert call["from"]["address"] == "+493055571600"


def test_a_missed_call_waits_to_be_called_back(desk: Desk, served: Served) -> None:
    assert [post(served, said) for said in (event("newCall"), event("hangup", cause="noAnswer"))] == [200, 200]
    wait_for(desk.messages, "the call")
    (conversation,) = desk.ask("queue")["items"]
    assert conversation["status"] == "open"
    assert conversation["next_due_at"] is not None


def test_a_wrong_token_tells_nothing(desk: Desk, served: Served) -> None:
    assert post(served, event("newCall"), "guessed") == 401
    assert httpx.get(f"{served.address}/hooks/phone?token={TOKEN}").status_code == 405
    assert desk.messages() == []
