"""imapclient on a socket that is connected already, so that a connection can be cut from outside at any moment.

imapclient reads through the standard library's imaplib; `Lines` overrides what imaplib offers for it: where the socket
comes from, `read` and `readline`. Large reads matter: each gives up the interpreter, and it must be waited for again.
Only the thread of a session uses a client, and this module is imported there: it brings the library.
"""

from __future__ import annotations

import imaplib
import socket
import ssl

from imapclient import IMAPClient, SocketTimeout

from omnidesk.connectors.email.endpoint import Endpoint

RECEIVED_AT_ONCE = 262_144
LONGEST_LINE = 64_000_000
LONGEST_LITERAL = 150_000_000


class Lines(imaplib.IMAP4):
    """One connection: lines and literals in, bytes out. A wait that timed out or would block takes nothing away."""

    def __init__(self, connected: socket.socket, endpoint: Endpoint, patience: float) -> None:
        self._connected = self._source = connected
        self._ahead = bytearray()
        self._room = memoryview(bytearray(RECEIVED_AT_ONCE))
        super().__init__(endpoint.host, endpoint.port, patience)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._connected

    def readline(self) -> bytes:
        """Return the next line with its end, b"" when there is no more. Raises TimeoutError, BlockingIOError."""
        if self._source is not self.sock:
            self._source = self.sock
            self._ahead.clear()  # what came before STARTTLS is forged
        seen = 0
        while (end := self._ahead.find(b"\n", seen)) < 0:
            seen = len(self._ahead)
            if seen > LONGEST_LINE:
                raise self.abort("a line without end")
            if not self._receive():
                end = seen
                break
        return self._take(end + 1)

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer when the connection ends."""
        if size > LONGEST_LITERAL:
            raise self.abort(f"{size:,} bytes at once, more than was asked for")
        while len(self._ahead) < size and self._receive():
            pass
        return self._take(size)

    @property
    def holds_line(self) -> bool:
        """Whether a line has come already: waiting at the socket would miss it."""
        return b"\n" in self._ahead

    @property
    def holds_part(self) -> bool:
        """Whether the beginning of something has come."""
        return bool(self._ahead)

    def _receive(self) -> bool:
        count = self.sock.recv_into(self._room)
        self._ahead += self._room[:count]
        return bool(count)

    def _take(self, count: int) -> bytes:
        with memoryview(self._ahead) as view:
            data = bytes(view[:count])
        del self._ahead[:count]
        return data


class Client(IMAPClient):  # type: ignore[misc]
    """An IMAPClient over a connected socket; with TLS at once where the endpoint says so.

    Folder names stay as the protocol has them, dates keep their zone. Raises OSError, imaplib.IMAP4.error."""

    def __init__(
        self, connected: socket.socket, endpoint: Endpoint, context: ssl.SSLContext | None, patience: float
    ) -> None:
        self._connected = connected
        self._endpoint = endpoint
        self._patience = patience
        super().__init__(
            endpoint.host,
            endpoint.port,
            ssl=endpoint.security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(connect=patience, read=patience),
        )
        self.folder_encode = False
        self.normalise_times = False
        self._imap.debug = 0  # at imapclient's level each mail is formatted for a log that nobody keeps
        self._imap._encoding = "utf-8"

    def _create_IMAP4(self) -> Lines:  # noqa: N802
        self._connected.settimeout(self._patience)
        if self.ssl:
            self._connected = self.ssl_context.wrap_socket(self._connected, server_hostname=self.host)
        return Lines(self._connected, self._endpoint, self._patience)
