"""Two runs of the bench side by side: `make bench-compare A=one.json B=other.json`.

A figure is worse where the second run is slower (or larger) by more than what the runs themselves vary: three times
the spread of its middle half, over the root of how many there were, and a tenth at least. Figures that the machine
was too unsteady for say so.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, aligned, in_words
from bench.growth import read

LEAST = 0.10
"""A change of so much is none, however steady the runs were: the machine has other guests."""
UNSTEADY = 0.75
"""Noise of so much of the figure itself says nothing."""


def noise(figure: Figure) -> float:
    """Return by which part of itself a figure may differ between two runs of the same program."""
    runs = sorted(figure.runs)
    if len(runs) < 3 or not figure.value:
        return 3 * LEAST
    low, _, high = statistics.quantiles(runs, n=4)
    spread = (high - low) / figure.value
    if figure.name.endswith(("p95", "p99", "worst", "views")):  # the tail varies more than the middle does
        spread *= 2
    return max(LEAST, 3 * spread / math.sqrt(len(runs)))


def verdict(before: Figure, after: Figure) -> str:
    """Say whether a figure became worse, better or stayed as it was."""
    allowed = max(noise(before), noise(after))
    if not before.value or not after.value:
        return ""
    if allowed > UNSTEADY:
        return "unsteady"
    ratio = after.value / before.value
    return "WORSE" if ratio > 1 + allowed else "better" if ratio < 1 / (1 + allowed) else ""


def table(before: Sequence[Figure], after: Sequence[Figure]) -> tuple[str, list[str]]:
    """Return the runs side by side, and the figures that became worse."""
    known = {(one.title, one.peer_name): one for one in before}
    rows = [("what", "A", "B", "B / A", "noise", "")]
    worse = []
    for one in after:
        other = known.pop((one.title, one.peer_name), None)
        if other is None:
            rows.append((one.title, "-", in_words(one.value, one.unit), "-", "-", "new"))
            continue
        said = verdict(other, one)
        worse += [one.title] if said == "WORSE" else []
        ratio = f"{one.value / other.value:.2f}" if other.value else "-"
        allowed = f"{max(noise(other), noise(one)) * 100:.0f}%"
        rows.append((one.title, in_words(other.value, other.unit), in_words(one.value, one.unit), ratio, allowed, said))
    rows += [(one.title, in_words(one.value, one.unit), "-", "-", "-", "gone") for one in known.values()]
    return aligned(rows, "lrrrrl"), worse


def main() -> None:
    """Print two runs side by side; the exit status is 1 where something became worse."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("a", type=Path, help="the JSON of the run before")
    ask.add_argument("b", type=Path, help="the JSON of the run after")
    said = ask.parse_args()
    (before, one), (after, other) = read(said.a), read(said.b)
    for letter, kept in (("A", one), ("B", other)):
        machine = kept["machine"]
        print(f"{letter}: commit {kept['commit']}, {kept['date']}, {machine['processors']} processors")
    lines, worse = table(before, after)
    print(lines)
    if worse:
        print(f"worse beyond noise: {len(worse)}")
        sys.exit(1)


if __name__ == "__main__":
    main()
