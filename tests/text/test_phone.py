"""Telephone numbers in E.164."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.phone import local_region, normalise_phone, shown_phone, valid_phone


@pytest.mark.parametrize(
    ("written", "region", "number"),
    [
        ("06 12345678", "NL", "+31612345678"),
        ("06-12 34 56 78", "nl", "+31612345678"),
        ("0031 6 12345678", "NL", "+31612345678"),
        ("+31 (0)6 12345678", "NL", "+31612345678"),
        ("tel:+31-6-12345678", "NL", "+31612345678"),
        ("020 123 4567 ext. 12", "NL", "+31201234567"),
        ("06 0012 3412", "NL", "+31600123412"),  # not handed out yet, and written as one of another place
        ("0478 12 34 56", "BE", "+32478123456"),
        ("(201) 555-0123", "US", "+12015550123"),
        ("+44 7700 900142", "NL", "+447700900142"),
        ("+44 7700 900142", "", "+447700900142"),
        ("0039 06 698 1234", "NL", "+39066981234"),
    ],
)
def test_a_number_becomes_international(written: str, region: str, number: str) -> None:
    assert normalise_phone(written, region) == number
    assert valid_phone(number)
    assert normalise_phone(number, "US") == number


@pytest.mark.parametrize("written", ["204", "1008", "12345", "anonymous", "PostNL", "", "+99999999999", "06 12", "+31"])
def test_what_is_no_number_stays_what_it_is_and_is_not_valid(written: str) -> None:
    assert normalise_phone(written, "NL") == written
    assert not valid_phone(normalise_phone(written, "NL"))


def test_a_number_without_a_country_needs_a_region() -> None:
    assert normalise_phone("06 12345678") == "06 12345678"
    assert not valid_phone("0612345678")


@given(st.text(max_size=40), st.sampled_from(["NL", "US", ""]))
def test_normalising_never_fails_and_is_stable(value: str, region: str) -> None:
    once = normalise_phone(value, region)
    assert normalise_phone(once, region) == once


@pytest.mark.parametrize(
    ("environment", "region"),
    [
        ({}, "NL"),
        ({"LANG": "C.UTF-8"}, "NL"),
        ({"LANG": "nl_BE.UTF-8"}, "BE"),
        ({"LANG": "en_US.UTF-8", "LC_TELEPHONE": "de_DE"}, "DE"),
        ({"LANG": "en_XX"}, "NL"),
    ],
)
def test_the_region_is_the_locales_or_the_netherlands(environment: dict[str, str], region: str) -> None:
    assert local_region(environment) == region


def test_a_number_is_shown_as_people_read_it() -> None:
    assert shown_phone("+31612345678") == "+31 6 12345678"
    assert shown_phone("anonymous") == "anonymous"
