"""The engine asks for what a provider has approved, now and then, and keeps it."""

from __future__ import annotations

import asyncio

import pytest

from omnidesk.connectors.base import LoginError, Template
from omnidesk.connectors.sample.kinds import SampleWhatsApp
from omnidesk.desk import channels, templates
from omnidesk.sync import templates as asking
from omnidesk.sync.engine import Engine
from omnidesk.sync.setup import CheckFailedError
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import Health
from tests.filling import Desk


def names(desk: Desk) -> list[str]:
    return [f"{one.name} {one.language}" for one in templates.named(desk.workspace, "wa")]


async def test_a_pass_keeps_the_templates_and_asks_again_only_after_hours(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.adds_channel("wa", "+31851234567", "sample-whatsapp")
    await Engine(desk.workspace).once()
    assert names(desk) == ["order_shipped en", "order_shipped nl"]

    async def others(self: SampleWhatsApp) -> list[Template]:
        return [Template("another", "en", "utility", "Hello")]

    monkeypatch.setattr(SampleWhatsApp, "templates", others)
    await Engine(desk.workspace).once()
    assert names(desk) == ["order_shipped en", "order_shipped nl"]
    assert await asyncio.to_thread(asking.ask, desk.workspace, "wa") == 1
    assert names(desk) == ["another en"]


async def test_a_login_that_has_ended_is_noticed_by_asking(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = desk.adds_channel("wa", "+31851234567", "sample-whatsapp")

    async def refused(self: SampleWhatsApp) -> list[Template]:
        raise LoginError("the token has expired: make a new one")

    monkeypatch.setattr(SampleWhatsApp, "templates", refused)
    await Engine(desk.workspace).once()
    found = channels.get(desk.workspace, channel.name)
    assert (found.health, found.error) == (Health.NEEDS_LOGIN, "the token has expired: make a new one")
    with pytest.raises(CheckFailedError, match="make a new one"):
        await asyncio.to_thread(asking.ask, desk.workspace, "wa")


def test_a_channel_without_a_window_has_none_to_ask_for(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="no templates"):
        asking.ask(desk.workspace, "demo")
