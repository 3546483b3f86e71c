"""Logging in for a channel at its provider, from the channels screen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from omnidesk.desk import channels
from omnidesk.screens.login import LoginScreen
from omnidesk.sync import login, secrets
from omnidesk.words.kinds import Health
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk
from tests.provider import Provider

ME = "support@shop.test"


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    monkeypatch.setattr(login, "has_browser", lambda: False)
    found = Provider(ME)
    yield found
    found.close()


def needing_login(desk: Desk, provider: Provider, **more: str) -> None:
    channel = desk.adds_channel("amail", ME, "email", settings={**provider.settings, **more})
    why = "the login of support@shop.test at Google has ended"
    channels.note_health(desk.workspace, channel.id, Health.NEEDS_LOGIN, why)


def url_shown(running: Console) -> str:
    screen = running.app.screen
    assert isinstance(screen, LoginScreen)
    return screen._step.url


async def to_login(running: Console) -> None:
    await running.press("g", "C")
    await running.sees("amail", "needs login: l", "has ended")
    await running.press("g", "g", "l")


async def test_l_shows_the_page_and_keeps_what_the_browser_brings(desk: Desk, provider: Provider) -> None:
    needing_login(desk, provider, device_url="")
    async with console(desk.workspace, WIDE) as running:
        await to_login(running)
        await running.sees("Log in for amail", "open the page in a browser", "code_challenge", "give up")
        threading.Thread(target=provider.visit, args=(url_shown(running),), daemon=True).start()
        await running.sees("logged in for amail, kept in")
        assert "oauth" in secrets.of_channel(channels.get(desk.workspace, "amail"))
        await running.press("enter")
        await running.sees("its secret was stored anew")


async def test_without_a_browser_here_a_code_is_shown_and_ctrl_t_turns_to_the_browser(
    desk: Desk, provider: Provider
) -> None:
    needing_login(desk, provider)
    async with console(desk.workspace, NARROW) as running:
        await to_login(running)
        await running.sees("code: WDJB-MJHT", "/enter", "with the browser")
        await running.press("ctrl+t")
        await running.sees("open the page in a browser", "with a code")
        await running.press("ctrl+t")
        await running.sees("code: WDJB-MJHT")
        provider.entered.set()
        await running.sees("logged in for amail")


async def test_an_address_from_a_browser_elsewhere_is_pasted(desk: Desk, provider: Provider) -> None:
    needing_login(desk, provider, device_url="")
    async with console(desk.workspace, WIDE) as running:
        await to_login(running)
        await running.sees("paste here the address")
        pasted = running.app.screen.query_one(Input)
        pasted.value = "https://evil.example/?code=1"
        await running.press("enter")
        await running.sees("! paste the whole address", "open the page")
        ended: list[str] = []
        provider.visit(url_shown(running), browse=ended.append)
        pasted.value = ended[0]
        await running.press("enter")
        await running.sees("logged in for amail")


async def test_what_fails_is_said_and_enter_begins_anew(desk: Desk, provider: Provider) -> None:
    needing_login(desk, provider, device_url="")
    async with console(desk.workspace, WIDE) as running:
        await to_login(running)
        await running.until(lambda: url_shown(running), "the page")
        threading.Thread(target=provider.visit, args=(url_shown(running), False), daemon=True).start()
        await running.sees("! the provider did not let us in (The person said no)", "again")
        await running.press("enter")
        await running.sees("open the page in a browser")


async def test_escape_gives_it_up(desk: Desk, provider: Provider) -> None:
    needing_login(desk, provider)
    async with console(desk.workspace, WIDE) as running:
        await to_login(running)
        await running.sees("WDJB-MJHT")
        await running.press("escape")
        await running.sees("nobody logged in", "needs login: l")
        assert not secrets.known(channels.get(desk.workspace, "amail"))


async def test_the_queue_says_that_a_channel_needs_login(desk: Desk, provider: Provider) -> None:
    needing_login(desk, provider)
    async with console(desk.workspace, WIDE) as running:
        await running.sees("amail needs login: g C, then l")


async def test_a_channel_with_a_password_has_no_login_and_one_with_a_login_no_password(
    desk: Desk, provider: Provider
) -> None:
    needing_login(desk, provider)
    async with console(desk.workspace, WIDE) as running:
        await running.press("g", "C")
        await running.sees("amail", "demo")
        await running.press("g", "g", "p")
        await running.sees("amail has no password: l logs in")
        await running.press("G", "l")
        await running.sees("demo has no login at a provider")
