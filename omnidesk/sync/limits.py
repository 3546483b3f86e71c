"""How often a provider may be asked: the limits of manifests, kept for all channels of one process.

A bucket holds when its last requests were made; the next one may be made once fewer than `count` of them lie within
`seconds`, so that no stretch of that length ever sees more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Literal, TypeVar

from omnidesk import clock
from omnidesk.connectors.manifest import Manifest, RateLimit
from omnidesk.words.rows import Channel

T = TypeVar("T")
pause = asyncio.sleep
Use = Literal["send", "pull"]
Key = tuple[str, ...]
FORGOTTEN_AT = 10_000
"""So many buckets are kept; those that are empty are forgotten then (there is one for each recipient)."""


class Limits:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._buckets: dict[Key, tuple[RateLimit, deque[float]]] = {}

    def wait(self, manifest: Manifest, channel: Channel, use: Use, recipient: str | None = None) -> float:
        """Return the seconds until a request may be made, 0 for now. Without a `recipient` the limits of single ones
        do not count, with one only they."""
        now = clock.monotonic()
        return max((_wait(*self._bucket(key, one), now) for key, one in _keys(manifest, channel, use, recipient)),
                   default=0.0)  # fmt: skip

    def take(self, manifest: Manifest, channel: Channel, use: Use, recipient: str | None = None) -> None:
        """Count a request that is made now."""
        now = clock.monotonic()
        if len(self._buckets) > FORGOTTEN_AT:
            self._buckets = {key: one for key, one in self._buckets.items() if one[1] and _lately(*one, now)}
        for key, one in _keys(manifest, channel, use, recipient):
            limit, made = self._bucket(key, one)
            made.append(now)
            while len(made) > limit.count:
                made.popleft()

    async def free(self, manifest: Manifest, channel: Channel, use: Use) -> None:
        """Return once a request may be made."""
        wait = self.wait(manifest, channel, use)
        while wait > 0:  # another channel may have been quicker
            await pause(wait)
            wait = self.wait(manifest, channel, use)

    async def paced(self, manifest: Manifest, channel: Channel, asked: AsyncIterator[T]) -> AsyncIterator[T]:
        """Yield what an iterator brings, each piece asked for once the channel may be asked."""
        try:
            while True:
                await self.free(manifest, channel, "pull")
                self.take(manifest, channel, "pull")
                try:
                    found = await anext(asked)
                except StopAsyncIteration:
                    return
                yield found
        finally:
            close = getattr(asked, "aclose", None)
            if close is not None:
                await close()

    def _bucket(self, key: Key, limit: RateLimit) -> tuple[RateLimit, deque[float]]:
        return self._buckets.setdefault(key, (limit, deque()))


def _wait(limit: RateLimit, made: deque[float], now: float) -> float:
    return 0.0 if len(made) < limit.count else max(0.0, made[-limit.count] + limit.seconds - now)


def _lately(limit: RateLimit, made: deque[float], now: float) -> bool:
    return made[-1] + limit.seconds > now


def _keys(manifest: Manifest, channel: Channel, use: Use, recipient: str | None) -> Iterator[tuple[Key, RateLimit]]:
    for limit in manifest.rate_limits:
        if limit.bucket in ("send", "pull") and limit.bucket != use:
            continue
        if (limit.scope == "recipient") != (recipient is not None):
            continue
        whose = {"account": str(channel.id), "host": _host(manifest, channel.settings)}
        yield (manifest.kind, limit.scope, whose.get(limit.scope, f"{channel.id} {recipient}"), limit.bucket,
               f"{limit.count}/{limit.seconds}"), limit  # fmt: skip


def _host(manifest: Manifest, settings: Mapping[str, Any]) -> str:
    return str(settings.get("host") or manifest.kind).lower()
