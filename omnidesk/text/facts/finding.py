"""Every fact in a text, each once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from omnidesk.text import forward, header_lines
from omnidesk.text.facts import accounts, numbers, own, persons, places, reach, wishes
from omnidesk.text.facts.own import Pattern
from omnidesk.text.facts.said import Found, Said
from omnidesk.text.fold import fold

LONGEST = 10_000
"""Characters of a text that are looked at."""
MOST = 20
"""Facts that one text may tell."""
_DIGIT = re.compile(r"\d")
_ANSWER = re.compile(r"(?i)\s*(?:re|aw|antw|sv)\s*(?:\[\d+\])?\s*:")
_PASSED_ON = ("forward", "doorgestuurd", "weitergeleitete")
_WITH_DIGITS: tuple[Callable[[Said], Iterator[Found]], ...] = (
    numbers.orders,
    numbers.customers,
    numbers.serials,
    places.addresses,
    places.postcodes,
    reach.phones,
    accounts.ibans,
)
_WITHOUT: tuple[Callable[[Said], Iterator[Found]], ...] = (
    reach.emails,
    persons.names,
    wishes.sizes,
    wishes.deliveries,
)


def own_only(text: str, subject: str, patterns: Iterable[Pattern]) -> tuple[Found, ...]:
    """Return what a workspace's own patterns find in what somebody wrote."""
    said = Said(_written(text, subject))
    return tuple(own.matches(said, patterns))[:MOST]


def find(text: str, subject: str = "", region: str = "NL", patterns: Iterable[Pattern] = ()) -> tuple[Found, ...]:
    """Return the facts that somebody tells about themselves, in the order in which they stand.

    `text` is what they wrote without what it quotes; what is passed on of somebody else's is not looked at. A subject
    counts where it is not that of an answer. `region` is the country of telephone numbers that name none; without it
    they stay as they were written."""
    written = _written(text, subject)
    if not written.strip():
        return ()
    said = Said(written, region)
    readers = (*_WITH_DIGITS, *_WITHOUT) if _DIGIT.search(written) else _WITHOUT
    found = [one for reader in readers for one in reader(said)]
    found += own.matches(said, patterns)
    found = [one for one in found if one.kind == "iban" or not accounts.holds_one(one.value)]
    seen: dict[tuple[str, str], Found] = {}
    for one in sorted(found, key=lambda each: each.start):
        seen.setdefault((one.kind, fold(one.value)), one)
    return tuple(seen.values())[:MOST]


def _written(text: str, subject: str) -> str:
    said = _own_words(text[:LONGEST])
    if subject and not _ANSWER.match(subject) and not forward.is_forward(subject):
        return f"{subject}\n\n{said}"
    return said


def _own_words(text: str) -> str:
    """Leave out lines that quote, and what is passed on below them."""
    if ">" in text:
        text = "\n".join("" if line.startswith(">") else line for line in text.split("\n"))
    low = text.lower()
    blocks = re.search(r"(?m)^[ *]*(?:from|van|von) ?:", low) is not None
    if "\n---" in text or text.startswith("---") or blocks or any(word in low for word in _PASSED_ON):
        lines = text.split("\n")
        end = forward.begin(lines)
        block = next((index for index in range(end) if header_lines.begins_block(lines, index)), end) if blocks else end
        rule = next(
            (index for index, line in enumerate(lines[:block]) if re.match(r"\s*-{3,}.*-{3,}\s*$", line)), block
        )
        return "\n".join(lines[: min(block, rule)])
    return text
