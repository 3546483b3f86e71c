"""What a browser loads: the script tag's script, the chat's page, its files, and the form that works without script."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import secrets
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from omnidesk.connectors.chat.manifest import LANGUAGES, MAX_FILE_BYTES, MAX_FILES
from omnidesk.connectors.chat.settings import Look
from omnidesk.desk import talks
from omnidesk.desk.talks import NOTHING
from omnidesk.web.chat import frames, passes
from omnidesk.web.chat.arriving import Arrival, Arriving, Rates, RefusedRequestError, body, said
from omnidesk.web.chat.frames import FrameError
from omnidesk.web.chat.hall import Hall
from omnidesk.web.door import Door
from omnidesk.words.errors import NotFoundError, OmniDeskError

FORM_BYTES = 64 * 1024
COOKIE = "omnidesk-visitor"
SHOWN_AS = ("image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain")
"""Types of files that are told as they are; all files are saved, never shown."""
_TYPES = {"widget.js": "text/javascript", "widget.css": "text/css"}


class Pages:
    """The pages of all chats."""

    def __init__(self, door: Door, hall: Hall, arriving: Arriving, rates: Rates) -> None:
        self._door, self._hall, self._arriving, self._rates = door, hall, arriving, rates

    async def script(self, request: Request) -> Response:
        """The script of the script tag, with what the button looks like."""
        try:
            arrival = await self._arriving.admit(request, writes=False, counts=False)
        except RefusedRequestError as error:
            return error.response
        look, words = arrival.look, _words()[arrival.look.languages[0]]
        told = {
            "base": f"{_base(self._door, request)}/chat/{arrival.channel.name}/",
            "name": arrival.channel.name,
            "title": look.title or words["title"],
            "open": words["open"],
            "close": words["close"],
            "colour": look.colour,
            "onColour": _on(look.colour),
        }
        script = f"(() => {{ const settings = {_inline(told)};\n{_static('loader.js')}}})();\n"
        headers = {"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"}
        return Response(script, media_type="text/javascript", headers=headers)

    async def static(self, request: Request) -> Response:
        """The page's own script and style."""
        name = request.url.path.rpartition("/")[2]
        small = "gzip" in request.headers.get("accept-encoding", "")
        content = _squeezed(name) if small else _static(name).encode()
        headers = {"Cache-Control": "public, max-age=86400", "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": "gzip"} if small else {}
        return Response(content, media_type=_TYPES[name], headers=headers)

    async def page(self, request: Request) -> Response:
        """The chat itself: within a site's page, or by itself; without script a form with what was said."""
        try:
            arrival = await self._arriving.admit(request, writes=False)
            return await self._page(request, arrival, request.query_params.get("lang", ""))
        except RefusedRequestError as error:
            return error.response
        except OmniDeskError:
            return said(503, "this cannot be answered now", {"Retry-After": "10"})

    async def form(self, request: Request) -> Response:
        """Take the form of a page without script; what is refused comes back with the reason."""
        try:
            arrival = await self._arriving.admit(request, writes=True)
            if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
                raise RefusedRequestError(said(415, "this is no form"))
            filled = _fields(await body(request, FORM_BYTES))
        except RefusedRequestError as error:
            return error.response
        try:
            held = passes.read(self._door.workspace, arrival.channel.id, request.cookies.get(COOKIE, ""))
            held = passes.renewed(self._door.workspace, arrival.channel.id, held) if held else self._new(arrival)
            wanted = frames.post({**filled, "language": filled.get("lang", "")})
            self._rates.post(arrival.caller, held.visitor, wanted.id)
            await self._hall.post(arrival.channel, held.visitor, wanted)
        except FrameError as error:
            return await self._page(request, arrival, filled.get("lang", ""), error, filled)
        except OmniDeskError:
            return said(503, "this cannot be answered now", {"Retry-After": "10"})
        response = RedirectResponse(f"./?lang={quote(filled.get('lang', '')[:20])}&left=1", 303)
        response.set_cookie(
            COOKIE, held.token, max_age=passes.HOLDS // 1000, path=f"/chat/{arrival.channel.name}/",
            secure=arrival.origin.startswith("https://"), httponly=True, samesite="lax",
        )  # fmt: skip
        return response

    def _new(self, arrival: Arrival) -> passes.Pass:
        if wait := self._rates.sessions.take(arrival.caller):
            raise FrameError("too-many", 429, after=wait)
        return passes.issue(self._door.workspace, arrival.channel.id)

    async def file(self, request: Request) -> Response:
        """A file of a message, by a link that we made: always saved, never shown."""
        try:
            arrival = await self._arriving.admit(request, writes=False)
            number = int(request.path_params["file"])
            query, workspace = request.query_params, self._door.workspace
            if not passes.may_fetch(
                workspace, arrival.channel.id, number, query.get("until", ""), query.get("sign", "")
            ):
                return said(403, "this link is too old: open the chat again")
            found, data = await self._door.in_thread(talks.file, workspace, arrival.channel.id, number)
        except RefusedRequestError as error:
            return error.response
        except (NotFoundError, ValueError):
            return said(404, "there is no such file")
        except OmniDeskError:
            return said(503, "this cannot be answered now", {"Retry-After": "10"})
        return Response(
            data,
            media_type=found.content_type if found.content_type in SHOWN_AS else "application/octet-stream",
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Cache-Control": "private, no-store",
            },
        )

    async def _page(
        self,
        request: Request,
        arrival: Arrival,
        asked: str,
        error: FrameError | None = None,
        filled: dict[str, str] | None = None,
    ) -> Response:
        look, filled = arrival.look, filled or {}
        language = _language(look, asked, request.headers.get("accept-language", ""))
        words, online = _words()[language], await self._hall.online(arrival.channel)
        held = passes.read(self._door.workspace, arrival.channel.id, request.cookies.get(COOKIE, ""))
        talk = NOTHING if held is None else await self._hall.talk(arrival.channel, held.visitor)
        problem = words.get(error.reason, words["unreadable"]) if error else ""
        if not problem and request.query_params.get("left") and not online:
            problem = words["left"]
        name, email = look.ask != "none", not online or look.ask == "name-and-email"
        title, nonce = look.title or words["title"], secrets.token_urlsafe(16)
        refresh = f'<meta http-equiv="refresh" content="30;url=./?lang={language}">' if talk.lines and not error else ""
        plain = {
            "language": language, "title": title, "greeting": look.greeting or words["greeting"],
            "away": look.offline or words["away"], "problem": problem, "key": filled.get("id") or str(uuid4()),
            "name": filled.get("name", ""), "email": filled.get("email", ""), "text": filled.get("text", ""),
            "nonce": nonce, "colour": look.colour, "on_colour": _on(look.colour), "version": _version(),
            **{f"word_{key}": words[key] for key in ("close", "log", "message", "send", "name", "email", "attach")},
        }  # fmt: skip
        ready = {
            "lines": "".join(_line(line.ours, line.by, line.text, words) for line in talk.lines),
            "refresh": refresh,
            "away_hidden": " hidden" if online else "",
            "name_hidden": "" if name else " hidden",
            "email_hidden": "" if email else " hidden",
            "name_required": " required" if name and look.required else "",
            "email_required": " required" if not online or (look.required and email) else "",
            "settings": _inline(_settings(look, language, title, words, online)),
        }
        whole = Template(_static("page.html")).substitute(
            {key: html.escape(word) for key, word in plain.items()} | ready
        )
        status = 200 if error is None else error.status
        return Response(whole, status, _headers(arrival, nonce), "text/html")


