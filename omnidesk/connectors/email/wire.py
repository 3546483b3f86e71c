"""Lines and literals of an IMAP connection (RFC 3501 section 4).

An asyncio protocol with its own buffer: reading what has already come costs no turn of the event loop, which is what
a mailbox of a hundred thousand mails is made of. Every wait for bytes ends by the time limit, so that a frozen peer is
noticed; nothing here retries.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from typing import cast

from omnidesk.connectors.base import ConnectionLostError
from omnidesk.connectors.email.endpoint import Endpoint, unreachable

READ_AHEAD = 4_000_000
"""Bytes that may wait unread before the server is made to wait."""
LONGEST_LINE = 64_000_000
LONGEST_LITERAL = 150_000_000

_LITERAL = re.compile(rb"\{(\d{1,10})\+?\}\Z")


class Wire(asyncio.Protocol):
    """One connection: lines and literals in, bytes out. No wait for the server lasts longer than `patience` seconds."""

    def __init__(self, endpoint: Endpoint, patience: float) -> None:
        self.endpoint = endpoint
        self.patience = patience
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._wanted = 0
        self._paused = False
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @classmethod
    async def connect(cls, endpoint: Endpoint, patience: float) -> Wire:
        """Connect, with TLS at once where the endpoint says so. Raises ConnectorError in words."""
        wire = cls(endpoint, patience)
        context = endpoint.context() if endpoint.security == "tls" else None
        loop = asyncio.get_running_loop()
        name = endpoint.host if context else None
        try:
            async with asyncio.timeout(patience):
                await loop.create_connection(
                    lambda: wire, endpoint.host, endpoint.port, ssl=context, server_hostname=name
                )
        except (OSError, TimeoutError) as error:
            raise unreachable(error, endpoint) from error
        return wire

    async def start_tls(self) -> None:
        """Go on encrypted (STARTTLS); what came before it in the buffer is forged and dropped."""
        assert self._transport is not None
        context = self.endpoint.context() or ssl.create_default_context()
        self._buffer.clear()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.patience):
                secure = await loop.start_tls(self._transport, self, context, server_hostname=self.endpoint.host)
        except (OSError, TimeoutError) as error:
            raise unreachable(error, self.endpoint) from error
        self._transport = cast(asyncio.Transport, secure)

    # --- called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Take what came; too much of it makes the server wait."""
        self._buffer += data
        if len(self._buffer) > max(READ_AHEAD, self._wanted) and not self._paused and self._transport:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Note the end."""
        self._ended, self._error = True, error
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- reading and writing

    async def line(self, within: float | None = None) -> bytes:
        """Return the next line without its end. Raises TimeoutError when `within` (seconds) is given and passes."""
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            if seen > LONGEST_LINE:
                raise ConnectionLostError(f"{self.endpoint} sends a line without end: it is no mail server")
            await self._more(within, seen + 1)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line[:-1] if line.endswith(b"\r") else line

    async def exactly(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        if count > LONGEST_LITERAL:
            raise ConnectionLostError(f"{self.endpoint} sends {count:,} bytes at once, more than was asked for")
        while len(self._buffer) < count:
            await self._more(None, count)
        with memoryview(self._buffer) as view:
            data = bytes(view[:count])
        del self._buffer[:count]
        return data

    async def response(self, within: float | None = None) -> list[bytes]:
        """Return one answer: a line, or its pieces with the literals between them (text, literal, text, ..)."""
        line = await self.line(within)
        pieces = [line]
        while line.endswith((b"}", b"+}")) and (found := _LITERAL.search(line)):
            pieces.append(await self.exactly(int(found[1])))
            line = await self.line()
            pieces.append(line)
        return pieces

    async def _more(self, within: float | None, wanted: int) -> None:
        if self._ended:
            raise unreachable(self._error or EOFError("it was closed"), self.endpoint)
        self._wanted = wanted
        if self._paused and self._transport:
            self._transport.resume_reading()
            self._paused = False
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self.patience if within is None else within):
                await self._waiter
        except TimeoutError:
            if within is not None:
                raise
            raise ConnectionLostError(
                f"{self.endpoint} has said nothing for {self.patience:g} s: the connection is given up and made anew"
            ) from None
        finally:
            self._waiter = None

    def write(self, data: bytes) -> None:
        """Send bytes; a broken connection shows at the next read."""
        if self._transport is not None and not self._ended:
            self._transport.write(data)

    def close(self) -> None:
        """Drop the connection at once."""
        self._ended = True
        if self._transport is not None:
            self._transport.abort()
