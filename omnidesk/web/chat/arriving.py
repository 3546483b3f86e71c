"""Who asks: which chat, from which site, how often. Every request and every handshake passes here first."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response

from omnidesk.connectors.chat.manifest import MANIFEST
from omnidesk.connectors.chat.settings import Look, origin_of
from omnidesk.web import limits
from omnidesk.web.chat.frames import FrameError
from omnidesk.web.chat.hall import look_of
from omnidesk.web.door import Door
from omnidesk.web.limits import Allowance
from omnidesk.words.errors import NotFoundError, OmniDeskError, RefusedError
from omnidesk.words.rows import Channel

_WITHIN = ("document", "", "empty")
"""What a browser says it fetches for (Sec-Fetch-Dest) that is shown inside no other site."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that may go on: the chat it is for, how that looks, our own origin as the caller sees it, and who."""

    channel: Channel
    look: Look
    origin: str
    caller: str


class RefusedRequestError(Exception):
    """A request that may not go on; `response` is its answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


class Rates:
    """How often a caller (by address) and a visitor (by pass) may do what."""

    def __init__(self) -> None:
        self.requests = Allowance(300, 60.0)
        self.sessions = Allowance(60, 60.0)
        self.posts = Allowance(60, 60.0)
        self.visitor_posts = Allowance(20, 30.0)
        self.visitor_frames = Allowance(120, 30.0)

    def post(self, caller: str, visitor: str, key: str) -> None:
        """Count a message. Raises FrameError where there were too many."""
        wait = max(self.visitor_posts.take(visitor), self.posts.take(caller))
        if wait:
            raise FrameError("too-many", 429, key, wait)


class Arriving:
    """The check of every request to a chat."""

    def __init__(self, door: Door, rates: Rates) -> None:
        self._door = door
        self._rates = rates

    async def admit(self, request: HTTPConnection, writes: bool, counts: bool = True) -> Arrival:
        """Return a request's chat. One that `writes`, as every handshake does, must say which site it comes from; what
        every page of a site loads `counts` not, since a whole school may share an address.

        Raises RefusedRequestError: 404 no such chat, 403 another site, 429 too often, 503 not now."""
        if counts and (wait := self._rates.requests.take(limits.caller(request))):
            raise RefusedRequestError(too_many(wait))
        try:
            channel = await self._door.channel(request.path_params["channel"], MANIFEST.kind)
            look = look_of(channel)
        except NotFoundError:
            raise RefusedRequestError(said(404, "there is no such chat here")) from None
        except (RefusedError, FrameError):
            raise RefusedRequestError(said(503, "this chat is closed", {"Retry-After": "600"})) from None
        except OmniDeskError:
            raise RefusedRequestError(said(503, "this cannot be answered now", {"Retry-After": "10"})) from None
        own = self._own_origin(request)
        if not _may_ask(request, (own, *look.origins), writes):
            await self._door.complain(channel, f"a site that is not among its origins asked for it: {_site(request)}")
            raise RefusedRequestError(said(403, "this chat is for other sites"))
        return Arrival(channel, look, own, limits.caller(request))

    def _own_origin(self, request: HTTPConnection) -> str:
        """Return where we are as browsers see it: what the settings say, else the address that was asked."""
        if self._door.public_url:
            return origin_of(self._door.public_url)
        scheme = {"ws": "http", "wss": "https"}.get(request.url.scheme, request.url.scheme)
        return origin_of(f"{scheme}://{request.headers.get('host', '')}")


def _may_ask(request: HTTPConnection, allowed: tuple[str, ...], writes: bool) -> bool:
    """Judge by Origin, which browsers send with everything that can change something (Fetch standard, section 3.2);
    else, for what is shown inside a page, by Referer where it is told."""
    origin = request.headers.get("origin")
    if origin is not None:
        return origin_of(origin) in allowed
    if writes:
        return False
    referer = request.headers.get("referer", "")
    return not referer or request.headers.get("sec-fetch-dest", "") in _WITHIN or origin_of(referer) in allowed


def _site(request: HTTPConnection) -> str:
    return origin_of(request.headers.get("origin") or request.headers.get("referer") or "") or "unnamed"


def said(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    """Return an answer in words."""
    return JSONResponse({"error": words}, status, {"Cache-Control": "no-store", **(headers or {})})


def too_many(wait: float) -> Response:
    """Return the answer to who comes too often."""
    return said(429, "too often: come back in a moment", {"Retry-After": str(max(1, round(wait)))})


async def body(request: Request, most: int) -> bytes:
    """Return the whole body. Raises RefusedRequestError: 413 for one of more than `most` bytes."""
    try:
        return await limits.body(request, most)
    except limits.TooLargeError:
        raise RefusedRequestError(said(413, "too large")) from None
