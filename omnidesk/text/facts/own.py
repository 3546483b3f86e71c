"""What a workspace recognises itself: a pattern for each kind, refused where a hostile text could make it take long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from omnidesk.text.facts.said import Found, Said

LONGEST_PATTERN = 200
LONGEST_VALUE = 80
MOST_REPEATED = 40
"""How often a part of a pattern may be repeated, and how long what it matches may be."""
_UNBOUNDED = re.compile(r"(?<!\\)(?:\\\\)*(?:[*+]|\{\d*,\})")
_BACKREFERENCE = re.compile(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|g<)|\(\?(?:P=|\(|R|&|[aiLmsux-]*[Lmsx])|\(\?<?[=!]")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that was made ready; `kind` is what its matches are."""

    kind: str
    expression: re.Pattern[str]

    @classmethod
    def of(cls, kind: str, pattern: str) -> Pattern:
        """Make a pattern ready; it matches whole words. Raises re.error."""
        return cls(kind, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])"))


def objection(pattern: str) -> str:
    """Return why a pattern is none that may be used, "" where it may: see `slow_texts` for the proof of the rest.

    Only bounded repeats are taken (`\\d{4,8}`), none within another: those are what makes expressions explode."""
    if not pattern or len(pattern) > LONGEST_PATTERN:
        return f"a pattern has 1 to {LONGEST_PATTERN} characters"
    if _UNBOUNDED.search(_without_sets(pattern)):
        return "say how often at most: {1,8} instead of + or *"
    if _BACKREFERENCE.search(pattern):
        return "it may not look around, refer back or change how it is read"
    try:
        Pattern.of("x", pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"it cannot be read: {error}"
    if re.compile(pattern).match(""):
        return "it matches nothing at all too: name something that must stand there"
    for bound in re.findall(r"\{(?:\d{1,6},)?(\d{1,9})\}", pattern):
        if int(bound) > MOST_REPEATED:
            return f"a part may be repeated {MOST_REPEATED} times at most"
    if re.search(r"[})?]\)(?:\{|\?)|\}\)", re.sub(r"\[[^\]]*\]", "", pattern)) and re.search(r"\)\{", pattern):
        return "a part that repeats may not stand in one that repeats"
    return ""


def slow_texts(pattern: str, example: str) -> list[str]:
    """Return texts that make a bad pattern take long: its own pieces over and over, with an end that fits nothing."""
    pieces = {example, example[:-1], *example, "a", "A", "0", "1", " ", "-", "aA0-", "0a"} | set(re.findall(r"\w", pattern))
    return [(piece * (4_000 // max(1, len(piece))))[:4_000] + "\x01!" for piece in sorted(pieces) if piece]


def matches(said: Said, patterns: Iterable[Pattern]) -> Iterator[Found]:
    """Find what the workspace's own patterns match."""
    for one in patterns:
        for match in one.expression.finditer(said.text):
            if match[0].strip() and len(match[0]) <= LONGEST_VALUE:
                yield Found(one.kind, match[0].strip(), match.start(), match.end())


def _without_sets(pattern: str) -> str:
    return re.sub(r"\[(?:\\.|[^\]\\])*\]", "x", pattern)
