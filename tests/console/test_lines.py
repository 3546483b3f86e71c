"""Lines: cut, spread and wrapped to columns, whatever the text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from omnidesk import clock
from omnidesk.widgets import times
from omnidesk.widgets.lines import cut, fit, spread, wrap

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)


@given(texts, st.integers(0, 60))
def test_fit_takes_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


@given(texts, st.integers(1, 60))
def test_cut_takes_at_most_the_width(text: str, width: int) -> None:
    assert cell_len(cut(text, width)) <= width


@given(st.lists(texts, max_size=4), st.lists(texts, max_size=3), st.integers(0, 100))
def test_both_ends_take_exactly_the_width(left: list[str], right: list[str], width: int) -> None:
    parts = spread([("", text) for text in left], [("", text) for text in right], width)
    assert sum(cell_len(text) for _, text in parts) == width


@given(texts, st.integers(2, 60))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_where_they_fit() -> None:
    assert wrap("one two three four", 9) == ["one two", "three", "four"]
    assert wrap("   indented words here", 12) == ["   indented", "words here"]


def test_a_word_longer_than_the_line_is_broken() -> None:
    assert wrap("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_at_most_so_many_lines_of_a_megabyte_are_wrapped() -> None:
    assert len(wrap("word " * 200_000, 60, 2_000)) == 2_000


def test_times_are_written_short() -> None:
    now = 1_795_435_200_000
    assert times.until(now + 8 * clock.MINUTE, now) == "0:08"
    assert times.until(now - 12 * clock.MINUTE, now) == "-0:12"
    assert times.until(now - 3 * clock.DAY, now) == "-3d"
    assert times.until(now + 40 * clock.DAY, now) == "40d"
    assert times.span(62 * clock.MINUTE) == "1h02"
    assert times.size(214_000) == "214 kB"
