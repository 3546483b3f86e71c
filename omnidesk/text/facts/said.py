"""What somebody said, in sentences: a fact belongs to the words of its own sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

WRAPPED = 55
"""Characters from which a line may have been broken by a program: its sentence goes on in the next."""
FARTHEST = 320
"""Characters before and behind a place that belong to its sentence at most: what costs more is no sentence."""
_END = re.compile(r"[.!?;…]++(?=\s)|\n+")
_ABBREVIATED = re.compile(
    r"(?i)(?:\b(?:nr|no|nos|tel|mob|str|st|dr|mr|mrs|ms|dhr|mevr|mw|prof|ing|ir|drs|bv|ca|evt|excl|incl|art|ord|ref"
    r"|b|bijv|e\.g|i\.e|z\.b|bzw|kd|ave|rd|t\.n\.v|t\.a\.v|[a-z])|nr|str)\.\Z"
)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Found:
    """A fact in a text: `start` and `end` are where it stands."""

    kind: str
    value: str
    start: int
    end: int


class Said:
    """A text with its sentences, which are told apart only when somebody asks."""

    def __init__(self, text: str, region: str = "NL") -> None:
        self.text = text
        self.low = text.lower()
        self.region = region

    def has(self, *stems: str) -> bool:
        """Say whether any of these stands anywhere in the text; much cheaper than an expression."""
        return any(stem in self.low for stem in stems)

    def words_with(self, expression: re.Pattern[str], *stems: str) -> Iterator[re.Match[str]]:
        """Return the matches that begin with a word in which a stem stands, in order: looked for where stems are only,
        since most texts have none."""
        starts = set()
        for stem in stems:
            place = self.low.find(stem)
            while place >= 0:
                start = place
                while start and place - start < 12 and (self.low[start - 1].isalnum() or self.low[start - 1] == "-"):
                    start -= 1
                starts.add(start)
                place = self.low.find(stem, place + 1)
        for start in sorted(starts):
            match = expression.match(self.text, start)
            if match is not None:
                yield match

    def lines_with(self, *stems: str) -> list[int]:
        """Return where the lines begin in which a stem stands, in order."""
        starts = set()
        for stem in stems:
            place = self.low.find(stem)
            while place >= 0:
                start, end = self.line(place)
                starts.add(start)
                place = self.low.find(stem, end)
        return sorted(starts)

    @cached_property
    def _starts(self) -> list[int]:
        text, starts = self.text, [0]
        for mark in _END.finditer(text):
            start, end = mark.span()
            if text[start] == ".":
                if end - start == 1 and _ABBREVIATED.search(text, max(starts[-1], start - 8), end):
                    continue
            elif text[start] == "\n" and end - start == 1 and start - (text.rfind("\n", 0, start) + 1) >= WRAPPED:
                continue
            starts.append(end)
        return starts

    def sentence(self, place: int) -> tuple[int, int]:
        """Return where the sentence at `place` begins and ends, as far as it is near; one without a letter belongs to
        that before it, on the same line."""
        starts = self._starts
        index = bisect_right(starts, place) - 1
        end = min(starts[index + 1] if index + 1 < len(starts) else len(self.text), place + FARTHEST)
        while (
            index
            and starts[index] > place - FARTHEST
            and not _LETTER.search(self.text, starts[index], end)
            and "\n" not in self.text[starts[index] - 1 : starts[index]]
        ):
            index -= 1
        return max(starts[index], place - FARTHEST), end

    def before(self, place: int, floor: int = 0) -> str:
        """Return the words of a sentence in front of `place`, as far back as `floor`."""
        return self.text[max(self.sentence(place)[0], floor) : place]

    def line(self, place: int) -> tuple[int, int]:
        """Return where the line at `place` begins and ends."""
        end = self.text.find("\n", place)
        return self.text.rfind("\n", 0, place) + 1, end if end >= 0 else len(self.text)
