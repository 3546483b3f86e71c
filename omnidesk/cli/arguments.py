"""Arguments that many commands take."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from omnidesk.words.errors import NotFoundError, UsageError


class Settable(StrEnum):
    """The statuses that need nothing else said."""

    OPEN = "open"
    PENDING = "pending"
    ON_HOLD = "on-hold"
    CLOSED = "closed"


LARGEST = 2**53
"""All ids are smaller."""


def whole(said: str | int, what: str) -> int:
    """Read a number that names something, with or without #. Raises UsageError, NotFoundError."""
    digits = str(said).removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        article = "an" if what[:1] in "aeiou" else "a"
        raise UsageError(f"{said!r} is no number of {article} {what}")
    if len(digits) > 16 or int(digits) >= LARGEST:
        raise NotFoundError(f"there is no {what} {digits}")
    return int(digits)


def conversation_number(said: str | int) -> int:
    """Read the number of a conversation."""
    return whole(said, "conversation")


def message_number(said: str | int) -> int:
    """Read the number of a message."""
    return whole(said, "message")


def act_number(said: str | int) -> int:
    """Read the number of an act."""
    return whole(said, "act")


Number = Annotated[int, typer.Argument(metavar="ID", parser=conversation_number, help="The conversation's number.")]
Kind = Annotated[str | None, typer.Option("--kind", metavar="KIND", help="email, phone, telegram ..")]
Numbers = Annotated[list[int], typer.Argument(metavar="ID..", parser=conversation_number, help="Their numbers.")]
Text = Annotated[str, typer.Option("--text", metavar="T", help="What to say; - reads it from standard input.")]


Bare = Annotated[
    str | None,
    typer.Option("--text", metavar="T", help="What to say; - reads it from standard input. Not needed with --attach."),
]


def spoken_or_bare(text: str | None, attach: Sequence[Path] | None) -> str:
    """Return the text to say, none where files go without one. Raises UsageError where there is nothing to send."""
    if text is None and not attach:
        raise UsageError("there is nothing to send: give the text with --text, or a file with --attach")
    return spoken(text or "")


def spoken(text: str) -> str:
    """Return the text to say, from standard input where `-` is given."""
    if text != "-":
        return text
    if sys.stdin.isatty():
        print("Write the text; ctrl+d on a line of its own ends it.", file=sys.stderr)
    return sys.stdin.buffer.read().decode("utf-8", "replace")


def refuse_options(words: list[str]) -> None:
    """Raise UsageError for what looks like an option among words that may begin with a dash."""
    for word in words:
        if word.startswith("--"):
            raise UsageError(f"there is no option {word} here")
