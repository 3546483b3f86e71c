"""What an engine logs of a database that is away: once that it is, once that it is back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from omnidesk.desk import log, settings
from omnidesk.store import leases
from omnidesk.sync.engine import Engine
from omnidesk.words.errors import DatabaseLostError
from tests.filling import open_desk


async def test_a_database_that_is_away_is_logged_once_and_that_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_desk(tmp_path).workspace
    settings.put(opened, "lease_seconds", 0.2)
    said: list[str] = []
    tries: list[int] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()
    acquire = leases.acquire

    def away(*asked: Any) -> int | None:
        tries.append(1)
        if len(tries) <= 4:
            raise DatabaseLostError("out of reach")
        if len(tries) == 8:
            loop.call_soon_threadsafe(enough.set)
        return acquire(*asked)

    monkeypatch.setattr(leases, "acquire", away)
    monkeypatch.setattr(log, "warn", said.append)
    monkeypatch.setattr(log, "say", said.append)
    minding = asyncio.create_task(Engine(opened)._mind_the_clock())
    async with asyncio.timeout(20):
        await enough.wait()
    minding.cancel()
    await asyncio.gather(minding, return_exceptions=True)
    opened.close()
    assert said == ["work that time drives failed: out of reach", "work that time drives is done again"]
