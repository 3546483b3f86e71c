"""The only source of time.

Times are integer UTC milliseconds everywhere. Tests replace the clock with `frozen`; nothing else
in the package asks the operating system what time it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_source: Callable[[], int] = lambda: time.time_ns() // 1_000_000  # noqa: E731


def now() -> int:
    """Return the current time in UTC milliseconds."""
    return _source()


def monotonic() -> float:
    """Return seconds that never go back; for durations and for noticing that the machine slept."""
    return time.monotonic()


@contextmanager
def frozen(at: int | Callable[[], int]) -> Iterator[None]:
    """Run the block with a clock that stands at `at` (or follows the function `at`)."""
    global _source
    before = _source
    _source = at if callable(at) else lambda: at
    try:
        yield
    finally:
        _source = before


def to_rfc3339(at: int | None) -> str | None:
    """Write a time as RFC 3339 in UTC with milliseconds; None stays None."""
    if at is None:
        return None
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def from_datetime(moment: datetime) -> int:
    """Return a datetime as UTC milliseconds; a naive one is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)
