"""Numbers drawn with block characters: columns over an axis, and bars that lie. Where the terminal lacks these
characters the driver writes # and - instead."""

from __future__ import annotations

from collections.abc import Sequence

EIGHTHS = " ▁▂▃▄▅▆▇█"
LYING = " ▏▎▍▌▋▊▉█"


def columns(values: Sequence[int], height: int, wide: int, top: int = 0) -> list[str]:
    """Return `height` lines, the highest first, with one column of `wide` characters a value and a gap where there is
    room for it. `top` is the value that fills the height (0: the greatest). What is not zero is always seen."""
    most = max(top, *values, 1)
    lines = []
    for line in range(height - 1, -1, -1):
        said = []
        for value in values:
            eighths = max(1, round(value * height * 8 / most)) if value else 0
            block = EIGHTHS[max(0, min(8, eighths - 8 * line))]
            said.append(block * max(1, wide - 1) + " " * (wide > 1))
        lines.append("".join(said))
    return lines


def bar(value: int, most: int, width: int) -> str:
    """Return a bar of at most `width` characters, as long as `value` is of `most`."""
    eighths = max(1, round(value * width * 8 / most)) if value and most else 0
    full, rest = divmod(min(eighths, 8 * width), 8)
    return "█" * full + (LYING[rest] if rest else "")


def axis(names: Sequence[str], wide: int) -> str:
    """Return names under columns, each under the beginning of its own, as many as do not touch."""
    line = ""
    for place, name in enumerate(names):
        if name and place * wide >= len(line) + (1 if line else 0):
            line = line.ljust(place * wide) + name
    return line
