"""A relay keeps verified webhooks for a desk that cannot be reached from outside; none is lost, none comes twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from omnidesk.connectors.testing import wait_for
from tests import plugin
from tests.web.hooked import CONNECTOR, SECRET, body, signed
from tests.web.serving import Desk, Served


@pytest.fixture
def plugins(tmp_path: Path) -> str:
    return str(plugin.install(tmp_path / "plugins", "hooked", CONNECTOR))


@pytest.fixture
def public(tmp_path: Path, plugins: str) -> Desk:
    """The workspace of the public machine."""
    desk = Desk(tmp_path / "public", {"PYTHONPATH": plugins, "OMNIDESK_SECRET_SHOP_SIGNING": SECRET})
    desk.run("channel", "add", "hooked", "--name", "shop", "--no-test")
    return desk


@pytest.fixture
def relay(public: Desk) -> Iterator[Served]:
    """It relays."""
    with public.serving("--relay") as served:
        yield served


@pytest.fixture
def laptop(tmp_path: Path, plugins: str, public: Desk, relay: Served) -> Desk:
    """A desk behind NAT that fetches from the relay."""
    secrets = {
        "OMNIDESK_SECRET_MINE_RELAY_TOKEN": public.ask("token", "relay")["token"],
        "OMNIDESK_SECRET_MINE_SIGNING": SECRET,
    }
    desk = Desk(tmp_path / "laptop", {"PYTHONPATH": plugins, **secrets})
    where = ("--set", f"relay_url={relay.address}", "--set", "relay_channel=shop")
    desk.run("channel", "add", "hooked", "--name", "mine", *where, "--no-test")
    return desk


def post(relay: Served, *messages: tuple[str, str]) -> None:
    url, content = f"{relay.address}/hooks/shop", body(*messages)
    assert httpx.post(url, content=content, headers=signed(url, content)).status_code == 200


def test_what_a_relay_keeps_arrives_once_at_the_desk_elsewhere(public: Desk, relay: Served, laptop: Desk) -> None:
    for number in range(150):
        post(relay, (f"m{number}", f"text {number}"))
    post(relay, ("m3", "text 3"))
    assert public.messages() == []
    assert laptop.ask("sync", "--once")["channels"][0]["received"] == 150
    assert laptop.ask("sync", "--once")["channels"][0]["received"] == 0
    assert len(laptop.texts()) == len(set(laptop.texts())) == 150


def test_a_desk_that_waits_at_the_relay_gets_what_comes_at_once(relay: Served, laptop: Desk) -> None:
    with laptop.syncing():
        wait_for(lambda: laptop.ask("channel", "show", "mine")["health"] == "ok", "the first reading")
        wait_for(lambda: laptop.ask("channel", "show", "mine")["last_success_at"], "the first reading")
        post(relay, ("m1", "while it waits"))
        wait_for(lambda: laptop.texts() == ["while it waits"], "the message")


def test_an_old_cursor_and_a_relay_made_anew_lose_and_double_nothing(public: Desk, relay: Served, laptop: Desk) -> None:
    post(relay, ("m1", "one"), ("m2", "two"))
    laptop.run("sync", "--once")
    for cursor in ('{"version": 1, "relay": 0}', '{"version": 1, "relay": 1000}'):
        with sqlite3.connect(laptop.home / "omnidesk.db") as database:
            database.execute("UPDATE channel SET cursor_json = ? WHERE name = 'mine'", (cursor,))
        post(relay, (f"after {cursor}", "more"))
        laptop.run("sync", "--once")
    assert laptop.texts() == ["more", "more", "one", "two"]


def test_without_the_token_a_relay_gives_nothing_and_the_desk_says_what_to_do(relay: Served, laptop: Desk) -> None:
    post(relay, ("m1", "secret"))
    assert httpx.get(f"{relay.address}/relay/shop").status_code == 401
    laptop.environment["OMNIDESK_SECRET_MINE_RELAY_TOKEN"] = "wrong"
    found = laptop.ask("sync", "--once", expect=1)["channels"][0]
    assert found["received"] == 0
    assert "omnidesk token relay" in found["error"]
    assert laptop.ask("channel", "show", "mine")["health"] == "needs_login"
