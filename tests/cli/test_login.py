"""omnidesk channel add, set and login: servers found from the address, and logins at a provider."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from omnidesk.connectors.base import Discovered
from omnidesk.connectors.email import discovery
from omnidesk.desk import channels, workspace
from omnidesk.sync import login
from omnidesk.words.kinds import Health
from tests.cli.conftest import Desk
from tests.provider import CLIENT, Provider

HERE = {"imap_host": "127.0.0.1", "imap_port": 9, "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}  # fmt: skip
ADD = ("channel", "add", "email", "--name", "support", "--address", "support@shop.test")


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    found = Provider("support@shop.test")

    def browse(url: str) -> None:
        threading.Thread(target=found.visit, args=(url,), daemon=True).start()

    monkeypatch.setattr(login, "open_browser", browse)
    yield found
    found.close()


def finds(monkeypatch: pytest.MonkeyPatch, found: Discovered) -> None:
    async def discover(address: str) -> Discovered:
        return found

    monkeypatch.setattr(discovery, "discover", discover)


def with_login(desk: Desk, provider: Provider, **more: str) -> None:
    settings = [f"{key}={value}" for key, value in {**HERE, **provider.settings, **more}.items()]
    pairs = [word for pair in settings for word in ("--set", pair)]
    desk.run(*ADD, *pairs, "--no-test")


def test_the_servers_found_are_said_and_tried(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, Discovered(HERE, "a guess", advice=("Hoster takes an app password here.",)))
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_PASSWORD", "x")
    said = desk.run(*ADD, status=5)
    assert "servers: 127.0.0.1:9 none, 127.0.0.1:9 none (a guess)" in said.err
    assert "Hoster takes an app password here." in said.err and "refuses connections" in said.err


def test_servers_given_are_not_looked_for_and_win(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, Discovered({**HERE, "imap_host": "imap.wrong.test", "imap_port": 993}, "a guess"))
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_PASSWORD", "x")
    one = ("--imap-host", "127.0.0.1", "--imap-security", "none", "--imap-port", "9")
    assert "wrong" not in desk.run(*ADD, *one, status=5).err
    both = (*one, "--smtp-host", "127.0.0.1", "--smtp-security", "none", "--smtp-port", "9")
    assert "servers:" not in desk.run(*ADD, *both, status=5).err


def test_servers_that_only_dns_names_are_refused_where_nobody_can_be_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(monkeypatch, Discovered(HERE, "SRV records in DNS", confirm=True))
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_PASSWORD", "x")
    assert "if they are yours, give them with --imap-host" in desk.run(*ADD, status=4).err


def test_a_provider_without_passwords_wants_a_client_id(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    finds(monkeypatch, Discovered(HERE, "its MX", logins=("microsoft",)))
    assert "needs a client id of your own: docs/email.md" in desk.run(*ADD, status=1).err


@pytest.mark.parametrize("way", [(), ("--browser",), ("--device",)])
def test_a_login_is_walked_through_and_kept(desk: Desk, provider: Provider, way: tuple[str, ...]) -> None:
    provider.entered.set()
    with_login(desk, provider)
    said = desk.run("channel", "login", "support", *way, "--json")
    assert set(said.document) == {"act", "channel", "kept"} and said.document["channel"]["name"] == "support"
    assert ("code: WDJB-MJHT" in said.err) is (way != ("--browser",)) and "log in as support@shop.test" in said.err
    tokens = [*provider.access, *provider.refresh]
    assert tokens and not any(token in said.out + said.err for token in tokens)
    assert "refuses connections" in desk.run("channel", "test", "support", status=5).err


@pytest.mark.sqlite
def test_needs_login_is_said_by_list_test_and_doctor(desk: Desk, provider: Provider) -> None:
    with_login(desk, provider)
    words = "omnidesk channel login support"
    assert words in desk.run("channel", "test", "support", status=1).err
    assert (
        words in desk.run("sync", "--once", "--channel", "support", "--json", status=1).document["channels"][0]["error"]
    )
    assert "needs login" in desk.run("channel", "list").out
    (item,) = [one for one in desk.json("channel", "list")["items"] if one["name"] == "support"]
    assert item["health"] == Health.NEEDS_LOGIN and words in item["error"]
    advice = [one["advice"] for one in desk.json("doctor", status=1)["checks"] if one["name"] == "channel support"]
    assert words in advice[0]


def test_settings_of_a_channel_are_changed_and_taken_back(desk: Desk, provider: Provider) -> None:
    with_login(desk, provider)
    desk.run("channel", "set", "support", "quote=yes", "client_id=another")
    found = desk.json("channel", "show", "support")["settings"]
    assert (found["quote"], found["client_id"], found["login"]) == (True, "another", "other")
    desk.run("channel", "set", "support", "quote=", f"client-id={CLIENT}")
    found = desk.json("channel", "show", "support")["settings"]
    assert "quote" not in found and found["client_id"] == CLIENT
    said = [one["said"] for one in desk.json("channel", "history", "support")["items"]]
    assert said[:2] == [f"client_id {CLIENT}, quote as usual", "client_id another, quote True"]
    desk.run("channel", "set", "support", "nonsense=1", status=2)
    desk.run("channel", "set", "support", "quote=maybe", status=2)
    desk.run("channel", "set", "desk", "quote=yes", status=4)


def test_a_channel_with_a_password_has_no_login(desk: Desk) -> None:
    assert "logs in with a password" in desk.run("channel", "login", "shop", status=4).err
    desk.run("channel", "login", "nobody", status=3)
    desk.run("channel", "login", "desk", status=4)


def test_a_login_that_is_declined_keeps_nothing(
    desk: Desk, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decline(url: str) -> None:
        threading.Thread(target=provider.visit, args=(url, False), daemon=True).start()

    monkeypatch.setattr(login, "open_browser", decline)
    with_login(desk, provider)
    assert "did not let us in" in desk.run("channel", "login", "support", "--browser", status=1).err
    opened = workspace.open_workspace(desk.home)
    assert channels.get(opened, "support").by_token
    opened.close()
