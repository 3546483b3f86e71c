"""Promise 8: untrusted text is data. Nothing that `clean` returns can steer a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.clean import clean, one_line

HOSTILE = [
    ("\x1b]0;owned\x07title", "title"),
    ("\x1b]52;c;aGk=\x1b\\clip", "clip"),
    ("\x1b[2J\x1b[31mred\x1b[0m", "red"),
    ("\x9b31mred", "red"),
    ("\x9d0;owned\x9ctitle", "title"),
    ("\x1bPq#0\x1b\\sixel", "sixel"),
    ("\x1bcreset", "reset"),
    ("\x1b]0;never ends", "0;never ends"),
    ("a\x00b\x07c\x08d", "abcd"),
    ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ("a\u2066b\u2069c", "abc"),
    ("lone \ud800 surrogate", "lone  surrogate"),
    ("\ufeffmarked", "marked"),
    ("a\r\nb\rc\u2028d\x85e\x0cf", "a\nb\nc\nd\ne\nf"),
]


@pytest.mark.parametrize(("hostile", "harmless"), HOSTILE)
def test_what_steers_a_terminal_is_removed_whole(hostile: str, harmless: str) -> None:
    assert clean(hostile) == harmless


def test_ordinary_text_of_any_script_stays_as_it_is() -> None:
    text = "Hé Zoë,\n\tשלום \u200f! 👩‍👧 東京 हिन्दी\n"
    assert clean(text) == text


@given(st.text(st.characters(codec=None)))
def test_nothing_dangerous_survives_and_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    for character in cleaned:
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"), character
        assert not 0x202A <= ord(character) <= 0x202E
    cleaned.encode()


@given(st.text("\x1b[]P\\\x07\x9b\x9c\x9d0;aé\r\n\u202e"))
def test_no_mixture_of_introducers_leaves_one_behind(text: str) -> None:
    cleaned = clean(text)
    assert not set(cleaned) & set("\x1b\x07\x9b\x9c\x9d\u202e\r")


@given(st.text(), st.integers(2, 50))
def test_one_line_is_one_clean_line_within_its_limit(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert clean(line) == line


def test_without_newlines_words_stay_apart() -> None:
    assert clean("a\r\nb\tc", keep_newlines=False) == "a b c"
