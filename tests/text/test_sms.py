"""The words by which people stop and allow text messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.sms import keyword, segments


@pytest.mark.parametrize(
    ("said", "meant"),
    [("STOP", "stop"), ("stop.", "stop"), ("\n Stop all \n", "stop"), ("AFMELDEN", "stop"), ("Abbestellen!", "stop"),
     ("start", "start"), ("Aanmelden", "start"), ("'UNSTOP'", "start"), ("Hulp", "help"), ("INFO", "help"),
     ("stop  sms", "stop")],
)  # fmt: skip
def test_a_word_alone_is_meant(said: str, meant: str) -> None:
    assert keyword(said) == meant


@pytest.mark.parametrize("said", ["", ".", "yes", "ja", "stopp it", "please stop", "stop?", "STOP 1", "stop" * 100])
def test_a_sentence_is_not(said: str) -> None:
    assert keyword(said) is None


@given(st.text())
def test_any_text_is_one_of_them_or_none(said: str) -> None:
    assert keyword(said) in ("stop", "start", "help", None)


def test_messages_are_counted() -> None:
    assert [segments(text) for text in ("a" * 160, "a" * 161, "ł" * 70, "ł" * 71)] == [1, 2, 1, 2]
