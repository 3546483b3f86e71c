"""The chat's connector: what a post becomes, what goes out, and which settings can be used."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.base import Account, ConnectorError, DecodeError, File, Item, Payload, Sent
from omnidesk.connectors.chat import ChatConnector, posted
from omnidesk.connectors.chat.posted import Posted
from omnidesk.connectors.chat.settings import look, origin_of
from omnidesk.text.clean import clean

VISITOR = "0" * 32
SITE = {"origins": "https://www.shop.test"}


def connector(**settings: object) -> ChatConnector:
    return ChatConnector(Account(1, "webchat", "www.shop.test", settings))


def test_a_post_is_from_a_visitor_who_is_known_and_may_give_an_address_that_proves_nothing() -> None:
    said = Posted(
        VISITOR, "u1", "Is 42 in stock?", "Anna", "Anna@Example.test", files=(File("a.txt", "text/plain", b"x"),)
    )
    (message,) = ChatConnector.decode(posted.item(said, 5))
    assert message.sender is not None and message.sender.verified and message.sender.value == VISITOR
    assert message.thread == VISITOR and message.external_id == f"{VISITOR}/u1" == posted.item(said, 5).source_id
    assert [(one.value, one.verified) for one in message.also] == [("anna@example.test", False)]
    assert message.reply_to == () and message.subject == "" and message.files[0].data == b"x"


def test_what_was_left_when_nobody_was_there_wants_its_answer_by_mail() -> None:
    said = Posted(VISITOR, "u1", "Do you repair boots?", email="anna@example.test", away=True)
    (message,) = ChatConnector.decode(posted.item(said, 5))
    assert [one.value for one in message.reply_to] == ["anna@example.test"]
    assert message.subject == "Do you repair boots?"


@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_whatever_is_posted_can_be_read_and_is_clean(text: str, name: str, email: str) -> None:
    try:
        item = posted.item(Posted(VISITOR, "u1", text, name, email), 5)
    except UnicodeEncodeError:
        return  # lone surrogates, which the web server cleans away before
    (message,) = ChatConnector.decode(item)
    assert message.text == clean(message.text)
    assert ChatConnector.identify(item.raw) == item.source_id


@given(st.binary(max_size=200))
def test_what_is_no_post_goes_to_quarantine(raw: bytes) -> None:
    with contextlib.suppress(DecodeError):
        ChatConnector.decode(Item("x", raw, 5))
    assert ChatConnector.identify(raw)


async def test_sending_is_committing() -> None:
    steps: list[str] = []

    async def committing() -> None:
        steps.append("committing")

    assert isinstance(await connector(**SITE).send(Payload(b"{}"), "key", committing), Sent)
    assert steps == ["committing"]


async def test_the_test_says_where_it_is_shown_and_what_is_wrong() -> None:
    found = await connector(origins="https://a.test, http://b.test").check()
    assert "https://a.test" in found.details[0] and "http://b.test is not encrypted" in found.warnings[0]
    assert look({}, "www.shop.test").origins == ("https://www.shop.test",)
    wrongs: tuple[tuple[dict[str, str], str], ...] = (
        ({"origins": "ftp://x"}, "no site"),
        ({**SITE, "colour": "red"}, "colour"),
        ({**SITE, "languages": "xx"}, "speaks"),
        ({"origins": "https://*.shop.test"}, "no site"),
    )
    for wrong, words in wrongs:
        with pytest.raises(ConnectorError, match=words):
            await connector(**wrong).check()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Shop.Test:443/x?y", "https://shop.test"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("https://bücher.test", "https://xn--bcher-kva.test"),
        ("null", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://shop.test:99999", ""),
        ("https://shop.test;script-src *", ""),
    ],
)
def test_origins_are_written_as_browsers_write_them(url: str, origin: str) -> None:
    assert origin_of(url) == origin
