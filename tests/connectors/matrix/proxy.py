"""A real Synapse behind a door with the moods of a provider: what passes is answered by Synapse itself."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import httpx

from omnidesk.connectors.testing import Asked, FakeProvider, Reply
from omnidesk.connectors.testing.fake import Count

_PASSED_ON = ("authorization", "content-type", "accept")


class Door(FakeProvider):
    """Passes requests on to a homeserver, and plays what a healthy one does not show."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._lost: set[str] = set()
        self._positions: set[str] = set()
        self._pool = threading.local()
        self.logins = 0
        """How often somebody logged in."""

    def answer(self, asked: Asked) -> Reply:
        since = asked.query.get("since", "")
        if since in self._lost:
            return Reply({"errcode": "M_UNKNOWN", "error": "Invalid stream token"}, 400)
        self.logins += asked.path.endswith("/login")
        answer = self._http.request(
            asked.method, f"{self._url}{asked.path}", params=dict(asked.query), content=asked.body or None,
            headers={name: value for name, value in asked.headers.items() if name in _PASSED_ON}, timeout=120,
        )  # fmt: skip
        headers = {name: answer.headers[name] for name in ("content-type", "retry-after") if name in answer.headers}
        if asked.path.endswith("/sync") and answer.status_code == 200:
            self._positions.add(answer.json()["next_batch"])
        return Reply(answer.content, answer.status_code, {name.title(): value for name, value in headers.items()})

    @property
    def _http(self) -> httpx.Client:
        if not hasattr(self._pool, "client"):
            self._pool.client = httpx.Client(trust_env=False)
        client: httpx.Client = self._pool.client
        return client

    def authorized(self, asked: Asked) -> bool:
        return True  # Synapse knows

    def sends(self, asked: Asked) -> bool:
        return asked.method == "PUT" and "/send/m.room.message/" in asked.path

    def says_busy(self, seconds: int) -> Reply:
        said = {"errcode": "M_LIMIT_EXCEEDED", "error": "Too Many Requests", "retry_after_ms": seconds * 1000}
        return Reply(said, 429)

    def says_refused(self) -> Reply:
        return Reply({"errcode": "M_FORBIDDEN", "error": "You don't have permission to post that to the room"}, 403)

    def says_expired(self) -> Reply:
        said = {"errcode": "M_UNKNOWN_TOKEN", "error": "Access token has expired", "soft_logout": True}
        return Reply(said, 401)

    def forget_positions(self) -> None:
        """Know none of the positions that were told so far."""
        self._lost |= self._positions

    @contextlib.contextmanager
    def expire_token(self, after: int = 1) -> Iterator[Count]:
        """Let `after` more requests in within the block, then nobody with a session from before."""
        begun, logins = len(self.log), self.logins
        old: set[str] = set()

        def mood(asked: Asked) -> Reply | None:
            token = asked.headers.get("authorization", "")
            if self.logins == logins:
                old.add(token)
            ended = len(self.log) - begun > after and token in old and token != ""
            return self.says_expired() if ended else None

        with self._in(mood) as count:
            yield count
