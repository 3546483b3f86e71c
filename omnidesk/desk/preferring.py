"""Which channel a customer prefers, learned from what they use. A rule on what is given: it reads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

LOOKED_AT = 10
"""Private messages of theirs that count, the newest."""
FEWEST = 3
"""Of fewer nothing is learned."""


def learned(kinds: Iterable[str]) -> tuple[str, int, int] | None:
    """Return the kind of channel by which more than half of a customer's last private messages came, how many did, and
    of how many; None where nothing is to be learned. `kinds` are those of their private messages, newest first."""
    last = list(islice(kinds, LOOKED_AT))
    if len(last) < FEWEST:
        return None
    kind, count = Counter(last).most_common(1)[0]
    return (kind, count, len(last)) if 2 * count > len(last) else None
