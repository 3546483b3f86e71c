"""What a workspace recognises itself: a pattern for each kind, refused where a hostile text could make it take long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import _constants as constants  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from omnidesk.text.facts.said import Found, Said
from omnidesk.words.speech import _

LONGEST_PATTERN = 200
LONGEST_VALUE = 80
MOST_REPEATED = 40
"""How often a part of a pattern may be repeated, and how long what it matches may be."""
_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
_REFUSED = (constants.GROUPREF, constants.GROUPREF_EXISTS, constants.ASSERT, constants.ASSERT_NOT)


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
    """Return why a pattern is none that may be used, "" where it may; `slow_texts` tries what is left.

    Only bounded repeats are taken (`\\d{4,8}`), none within another: those are what makes expressions explode."""
    if not pattern or len(pattern) > LONGEST_PATTERN:
        return _("a pattern has 1 to {most} characters").format(most=LONGEST_PATTERN)
    try:
        Pattern.of("x", pattern)
        tree: Any = _parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return _("it cannot be read: {why}").format(why=error)
    if re.compile(pattern).match(""):
        return _("it matches where nothing stands: name something that must be there")
    return _why_not(tree, repeated=False)


def _why_not(tree: Any, repeated: bool) -> str:
    """Say what is wrong in a part of a pattern; `repeated` where a part around it may come again."""
    for kind, about in tree:
        if kind in _REFUSED:
            return _("it may not look around or refer back")
        if kind in _REPEATS:
            least, most, inner = about
            if most > MOST_REPEATED:
                return _("say how often at most, up to {most}: {{1,8}} instead of + or *").format(most=MOST_REPEATED)
            if repeated and least != most:
                return _("a part that may repeat stands in another that may")
            if why := _why_not(inner, repeated or most > 1):
                return why
        elif kind is constants.SUBPATTERN:
            if why := _why_not(about[-1], repeated):
                return why
        elif kind is constants.BRANCH:
            for branch in about[1]:
                if why := _why_not(branch, repeated):
                    return why
        elif (
            isinstance(about, tuple) and about and hasattr(about[-1], "data") and (why := _why_not(about[-1], repeated))
        ):
            return why
    return ""


def slow_texts(pattern: str, example: str) -> list[str]:
    """Return texts that make a bad pattern take long: its own pieces over and over, with an end that fits nothing."""
    pieces = {example, example[:-1], *example, "a", "A", "0", "1", " ", "-", "aA0-", "0a"} | set(
        re.findall(r"\w", pattern)
    )
    return [(piece * (4_000 // max(1, len(piece))))[:4_000] + "\x01!" for piece in sorted(pieces) if piece]


def matches(said: Said, patterns: Iterable[Pattern]) -> Iterator[Found]:
    """Find what the workspace's own patterns match."""
    for one in patterns:
        for match in one.expression.finditer(said.text):
            if match[0].strip() and len(match[0]) <= LONGEST_VALUE:
                yield Found(one.kind, match[0].strip(), match.start(), match.end())
