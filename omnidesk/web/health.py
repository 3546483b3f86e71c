"""Health for a proxy or a supervisor, and metrics in the text format of Prometheus (exposition format 0.0.4)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from omnidesk.desk import figures, tokens
from omnidesk.web.door import Door
from omnidesk.web.webhooks import Webhooks
from omnidesk.words.errors import OmniDeskError


class HealthPages:
    """`/health` for anybody: whether this process can keep what comes in. `/metrics` with the token of that name."""

    def __init__(self, door: Door, webhooks: Webhooks) -> None:
        self._door = door
        self._webhooks = webhooks

    async def health(self, request: Request) -> Response:
        """200 where the database answers, else 503."""
        try:
            await self._door.in_thread(figures.alive, self._door.workspace)
        except OmniDeskError:
            return JSONResponse({"status": "down", "reason": "the database is out of reach"}, 503)
        return JSONResponse({"status": "ok"})

    async def metrics(self, request: Request) -> Response:
        """Channels, outbox, quarantine and webhooks as numbers."""
        if not bears(request, tokens.token(self._door.workspace, "metrics")):
            return Response("the token that `omnidesk token metrics` prints is needed\n", 401)
        try:
            found = await self._door.in_thread(figures.current, self._door.workspace)
        except OmniDeskError:
            return Response("the database is out of reach\n", 503)
        lines = [
            *_series("omnidesk_channel_up", "1 where a channel is well.",
                     ((f'channel="{name}"', up) for name, up in found.channels)),
            *_series("omnidesk_outbox", "Messages that are still to go out or in trouble.", _by("state", found.outbox)),
            *_series("omnidesk_quarantine", "What came in and could not be processed.", [("", found.quarantine)]),
            *_series("omnidesk_conversations", "Conversations by status.", _by("status", found.conversations)),
            *_series("omnidesk_webhooks_total", "Webhooks answered.",
                     ((f'channel="{name}",status="{status}"', count)
                      for (name, status), count in sorted(self._webhooks.counts.items())), "counter"),
        ]  # fmt: skip
        return PlainTextResponse("\n".join(lines) + "\n", headers={"Cache-Control": "no-store"})


def bears(request: Request, token: str) -> bool:
    """Say whether a request bears a token (RFC 6750 section 2.1)."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(said.strip().encode(), token.encode())


def _by(label: str, counts: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return ((f'{label}="{key}"', count) for key, count in sorted(counts.items()))


def _series(name: str, words: str, values: Iterable[tuple[str, int]], sort: str = "gauge") -> list[str]:
    lines = [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values]
    return [f"# HELP {name} {words}", f"# TYPE {name} {sort}", *lines]
