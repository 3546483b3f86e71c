"""Adding a mailbox: the form, the test on a real server, and the doors beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.widgets import Input, Select

from omnidesk.desk import channels, workspace
from omnidesk.screens.adding import suggested_name
from omnidesk.screens.console import DEMO, OmniDeskApp
from omnidesk.screens.session import open_session
from tests.console.steering import Console, console
from tests.filling import Desk, mail
from tests.servers import Mailbox, simple_mail


@asynccontextmanager
async def nothing_yet(home: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Console]:
    app = OmniDeskApp(open_session(str(home)), str(home), engine=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield Console(app, pilot)


def fill(here: Console, mailbox: Mailbox, password: str | None = None) -> None:
    screen = here.app.screen
    said = {
        "address": mailbox.address,
        "password": mailbox.password if password is None else password,
        "name": "support",
        "imap-host": "127.0.0.1",
        "imap-port": str(mailbox.settings["imap_port"]),
        "smtp-host": "127.0.0.1",
        "smtp-port": str(mailbox.settings["smtp_port"]),
        "ca": str(mailbox.settings["tls_ca"]),
    }
    for name, value in said.items():
        screen.query_one(f"#{name}", Input).value = value
    screen.query_one("#imap-security", Select).value = "none"
    screen.query_one("#smtp-security", Select).value = "starttls"


async def test_without_a_workspace_the_first_screen_adds_a_mailbox(tmp_path: Path) -> None:
    async with nothing_yet(tmp_path / "home") as here:
        await here.sees("Welcome to OmniDesk", "Mail address", "Password", "Look around")
        assert not (tmp_path / "home").exists()


async def test_escape_leaves_where_there_is_nothing_to_go_back_to(tmp_path: Path) -> None:
    async with nothing_yet(tmp_path / "home") as here:
        await here.press("escape")
        assert here.app.return_value == 0


async def test_looking_around_asks_for_the_samples(tmp_path: Path) -> None:
    async with nothing_yet(tmp_path / "home") as here:
        await here.press("ctrl+l")
        assert here.app.return_value == DEMO


async def test_a_workspace_without_channels_shows_the_form_and_escape_the_empty_queue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    workspace.create(str(tmp_path / "home")).close()
    async with nothing_yet(tmp_path / "home") as here:
        await here.sees("Add a mailbox")
        await here.press("escape")
        await here.sees("Open 0", "no channels yet: ctrl+n adds one")


async def test_what_is_missing_is_said_before_anything_is_tried(tmp_path: Path) -> None:
    async with nothing_yet(tmp_path / "home") as here:
        await here.press("ctrl+s")
        await here.sees("the mail address is missing")
        here.app.screen.query_one("#address", Input).value = "support@shop.test"
        await here.press("ctrl+s")
        await here.sees("the password is missing")


async def test_servers_can_be_named_at_80_by_24(tmp_path: Path) -> None:
    async with nothing_yet(tmp_path / "home") as here:
        await here.press("ctrl+t")
        await here.sees("IMAP server", "SMTP server", "Test ctrl+s")


@pytest.mark.servers
async def test_a_mailbox_is_tested_live_then_added(
    tmp_path: Path, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    monkeypatch.setenv("OMNIDESK_SECRET_SUPPORT_PASSWORD", mailbox.password)
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets"))
    mailbox.append("INBOX", simple_mail())
    async with nothing_yet(tmp_path / "home", (100, 30)) as here:
        fill(here, mailbox)
        await here.press("ctrl+s")
        await here.sees("It works", "1 mail", "Add it")
        await here.press("ctrl+s")
        await here.sees("Open 0", "sanne")
        opened = workspace.open_workspace(str(tmp_path / "home"))
        channel = channels.get(opened, "support")
        assert (channel.address, channel.enabled, channel.history_days) == (mailbox.address, True, 14)
        opened.close()


@pytest.mark.servers
async def test_a_wrong_password_is_said_in_words_and_nothing_is_made(tmp_path: Path, mailbox: Mailbox) -> None:
    async with nothing_yet(tmp_path / "home", (100, 30)) as here:
        fill(here, mailbox, password=mailbox.password[::-1])
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen.query_one("#result").has_class("wrong"), "the refusal", 40)
        await here.sees("password")
        assert not (tmp_path / "home").exists()


async def test_a_server_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    async with nothing_yet(tmp_path / "home", (100, 30)) as here:
        for name, value in {
            "address": "a@shop.test",
            "password": "x",
            "imap-host": "127.0.0.1",
            "imap-port": "1",
        }.items():
            here.app.screen.query_one(f"#{name}", Input).value = value
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen.query_one("#result").has_class("wrong"), "the refusal", 40)


async def test_another_mailbox_can_be_added_later(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("ctrl+n")
        await here.sees("Add a channel: of which kind?", "A mailbox of any provider")
        await here.press("enter")
        await here.sees("Add a mailbox", "Mail address")
        await here.press("escape")
        await here.sees("of which kind?")
        await here.press("escape")
        await here.sees("Open 1")


def test_a_channel_is_called_after_its_address() -> None:
    assert suggested_name("support@shop.example") == "support"
    assert suggested_name("Jan.Piet@shop.example") == "jan-piet"
    assert suggested_name("1st@shop.example") == "mail-1st"
    assert suggested_name("é@shop.example") == "mail"
