"""Webhooks: verified by the channel's connector, kept once, then answered (promises 1 and 2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from omnidesk.connectors.base import ConnectorError, DecodeError, Item, WebhookAnswer, WebhookRequest
from omnidesk.desk import log
from omnidesk.web import limits
from omnidesk.web.door import Door
from omnidesk.words.errors import NotFoundError, OmniDeskError, RefusedError, SecretMissingError
from omnidesk.words.rows import Channel

MOST_BYTES = 10 * 1024 * 1024
PATH = "/hooks/{channel}"
Keep = Callable[[Channel, Sequence[Item]], Awaitable[None]]


class Webhooks:
    """The door for providers. `keep` takes what was verified: intake, or a relay's log."""

    def __init__(self, door: Door, keep: Keep) -> None:
        self._door = door
        self._keep = keep
        self.counts: dict[tuple[str, int], int] = {}

    async def handle(self, request: Request) -> Response:
        """Answer one webhook: 200 once it is kept, 400 broken, 401 forged, 404 nobody's, 413 too large, 503 later."""
        name = request.path_params["channel"]
        try:
            channel = await self._door.channel(name)
        except NotFoundError as error:
            return _said(404, str(error))
        except RefusedError as error:
            return _said(503, str(error), {"Retry-After": "3600"})
        except OmniDeskError as error:
            return _said(503, str(error), {"Retry-After": "10"})
        response = await self._answered(channel, request)
        key = channel.name, response.status_code
        self.counts[key] = self.counts.get(key, 0) + 1
        return response

    async def _answered(self, channel: Channel, request: Request) -> Response:
        door = self._door
        try:
            body = await limits.body(request, MOST_BYTES)
        except limits.TooLargeError:
            await door.complain(channel, f"a webhook of more than {MOST_BYTES // 2**20} MB was refused")
            return _said(413, "too large")
        try:
            answer = await self._asked(channel, request, body)
            if answer.batch is not None:
                await self._keep(channel, answer.batch.items)
                await door.succeeded(channel)
        except (ValueError, RecursionError, DecodeError) as error:
            await door.complain(channel, f"a webhook that cannot be read was refused ({type(error).__name__})")
            return _said(400, "this cannot be read")
        except (SecretMissingError, ConnectorError) as error:
            await door.complain(channel, f"webhooks cannot be verified: {error}")
            return _said(503, "this cannot be verified now", {"Retry-After": "60"})
        except OmniDeskError as error:
            log.warn(f"a webhook was not kept: {error}", channel=channel.name)
            return _said(503, "this cannot be kept now", {"Retry-After": "10"})
        except Exception as error:  # noqa: BLE001  a fault of a connector: the provider keeps it and comes back
            log.trace("a webhook broke its connector", channel=channel.name)
            await door.complain(channel, f"a webhook met an error nobody foresaw ({type(error).__name__})")
            return _said(500, "something went wrong here")
        if answer.status in (401, 403):
            await door.complain(channel, "a webhook with a wrong signature was refused: if the provider sent it, the "
                                         "channel's secret is not the provider's")  # fmt: skip
        return Response(answer.body, answer.status, media_type=answer.content_type)

    async def _asked(self, channel: Channel, request: Request, body: bytes) -> WebhookAnswer:
        connector = await self._door.connector(channel)
        try:
            headers = {name.lower(): value for name, value in request.headers.items()}
            return await connector.handle_webhook(
                WebhookRequest(request.method, called(request, self._door.public_url), headers, body)
            )
        finally:
            await connector.aclose()


def called(request: Request, public_url: str) -> str:
    """Return the URL as the caller wrote it: signatures are made of it, and a proxy may stand between."""
    if not public_url:
        return str(request.url)
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{public_url}{request.url.path}{query}"


def _said(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": words}, status, headers)
