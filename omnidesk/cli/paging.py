"""Lists: `{items, next}`, with --limit and --after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer

from omnidesk.words.errors import UsageError

T = TypeVar("T")

Limit = Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="How many at most.")]
After = Annotated[str | None, typer.Option("--after", metavar="TOKEN", help="Go on: the `next` of the page before.")]
USUAL = 50


def listed(items: Sequence[Any], following: str | None) -> dict[str, Any]:
    """Return a list as it is printed."""
    return {"items": list(items), "next": following}


def numbers(token: str | None, count: int, what: str) -> tuple[int, ...] | None:
    """Read a token made of whole numbers. Raises UsageError."""
    if token is None:
        return None
    parts = token.split(".")
    try:
        found = tuple(int(part) for part in parts)
    except ValueError:
        found = ()
    if len(found) != count or any(abs(number) >= 2**63 for number in found):
        raise UsageError(f"{token} is no token of {what}: give the `next` of the page before")
    return found


def number(token: str | None, what: str) -> int:
    """Read a token made of one number; 0 at the beginning. Raises UsageError."""
    found = numbers(token, 1, what)
    return 0 if found is None else found[0]


def cut(items: Sequence[T], limit: int, after: str | None, name: Callable[[T], str]) -> tuple[Sequence[T], str | None]:
    """Cut a page out of a short list that is ordered by name."""
    rest = [item for item in items if after is None or name(item) > after]
    page = rest[:limit]
    return page, name(page[-1]) if len(rest) > limit else None
