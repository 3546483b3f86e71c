"""What is laid over painted lines: links of the terminal's own (OSC 8), labels to choose by, hits of a search.

None of it needs colour: links are underlined, labels and hits reversed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from omnidesk.widgets.lines import Target, cells

HIT = Style(reverse=True, bold=True)
LABEL = Style(reverse=True, bold=True)
_SAFE = re.compile(r"(?:https?://|mailto:|tel:)[!-~]{1,2000}\Z")


def hits(text: str, needle: str) -> list[tuple[int, int]]:
    """Return where a text holds the needle, whatever the case: characters [start, end)."""
    if not needle:
        return []
    seen = text.lower()
    if len(seen) != len(text):
        seen = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    found, start = [], seen.find(needle)
    while start >= 0:
        found.append((start, start + len(needle)))
        start = seen.find(needle, start + len(needle))
    return found


def with_hits(strip: Strip, needle: str) -> Strip:
    """Return a line with its hits reversed."""
    text = strip.text
    spans = [(cells(text[:start]), cells(text[:end])) for start, end in hits(text, needle)]
    return _over(strip, spans, lambda segment: Segment(segment.text, _with(segment.style, HIT)))


def with_links(strip: Strip, targets: Iterable[Target]) -> Strip:
    """Return a line whose links the terminal itself can open; what is no plain address of the web stays text."""
    for target in targets:
        if _SAFE.match(target.url) and not target.claims:
            style = Style(link=target.url, underline=True)
            strip = _over(strip, [(target.start, target.end)], _adding(style))
    return strip


def with_labels(strip: Strip, named: Sequence[tuple[Target, str]], ink: Style) -> Strip:
    """Return a line in which labels stand where the numbers of links and files stood."""
    style = ink + LABEL
    for target, label in named:
        width = len(str(target.number)) + 2
        said = f"{label:^{width}}"
        before, after = strip.crop(0, target.start), strip.crop(target.start + width, strip.cell_length)
        strip = Strip.join([before, Strip([Segment(said, style)], width), after])
    return strip


def _adding(style: Style) -> Callable[[Segment], Segment]:
    return lambda segment: Segment(segment.text, _with(segment.style, style))


def _with(style: Style | None, more: Style) -> Style:
    return more if style is None else style + more


def _over(strip: Strip, spans: Sequence[tuple[int, int]], change: Callable[[Segment], Segment]) -> Strip:
    """Return a line with its segments changed in columns [start, end)."""
    if not spans:
        return strip
    pieces: list[Strip] = []
    position = 0
    for start, end in spans:
        end = min(end, strip.cell_length)
        if start < position or start >= end:
            continue
        pieces.append(strip.crop(position, start))
        changed = [change(segment) for segment in strip.crop(start, end)]
        pieces.append(Strip(changed, end - start))
        position = end
    pieces.append(strip.crop(position, strip.cell_length))
    return Strip.join(pieces)
