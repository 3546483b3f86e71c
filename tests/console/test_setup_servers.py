"""The set-up finds the servers of an address by itself, shows them, and logs in at providers that want it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.widgets import Input, Select

from omnidesk.connectors.base import Discovered
from omnidesk.connectors.email import discovery, oauth
from omnidesk.desk import channels, workspace
from omnidesk.screens.login import LoginScreen
from omnidesk.sync import login, secrets
from tests.console.steering import NARROW, Console
from tests.console.test_setup import nothing_yet
from tests.provider import Provider
from tests.servers import Mailbox, simple_mail

FOUND = Discovered(
    {
        "imap_host": "mail.hoster.test",
        "imap_port": 993,
        "imap_security": "tls",
        "smtp_host": "mail.hoster.test",
        "smtp_port": 587,
        "smtp_security": "starttls",
        "user": "support",
    },
    "SRV records in DNS",
    advice=("Hoster takes an app password here.",),
)


@pytest.fixture
def finding(monkeypatch: pytest.MonkeyPatch) -> dict[str, Discovered]:
    """What is found for each address, nothing for others; nobody is asked."""
    found: dict[str, Discovered] = {}

    async def discover(address: str) -> Discovered:
        return found.get(address, Discovered())

    monkeypatch.setattr(discovery, "discover", discover)
    return found


def value(here: Console, name: str) -> str:
    return here.app.screen.query_one(f"#{name}", Input).value


async def typed(here: Console, address: str) -> None:
    here.app.screen.query_one("#address", Input).focus()
    await here.type(address)
    await here.press("enter")


@pytest.mark.parametrize("size", [NARROW, (100, 40)])
async def test_the_servers_are_shown_while_the_password_is_typed(
    tmp_path: Path, finding: dict[str, Discovered], size: tuple[int, int]
) -> None:
    finding["support@shop.test"] = FOUND
    async with nothing_yet(tmp_path / "home", size) as here:
        await typed(here, "support@shop.test")
        await here.sees("Servers: mail.hoster.test and mail.hoster.test", "! Hoster takes an app password here.")
        assert (value(here, "imap-port"), value(here, "smtp-port"), value(here, "user")) == ("993", "587", "support")
        assert here.app.screen.query_one("#smtp-security", Select).value == "starttls"


async def test_another_address_replaces_what_was_found_and_keeps_what_was_typed(
    tmp_path: Path, finding: dict[str, Discovered]
) -> None:
    finding["support@shop.test"] = FOUND
    async with nothing_yet(tmp_path / "home", (100, 40)) as here:
        await typed(here, "support@shop.test")
        await here.until(lambda: value(here, "imap-host"), "the servers")
        here.app.screen.query_one("#user", Input).value = "me"
        here.app.screen.query_one("#address", Input).value = ""
        await typed(here, "sales@shop.test")
        await here.sees("No servers were found for this address")
        assert (value(here, "imap-host"), value(here, "user")) == ("", "me")


async def test_typed_servers_are_left_alone(tmp_path: Path, finding: dict[str, Discovered]) -> None:
    finding["support@shop.test"] = FOUND
    async with nothing_yet(tmp_path / "home", (100, 40)) as here:
        here.app.screen.query_one("#imap-host", Input).value = "127.0.0.1"
        here.app.screen.query_one("#imap-port", Input).value = "9"
        here.app.screen.query_one("#password", Input).value = "x"
        await typed(here, "support@shop.test")
        await here.press("ctrl+s")
        await here.sees("the IMAP server 127.0.0.1:9 refuses connections")
        assert value(here, "smtp-host") == ""


async def test_servers_that_only_dns_names_are_confirmed_before_the_password_goes_there(
    tmp_path: Path, finding: dict[str, Discovered]
) -> None:
    there = {**FOUND.settings, "imap_host": "127.0.0.1", "imap_port": 9, "smtp_host": "127.0.0.1", "smtp_port": 9}
    finding["support@shop.test"] = Discovered(there, "SRV records in DNS", confirm=True)
    async with nothing_yet(tmp_path / "home", (100, 40)) as here:
        here.app.screen.query_one("#password", Input).value = "x"
        here.app.screen.query_one("#address", Input).value = "support@shop.test"
        await here.press("ctrl+s")
        await here.sees("DNS names servers of another domain", "IMAP server")
        await here.press("ctrl+s")
        await here.sees("127.0.0.1:9 refuses connections")


async def test_a_provider_without_passwords_asks_for_a_client_id(
    tmp_path: Path, finding: dict[str, Discovered]
) -> None:
    finding["support@shop.test"] = Discovered(FOUND.settings, "its MX", logins=("microsoft",))
    async with nothing_yet(tmp_path / "home", (100, 40)) as here:
        await typed(here, "support@shop.test")
        await here.sees("browser: Microsoft", "client id")
        await here.press("ctrl+s")
        await here.sees("a login in the browser needs a client id: docs/email.md")


@pytest.mark.servers
async def test_a_mailbox_is_added_by_logging_in_at_its_provider(
    tmp_path: Path,
    finding: dict[str, Discovered],
    provider: Provider,
    token_mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets"))
    monkeypatch.setattr(login, "has_browser", lambda: False)
    there = oauth.Provider("Google", f"{provider.url}/authorize", f"{provider.url}/token", scope="mail")
    monkeypatch.setattr(oauth, "provider", lambda settings: there)
    servers = {key: each for key, each in token_mailbox.settings.items() if key.startswith(("imap", "smtp"))}
    finding[token_mailbox.address] = Discovered(servers, "its address", logins=("password", "google"))
    token_mailbox.deliver(simple_mail())
    async with nothing_yet(tmp_path / "home", (100, 40)) as here:
        here.app.screen.query_one("#ca", Input).value = str(token_mailbox.settings["tls_ca"])
        here.app.screen.query_one("#name", Input).value = "support"
        await typed(here, token_mailbox.address)
        await here.sees("its address")
        here.app.screen.query_one("#login", Select).value = "google"
        here.app.screen.query_one("#client-id", Input).value = provider.settings["client_id"]
        await here.press("ctrl+s")
        await here.sees("Log in for", "open the page in a browser")
        screen = here.app.screen
        assert isinstance(screen, LoginScreen)
        threading.Thread(target=provider.visit, args=(screen._step.url,), daemon=True).start()
        await here.sees("It works", "1 mail", "Add it")
        await here.press("ctrl+s")
        await here.sees("Open 0", "sanne")
    opened = workspace.open_workspace(str(tmp_path / "home"))
    channel = channels.get(opened, "support")
    assert channel.by_token and set(secrets.of_channel(channel)) == {"oauth"}
    opened.close()
