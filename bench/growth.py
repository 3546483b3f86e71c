"""How cost grows with the desk: the figures of several sizes side by side, as a table and as a picture (SVG).

    python -m bench.growth [--result bench/out/result.json] [--out docs/pictures/growth.svg]

makes the picture again from a run that was kept.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bench.figures import Figure, aligned, in_words

RESULT = Path(__file__).parent / "out" / "result.json"
PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "growth.svg"
DRAWN = (
    "start to first useful paint",
    "key to repaint in the queue, p99",
    "opening the longest thread, median",
    "queue, the next page, p95 of all views",
    "search, frequent word, p95",
    "search, prefix, p95",
    "search, rare filter, p95",
)
"""The figures of the picture."""
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#777777")
WIDTH, HEIGHT = 860, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 330, 50, 50

Grown = dict[str, dict[int, Figure]]


def grown(figures: Iterable[Figure]) -> Grown:
    """Return the figures that were measured on several sizes, by name and size."""
    found: Grown = {}
    for each in figures:
        if each.size is not None:
            found.setdefault(each.name, {}).setdefault(each.size, each)
    return {name: some for name, some in found.items() if len(some) > 1}


def table(figures: Iterable[Figure]) -> str:
    """Return a line for each figure with a column for each size, and how much the largest costs of the smallest."""
    found = grown(figures)
    sizes = sorted({size for some in found.values() for size in some})
    if len(sizes) < 2:
        return ""
    rows = [("growth", *(f"{size:,}" for size in sizes), f"x{sizes[-1] // sizes[0]:,} messages cost")]
    for name, some in found.items():
        cells = [in_words(some[size].value, some[size].unit) if size in some else "-" for size in sizes]
        first, last = some[min(some)].value, some[max(some)].value
        rows.append((name, *cells, f"x{last / first:.1f}" if first else "-"))
    return aligned(rows, "l" + "r" * (len(sizes) + 1))


def picture(figures: Iterable[Figure], title: str) -> str:
    """Return the drawn figures as lines over the size of the desk, both axes by powers of ten, as SVG."""
    found = {name: some for name, some in grown(figures).items() if name in DRAWN}
    points = {name: {size: _milliseconds(each) for size, each in some.items()} for name, some in found.items()}
    sizes = sorted({size for some in points.values() for size in some})
    values = [value for some in points.values() for value in some.values()]
    if len(sizes) < 2:
        raise ValueError("a picture of growth needs figures of two sizes at least: let the bench measure them first")
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def across(size: int) -> float:
        share = (math.log10(size) - math.log10(sizes[0])) / (math.log10(sizes[-1]) - math.log10(sizes[0]))
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / max(1, high - low) * (HEIGHT - TOP - BOTTOM)

    drawn = [_text(LEFT, 24, title, 15), *_axes(sizes, range(low, high + 1), across, down)]
    labels = _apart({name: down(some[max(some)]) for name, some in points.items()})
    for colour, (name, some) in zip(COLOURS, points.items(), strict=False):
        places = [(across(size), down(value)) for size, value in sorted(some.items())]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        drawn.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        said = f"{name.partition(', p95')[0]} {_said(some[max(some)])}"
        drawn.append(_text(WIDTH - RIGHT + 12, labels[name] + 4, said, 12, fill=colour))
    return _svg(drawn)


def _axes(sizes: Sequence[int], tens: range, across: Any, down: Any) -> list[str]:
    drawn = []
    for size in sizes:
        x = across(size)
        drawn.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#dddddd"/>')
        drawn.append(_text(x, HEIGHT - BOTTOM + 20, f"{size:,}", 12, anchor="middle"))
    for power in tens:
        y = down(10.0**power)
        drawn.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#dddddd"/>')
        drawn.append(_text(LEFT - 8, y + 4, f"{10.0**power:g} ms", 12, anchor="end"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    drawn.append(_text(middle, HEIGHT - 8, "messages in the desk", 12, anchor="middle"))
    return drawn


def _apart(wanted: dict[str, float]) -> dict[str, float]:
    """Return heights for labels near those wanted, none upon another."""
    placed: dict[str, float] = {}
    last = -math.inf
    for name, height in sorted(wanted.items(), key=lambda one: one[1]):
        last = placed[name] = max(height, last + 16)
    return placed


def _milliseconds(each: Figure) -> float:
    return max(0.001, each.value * (1_000 if each.unit == "s" else 1))


def _said(milliseconds: float) -> str:
    return in_words(milliseconds, "ms")


def _text(x: float, y: float, words: str, size: int, anchor: str = "start", fill: str = "#444444") -> str:
    safe = words.replace("&", "&amp;").replace("<", "&lt;")
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{fill}">{safe}</text>'


def _svg(drawn: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
    return "\n".join([head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>', *drawn, "</svg>", ""])


def read(path: Path) -> tuple[list[Figure], dict[str, Any]]:
    """Return the figures of a run that was kept, and all else that was."""
    kept = json.loads(path.read_text())
    figures = [Figure(**{name: value for name, value in one.items() if name != "ratio"}) for one in kept["figures"]]
    return figures, kept


def main() -> None:
    """Draw the picture from a run that was kept."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--result", type=Path, default=RESULT)
    ask.add_argument("--out", type=Path, default=PICTURE)
    said = ask.parse_args()
    figures, kept = read(said.result)
    title = f"What a desk costs as it grows ({kept['database']}, {kept['machine']['processors']} shared cores)"
    said.out.write_text(picture(figures, title))
    print(f"drawn: {said.out}")


if __name__ == "__main__":
    main()
