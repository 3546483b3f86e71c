"""Notices what other processes write, for pages that are open and answers that should leave at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence

from omnidesk.desk import changes, log
from omnidesk.store.workspace import Workspace
from omnidesk.words.errors import OmniDeskError

LOOK_SECONDS = 0.1
LOST_SECONDS = 2.0

Tell = Callable[[Sequence[int]], None]
"""Is called on the loop with the conversations that changed."""


async def watch(workspace: Workspace, tell: Tell) -> None:
    """Tell of every change until cancelled; a database that is away is waited for."""
    ended = threading.Event()
    watching = asyncio.get_running_loop().run_in_executor(
        None, _watch, workspace, tell, asyncio.get_running_loop(), ended
    )
    try:
        await asyncio.shield(watching)
    finally:
        ended.set()
        await asyncio.gather(watching, return_exceptions=True)


def _watch(workspace: Workspace, tell: Tell, loop: asyncio.AbstractEventLoop, ended: threading.Event) -> None:
    position, seen, lost = None, object(), False
    while not ended.is_set():
        try:
            if position is None:
                position = changes.position(workspace)
            now = changes.stirred(workspace)
            if now != seen:
                touched, position = changes.since(workspace, position)
                loop.call_soon_threadsafe(tell, touched)
                seen = now if not touched else object()  # there may be more than one reading brought
            lost = False
            changes.wait(workspace, LOOK_SECONDS, ended)
        except OmniDeskError as error:
            if not lost:
                log.warn(f"what changes cannot be seen: {error}")
            lost = True
            ended.wait(LOST_SECONDS)
