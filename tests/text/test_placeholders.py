"""Placeholders and languages: pure functions on canned and foreign text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text import language, placeholders


def test_what_is_empty_stays_where_everybody_sees_it() -> None:
    filled = placeholders.fill("Hi {{customer.first_name}}, {{ Fact.Order }} {{x.y}}", {"customer.first_name": "Bram"})
    assert filled.text == "Hi Bram, {{ Fact.Order }} {{x.y}}"
    assert (filled.empty, filled.unknown) == (("fact.order",), ("x.y",))


def test_words_instead_are_used_only_where_nothing_is_known() -> None:
    text = "Hi {{customer.first_name|there}}{{fact.order|}}"
    assert placeholders.fill(text, {}).text == "Hi there"
    assert placeholders.fill(text, {"customer.first_name": "Bram"}).text == "Hi Bram"
    assert placeholders.fill(text, {}).empty == ()


def test_what_a_customer_calls_themselves_is_never_filled_again() -> None:
    filled = placeholders.fill("Hi {{customer.name}}", {"customer.name": "{{agent.address}}", "agent.address": "a@b"})
    assert filled.text == "Hi {{agent.address}}"


@given(st.text(max_size=200), st.text(max_size=30))
def test_filling_never_breaks_whatever_the_text(text: str, value: str) -> None:
    filled = placeholders.fill(text, {"customer.name": value})
    if "{{" not in text:
        assert filled.text == text


def test_names_and_numbers_become_placeholders_as_whole_words() -> None:
    values = {"customer.first_name": "Bram", "customer.name": "Bram de Vries", "fact.order": "NL-10234"}
    said = placeholders.generalise("Dear Bram de Vries, Bram, your NL-10234. Bramble!", values)
    assert said == "Dear {{customer.name}}, {{customer.first_name}}, your {{fact.order}}. Bramble!"
    assert placeholders.fill(said, values).text == "Dear Bram de Vries, Bram, your NL-10234. Bramble!"


@pytest.mark.parametrize(
    ("name", "first"),
    [("Bram de Vries", "Bram"), ("de Vries, Bram", "Bram"), ("Dhr. J. Smit", ""), ("bram@x.test", ""),
     ("+31 6 1234", ""), ("", ""), ("Anne-Marie Bos", "Anne-Marie")],
)  # fmt: skip
def test_a_first_name_is_one_that_people_can_be_called_by(name: str, first: str) -> None:
    assert placeholders.first_name(name) == first


def test_order_numbers_and_parcel_codes_are_found_the_last_one_first() -> None:
    said = "My order NL-10234, no: NL-10235! Parcel 3SABC1234567."
    assert placeholders.order_number(said) == "NL-10235"
    assert placeholders.parcel_code(said) == "3SABC1234567"
    assert placeholders.order_number("Model X-2 in 1998") == ""


@pytest.mark.parametrize(
    ("said", "found"),
    [("Waar is mijn bestelling?", "nl"), ("Where is my order?", "en"), ("Wo ist meine Bestellung?", "de"),
     ("hoi waar is mijn pakje", "nl"), ("NL-10234", None), ("", None), ("ok", None)],
)  # fmt: skip
def test_a_language_is_told_by_its_small_words(said: str, found: str | None) -> None:
    assert language.guess(said) == found


def test_a_date_is_written_as_its_language_does() -> None:
    assert placeholders.date((2026, 11, 23), "nl") == "23 november 2026"
    assert placeholders.date((2026, 11, 23), "de") == "23. November 2026"
    assert placeholders.date((2026, 3, 1), "") == "1 March 2026"
