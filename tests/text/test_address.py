"""Addresses as people and programs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.address import normalise_email, normalise_identity, parse_addresses, valid_email


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("Anna <anna@x.nl>", [("Anna", "anna@x.nl")]),
        ('"Jansen, Anna" <Anna@X.NL>', [("Jansen, Anna", "anna@x.nl")]),
        ("a@b.nl, c@d.nl", [("", "a@b.nl"), ("", "c@d.nl")]),
        ("a@b.nl;c@d.nl", [("", "a@b.nl"), ("", "c@d.nl")]),
        ("=?utf-8?Q?Jansen, Anna?= <a@b.nl>", [("=?utf-8?Q?Jansen, Anna?=", "a@b.nl")]),
        ("undisclosed-recipients:;", []),
        ("Friends: a@b.nl, Bob <b@c.nl>;, x@y.nl", [("", "a@b.nl"), ("Bob", "b@c.nl"), ("", "x@y.nl")]),
        ("anna@x.nl (Anna J)", [("Anna J", "anna@x.nl")]),
        ("<anna@x.nl", [("", "anna@x.nl")]),
        ("Anna <>", [("Anna", "")]),
        ('anna"@x.nl', [("", "anna@x.nl")]),
        ("<a@x.nl.>", [("", "a@x.nl")]),
        ("anna @ x.nl", [("", "anna@x.nl")]),
        ('"a\\"b" <q@x.nl>', [('a"b', "q@x.nl")]),
        ('"a@b.nl" <c@d.nl>', [("a@b.nl", "c@d.nl")]),
        ("Jörg <jörg@münchen.de>", [("Jörg", "jörg@xn--mnchen-3ya.de")]),
        ("mailto:a@b.nl", [("", "a@b.nl")]),
        ("", []),
    ],
)
def test_everyone_named_is_found(header: str, found: list[tuple[str, str]]) -> None:
    assert parse_addresses(header) == found


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    for name, address in parse_addresses(header):
        assert name or address


@pytest.mark.parametrize(
    "good", ["a@b.nl", "anna+x@sub.example.org", "jörg@example.org", "x@[127.0.0.1]", "a@localhost"]
)
def test_a_usable_address_is_valid(good: str) -> None:
    assert valid_email(good)


@pytest.mark.parametrize(
    "bad",
    ["", "a", "@b.nl", "a@", "a b@c.nl", "a@b..nl", ".a@b.nl", "a@-b.nl", "a@b.nl\n", "a\x1b@b.nl", "a@" + "b" * 300],
)
def test_an_unusable_address_is_not(bad: str) -> None:
    assert not valid_email(bad)


@given(st.text())
def test_normalising_an_address_is_stable_once_it_is_valid(value: str) -> None:
    tidy = normalise_email(value)
    if valid_email(tidy):
        assert normalise_email(tidy) == tidy


def test_a_telephone_number_is_compared_in_e164() -> None:
    assert normalise_identity("phone", "06-12345678", "NL") == "+31612345678"
    assert normalise_identity("phone", "+31 (0)6 12345678") == "+31612345678"


def test_other_identities_are_trimmed() -> None:
    assert normalise_identity("telegram", "  Anna_J \n") == "Anna_J"
