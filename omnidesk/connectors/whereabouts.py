"""Where the items of a source lie by now: what a connector tells of moves and deletes made by other programs."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

Use = Literal["", "junk", "trash", "archive"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds now: an item that lay in it and whose `position` is not in `positions` has left it.

    `first` says that nobody listed the folder before: what is missing then left at an unknown time, and counts not."""

    folder: str
    positions: Container[str]
    first: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where an item lies now; `position` is "" in a folder that is not read, `use` what the folder is for."""

    folder: str
    position: str = ""
    use: Use = ""
