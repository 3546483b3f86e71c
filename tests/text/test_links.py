"""Links in text from outside: where they really lead, what they claim, and that they can do no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text.links import SCHEMES, find_links, safe_link


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://shop.example/track?x=1.", "https://shop.example/track?x=1"),
        ("(https://en.example/wiki/A_(b))", "https://en.example/wiki/A_(b)"),
        ("HTTP://Shop.Example", "http://shop.example/"),
        ("call tel:+31-612345678 now", "tel:+31612345678"),
        ("mailto:anna@x.example?body=hi", "mailto:anna@x.example"),
        ("https://x.example/ä b", "https://x.example/%C3%A4"),
    ],
)
def test_a_link_is_found_without_the_sentence_around_it(text: str, url: str) -> None:
    assert [found.link.url for found in find_links(text)] == [url]


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "file:///etc/passwd", "https://", "https://a:99999/", "data:text/html,x", "x@y.nl"]
)
def test_what_is_unsafe_or_broken_is_no_link(text: str) -> None:
    assert find_links(f"click {text} here") == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://evil.example\\@bank.example/", "evil.example"),
        ("https://evil.example/bank.example", "evil.example"),
        ("https://аррӏе.example/", "xn--80ak6aa92e.example"),
        ("https://www.shop.example:8080/x", "www.shop.example"),
    ],
)
def test_the_host_is_the_one_a_browser_goes_to(url: str, host: str) -> None:
    link = safe_link(url)
    assert link is not None
    assert link.host == host
    assert link.shown.startswith(host.removeprefix("www."))


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("https://bank.example/login <https://evil.example/x>", "bank.example"),
        ("www.bank.example <https://evil.example/x>", "www.bank.example"),
        ("bank.example <https://login.bank.example/x>", ""),
        ("our site <https://evil.example/x>", ""),
        ("photo.jpg <https://cdn.example/photo>", ""),
        ("anna@bank.example <https://evil.example>", ""),
        ("https://bank.example@evil.example/", "bank.example"),
    ],
)
def test_a_text_that_names_another_host_than_the_link_is_noticed(text: str, claims: str) -> None:
    assert find_links(text)[-1].link.claims == claims


def test_a_very_long_host_shows_its_end_which_says_whose_it_is() -> None:
    link = safe_link(f"https://{'bank.example.' * 8}evil.example/")
    assert link is not None
    assert link.shown.startswith("..")
    assert link.shown.endswith("evil.example")


@given(st.text(max_size=300), st.sampled_from([f"{scheme}:" for scheme in SCHEMES]), st.text(max_size=80))
def test_whatever_comes_a_link_is_plain_ascii_of_a_known_scheme(before: str, scheme: str, rest: str) -> None:
    for found in find_links(f"{before} {scheme}//{rest} {scheme}{rest}"):
        assert found.link.url.isascii()
        assert found.link.url.isprintable()
        assert " " not in found.link.url
        assert found.link.url.partition(":")[0] in SCHEMES
        assert "\x1b" not in found.link.shown


def test_five_thousand_links_are_found_up_to_a_limit() -> None:
    text = " ".join(f"https://l{number}.example/" for number in range(5_000))
    assert len(find_links(text, 999)) == 999
