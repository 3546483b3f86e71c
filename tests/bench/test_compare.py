"""Two runs side by side, and the growth that one run tells of."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import compare, growth
from bench.figures import Figure, table, write_json

STEADY = (10.0, 10.1, 9.9, 10.0, 10.2, 9.8, 10.0, 10.1)


def figure(name: str = "search, p50", value: float = 10.0, **said: object) -> Figure:
    runs = said.pop("runs", tuple(one * value / 10 for one in STEADY))
    return Figure(name, value, "ms", runs=runs, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "said"), [(10, 12, "WORSE"), (10, 10.5, ""), (10, 9.5, ""), (12, 10, "better"), (0, 10, "")]
)
def test_what_changed_beyond_noise_is_marked(before: float, after: float, said: str) -> None:
    assert compare.verdict(figure(value=before), figure(value=after)) == said


def test_an_unsteady_figure_says_nothing() -> None:
    wild = figure(value=10, runs=(1.0, 30.0, 2.0, 25.0))
    assert compare.verdict(wild, figure(value=25)) == "unsteady"


def test_a_figure_of_few_runs_is_allowed_more() -> None:
    assert compare.noise(figure(runs=(10.0,))) > compare.noise(figure())


def test_figures_are_matched_by_name_size_and_peer() -> None:
    before = [figure(size=10), figure(size=100), figure("start", peer=1.0, peer_name="toolong")]
    after = [figure(size=10), figure(value=20, size=100), figure("start", value=30, peer=1.0, peer_name="posting")]
    lines, worse = compare.table(before, after)
    assert worse == ["search, p50, 100 messages"]
    assert "gone" in lines
    assert "new" in lines


def test_a_run_that_was_kept_is_read_again_as_it_was(tmp_path: Path) -> None:
    figures = [figure(size=10, details={"worst": 12.0}), figure("start", peer=2.0, peer_name="toolong", budget=3.0)]
    write_json(tmp_path / "run.json", {"database": "sqlite", "sizes": (10,)}, figures, ["a peer"])
    again, kept = growth.read(tmp_path / "run.json")
    assert table(again) == table(figures)
    assert kept["left_out"] == ["a peer"]
    assert {"commit", "date", "machine", "database", "sizes"} <= set(kept)


def test_comparing_fails_where_something_became_worse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("a", 10.0), ("b", 30.0)):
        write_json(tmp_path / f"{name}.json", {"database": "sqlite"}, [figure(value=value)], [])
    for names, status in ((("a", "b"), 1), (("b", "a"), None)):
        monkeypatch.setattr(sys, "argv", ["compare", *(str(tmp_path / f"{name}.json") for name in names)])
        if status is None:
            compare.main()
        else:
            with pytest.raises(SystemExit):
                compare.main()


def test_growth_shows_sizes_side_by_side_and_draws_them(tmp_path: Path) -> None:
    figures = [
        figure(name, value=size / 10_000 + 1, size=size) for name in growth.DRAWN for size in (10_000, 1_000_000)
    ]
    figures.append(figure("measured once", size=10_000))
    lines = growth.table(figures).splitlines()
    assert len(lines) == 1 + len(growth.DRAWN)
    assert "10,000" in lines[0]
    assert lines[1].endswith("x50.5")
    drawn = ElementTree.fromstring(growth.picture(figures, "a <title> & more"))
    assert len(drawn.findall("{*}polyline")) == len(growth.DRAWN)
    assert json.dumps([one.text for one in drawn.findall("{*}text")]).count("1,000,000") == 1


def test_one_size_makes_no_growth() -> None:
    assert growth.table([figure(size=10)]) == ""
    with pytest.raises(ValueError, match="two sizes"):
        growth.picture([figure(growth.DRAWN[0], size=10)], "")
