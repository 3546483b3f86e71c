"""One channel at work: what fails is picked up again, what a machine slept through is read anew."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Batch, LoginError
from omnidesk.desk import channels, intake, settings
from omnidesk.store.leases import LeaseLostError
from omnidesk.sync.channel import ChannelRun
from omnidesk.sync.engine import Engine
from omnidesk.words.errors import TryLaterError
from omnidesk.words.kinds import Health
from omnidesk.words.rows import Channel
from tests.filling import Desk, hold, mail, write_lines
from tests.sync import scripted
from tests.sync.scripted import PROVIDERS

QUICK = {"lease_seconds": 5.0, "tick_seconds": 0.02, "backoff_seconds": 0.02, "backoff_most_seconds": 0.2}


async def until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait for a condition without holding up the loop; fail after some seconds."""
    end = clock.monotonic() + seconds
    while not (found := condition()):
        assert clock.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def working(desk: Desk, channel: Channel) -> AsyncIterator[ChannelRun]:
    """Run a channel in this process for the length of the block."""
    for name, value in QUICK.items():
        settings.put(desk.workspace, name, value)
    threads = ThreadPoolExecutor(4)

    async def in_thread(work: Any, *arguments: Any, **named: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *arguments, **named))

    run = ChannelRun(desk.workspace, channel, "test:1:x", settings.current(desk.workspace), in_thread)
    task = asyncio.create_task(run.run())
    yield run
    run.drain()
    await asyncio.wait_for(task, 20)
    threads.shutdown()


def fails_once(monkeypatch: pytest.MonkeyPatch, target: Any, name: str, error: Exception) -> list[int]:
    """Make a function raise the first time it is called; the list counts its calls."""
    real, calls = getattr(target, name), []

    def wrapped(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise error
        return real(*arguments, **named)

    monkeypatch.setattr(target, name, wrapped)
    return calls


@pytest.mark.parametrize("error", [TryLaterError("locked"), LeaseLostError("taken over"), OSError("disk")])
async def test_what_was_admitted_and_could_not_be_filed_is_filed_soon(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Promise 1: no restart is needed for it."""
    calls = fails_once(monkeypatch, intake, "settle", error)
    write_lines(desk.folder, mail("1"), mail("2"))
    async with working(desk, desk.channel):
        await until(lambda: desk.count("message") == 2)
    assert len(calls) >= 2


async def test_a_batch_is_acknowledged_only_after_it_was_kept(scripted_kinds: None, desk: Desk) -> None:
    """Promise 1: the source is asked for the next batch when the one before has been committed."""
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    seen: list[int] = []

    class Watching(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            for batch in super().__iter__():
                seen.append(desk.count("receipt"))
                yield batch

    batches = [Batch((scripted.item(str(number)),), {}) for number in range(4)]
    PROVIDERS["odd@shop.test"].batches = Watching(batches)
    async with working(desk, odd):
        await until(lambda: desk.count("message") == 4)
    assert seen[:4] == [0, 1, 2, 3]


async def test_a_refused_login_is_no_retry_storm(
    scripted_kinds: None, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    calls = fails_once(monkeypatch, scripted.KeyConnector, "pull", LoginError("wrong password: set it anew"))
    async with working(desk, odd):
        ill = await until(lambda: (one := channels.get(desk.workspace, "odd")).error and one)
        assert ill.health is Health.NEEDS_LOGIN
        assert "wrong password" in ill.error
        await until(lambda: channels.get(desk.workspace, "odd").health is Health.OK)
    assert len(calls) >= 2


async def test_a_missing_secret_is_told_and_mended_without_a_restart(
    scripted_kinds: None, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Promise 11: a process takes a lease only for channels whose secrets it can read."""
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "none.json"))
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-verify")
    PROVIDERS["odd@shop.test"].batches = [Batch((scripted.item("1"),), {})]
    async with working(desk, odd):
        ill = await until(lambda: (one := channels.get(desk.workspace, "odd")).error and one)
        assert ill.health is Health.NEEDS_LOGIN
        assert "OMNIDESK_SECRET_ODD_PASSWORD" in ill.error
        await until(lambda: channels.get(desk.workspace, "odd").leased_by is None)
        monkeypatch.setenv("OMNIDESK_SECRET_ODD_PASSWORD", "x")
        await until(lambda: desk.count("message") == 1)


async def test_told_that_the_machine_slept_a_channel_reads_anew_at_once(desk: Desk) -> None:
    slow = channels.get(desk.workspace, "demo")
    slow.settings["poll_seconds"] = 3600
    async with working(desk, slow) as run:
        await until(lambda: channels.get(desk.workspace, "demo").last_success_at)
        write_lines(desk.folder, mail("1"))
        run.reconnect()
        await until(lambda: desk.count("message") == 1)


async def test_progress_is_shown_while_a_source_is_read(desk: Desk) -> None:
    write_lines(desk.folder, *(mail(str(number)) for number in range(60)))
    async with working(desk, desk.channel):
        await until(lambda: desk.count("message") == 60)
        found = channels.get(desk.workspace, "demo")
        assert (found.progress_done, found.progress_total) == (60, 60)
        assert found.leased_by == "test:1:x"


async def test_one_pass_says_what_it_did_and_passes_over_what_another_holds(scripted_kinds: None, desk: Desk) -> None:
    odd = desk.adds_channel("odd", "odd@shop.test", "scripted-key")
    poison = scripted.item("2")
    PROVIDERS["odd@shop.test"].batches = [
        Batch((scripted.item("1"), scripted.item("1"), type(poison)("2", b"{", 0, "application/json")), {})
    ]
    hold(desk.workspace, desk.channel, "somebody else", 60)
    found = {one.channel: one for one in await Engine(desk.workspace).once()}
    assert found["demo"].skipped
    done = found["odd"]
    assert (done.received, done.duplicates, done.quarantined, done.error, done.skipped) == (2, 1, 1, None, False)
    assert channels.get(desk.workspace, odd.id).leased_by is None


async def test_a_lease_that_was_lost_while_filing_leaves_no_trace_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many at once: reading and filing find out in any order that another process took over."""
    unheard: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: unheard.append(said))
    calls = fails_once(monkeypatch, intake, "settle", LeaseLostError("taken over"))
    item = mail("1")

    async def batches() -> AsyncIterator[Batch]:
        yield Batch((item,), {})
        await until(lambda: calls)
        await asyncio.sleep(0)
        raise LeaseLostError("taken over")

    with ThreadPoolExecutor(2) as threads:

        async def in_thread(work: Any, *arguments: Any, **named: Any) -> Any:
            return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *arguments, **named))

        run = ChannelRun(desk.workspace, desk.channel, "test:1:x", settings.current(desk.workspace), in_thread)
        run.held = hold(desk.workspace, desk.channel)
        with pytest.raises(LeaseLostError):
            await run.take_all(batches())
    gc.collect()
    await asyncio.sleep(0)
    assert unheard == []


async def test_a_task_that_is_ended_as_it_is_woken_ends(desk: Desk) -> None:
    """A commit hurries every channel, and so does the one that changes a channel's settings and has it stopped."""
    from omnidesk.sync.channel import _waited

    woken = asyncio.Event()

    async def works() -> None:
        while True:
            woken.clear()
            await _waited(woken, 60)

    task = asyncio.create_task(works())
    await asyncio.sleep(0)
    woken.set()
    await asyncio.sleep(0)
    task.cancel()
    async with asyncio.timeout(20):
        await asyncio.wait({task})
    assert task.cancelled()
