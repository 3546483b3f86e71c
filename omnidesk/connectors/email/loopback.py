"""Logging in with the browser (RFC 8252): it ends at an address of this machine, where we wait for it with PKCE."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import AsyncGenerator
from urllib.parse import parse_qs, urlencode, urlsplit

from omnidesk.connectors.base import AuthorizeStep, ConnectorError, LoginError
from omnidesk.connectors.email.oauth import SECRET, Client
from omnidesk.text.clean import one_line

PATIENCE = 600.0
"""Seconds in which a person must have logged in."""
_LONGEST_REQUEST = 16 * 1024
_PAGE = "<!doctype html><meta charset=utf-8><title>OmniDesk</title><p>{words}</p>"
_DONE = "OmniDesk has its answer: you can close this window."
_STRANGE = "This is not the login that OmniDesk waits for."


async def by_browser(client: Client, patience: float = PATIENCE) -> AsyncGenerator[AuthorizeStep, None]:
    """Show the page to log in at, wait for what the browser brings back, and fetch the tokens for it."""
    provider = client.provider
    if not provider.authorize_url:
        raise ConnectorError(f"{provider.name} offers no login in the browser: use the device code")
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(24)
    async with contextlib.AsyncExitStack() as held:
        waiting = _Waiting(state)
        port = await waiting.listen(held)
        redirect = f"http://{provider.redirect_host}:{port}"
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": client.client_id,
            "response_type": "code",
            "redirect_uri": redirect,
            "scope": provider.scope,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "login_hint": client.user,
            **dict(provider.more),
        }
        between = "&" if urlsplit(provider.authorize_url).query else "?"
        url = f"{provider.authorize_url}{between}{urlencode({key: value for key, value in asked.items() if value})}"
        yield AuthorizeStep(f"open the page in a browser and log in as {client.user}", url)
        try:
            async with asyncio.timeout(patience):
                code = await waiting.answer
        except TimeoutError:
            raise LoginError("nobody logged in in time: begin the login again") from None
        tokens = await client.exchange(code, verifier, redirect)
    yield AuthorizeStep(f"{provider.name} let {client.user} in", secrets={SECRET: tokens.kept()})


class _Waiting:
    """Waits on loopback for the browser; whoever does not know `state` is turned away."""

    def __init__(self, state: str) -> None:
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._state = state

    async def listen(self, held: contextlib.AsyncExitStack) -> int:
        """Listen until `held` is left, on both loopback addresses where there are two; return the port."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_REQUEST)
        held.callback(server.close)
        port: int = server.sockets[0].getsockname()[1]
        with contextlib.suppress(OSError):  # `localhost` is the other one for some browsers
            second = await asyncio.start_server(self._serve, "::1", port, limit=_LONGEST_REQUEST)
            held.callback(second.close)
        return port

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(10):
                request = await reader.readuntil(b"\r\n\r\n")
                status, words = self._take(request.split(b"\r\n", 1)[0].decode("ascii", "replace"))
                body = _PAGE.format(words=words).encode()
                head = (
                    f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
                    "Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'\r\n"
                    "Connection: close\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def _take(self, line: str) -> tuple[str, str]:
        method, _, rest = line.partition(" ")
        parts = urlsplit(rest.partition(" ")[0])
        said = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if method != "GET" or parts.path not in ("", "/"):
            return "404 Not Found", _STRANGE
        if not hmac.compare_digest(said.get("state", "").encode(), self._state.encode()):
            return "400 Bad Request", _STRANGE
        if not self.answer.done():
            if code := said.get("code"):
                self.answer.set_result(code)
            else:
                why = one_line(said.get("error_description") or said.get("error") or "no reason given", 300)
                self.answer.set_exception(LoginError(f"the provider did not let us in ({why}): begin the login again"))
        return "200 OK", _DONE
