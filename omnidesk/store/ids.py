"""Time-ordered integer ids made by the writer: milliseconds since 2020 and twelve bits, below 2**53.

Two writers of one millisecond may collide; the primary key then refuses the row and the transaction runs again.
"""

from __future__ import annotations

import secrets
import threading

from omnidesk import clock

_EPOCH = 1_577_836_800_000
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """Return an id greater than every other that this process made."""
    global _last
    with _lock:
        begin = (clock.now() - _EPOCH) << 12
        # Where a millisecond begins is random, so that writers seldom meet; within it we count.
        _last = begin + secrets.randbelow(2048) if begin > _last else _last + 1
        return _last


def first_id(at: int) -> int:
    """Return the smallest id that `new_id` makes at a time: where its millisecond begins."""
    return max(0, at - _EPOCH) << 12


def made_at(row_id: int) -> int:
    """Return the time in an id that `new_id` made; what was made later never has an earlier one."""
    return (row_id >> 12) + _EPOCH


def span(length: int) -> int:
    """Return by how much two ids differ that were made so many milliseconds apart."""
    return length << 12


def search_id(at: int, salt: int) -> int:
    """Return a search row's id made from `at`, so that newest first is index order.

    Milliseconds since 2000 and twelve bits of `salt`; whoever stores it counts up while it is taken.
    """
    return ((at - 946_684_800_000) << 12) + (salt & 0xFFF)
