"""The web server's process: pages, and beside them whatever else works for this workspace until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from omnidesk.desk import log
from omnidesk.words.errors import RefusedError, UsageError

GRACE = 5
"""Seconds that open connections get to end."""
LOOK_AT_CERTIFICATE = 60.0


class Server(uvicorn.Server):
    """A server that leaves signals to its process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises RefusedError in words where the address cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise RefusedError(
            f"{host}:{port} cannot be listened on ({error.strerror or error}): give another --host or --port"
        ) from error


async def serve(
    app: Starlette,
    listener: socket.socket,
    work: Callable[[], Awaitable[None]],
    *,
    certificate: Path | None = None,
    key: Path | None = None,
    proxies: str = "127.0.0.1",
) -> None:
    """Answer at `listener` until `work` ends, which is what hears signals. Raises UsageError for a bad certificate."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="websockets-sansio",
        ws_max_size=1024 * 1024,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        proxy_headers=True,
        forwarded_allow_ips=proxies,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise UsageError(f"the certificate {certificate} cannot be used: {error}") from error
    server = Server(config)
    answering = asyncio.create_task(server.serve(sockets=[listener]))
    renewing = asyncio.create_task(_renew(config, certificate, key))
    working = asyncio.ensure_future(work())
    try:
        await asyncio.wait({answering, working}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        server.should_exit = True
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        await asyncio.gather(answering, working)


async def _renew(config: uvicorn.Config, certificate: Path | None, key: Path | None) -> None:
    """Use a certificate that was renewed from the next connection on."""
    if certificate is None or config.ssl is None:
        return
    known = (await asyncio.to_thread(certificate.stat)).st_mtime_ns
    while True:
        await asyncio.sleep(LOOK_AT_CERTIFICATE)
        with contextlib.suppress(OSError):
            found = (await asyncio.to_thread(certificate.stat)).st_mtime_ns
            if found == known:
                continue
            known = found
            try:
                config.ssl.load_cert_chain(certificate, key)
                log.say("the renewed certificate is in use")
            except ssl.SSLError as error:
                log.warn(f"the renewed certificate cannot be used: {error}")
