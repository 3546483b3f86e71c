"""The one folding for search."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.fold import fold, terms


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hello, World!", "hello world"),
        ("Zoë crème brûlée", "zoe creme brulee"),
        ("Ærøskøbing Straße ŁÓDŹ Đorđe", "aeroskobing strasse lodz dorde"),
        ("O'Neill anna@example.org NL-123_456", "o neill anna example org nl 123 456"),
        ("ﬁn №5 ٣٤ Ⅷ", "fin no5 34 viii"),
        ("Ёлка ΆΘΗΝΑ", "елка αθηνα"),
        ("日本語 東 iPhone手机", "日本 本語 東 iphone 手机"),
        ("한국어", "한국 국어"),
        ("ｶﾞラス", "ガラ ラス"),
        ("हिन्दी", "हिन्दी"),
        ("", ""),
        ("!!! --- ...", ""),
    ],
)
def test_text_is_folded_and_split(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_and_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(max_codepoint=0x17F)))
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.upper()) == fold(text.upper().lower())


@given(st.text())
def test_tokens_are_separated_by_single_spaces(text: str) -> None:
    assert terms(text) == fold(text).split(" ") or not fold(text)
