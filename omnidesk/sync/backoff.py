"""How long to wait after failures: exponential, with full jitter, so that many do not come back at once."""

from __future__ import annotations

import random


class Backoff:
    """Waits that double from `first` to `most` seconds, each drawn between nothing and that."""

    def __init__(self, first: float, most: float) -> None:
        self.first = first
        self.most = most
        self.failures = 0

    def failed(self, asked: float | None = None) -> float:
        """Count a failure and return the seconds to wait; what the provider asked for (Retry-After) is obeyed."""
        self.failures += 1
        if asked is not None:
            return max(0.0, asked)
        ceiling = min(self.most, self.first * 2.0 ** min(self.failures - 1, 30))
        return random.uniform(ceiling / 10, ceiling)

    def succeeded(self) -> None:
        """Begin anew."""
        self.failures = 0
