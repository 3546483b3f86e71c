"""A provider that is played: an HTTP server on loopback in a thread, with the moods that real ones have.

    class FakeBird(FakeProvider):
        def __init__(self) -> None:
            super().__init__(token="token")
            self.inbox: list[dict[str, Any]] = []

        def answer(self, asked: Asked) -> Reply:
            if asked.path == "/messages" and asked.method == "GET":
                return Reply({"messages": self.inbox[int(asked.query.get("after", "0")):]})
            return Reply({"message": "no such page"}, 404)

    with FakeBird() as bird, bird.busy(30) as requests:
        ...  # bird.url is the setting api_url; requests() counts

A socket for pushing is not part of it: `websockets.sync.server` beside it is ten lines.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

Count = Callable[[], int]
"""Says how many requests came since a mood began."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; headers by their names in lower case, `at` in seconds of the monotonic clock."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: float

    def json(self) -> Any:
        """Return the document that was posted."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """Return the fields of a posted form, files left out."""
        if "multipart/" in self.headers.get("content-type", ""):
            return {name: data.decode() for name, file, data in self.parts() if not file}
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def parts(self) -> list[tuple[str, str, bytes]]:
        """Return the parts of a posted form (RFC 7578): name, file name ("" for a field), content."""
        head = f"Content-Type: {self.headers.get('content-type', '')}\r\n\r\n".encode()
        found = []
        for part in message_from_bytes(head + self.body, policy=HTTP).iter_parts():
            content = part.get_payload(decode=True)
            name = part.get_param("name", header="content-disposition")
            found.append((str(name), part.get_filename() or "", content if isinstance(content, bytes) else b""))
        return found


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: a document as JSON, or bytes as they are."""

    document: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def content(self) -> tuple[bytes, str]:
        """Return the bytes and their media type."""
        if isinstance(self.document, bytes):
            return self.document, "application/octet-stream"
        return json.dumps(self.document).encode(), "application/json"


class FakeProvider(ABC):
    """A provider's API on a free port of this machine, from `start` or a `with` block on. `log` holds each request."""

    def __init__(self, token: str = "token") -> None:
        self.token = token
        self.log: list[Asked] = []
        self._mood: Callable[[Asked], Reply | None] = lambda _: None
        self._loses = False
        self._thawed = threading.Event()
        self._thawed.set()
        self._news = threading.Condition()
        self._closing = False
        self._server: ThreadingHTTPServer | None = None

    # --- what a fake says of its provider

    @abstractmethod
    def answer(self, asked: Asked) -> Reply:
        """Answer one request; called from many threads."""

    def authorized(self, asked: Asked) -> bool:
        """Say whether a request bears the login; the usual way is a bearer token."""
        return asked.headers.get("authorization") == f"Bearer {self.token}"

    def sends(self, asked: Asked) -> bool:
        """Say whether a request hands over a message that must not go twice."""
        return asked.method in ("POST", "PUT")

    def says_busy(self, seconds: int) -> Reply:
        """Return how this provider says «come back after `seconds`»."""
        return Reply({"message": "too many requests"}, 429, {"Retry-After": str(seconds)})

    def says_refused(self) -> Reply:
        """Return how this provider says that it will never take a message."""
        return Reply({"message": "this recipient cannot be written to"}, 400)

    def says_expired(self) -> Reply:
        """Return how this provider says that the login is good no more."""
        return Reply({"message": "the token has expired"}, 401)

    # --- moods

    @contextlib.contextmanager
    def busy(self, seconds: int) -> Iterator[Count]:
        """Tell everybody to come back after `seconds` within the block."""
        with self._in(lambda _: self.says_busy(seconds)) as count:
            yield count

    @contextlib.contextmanager
    def outage(self, status: int = 500) -> Iterator[Count]:
        """Fail every request within the block."""
        with self._in(lambda _: Reply(b"<h1>Internal Server Error</h1>", status)) as count:
            yield count

    @contextlib.contextmanager
    def refuse(self) -> Iterator[Count]:
        """Refuse for good every message within the block."""
        with self._in(lambda asked: self.says_refused() if self.sends(asked) else None) as count:
            yield count

    @contextlib.contextmanager
    def expire_token(self, after: int = 1) -> Iterator[Count]:
        """Let `after` more requests in within the block, then none: the login has ended."""
        begun = len(self.log)
        with self._in(lambda _: self.says_expired() if len(self.log) - begun > after else None) as count:
            yield count

    @contextlib.contextmanager
    def freeze(self) -> Iterator[None]:
        """Keep connections open within the block and answer nothing."""
        self._thawed.clear()
        try:
            yield
        finally:
            self._thawed.set()

    @contextlib.contextmanager
    def lose_answer(self) -> Iterator[None]:
        """Take the next message within the block, but break the connection instead of saying so."""
        self._loses = True
        try:
            yield
        finally:
            self._loses = False

    def requests(self, path: str = "") -> list[Asked]:
        """Return the requests so far, to one path or to all."""
        return [asked for asked in self.log if path in ("", asked.path)]

    # --- long polls

    def happened(self) -> None:
        """Wake those who `wait`."""
        with self._news:
            self._news.notify_all()

    def wait(self, condition: Callable[[], object], seconds: float) -> None:
        """Wait until a condition holds, at most so long; for the answer to a long poll."""
        with self._news:
            self._news.wait_for(lambda: self._closing or condition(), seconds)

    # --- the server

    @property
    def url(self) -> str:
        """The base address of the API."""
        assert self._server is not None, "start the provider first"
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> Self:
        """Begin to answer."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                provider._serve(self)

            do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:
                return None

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                return None  # who asked has left

        self._server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self) -> None:
        """Answer no more."""
        self._closing = True
        self._thawed.set()
        self.happened()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _in(self, mood: Callable[[Asked], Reply | None]) -> Iterator[Count]:
        before, begun, self._mood = self._mood, len(self.log), mood
        try:
            yield lambda: len(self.log) - begun
        finally:
            self._mood = before

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in handler.headers.items()},
            _body(handler),
            time.monotonic(),
        )
        self.log.append(asked)
        self._thawed.wait()
        reply = self._mood(asked)
        if reply is None and not self.authorized(asked):
            reply = self.says_expired()
        if reply is None:
            lost = self._loses and self.sends(asked)
            reply = self.answer(asked)
            if lost:
                self._loses, handler.close_connection = False, True
                with contextlib.suppress(OSError):
                    handler.connection.shutdown(socket.SHUT_RDWR)
                return
        body, media_type = reply.content()
        handler.send_response(reply.status)
        for name, value in {"Content-Type": media_type, **reply.headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("Transfer-Encoding", "").lower() == "chunked":  # RFC 9112 section 7.1
        body = b""
        while size := int(handler.rfile.readline().split(b";")[0], 16):
            body += handler.rfile.read(size)
            handler.rfile.readline()
        handler.rfile.readline()
        return body
    return handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
