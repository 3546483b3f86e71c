"""What a visitor's page talks to: a WebSocket, and the same frames over plain HTTP where one cannot be had.

`POST session` gives a pass, `POST post` takes one message (with files, which are too large for a frame), `POST poll`
takes frames and waits for ours. A poll names its connection (a UUID of the page's own) and the number of the last
frame it has (`after`); what it has not confirmed is told again.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from omnidesk import clock
from omnidesk.connectors.chat.manifest import MAX_FILE_BYTES
from omnidesk.desk import log
from omnidesk.web.chat import frames, passes
from omnidesk.web.chat.arriving import Arrival, Arriving, Rates, RefusedRequestError, body, said
from omnidesk.web.chat.connection import Connection
from omnidesk.web.chat.frames import FrameError, Hello, Post
from omnidesk.web.chat.hall import Hall
from omnidesk.web.chat.passes import Pass
from omnidesk.web.door import Door
from omnidesk.words.errors import OmniDeskError

FRAME_BYTES = 64 * 1024
POST_BYTES = MAX_FILE_BYTES * 4 // 3 + 128 * 1024
HELLO_SECONDS, LAST_WORDS = 10.0, 2.0
LONGEST_WAIT = 25.0
MOST_WRONG = 20
"""Frames that are not taken after which a page is let go."""
_GOING_AWAY, _POLICY, _UNSUPPORTED, _TOO_BIG = 1001, 1008, 1003, 1009
"""Close codes (RFC 6455 section 7.4.1)."""

Handler = Callable[[Request], Awaitable[Response]]


class Talking:
    """The endpoints that a page talks to."""

    def __init__(self, door: Door, hall: Hall, arriving: Arriving, rates: Rates) -> None:
        self._door, self._hall, self._arriving, self._rates = door, hall, arriving, rates

    # --- over plain HTTP

    def answering(self, handler: Callable[[Arrival, dict[str, Any]], Awaitable[Response]], most: int) -> Handler:
        """Return a handler of POST requests with a JSON body of at most so many bytes."""

        async def handle(request: Request) -> Response:
            try:
                arrival = await self._arriving.admit(request, writes=True)
                return await handler(arrival, frames.parse(await body(request, most)))
            except RefusedRequestError as error:
                return error.response
            except FrameError as error:
                headers = {"Retry-After": str(max(1, round(error.after)))} if error.after else {}
                return JSONResponse(dict(error.frame()), error.status, {"Cache-Control": "no-store", **headers})
            except OmniDeskError as error:
                log.warn(f"a visitor was not answered: {error}")
                return said(503, "this cannot be answered now", {"Retry-After": "10"})

        return handle

    @property
    def session(self) -> Handler:
        """Give a pass: the one shown, made anew where it is old, or a new visitor's."""
        return self.answering(self._session, FRAME_BYTES)

    @property
    def post(self) -> Handler:
        """Take one message of a visitor: 200 once it is kept."""
        return self.answering(self._post, POST_BYTES)

    @property
    def poll(self) -> Handler:
        """Take frames, and give ours."""
        return self.answering(self._poll, FRAME_BYTES)

    async def _session(self, arrival: Arrival, asked: dict[str, Any]) -> Response:
        held = self._pass(arrival, str(asked.get("token", "")))
        return _json({"token": held.token, "fresh": held.fresh, "online": await self._hall.online(arrival.channel)})

    def _pass(self, arrival: Arrival, token: str) -> Pass:
        """Return the pass to go on with. Raises FrameError where a caller asks for too many."""
        workspace, channel_id = self._door.workspace, arrival.channel.id
        held = passes.read(workspace, channel_id, token)
        if held is not None:
            return passes.renewed(workspace, channel_id, held)
        if wait := self._rates.sessions.take(arrival.caller):
            raise FrameError("too-many", 429, after=wait)
        return passes.issue(workspace, channel_id)

    def _shown(self, arrival: Arrival, asked: dict[str, Any]) -> Pass:
        held = passes.read(self._door.workspace, arrival.channel.id, str(asked.get("token", "")))
        if held is None:
            raise FrameError("pass", 401)
        return held

    async def _post(self, arrival: Arrival, asked: dict[str, Any]) -> Response:
        held = self._shown(arrival, asked)
        wanted = frames.post(asked)
        self._rates.post(arrival.caller, held.visitor, wanted.id)
        await self._hall.post(arrival.channel, held.visitor, wanted)
        return _json({"type": "posted", "id": wanted.id})

    async def _poll(self, arrival: Arrival, asked: dict[str, Any]) -> Response:
        held = self._shown(arrival, asked)
        try:
            key = f"{held.visitor}:{UUID(str(asked.get('connection')))}"
            after, wait = int(asked.get("after") or 0), min(float(asked.get("wait") or 0), LONGEST_WAIT)
        except (ValueError, TypeError, OverflowError):
            raise FrameError("unreadable") from None
        connection = self._hall.find(key)
        if connection is None or connection.ended:
            connection, after = self._connection(arrival, key, held.visitor), 0
            held = passes.renewed(self._door.workspace, arrival.channel.id, held)
            connection.page = frames.page_of(asked)
            await self._hall.join(connection, held.token)
        connection.seen_at = clock.monotonic()
        connection.taken(after)
        sent = asked.get("frames") or []
        for one in sent[:50] if isinstance(sent, list) else ():
            await self._frame(arrival, connection, one)
        if not connection.waiting and wait > 0:
            connection.came.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await connection.came.wait()
        return _json({"frames": [frame for _, frame in connection.waiting], "last": connection.last})

    # --- over a WebSocket

    async def socket(self, socket: WebSocket) -> None:
        """Talk with a page until it goes."""
        try:
            arrival = await self._arriving.admit(socket, writes=True)
        except RefusedRequestError as error:
            await socket.send_denial_response(error.response)
            return
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the page went while it was told something
            await self._talk(socket, arrival)

    async def _talk(self, socket: WebSocket, arrival: Arrival) -> None:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                hello = frames.read(await _received(socket))
            if not isinstance(hello, Hello):
                raise FrameError("unreadable")
            held = self._pass(arrival, hello.token)
            connection = self._connection(arrival, f"{held.visitor}:{uuid4()}", held.visitor)
            connection.page = hello.page
            await self._hall.join(connection, held.token)
        except (FrameError, TimeoutError, OmniDeskError) as error:
            told = error if isinstance(error, FrameError) else FrameError("later", 503, after=5.0)
            await socket.send_json(dict(told.frame()))
            await socket.close(_POLICY)
            return
        telling = asyncio.create_task(_tell(socket, connection))
        listening = asyncio.create_task(self._listen(socket, arrival, connection))
        try:
            await asyncio.wait({telling, listening}, return_when=asyncio.FIRST_COMPLETED)
            if connection.ended:
                await asyncio.wait({telling}, timeout=LAST_WORDS)
        finally:
            self._hall.leave(connection)
            for task in (telling, listening):
                task.cancel()
            await asyncio.gather(telling, listening, return_exceptions=True)
        with contextlib.suppress(RuntimeError):
            await socket.close(_GOING_AWAY if self._hall.closing else _POLICY)

    async def _listen(self, socket: WebSocket, arrival: Arrival, connection: Connection) -> None:
        wrong = 0
        while wrong < MOST_WRONG:
            try:
                await self._frame(arrival, connection, await _received(socket))
            except FrameError as error:
                connection.tell(**error.frame())
                wrong += 1
                await asyncio.sleep(0)  # others have their turn
            except WebSocketDisconnect:
                return
        connection.end("wrong")

    def _connection(self, arrival: Arrival, key: str, visitor: str) -> Connection:
        workspace, channel_id = self._door.workspace, arrival.channel.id

        def link(attachment_id: int) -> str:
            return f"file/{attachment_id}?{passes.file_query(workspace, channel_id, attachment_id)}"

        return Connection(key, arrival.channel, visitor, link)

    async def _frame(self, arrival: Arrival, connection: Connection, raw: Any) -> None:
        """Take a frame; what is refused is told, but for what cannot be read over a WebSocket: that is raised."""
        wait = self._rates.visitor_frames.take(connection.visitor)
        try:
            if wait:
                raise FrameError("too-many", 429, str(raw.get("id", "")) if isinstance(raw, dict) else "", wait)
            wanted = frames.read(raw)
            if isinstance(wanted, Post):
                self._rates.post(arrival.caller, connection.visitor, wanted.id)
            await self._hall.take(connection, wanted)
        except FrameError as error:
            if error.status in (400, 429):
                raise
            connection.tell(**error.frame())
        except OmniDeskError as error:
            log.warn(f"a visitor was not answered: {error}", channel=connection.channel.name)
            connection.tell(**FrameError("later", 503, after=5.0).frame())


async def _received(socket: WebSocket) -> Any:
    """Return the next frame of a page. Raises FrameError, WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if text is None:
        await socket.close(_UNSUPPORTED)
        raise WebSocketDisconnect(_UNSUPPORTED)
    if len(text) > FRAME_BYTES:
        await socket.close(_TOO_BIG)
        raise WebSocketDisconnect(_TOO_BIG)
    return frames.parse(text)


async def _tell(socket: WebSocket, connection: Connection) -> None:
    while True:
        await connection.came.wait()
        connection.came.clear()
        for number, frame in list(connection.waiting):
            await socket.send_text(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            connection.taken(number)
        if connection.ended and not connection.waiting:
            return


def _json(document: dict[str, Any]) -> Response:
    return JSONResponse(document, headers={"Cache-Control": "no-store"})
