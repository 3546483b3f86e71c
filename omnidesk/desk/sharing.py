"""One file on loopback for five minutes, under a name nobody can guess: for agents who came by SSH and forward a port.

The page it gives a browser can run nothing and load nothing: every answer carries a policy that says so.
"""

from __future__ import annotations

import hmac
import os
import secrets
import socket
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote

from omnidesk.text.filename import safe_name
from omnidesk.words.errors import OmniDeskError
from omnidesk.words.speech import _

PORT = 8437
"""The port to forward, unless OMNIDESK_FILE_PORT names another; where it is taken, any free one."""
MINUTES = 5
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; sandbox"
_HOSTS = frozenset(("127.0.0.1", "localhost", "[::1]"))


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that can be fetched: by which URL, at which port, and what ends it."""

    url: str
    port: int
    server: ThreadingHTTPServer

    def end(self) -> None:
        """Give it out no longer."""
        self.server.shutdown()
        self.server.server_close()


def share(name: str, content_type: str, data: bytes, *, shown: bool = False, seconds: float = MINUTES * 60) -> Shared:
    """Give a file out on loopback for so long. `shown` is for pages made safe by `text.page`: the browser shows them,
    all else it downloads. Raises OmniDeskError where no port can be had."""
    path = f"/{secrets.token_urlsafe(24)}/{quote(safe_name(name))}"

    class Giving(BaseHTTPRequestHandler):
        """Answers one path."""

        server_version, sys_version, protocol_version = "OmniDesk", "", "HTTP/1.1"
        timeout = 20

        def do_GET(self) -> None:
            """Give the file."""
            self._give(True)

        def do_HEAD(self) -> None:
            """Say what it is."""
            self._give(False)

        def _give(self, whole: bool) -> None:
            host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
            said = self.path.partition("?")[0].encode("utf-8", "replace")
            right = hmac.compare_digest(said, path.encode()) and host in _HOSTS  # no page of another site asks
            content = data if right else b"there is nothing here\n"
            self.send_response(200 if right else 404)
            self.send_header("Content-Type", content_type if right and shown else "application/octet-stream")
            self.send_header("Content-Length", str(len(content)))
            where = "inline" if shown else f"attachment; filename*=UTF-8''{path.rpartition('/')[2]}"
            self.send_header("Content-Disposition", where)
            self.send_header("Content-Security-Policy", POLICY)
            for header, value in (
                ("X-Content-Type-Options", "nosniff"),
                ("X-Frame-Options", "DENY"),
                ("Referrer-Policy", "no-referrer"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
                ("Cache-Control", "no-store"),
                ("Connection", "close"),
            ):
                self.send_header(header, value)
            self.end_headers()
            self.close_connection = True
            if whole:
                self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Write nothing to the terminal."""

    server = _listening(Giving)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True, name="sharing").start()
    port = server.server_address[1]
    shared = Shared(f"http://127.0.0.1:{port}{path}", int(port), server)
    timer = threading.Timer(seconds, shared.end)
    timer.daemon = True
    timer.start()
    return shared


def _listening(handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    said = os.environ.get("OMNIDESK_FILE_PORT", "")
    ports = (int(said) if said.isdigit() and int(said) < 65_536 else PORT, 0)
    for port in ports:
        try:
            return _Server(("127.0.0.1", port), handler)
        except OSError as error:
            last = error
    raise OmniDeskError(_("no port of this machine can be used: {why}").format(why=last.strerror))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that hung up is nobody's error."""


def words(shared: Shared, minutes: int = MINUTES) -> str:
    """Return what to tell the agent."""
    host = socket.gethostname()
    port = shared.port
    return f"{shared.url}  for {minutes} minutes (forward it: ssh -L {port}:127.0.0.1:{port} {unquote(host)})"
