"""Order numbers are found in what people write, and bare digits are only so much evidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.order_numbers import MOST, key, named


@pytest.mark.parametrize("said", ["NL-10234", "nl-10234", "#NL10234", "NL 10234", "NL_10234", " nl.10234 "])
def test_a_number_is_the_same_however_it_is_written(said: str) -> None:
    assert key(said) == "NL10234"


@pytest.mark.parametrize(
    ("text", "expected", "certain"),
    [
        ("Where is order NL-10234?", "NL10234", True),
        ("bestelling nl 10234 is er nog niet", "NL10234", True),
        ("Mijn bestelnummer is 10234.", "10234", True),
        ("Bestellung Nr. 2026-0012, bitte", "20260012", True),
        ("Order #1001", "1001", True),
        ("my order number: 1001", "1001", True),
        ("ordernummer 10234", "10234", True),
        ("about #1001", "1001", False),
        ("I paid 1250 euro", "1250", False),
        ("WC2026/0012 please", "WC20260012", True),
    ],
)
def test_a_number_in_a_sentence_is_found(text: str, expected: str, certain: bool) -> None:
    found = {one.key: one.certain for one in named(text)}
    assert found.get(expected) is certain, found


@pytest.mark.parametrize("text", ["anna10234@shop.test", "see you at 9", "I have 2 cats", "", "only words here"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert named(text) == []


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert len(named(" ".join(f"AB-{number}" for number in range(10_000, 20_000)))) == MOST


@pytest.mark.parametrize(
    "text", ["1" + "a" * 7_000 + "@", "A-1" * 2_000 + "@", "a" * 8_000, "1-" * 4_000, "# " * 4_000]
)
def test_a_hostile_text_is_read_in_the_time_of_any_other(text: str) -> None:
    assert len(named(text)) <= MOST


@given(st.text(alphabet="orderNL#-_/. 0123456789é\n@", max_size=400))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    for one in named(text):
        assert one.key == key(one.key)
        assert len(one.key) > 2
