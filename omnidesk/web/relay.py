"""The relay: keeps verified webhooks in a numbered log, and gives them to a desk elsewhere that shows the token."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from omnidesk.connectors.base import Item
from omnidesk.desk import relaying, tokens
from omnidesk.web.door import Door
from omnidesk.web.health import bears
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.rows import Channel

PATH = "/relay/{channel}"
LONGEST_WAIT = 50.0
"""Seconds that a request waits for something to come."""


class Relay:
    """The log of each channel, and who waits for it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._came: dict[int, asyncio.Event] = {}

    async def keep(self, channel: Channel, items: Sequence[Item]) -> None:
        """Keep what was verified. Raises TryLaterError and its kin."""
        await self._door.in_thread(relaying.keep, self._door.workspace, channel.id, items)
        self._came.pop(channel.id, asyncio.Event()).set()

    async def handle(self, request: Request) -> Response:
        """Give what stands behind `after`; with `wait` (seconds) a request waits for it. To ask is to confirm nothing:
        what was fetched stays for a week."""
        door = self._door
        if not bears(request, tokens.token(door.workspace, "relay")):
            return JSONResponse({"error": "the token that `omnidesk token relay` prints is needed"}, 401)
        try:
            after = int(request.query_params.get("after", "0"))
            wait = min(float(request.query_params.get("wait", "0")), LONGEST_WAIT)
            channel = (await door.channels())[request.path_params["channel"]]
        except ValueError:
            return JSONResponse({"error": "after and wait are numbers"}, 400)
        except KeyError:
            return JSONResponse({"error": f"there is no channel {request.path_params['channel']} here"}, 404)
        try:
            came = self._came.setdefault(channel.id, asyncio.Event())
            last = await door.in_thread(relaying.last, door.workspace)
            items = await door.in_thread(relaying.after, door.workspace, channel.id, after)
            if not items and wait > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await came.wait()
                    items = await door.in_thread(relaying.after, door.workspace, channel.id, after)
        except OmniDeskError as error:
            return JSONResponse({"error": str(error)}, 503, {"Retry-After": "10"})
        found = {"kind": channel.kind, "items": items, "last": last}
        return JSONResponse(found, headers={"Cache-Control": "no-store"})
