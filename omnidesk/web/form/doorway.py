"""The web form at `/form/NAME`: shows it, checks what comes back, keeps it once, and leads on to thanks.

Whoever posts shows a proof that the page gave: the form's id and the time it was shown, signed. A form that comes back
faster than a person types, or later than a day, is shown again with all that was typed. What fills in the field that
nobody sees is kept as spam, and answered like the rest. Programs may post JSON, with the proof or without.
"""

from __future__ import annotations

import asyncio
import hmac
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.connectors.form import submission
from omnidesk.connectors.form.layout import Layout, layout
from omnidesk.connectors.form.submission import Submission
from omnidesk.connectors.form.words import LABELS
from omnidesk.desk import arrived, identity, log
from omnidesk.web import limits, pages
from omnidesk.web.door import Door
from omnidesk.web.form import page, posted
from omnidesk.web.form.page import Shown
from omnidesk.web.form.posted import Posted, UnreadableError, Wrong
from omnidesk.web.form.words import WORDS
from omnidesk.words.errors import NotFoundError, OmniDeskError, RefusedError
from omnidesk.words.rows import Channel

PATH, THANKS = "/form/{channel}", "/form/{channel}/thanks"
KIND = "form"
OPEN_FOR = clock.DAY
"""How long a page that was shown can be sent."""
NUMBERED_IN = 5.0
"""Seconds that whoever sent something waits for its number."""
HOUR = 3_600.0
Keep = Callable[[Channel, Sequence[Item]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that is open, and how this visitor sees it."""

    channel: Channel
    layout: Layout
    language: str


class FormPages:
    """The pages of all forms. `keep` takes what was filled in: intake, or a relay's log, which numbers nothing."""

    def __init__(self, door: Door, keep: Keep, relays: bool = False) -> None:
        self._door = door
        self._keep = keep
        self._relays = relays
        self._allowances: dict[tuple[int, int], limits.Allowance] = {}

    async def handle(self, request: Request) -> Response:
        """Show a form, or take what was filled in."""
        try:
            form = await self._open(request)
        except NotFoundError:
            return _closed(request, "nowhere", 404)
        except (RefusedError, ValueError) as error:
            log.warn(f"a form is closed: {error}", channel=request.path_params["channel"])
            return _closed(request, "closed", 503, {"Retry-After": "3600"})
        except OmniDeskError as error:
            log.warn(f"a form cannot be shown: {error}", channel=request.path_params["channel"])
            return _closed(request, "later", 503, {"Retry-After": "30"})
        if request.method == "OPTIONS":
            return _shared(form, request, Response(status_code=204))
        if request.method == "POST":
            return _shared(form, request, await self._posted(form, request))
        return _shared(form, request, self._shown(form, request))

    async def thanks(self, request: Request) -> Response:
        """Thank, with the number of the conversation."""
        try:
            form = await self._open(request)
        except (OmniDeskError, ValueError):
            return _closed(request, "nowhere", 404)
        said = request.query_params.get("number", "")
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None
        return page.thanks_page(form.layout, form.channel.name, form.language, number)

    async def _open(self, request: Request) -> _Form:
        channel = await self._door.channel(request.path_params["channel"], KIND)
        found = layout(channel.settings)
        return _Form(channel, found, pages.language(request, found.languages))

    # --- shown

    def _shown(self, form: _Form, request: Request) -> Response:
        number = str(uuid.uuid4())
        proof = self._proof(form.channel, number, clock.now())
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse(_described(form, number, proof), headers={"Cache-Control": "no-store"})
        return page.form_page(Shown(form.layout, form.language, number, proof))

    def _proof(self, channel: Channel, number: str, at: int) -> str:
        signed = self._door.workspace.keyed_hash(f"form\0{channel.id}\0{number}\0{at}")
        return f"{at}.{signed[:40]}"

    def _shown_at(self, channel: Channel, said: Posted) -> int | None:
        """Return when a form was shown, None where nothing proves that it was."""
        at = said.proof.partition(".")[0]
        if not (at.isascii() and at.isdigit() and len(at) < 16):
            return None
        real = self._proof(channel, said.id, int(at))
        return int(at) if hmac.compare_digest(said.proof.encode("utf-8", "replace"), real.encode()) else None

    # --- posted

    async def _posted(self, form: _Form, request: Request) -> Response:
        content_type = request.headers.get("content-type", "")
        as_json = posted.is_json(content_type)
        wait = self._allowance(form).take(limits.caller(request))
        try:
            most = posted.most_bytes(form.layout, content_type) if not wait else posted.BESIDES
            said = await posted.read(content_type, await limits.body(request, most))
        except limits.TooLargeError:
            return _refused(form, as_json, "too_large", 413)
        except UnreadableError as error:
            return _refused(form, as_json, "unreadable", 400, str(error))
        if said.language in form.layout.languages:
            form = _Form(form.channel, form.layout, said.language)
        if wait:
            minutes = str(max(1, round(wait / 60)))
            headers = {"Retry-After": str(int(wait) + 1)}
            return self._again(form, said, as_json, 429, {}, "too_many", {"minutes": minutes}, headers)
        try:
            wrong = posted.faults(form.layout, said, await self._ours())
        except OmniDeskError as error:
            return self._later(form, said, as_json, error)
        if wrong:
            return self._again(form, said, as_json, 422, wrong)
        doubt = "" if as_json and not said.proof else self._doubt(form, said)
        if doubt:
            return self._again(form, said, as_json, 422, {}, doubt)
        return await self._kept(form, said, as_json)

    def _allowance(self, form: _Form) -> limits.Allowance:
        key = form.channel.id, form.layout.hourly
        if key not in self._allowances:
            self._allowances[key] = limits.Allowance(form.layout.hourly, HOUR)
        return self._allowances[key]

    async def _ours(self) -> identity.OwnAddresses:
        found: identity.OwnAddresses = await self._door.in_thread(_own_addresses, self._door)
        return found

    def _doubt(self, form: _Form, said: Posted) -> str:
        """Return why the page must be sent once more, "" where a person can have filled it in."""
        shown_at = self._shown_at(form.channel, said) if submission.is_id(said.id) else None
        age = clock.now() - shown_at if shown_at is not None else None
        if age is None or not 0 <= age <= OPEN_FOR:
            return "too_old"
        return "too_quick" if age < form.layout.wait_seconds * clock.SECOND else ""

    def _again(
        self,
        form: _Form,
        said: Posted,
        as_json: bool,
        status: int,
        wrong: Mapping[str, Wrong],
        notice: str = "",
        parts: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Show a form again with all that was typed. One whose proof holds keeps it: its time goes on."""
        text = page.words(form.language, notice, **(parts or {})) if notice else ""
        if as_json:
            fields = {key: page.words(form.language, one.words, **one.parts) for key, one in wrong.items()}
            error = text or page.words(form.language, "wrong")
            return JSONResponse({"error": error, "fields": fields}, status, dict(headers or {}))
        number, proof = said.id, said.proof
        if self._doubt(form, said) == "too_old":
            number = number if submission.is_id(number) else str(uuid.uuid4())
            proof = self._proof(form.channel, number, clock.now())
        files_lost = bool(said.files)
        shown = Shown(form.layout, form.language, number, proof, said.texts, wrong, text, files_lost)
        return page.form_page(shown, status, headers)

    def _later(self, form: _Form, said: Posted, as_json: bool, error: OmniDeskError) -> Response:
        """Ask for it once more in a moment, with all that was typed."""
        log.warn(f"a form was not kept: {error}", channel=form.channel.name)
        return self._again(form, said, as_json, 503, {}, "later", headers={"Retry-After": "30"})

    async def _kept(self, form: _Form, said: Posted, as_json: bool) -> Response:
        number = said.id if submission.is_id(said.id) else str(uuid.uuid4())
        texts = posted.kept_texts(form.layout, said)
        item = submission.item(Submission(number, form.language, texts, said.files), clock.now(), junk=said.trapped)
        try:
            await self._keep(form.channel, [item])
        except OmniDeskError as error:
            return self._later(form, said, as_json, error)
        await self._door.succeeded(form.channel)
        conversation = None if self._relays else await self._numbered(form.channel, item.source_id)
        if as_json:
            return JSONResponse({"id": number, "number": conversation}, 201)
        if form.layout.redirect:
            return RedirectResponse(form.layout.redirect, 303)
        told = f"&number={conversation}" if conversation is not None else ""
        return RedirectResponse(f"{quote(form.channel.name)}/thanks?lang={form.language}{told}", 303)

    async def _numbered(self, channel: Channel, source_id: str) -> int | None:
        """Return the conversation of what was just kept, None where filing takes its time."""
        end, pause = clock.monotonic() + NUMBERED_IN, 0.01
        while True:
            try:
                found: int | None = await self._door.in_thread(
                    arrived.conversation, self._door.workspace, channel.id, source_id
                )
            except OmniDeskError:
                return None
            if found is not None or clock.monotonic() > end:
                return found
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.25)


def _own_addresses(door: Door) -> identity.OwnAddresses:
    return identity.own_addresses(door.workspace.database.reader)


def _described(form: _Form, number: str, proof: str) -> dict[str, object]:
    """Return a form as JSON, for a page of the shop's own."""
    labels = LABELS[form.language]
    fields = [
        {"key": one.key, "label": labels[one.key], "required": one.required, "choices": list(one.choices)}
        for one in form.layout.fields
    ]
    known = form.layout
    return {
        "title": known.title or page.words(form.language, "title"),
        "language": form.language,
        "languages": list(known.languages),
        "fields": fields,
        "file_bytes": known.file_bytes,
        "wait_seconds": known.wait_seconds,
        "id": number,
        "proof": proof,
    }


def _shared(form: _Form, request: Request, response: Response) -> Response:
    """Let scripts of the sites that the settings name read the answer (Fetch standard, CORS)."""
    origin = request.headers.get("origin", "")
    if origin and origin.lower() in form.layout.origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept"
    response.headers["Vary"] = "Origin, Accept, Accept-Language"
    return response


def _refused(form: _Form, as_json: bool, key: str, status: int, detail: str = "") -> Response:
    if as_json:
        return JSONResponse({"error": detail or page.words(form.language, key), "fields": {}}, status)
    return page.message_page(form.language, key, status)


def _closed(request: Request, key: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return page.message_page(pages.language(request, tuple(WORDS)), key, status, headers)
