"""What the tests of the connector share."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from omnidesk.connectors.base import Account, Batch, Item
from omnidesk.connectors.email import EmailConnector
from tests.servers import Mailbox

Connect = Callable[..., EmailConnector]


def connector(mailbox: Mailbox, *, timeout: float = 10.0, **changes: Any) -> EmailConnector:
    """A connector for a mailbox; `changes` are settings, `password` and `read_only` say themselves."""
    secrets = {"password": changes.pop("password")} if "password" in changes else mailbox.secrets
    read_only = changes.pop("read_only", False)
    account = Account(1, "support", mailbox.address, {**mailbox.settings, **changes}, secrets, read_only, timeout)
    return EmailConnector(account)


async def everything(source: EmailConnector, cursor: Any = None) -> tuple[list[Item], Any]:
    """Pull to the end: all items in order, and the last cursor."""
    items: list[Item] = []
    last = cursor or {}
    async for batch in source.pull(last):
        items += batch.items
        last = batch.cursor
    return items, last


class Listening:
    """Listens in a task; `batches` holds what came, `next` waits for more."""

    def __init__(self, source: EmailConnector, cursor: Any) -> None:
        self.came: asyncio.Queue[Batch] = asyncio.Queue()
        self.task = asyncio.create_task(self._run(source, cursor))

    async def _run(self, source: EmailConnector, cursor: Any) -> None:
        async with contextlib.aclosing(source.listen(cursor)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                await self.came.put(batch)

    async def next(self) -> Batch:
        """The next batch; raises what the listener raised."""
        waiting = asyncio.create_task(self.came.get())
        done, _ = await asyncio.wait({waiting, self.task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        assert done, "nothing came"
        if waiting not in done:
            waiting.cancel()
            self.task.result()
        return waiting.result()


@pytest.fixture
async def listening() -> AsyncIterator[Callable[[EmailConnector, Any], Listening]]:
    """Start listeners that end with the test."""
    running: list[Listening] = []

    def start(source: EmailConnector, cursor: Any) -> Listening:
        running.append(Listening(source, cursor))
        return running[-1]

    yield start
    for each in running:
        each.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await each.task


def without_position(item: Item) -> Item:
    """An item as its receipt knows it."""
    return replace(item, position="", received_at=0)
