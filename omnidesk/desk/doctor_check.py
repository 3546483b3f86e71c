"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is, and what to do."""

    name: str
    ok: bool
    detail: str
    advice: str | None = None
