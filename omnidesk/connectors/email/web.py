"""The one place where the e-mail connector speaks HTTP: short requests with a limit on time and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from omnidesk.connectors.base import ConnectionLostError

MOST_BYTES = 256 * 1024
_AGENT = "OmniDesk (e-mail set-up)"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; headers by their names in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


async def get(url: str, patience: float, transport: Any = None) -> Answer:
    """Fetch a page, following redirects to https only. Raises ConnectionLostError."""
    return await _request("GET", url, patience, transport)


async def post(url: str, form: Mapping[str, str], patience: float, transport: Any = None) -> Answer:
    """Post a form; a redirect is not followed, for what is posted may be a secret. Raises ConnectionLostError."""
    return await _request("POST", url, patience, transport, form)


async def _request(
    method: str, url: str, patience: float, transport: Any, form: Mapping[str, str] | None = None
) -> Answer:
    import asyncio

    import httpx

    async def stay_safe(request: httpx.Request) -> None:
        if method == "GET" and request.url.scheme != "https":
            raise httpx.UnsupportedProtocol(f"a redirect leads to {request.url.scheme}")

    hooks = {"request": [stay_safe]} if url.startswith("https:") else {}
    host = httpx.URL(url).host
    try:
        async with (
            asyncio.timeout(patience),
            httpx.AsyncClient(
                transport=transport,
                timeout=patience,
                follow_redirects=form is None,
                max_redirects=5,
                event_hooks=hooks,
                headers={"User-Agent": _AGENT, "Accept": "application/json, text/xml, */*"},
            ) as client,
            client.stream(method, url, data=form) as response,
        ):
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MOST_BYTES:
                    raise ConnectionLostError(f"{host} answers more than was asked for")
            return Answer(response.status_code, body, {key.lower(): each for key, each in response.headers.items()})
    except TimeoutError as error:
        raise ConnectionLostError(f"{host} did not answer in time: it is tried again") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise ConnectionLostError(
            f"{host} is out of reach ({error or type(error).__name__}): it is tried again"
        ) from error
