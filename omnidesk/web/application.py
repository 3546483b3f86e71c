"""All pages of `omnidesk serve`, put together."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from omnidesk.desk import log
from omnidesk.web import handing, unsubscribing, webhooks
from omnidesk.web import relay as relaying
from omnidesk.web.chat import Chat
from omnidesk.web.door import Door
from omnidesk.web.form import doorway
from omnidesk.web.form.doorway import FormPages
from omnidesk.web.handing import Files
from omnidesk.web.health import HealthPages
from omnidesk.web.relay import Relay
from omnidesk.web.unsubscribing import Unsubscribing
from omnidesk.web.webhooks import Webhooks


class Site:
    """The pages of one workspace: `app` answers, `told` hears what changed. One that `relays` files nothing itself."""

    def __init__(self, door: Door, relays: bool = False) -> None:
        relay = Relay(door)
        hooks = Webhooks(door, relay.keep if relays else door.admit)
        health = HealthPages(door, hooks)
        self.chat = None if relays else Chat(door)
        leaving = [] if relays else [Route(unsubscribing.PATH, Unsubscribing(door).handle, methods=["GET", "POST"])]
        forms = FormPages(door, relay.keep if relays else door.admit, relays)
        self.app = Starlette(
            routes=[
                Route(webhooks.PATH, hooks.handle, methods=["GET", "POST"]),
                Route(relaying.PATH, relay.handle),
                Route(doorway.PATH, forms.handle, methods=["GET", "POST", "OPTIONS"]),
                Route(doorway.THANKS, forms.thanks),
                Route(handing.PATH, Files(door).handle),
                *leaving,
                Route("/health", health.health),
                Route("/metrics", health.metrics),
                *(() if self.chat is None else self.chat.routes),
            ],
            middleware=[Middleware(SafeHeaders)],
            exception_handlers={Exception: _broken},
        )

    def told(self, conversations: Sequence[int]) -> None:
        """Take note that these conversations changed."""
        if self.chat is not None:
            self.chat.told(conversations)

    async def close(self) -> None:
        """Let go of everybody who is connected."""
        if self.chat is not None:
            await self.chat.close()


async def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours: written down, never shown."""
    log.logger.error("a page broke", exc_info=error, extra={"facts": {"page": request.url.path.split("/")[1]}})
    return JSONResponse({"error": "something went wrong here"}, 500)


SAFE = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))


class SafeHeaders:
    """Adds to each answer what keeps a browser from guessing types and telling others where it came from.

    What an answer says itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = list(message.get("headers", ()))
                there = {name.lower() for name, _ in said}
                message["headers"] = said + [pair for pair in SAFE if pair[0] not in there]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