def _settings(look: Look, language: str, title: str, words: dict[str, str], online: bool) -> dict[str, Any]:
    return {
        "language": language, "title": title, "words": words, "online": online, "ask": look.ask,
        "required": look.required, "origins": look.origins, "mostFiles": MAX_FILES, "mostBytes": MAX_FILE_BYTES,
    }  # fmt: skip


def _headers(arrival: Arrival, nonce: str) -> dict[str, str]:
    """Return the headers of the page: nothing but our own comes into it, and only the allowed sites may show it.

    A form of a page with the policy `no-referrer` would not say where it comes from (Fetch standard, section 3.2)."""
    socket = arrival.origin.replace("http", "ws", 1)
    policy = (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src data:; "
        f"connect-src 'self' {socket}; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors 'self' {' '.join(arrival.look.origins)}"
    )
    return {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


def _line(ours: bool, by: str, text: str, words: dict[str, str]) -> str:
    who = html.escape((by or words["we"]) if ours else words["you"])
    kind = "ours" if ours else "mine"
    return f'<li class="{kind}"><span class="by">{who}</span><span class="text">{html.escape(text)}</span></li>'


def _language(look: Look, asked: str, accepted: str) -> str:
    """Return the language of a page: what it says, else what the browser wants, else the chat's first."""
    for one in (asked, *accepted[:200].split(",")):
        short = one.strip().lower().partition(";")[0].partition("-")[0]
        if short in look.languages and short in LANGUAGES:
            return short
    return look.languages[0]


def _fields(raw: bytes) -> dict[str, str]:
    """Read the body of a form (URL-encoded). Raises RefusedRequestError."""
    from urllib.parse import parse_qsl

    try:
        return dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20))
    except ValueError:
        raise RefusedRequestError(said(400, "this cannot be read")) from None


def _base(door: Door, request: Request) -> str:
    return door.public_url or f"{request.url.scheme}://{request.url.netloc}"


def _inline(value: Any) -> str:
    """Return JSON that can stand within a script element: it cannot end it, and has no line ends of JavaScript."""
    said = json.dumps(value, ensure_ascii=True)
    return said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _on(colour: str) -> str:
    """Return black or white, whichever is read better on a colour (WCAG 2.2, relative luminance)."""
    parts = [int(colour[first : first + 2], 16) / 255 for first in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return "#000000" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else "#ffffff"


@cache
def _static(name: str) -> str:
    return (files("omnidesk.web") / "static" / "chat" / name).read_text("utf-8")


@cache
def _squeezed(name: str) -> bytes:
    return gzip.compress(_static(name).encode(), mtime=0)


@cache
def _version() -> str:
    """Return what changes when our own script or style does."""
    return hashlib.sha256("".join(_static(name) for name in _TYPES).encode()).hexdigest()[:12]


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(_static("words.json"))
    return found
