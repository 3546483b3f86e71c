"""What is suspicious in the words of a message alone."""

from __future__ import annotations

import pytest

from omnidesk.text import suspicion

KNOWN = ["devries.example", "shop.example"]


@pytest.mark.parametrize(
    ("domain", "passes_for"),
    [
        ("devr1es.example", "devries.example"),
        ("devires.example", "devries.example"),
        ("devriess.example", "devries.example"),
        ("devries.examp1e", "devries.example"),
        ("xn--hop-qbf.example", ""),
        ("xn--shp-ted.example", "shop.example"),
        ("devries.example", ""),
        ("mail.devries.example", ""),
        ("other.example", ""),
    ],
)
def test_a_domain_that_passes_for_a_known_one(domain: str, passes_for: str) -> None:
    assert suspicion.lookalike(domain, KNOWN) == passes_for


def test_common_mail_domains_are_never_look_alikes() -> None:
    assert suspicion.lookalike("ymail.com", ["gmail.com"]) == ""
    assert suspicion.neighbours("ymail.com") == []


@pytest.mark.parametrize("domain", ["devr1es.example", "devires.example", "devriess.example", "devrie.example"])
def test_the_neighbours_of_a_look_alike_hold_the_domain_it_passes_for(domain: str) -> None:
    assert "devries.example" in suspicion.neighbours(domain)


def test_a_name_that_shows_another_address_is_noticed() -> None:
    assert suspicion.named_address("Bram (bram@devries.example)", "x@evil.example") == "bram@devries.example"
    assert suspicion.named_address("bram@devries.example", "bram@mail.devries.example") == ""
    assert suspicion.named_address("Bram de Vries", "x@evil.example") == ""


def test_every_warning_is_words() -> None:
    assert suspicion.words("link:bank.example>evil.example") == "a link that says bank.example leads to evil.example"
    assert "forged" in suspicion.words("auth-failed")
    assert suspicion.words("something-new") == "something new"
