"""How long texts are for those who carry them, and where they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text import measure

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
UNITS = ("chars", "utf16", "graphemes", "bytes", "gsm7")


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", (0, 0, 0, 0, 0)),
        ("Hello", (5, 5, 5, 5, 5)),
        ("a€", (2, 2, 2, 4, 3)),
        ("é", (1, 1, 1, 2, 1)),
        ("e\u0301", (2, 2, 1, 3, 5)),
        ("\U0001f600", (1, 2, 1, 4, 5)),
        (FAMILY, (5, 8, 1, 18, 19)),
        ("\U0001f1f3\U0001f1f1\U0001f1e9\U0001f1ea", (4, 8, 2, 16, 19)),
        ("\U0001f44d\U0001f3fd!", (3, 5, 2, 9, 12)),
        ("각\u1100\u1161\u11a8", (4, 4, 2, 12, 10)),
        ("a\r\nb", (4, 4, 3, 4, 4)),
    ],
)
def test_a_text_is_as_long_as_its_unit_says(text: str, lengths: tuple[int, ...]) -> None:
    assert tuple(measure.length(text, unit) for unit in UNITS) == lengths  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 152 + "€" + "a" * 152, 3),  # the escaped letter does not fit into the first part
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("я" * 66 + "\U0001f600" + "я" * 66, 3),
    ],
)
def test_a_text_message_has_as_many_parts_as_the_network_makes_of_it(text: str, count: int) -> None:
    assert measure.segments(text) == count


def test_a_limit_in_septets_is_the_same_number_of_parts_in_either_alphabet() -> None:
    """Three parts: 459 letters of GSM 7-bit, or 201 of UCS-2."""
    assert measure.length("a" * 459, "gsm7") == 459
    assert measure.length("я" * 201, "gsm7") == 459
    assert measure.length("я" * 202, "gsm7") > 459


def test_a_text_is_cut_where_a_paragraph_a_line_a_sentence_or_a_word_ends() -> None:
    assert measure.pieces("One two.\n\nThree four five", "chars", 16) == ["One two.", "Three four five"]
    assert measure.pieces("One two. Three four five six", "chars", 15) == ["One two.", "Three four five", "six"]
    assert measure.pieces("One two three", "chars", 9) == ["One two", "three"]
    assert measure.pieces("Onetwothree", "chars", 4) == ["Onet", "woth", "ree"]


@pytest.mark.parametrize("text", ["", "short", "exactly10!"])
def test_what_fits_is_not_cut(text: str) -> None:
    assert measure.pieces(text, "chars", 10) == [text]


def test_no_character_is_cut_in_two_unless_it_must() -> None:
    assert measure.pieces(FAMILY * 2, "utf16", 10) == [FAMILY, FAMILY]
    assert "".join(measure.pieces(FAMILY, "utf16", 3)) == FAMILY
    with pytest.raises(ValueError, match="no character fits"):
        measure.pieces("\U0001f600", "utf16", 1)


@given(st.text(max_size=300), st.sampled_from(UNITS), st.integers(8, 60))
def test_pieces_fit_and_nothing_but_white_space_is_lost(text: str, unit: measure.Unit, most: int) -> None:
    text = text.encode("utf-8", "replace").decode()
    found = measure.pieces(text, unit, most)
    assert all(measure.length(piece, unit) <= most for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=100))
def test_graphemes_make_the_text_again(text: str) -> None:
    assert "".join(measure.graphemes(text)) == text
