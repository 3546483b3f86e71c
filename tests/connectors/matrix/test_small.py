"""Positions, invitations, what a message becomes, and where a homeserver is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from omnidesk.connectors.base import Account, ConnectorError, File, Outgoing
from omnidesk.connectors.matrix import homeserver, invites, outgoing
from omnidesk.connectors.matrix.position import Position
from omnidesk.words.rows import Address

ANNA = Address("Anna", "@anna:omni.test")


def message(**more: Any) -> Outgoing:
    usual: dict[str, Any] = {
        "key": "k", "external_id": "", "sender": Address("Sanne", "@support:omni.test"), "to": (ANNA,), "cc": (),
        "bcc": (), "subject": "", "text": "hello", "at": 0, "conversation": 1, "token": "t",
    }  # fmt: skip
    return Outgoing(**{**usual, **more})


def test_a_position_is_read_again_as_it_was_kept() -> None:
    position = Position("s1_2", {"!a": "@anna:omni.test", "!b": ""}, True, 494_000, 3)
    assert Position.of(json.loads(json.dumps(dict(position.cursor())))) == position
    assert Position.of({}) == Position.of({"since": 7, "invited": [], "hour": "x"}) == Position()


def test_of_many_invitations_so_many_are_noted_as_a_cursor_holds() -> None:
    position = Position("s1").noting({f"!room{number:03d}{'x' * 80}": "@a:b" for number in range(200)})
    assert 10 < len(position.invited) < 200
    assert position.more
    assert len(json.dumps(dict(position.cursor()))) < 4096


@pytest.mark.parametrize(
    ("setting", "inviter", "may"),
    [
        ("anybody", "@anna:omni.test", True),
        ("anybody", "", True),
        ("nobody", "@anna:omni.test", False),
        ("omni.test", "@anna:omni.test", True),
        ("omni.test", "@anna:evil-omni.test", False),
        ("@anna:omni.test, example.org", "@anna:omni.test", True),
        ("@anna:omni.test, example.org", "@bram:omni.test", False),
        ("@anna:omni.test, example.org", "@bram:example.org", True),
        ("example.org", "", False),
    ],
)
def test_who_may_invite(setting: str, inviter: str, may: bool) -> None:
    assert invites.allowed(setting, inviter) is may


def test_an_answer_names_what_it_answers_and_shows_its_files_after_it() -> None:
    file = File("a.png", "image/png", b"\x89PNG")
    payload = outgoing.prepared(message(thread="!room", in_reply_to="$theirs", files=(file, File("b", "x/y", b"b"))))
    (event,) = payload.envelope["events"]
    assert event["m.relates_to"] == {"m.in_reply_to": {"event_id": "$theirs"}}
    assert (event["msgtype"], event["body"]) == ("m.text", "hello")
    assert (payload.envelope["room"], payload.envelope["read"]) == ("!room", "$theirs")
    assert [one.data for one in outgoing.lay_apart(payload)] == [b"\x89PNG", b"b"]
    json.dumps(payload.envelope)


def test_what_a_machine_wrote_is_a_notice() -> None:
    assert outgoing.prepared(message(auto=True)).envelope["events"][0]["msgtype"] == "m.notice"


def test_files_are_shown_as_what_they_are_and_drawings_as_files() -> None:
    kinds = [outgoing.file_event("x", one, 1, "mxc://a/b")["msgtype"] for one in
             ("image/png", "audio/ogg", "video/mp4", "text/plain", "image/svg+xml")]  # fmt: skip
    assert kinds == ["m.image", "m.audio", "m.video", "m.file", "m.file"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"to": (Address("", "anna@omni.test"),)}, "no Matrix account"),
        ({"to": (ANNA, Address("", "@bram:omni.test"))}, "one person"),
        ({"bcc": (ANNA,)}, "nobody can read it unseen"),
        ({"text": "  "}, "needs a text"),
        ({"text": "é" * 15_001}, "30,002 bytes"),
    ],
)
def test_what_cannot_go_out_is_said_before(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        outgoing.prepared(message(**more))


async def accepted(
    answer: Callable[[httpx.Request], httpx.Response], waiting: dict[str, str], settings: dict[str, Any], **more: Any
) -> tuple[Position, set[str], dict[str, int]]:
    """Accept invitations of an account whose server answers so."""
    asked = {"api_url": "https://omni.test", "login": "token", **settings}
    account = Account(0, "x", "@support:omni.test", asked, {"access_token": "t"}, **more)
    joined: set[str] = set()
    later: dict[str, int] = {}
    server = homeserver.Homeserver(account, served(answer))
    position = await invites.accept(server, Position(invited=waiting), joined, later)
    return position, joined, later


async def test_so_many_invitations_are_accepted_in_an_hour_and_the_others_wait() -> None:
    rooms = dict.fromkeys(("!a", "!b", "!c"), "")
    position, joined, _ = await accepted(lambda _: httpx.Response(200, json={}), rooms, {"invites_most": 2})
    assert (joined, position.accepted) == ({"!a", "!b"}, 2)
    assert set(position.invited) == set(rooms), "a room is forgotten once it is among those joined"


async def test_a_room_that_cannot_be_joined_is_forgotten_and_one_that_cannot_now_is_put_off() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(403 if "closed" in str(request.url) else 504, json={"errcode": "M_FORBIDDEN"})

    position, joined, later = await accepted(answer, dict.fromkeys(("!closed", "!silent", "!behind"), ""), {})
    assert (set(position.invited), joined, set(later)) == ({"!silent", "!behind"}, set(), {"!silent"})


async def test_a_channel_on_trial_joins_nothing() -> None:
    position, joined, _ = await accepted(lambda _: httpx.Response(500), {"!a": ""}, {}, read_only=True)
    assert (set(position.invited), joined) == ({"!a"}, set())


def served(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    return httpx.MockTransport(answer)


async def test_a_homeserver_is_where_its_domain_says() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"m.homeserver": {"base_url": "https://matrix.omni.test/"}})

    account = Account(0, "x", "@support:omni.test", {})
    assert await homeserver.found(account, served(answer)) == "https://matrix.omni.test"
    assert asked == ["https://omni.test/.well-known/matrix/client"]


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(200, text="<html>"), httpx.Response(500)])
async def test_without_such_words_it_is_the_domain_itself(answer: httpx.Response) -> None:
    account = Account(0, "x", "@support:omni.test:8448", {})
    assert await homeserver.found(account, served(lambda _: answer)) == "https://omni.test:8448"


async def test_an_unencrypted_place_and_no_account_are_refused() -> None:
    said = httpx.Response(200, json={"m.homeserver": {"base_url": "http://matrix.omni.test"}})
    with pytest.raises(ConnectorError, match="not encrypted"):
        await homeserver.found(Account(0, "x", "@support:omni.test", {}), served(lambda _: said))
    for address in ("support@omni.test", "", "@support"):
        with pytest.raises(ConnectorError, match="one looks like"):
            await homeserver.found(Account(0, "x", address, {}), served(lambda _: said))
