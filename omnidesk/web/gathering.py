"""What many requests bring at once is kept in one transaction: a commit each would be what a storm waits for.

A request is answered once its items are committed (promise 1). Filing follows behind it and is repeated from the raw
items where the program ends in between.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from omnidesk.connectors.base import Item
from omnidesk.desk import intake, log
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import OmniDeskError, TryLaterError

AT_ONCE = 500
"""Items that are kept in one transaction."""
MOST_WAITING = 5_000
"""Items that wait at most; who comes then is asked to come back."""

FILED_AT_ONCE = 200
PATIENCE = 0.5
"""Seconds that filing makes way for what is to be kept."""
LOOK_AGAIN = 30.0
"""Seconds of quiet after which it is looked whether anything kept was not filed."""

InThread = Callable[..., Awaitable[Any]]


class Gathering:
    """The way in of one channel. `start` it on the loop; `close` files what is left."""

    def __init__(self, workspace: Workspace, channel_id: int, in_thread: InThread) -> None:
        self._workspace = workspace
        self._channel_id = channel_id
        self._in_thread = in_thread
        self._waiting: list[tuple[Sequence[Item], asyncio.Future[None]]] = []
        self._kept: list[tuple[int, Item]] = []
        self._came, self._to_file, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to keep and to file; what an earlier run kept and did not file is filed first."""
        self._tasks = [asyncio.create_task(self._keep()), asyncio.create_task(self._file())]

    async def admit(self, items: Sequence[Item]) -> None:
        """Return once the items are committed. Raises TryLaterError and other OmniDeskErrors; nothing is then kept."""
        if sum(len(some) for some, _ in self._waiting) + len(items) > MOST_WAITING:
            raise TryLaterError("more comes in than can be kept at once: come back in a moment")
        kept = asyncio.get_running_loop().create_future()
        self._waiting.append((items, kept))
        self._came.set()
        await kept

    async def _keep(self) -> None:
        while True:
            self._idle.set()
            await self._came.wait()
            self._came.clear()
            self._idle.clear()
            while self._waiting:
                some = self._take()
                try:
                    items = [item for each, _ in some for item in each]
                    admitted = await self._in_thread(intake.admit, self._workspace, self._channel_id, items)
                except Exception as error:  # noqa: BLE001  each request is told, and the next ones are tried anew
                    for _, kept in some:
                        if not kept.done():
                            kept.set_exception(error)
                    continue
                for _, kept in some:
                    if not kept.done():
                        kept.set_result(None)
                self._kept += admitted.items
                self._to_file.set()

    def _take(self) -> list[tuple[Sequence[Item], asyncio.Future[None]]]:
        count = places = 0
        for items, _ in self._waiting:
            count += len(items)
            if places and count > AT_ONCE:
                break
            places += 1
        some, self._waiting = self._waiting[:places], self._waiting[places:]
        return some

    async def _file(self) -> None:
        while True:
            with contextlib.suppress(OmniDeskError):
                await self._in_thread(intake.settle_rest, self._workspace, self._channel_id)
            with contextlib.suppress(TimeoutError):
                while True:
                    async with asyncio.timeout(LOOK_AGAIN):
                        await self._to_file.wait()
                    self._to_file.clear()
                    while self._kept:
                        await self._in_peace()
                        await self._file_some()

    async def _in_peace(self) -> None:
        """Wait until no request waits to be kept, but not for long: both write, and whoever posts waits for it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._idle.wait()

    async def _file_some(self) -> None:
        some, self._kept = self._kept[:FILED_AT_ONCE], self._kept[FILED_AT_ONCE:]
        try:
            await self._in_thread(intake.settle, self._workspace, some)
        except OmniDeskError as error:  # it stays admitted, and is filed by the next who looks
            log.warn(f"filing waits: {error}", channel_id=self._channel_id)

    async def close(self) -> None:
        """File what was kept, and end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _, kept in self._waiting:
            if not kept.done():
                kept.set_exception(TryLaterError("the program ends: come back in a moment"))
        while self._kept:
            await self._file_some()
