"""The pages of `omnidesk serve` on loopback, for a workspace of a test."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from omnidesk.desk import settings
from omnidesk.desk.workspace import Workspace
from omnidesk.sync import accounts
from omnidesk.web import serving
from omnidesk.web.application import Site
from omnidesk.web.door import Door


@contextmanager
def served(workspace: Workspace, relays: bool = False) -> Iterator[str]:
    """Serve a workspace within the block; gives the address of the server."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    ended: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def main() -> None:
        end = asyncio.Event()
        ended.append((asyncio.get_running_loop(), end))
        door = Door(workspace, partial(accounts.account, workspace), settings.current(workspace).public_url)

        async def work() -> None:
            ready.set()
            await end.wait()

        try:
            await serving.serve(Site(door, relays).app, listener, work)
        finally:
            await door.close()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    assert ready.wait(20), "the server does not start"
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        loop, end = ended[0]
        loop.call_soon_threadsafe(end.set)
        thread.join(20)
        assert not thread.is_alive()
