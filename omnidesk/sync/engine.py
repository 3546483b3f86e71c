"""The engine: one supervised task a channel, the lease `clock`, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from omnidesk import clock
from omnidesk.connectors import registry
from omnidesk.connectors.manifest import RunsIn
from omnidesk.desk import away, calls, channels, cleaning, log, retention, settings, triage
from omnidesk.desk.decoding import Decoder
from omnidesk.store import leases
from omnidesk.store.workspace import Workspace
from omnidesk.sync.channel import ChannelRun
from omnidesk.sync.limits import Limits
from omnidesk.words.errors import NotFoundError, OmniDeskError
from omnidesk.words.rows import PROGRAM, Channel, ChannelSync

SLEPT = 30.0
"""Seconds that the wall clock may run ahead of the monotonic one before we say that the machine slept."""

CLEAN_EVERY = 3600.0


class Engine:
    """The engine of one process, for the channels whose kind `runs_in` it."""

    def __init__(self, workspace: Workspace, only: Sequence[str] = (), runs_in: RunsIn = "sync") -> None:
        self.workspace = workspace
        self.only = tuple(only)
        self.runs_in = runs_in
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.settings = settings.current(workspace)
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="desk")
        self._decoder = Decoder()
        self._limits = Limits()
        self._runs: dict[int, tuple[Channel, ChannelRun, asyncio.Task[None]]] = {}
        self._stopping = asyncio.Event()
        self._clock_number: int | None = None
        self._cleaned = -CLEAN_EVERY

    async def in_thread(self, work: Any, *arguments: Any, **named: Any) -> Any:
        """Run blocking work on one of the engine's own threads, where its connections live."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **named))

    def wanted(self) -> list[Channel]:
        """Return the channels that this engine may run. Raises NotFoundError for a name that is none."""
        found = [channel for channel in channels.list_channels(self.workspace) if channel.kind != "desk"]
        for name in self.only:
            if name not in {channel.name for channel in found}:
                raise NotFoundError(f"there is no channel {name}; `omnidesk channel list` shows them")
        return [
            channel
            for channel in found
            if channel.enabled and (not self.only or channel.name in self.only) and _runs_in(channel, self.runs_in)
        ]

    async def once(self) -> list[ChannelSync]:
        """Read each source to its end and send what is due; one channel's error does not stop the others."""
        try:
            runs = [self._run_of(channel) for channel in await self.in_thread(self.wanted)]
            return list(await asyncio.gather(*(run.once() for run in runs)))
        finally:
            self._threads.shutdown()

    async def run(self, parent: int | None = None) -> None:
        """Run until told to stop (SIGTERM, SIGINT) or, as a console's child, until the parent is gone."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        log.say("engine started", owner=self.owner)
        minding = asyncio.create_task(self._mind_the_clock())
        try:
            await self._supervise(parent)
        finally:
            minding.cancel()
            await asyncio.gather(minding, return_exceptions=True)
            await self._finish()
            log.say("engine stopped", owner=self.owner)
            self._threads.shutdown()

    async def _supervise(self, parent: int | None) -> None:
        apart = clock.now() / 1000 - clock.monotonic()
        while not self._stopping.is_set():
            if parent is not None and not _alive(parent):
                return
            with contextlib.suppress(OmniDeskError):
                await self._match_channels()
                await self._try_what_was_asked()
            drift = clock.now() / 1000 - clock.monotonic()
            if drift - apart > SLEPT:
                log.say("the machine slept: reading everything anew", seconds=round(drift - apart))
                for _, run, _ in self._runs.values():
                    run.reconnect()
            apart = drift
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.settings.tick_seconds):
                    await self._stopping.wait()

    async def _match_channels(self) -> None:
        """Start channels that were added or switched on; stop or restart those that changed."""
        wanted = {channel.id: channel for channel in await self.in_thread(self.wanted)}
        for channel_id, (channel, _, task) in list(self._runs.items()):
            if channel_id not in wanted or _config(wanted[channel_id]) != _config(channel) or task.done():
                await self._stop(task)
                del self._runs[channel_id]
        for channel_id, channel in wanted.items():
            if channel_id not in self._runs:
                run = self._run_of(channel)
                self._runs[channel_id] = (channel, run, asyncio.create_task(run.run()))

    async def _try_what_was_asked(self) -> None:
        """Connect anew where somebody at a console or the command line asked for it."""
        running = {number for number, (_, run, _) in self._runs.items() if run.held is not None}
        for number in await self.in_thread(channels.take_asked, self.workspace, running):
            self._runs[number][1].reconnect()

    def hurry(self) -> None:
        """Look at once for what is due: something was written."""
        for _, run, _ in self._runs.values():
            run.hurry()

    def _run_of(self, channel: Channel) -> ChannelRun:
        return ChannelRun(
            self.workspace, channel, self.owner, self.settings, self.in_thread, self._decoder, self._limits
        )

    async def _stop(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        outcome = (await asyncio.gather(task, return_exceptions=True))[0]
        if isinstance(outcome, Exception):
            log.warn(f"a channel's task ended: {outcome!r}")

    async def _finish(self) -> None:
        """Receive no more, but send what is due within its undo window; then let go of the leases."""
        for _, run, _ in self._runs.values():
            run.drain()
        tasks = [task for _, _, task in self._runs.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=90)
        for task in tasks:
            await self._stop(task)
        if self._clock_number is not None:
            number = self._clock_number
            with contextlib.suppress(OmniDeskError):
                await self.in_thread(self.workspace.database.write, lambda tx: leases.release(tx, "clock", number))

    async def _mind_the_clock(self) -> None:
        """Do the work that time drives, in the one process that holds the lease `clock`.

        That it fails, as while the database is away, is logged once, and that it is done again."""
        failing = False
        while True:
            try:
                await self._do_what_is_time()
                if failing:
                    log.say("work that time drives is done again")
                failing = False
            except OmniDeskError as error:
                if not failing:
                    log.warn(f"work that time drives failed: {error}")
                failing = True
            await asyncio.sleep(min(1.0, self.settings.lease_seconds / 3))

    async def _do_what_is_time(self) -> None:
        length = int(self.settings.lease_seconds * clock.SECOND)
        number = await self.in_thread(
            self.workspace.database.write, lambda tx: leases.acquire(tx, "clock", self.owner, length)
        )
        self._clock_number = number
        if number is not None:
            await self.in_thread(away.end_due, self.workspace)
            await self.in_thread(triage.wake_due, self.workspace, PROGRAM)
            await self.in_thread(calls.give_up, self.workspace)
            await self.in_thread(retention.run_daily, self.workspace)
            if clock.monotonic() - self._cleaned > CLEAN_EVERY:
                await self.in_thread(cleaning.clean, self.workspace)
                self._cleaned = clock.monotonic()


def _config(channel: Channel) -> Channel:
    """Return only what a running channel depends on."""
    return replace(
        channel,
        health=channel.health if not channel.enabled else type(channel.health).OK,
        error=None,
        last_success_at=None,
        next_attempt_at=None,
        leased_by=None,
        progress_done=0,
        progress_total=0,
    )


def _runs_in(channel: Channel, where: RunsIn) -> bool:
    try:
        return registry.manifest(channel.kind).runs_in == where
    except NotFoundError as error:
        log.warn(str(error), channel=channel.name)
        return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
