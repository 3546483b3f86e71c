"""What is being written, before its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from omnidesk.words.rows import Address

Sort = Literal["reply", "note"]


@dataclass(frozen=True, slots=True)
class Way:
    """A channel the reply could take; `reason` says why it cannot where not `usable`."""

    channel: str
    usable: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is being written, before its text: which sort, where, to whom, by which channel."""

    sort: Sort
    conversation_id: int
    customer: str = ""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    flagged: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    chosen: str | None = None
    answers: int | None = None
    sender_only: bool = False
