"""What is said again under an answer, or passed on to somebody else."""

from __future__ import annotations

from collections.abc import Iterable

from omnidesk import clock
from omnidesk.text.clean import clean, one_line
from omnidesk.text.recipients import write
from omnidesk.words.rows import Address

LONGEST = 20_000
"""Characters of a message that are quoted."""


def quotation(author: str, text: str, at: int) -> str:
    """Return a message behind `> `, under a line that says whose it is; `at` in UTC milliseconds."""
    lines = _cut(text).split("\n")
    marked = "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)
    return f"On {_when(at)}, {one_line(author, 200)} wrote:\n{marked}\n"


def forwarded(sender: Address, to: Iterable[Address], subject: str, text: str, at: int) -> str:
    """Return a message as it is passed on: its head, then its text; `at` in UTC milliseconds."""
    head = [
        "---------- Forwarded message ----------",
        f"From: {write((sender,))}",
        f"Date: {_when(at)}",
        f"Subject: {one_line(subject, 500)}",
        f"To: {one_line(write(to), 1000)}",
    ]
    return "\n".join(head) + f"\n\n{_cut(text)}\n"


def _when(at: int) -> str:
    return f"{(clock.to_rfc3339(at) or '')[:16].replace('T', ' ')} UTC"


def _cut(text: str) -> str:
    said = clean(text).strip("\n")
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}\n[...]"
