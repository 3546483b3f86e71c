"""How much one caller may send: the size of a body, and how often."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from starlette.requests import HTTPConnection, Request

from omnidesk import clock

MOST_CALLERS = 20_000
"""Callers that are remembered; the one that was quiet for longest is forgotten first."""


class TooLargeError(Exception):
    """A body has more bytes than are taken."""


async def body(request: Request, most: int) -> bytes:
    """Return the whole body, having read no more than `most` bytes. Raises TooLargeError."""
    said = request.headers.get("content-length", "")
    if said.isdigit() and int(said) > most:
        raise TooLargeError
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Allowance:
    """How often each caller may do something: `count` times at once, and as many again in each `seconds`."""

    def __init__(self, count: int, seconds: float) -> None:
        self._count = count
        self._rate = count / seconds
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: str) -> float:
        """Take one; return 0, or the seconds after which the caller may come back."""
        now = clock.monotonic()
        bucket = self._buckets.pop(caller, None) or _Bucket(float(self._count), now)
        bucket.left = min(float(self._count), bucket.left + (now - bucket.at) * self._rate)
        bucket.at = now
        self._buckets[caller] = bucket
        if len(self._buckets) > MOST_CALLERS:
            self._buckets.popitem(last=False)
        if bucket.left >= 1.0:
            bucket.left -= 1.0
            return 0.0
        return (1.0 - bucket.left) / self._rate


def caller(request: HTTPConnection) -> str:
    """Return who calls: the address behind the proxies that are trusted; of IPv6 the network of one customer (/64)."""
    host = request.client.host if request.client else ""
    return ":".join(host.split(":")[:4]) if ":" in host else host
