"""The channels screen: health in words, and what can be done about a channel."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.desk import channels, composing, settings
from omnidesk.screens.setup import SetupScreen
from omnidesk.sync import secrets
from omnidesk.sync.engine import Engine
from omnidesk.words.kinds import Health
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, hold, mail


async def opened(running: Console) -> None:
    """Open the screen and wait until it is read."""
    await running.press("g", "C")
    await running.sees("Channels 1", "demo", "support@shop.test")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_says_how_a_channel_does_and_why(desk: Desk, size: tuple[int, int]) -> None:
    at = clock.now() - 5 * clock.MINUTE
    channels.note_health(
        desk.workspace, desk.channel.id, Health.NEEDS_LOGIN, "535 \x1b[31mwrong password", last_success_at=at,
        next_attempt_at=clock.now() + 4 * clock.MINUTE,
    )  # fmt: skip
    async with console(desk.workspace, size) as running:
        await opened(running)
        await running.sees("needs a password, next try in", "535 wrong password", "synced 5 min ago", "0 of 1 up")


async def test_testing_looks_live_and_says_what_it_found(desk: Desk) -> None:
    (desk.folder / "inbox.jsonl").write_bytes(mail("1").raw + b"\n")
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("t")
        await running.sees("demo works: 1 messages there")
        (desk.folder / "inbox.jsonl").unlink()
        desk.folder.rmdir()
        await running.press("t")
        await running.sees("there is no folder")


async def test_switching_off_and_on(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("space")
        await running.sees("switched off", "switched demo off")
        assert not channels.get(desk.workspace, "demo").enabled
        await running.press("x")
        await running.sees("switched demo on", "not read yet")


async def test_the_log_says_who_changed_what(desk: Desk) -> None:
    channels.disable(desk.workspace, desk.me, "demo")
    channels.rename(desk.workspace, desk.another_agent("koen"), "demo", "shop")
    async with console(desk.workspace) as running:
        await running.press("g", "C")
        await running.sees("switched off")
        await running.press("enter")
        await running.sees(
            "koen: renamed from demo to shop", "sanne: switched off", "sanne: added as demo", "history 14"
        )
        await running.press("h")
        await running.sees_not("koen: renamed")


async def test_renaming_keeps_the_rules_of_names(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("n")
        await running.sees("Rename demo to:")
        await running.press("ctrl+u")
        await running.type("Bad Name")
        await running.press("enter")
        await running.sees("is no channel name")
        await running.press("n", "ctrl+u")
        await running.type("shop")
        await running.press("enter")
        await running.sees("renamed demo to shop")


async def test_removing_shows_what_stays_and_only_y_does_it(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", answers="1"))
    async with console(desk.workspace) as running:
        await opened(running)
        for key in ("enter", "n"):
            await running.press("D")
            await running.sees("Remove demo?", "2 messages in 1 conversations stay")
            await running.press(key)
        await running.sees_not("Remove demo?")
        assert channels.get(desk.workspace, "demo").id == desk.channel.id
        await running.press("D")
        await running.sees("Remove demo?")
        await running.press("y")
        await running.sees("There is no channel yet")
    assert desk.count("message") == 2


async def test_what_is_to_go_out_keeps_a_channel_from_being_removed(desk: Desk) -> None:
    desk.receives(mail("1"))
    composing.reply(desk.workspace, desk.me, 1, "On its way")
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("D")
        await running.sees("1 messages are still to go out")
        await running.press("y")
        await running.sees("let them go or cancel them")
    assert channels.get(desk.workspace, "demo").enabled


async def test_a_password_is_stored_without_being_shown(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    channels.disable(desk.workspace, desk.me, "demo")
    channel = desk.adds_channel("amail", "a@shop.test", "email", settings={"imap_host": "imap.shop.test"})
    channels.disable(desk.workspace, desk.me, "amail")
    async with console(desk.workspace) as running:
        await running.press("g", "C")
        await running.sees("amail")
        await running.press("p")
        await running.sees("password of amail:")
        await running.type("hushhush")
        assert "hushhush" not in running.screen()
        await running.press("enter")
        await running.sees("the secret of amail is kept in")
        await running.press("n")
        await running.sees("Rename amail to:", "amail")
    assert secrets.read(channel, ("password",)) == {"password": "hushhush"}
    assert "hushhush" not in str(desk.value("SELECT group_concat(after_json, ' ') FROM event"))


async def test_a_channel_without_a_secret_says_so(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("p")
        await running.sees("demo has no secret")


async def test_adding_opens_the_set_up(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("a")
        await running.sees("of which kind?", "E-mail")
        await running.press("enter")
        await running.until(lambda: isinstance(running.app.screen, SetupScreen))


async def test_trying_now_is_asked_of_whoever_runs_it(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await opened(running)
        await running.press("r")
        await running.sees("demo is tried again now")
    assert channels.take_asked(desk.workspace, []) == []
    assert channels.take_asked(desk.workspace, [desk.channel.id]) == [desk.channel.id]
    assert channels.take_asked(desk.workspace, [desk.channel.id]) == []


async def test_an_engine_that_waits_tries_at_once_when_asked(desk: Desk) -> None:
    for name in ("backoff_seconds", "backoff_most_seconds"):
        settings.put(desk.workspace, name, 3600.0)
    settings.put(desk.workspace, "tick_seconds", 0.05)
    (desk.folder / "broken").touch()
    engine = Engine(desk.workspace)
    running = asyncio.create_task(engine.run())
    requests = desk.folder / "requests"
    try:
        await _until(lambda: channels.get(desk.workspace, "demo").error)
        before = requests.stat().st_size
        channels.try_now(desk.workspace, desk.me, "demo")
        await _until(lambda: requests.stat().st_size > before)
    finally:
        engine._stopping.set()
        await running


async def _until(true: object, seconds: float = 20.0) -> None:
    assert callable(true)
    end = clock.monotonic() + seconds
    while not true():
        assert clock.monotonic() < end
        await asyncio.sleep(0.02)


def test_nobody_runs_what_is_leased_elsewhere(desk: Desk) -> None:
    """Asking reaches the engine that holds the channel, not the first that looks."""
    hold(desk.workspace, desk.channel)
    channels.try_now(desk.workspace, desk.me, "demo")
    assert channels.take_asked(desk.workspace, {desk.channel.id + 1}) == []
    assert channels.get(desk.workspace, "demo").next_attempt_at is None
