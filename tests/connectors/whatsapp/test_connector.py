"""The connector talks to a WhatsApp that is played, and held to what Meta publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest

from omnidesk.connectors.base import (
    Account,
    ConnectorError,
    Failed,
    File,
    Filled,
    LoginError,
    Retry,
    SendResult,
    Sent,
    Unknown,
)
from omnidesk.connectors.testing import Reply
from omnidesk.connectors.testing.meta import error
from omnidesk.connectors.whatsapp import WhatsAppConnector
from tests.connectors.whatsapp.harness import WhatsAppHarness
from tests.connectors.whatsapp.test_payloads import PDF, PHOTO, PLAIN, replace

T = TypeVar("T")


@pytest.fixture
def harness() -> Iterator[WhatsAppHarness]:
    with WhatsAppHarness() as played:
        yield played


def talk(harness: WhatsAppHarness, work: Callable[[WhatsAppConnector], Awaitable[T]], **settings: str) -> T:
    account = Account(1, "wa", harness.address, {**harness.settings, **settings}, harness.secrets, timeout=5.0)

    async def run() -> T:
        connector = WhatsAppConnector(account)
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def send(harness: WhatsAppHarness, **changed: object) -> SendResult:
    payload = WhatsAppConnector.prepare(replace(PLAIN, **changed), {})  # type: ignore[arg-type]
    return talk(harness, lambda connector: connector.send(payload, "our-key", _committing))


async def _committing() -> None:
    return None


def test_the_check_says_whose_number_it_is_and_what_is_wrong_with_it(harness: WhatsAppHarness) -> None:
    found = talk(harness, lambda connector: connector.check())
    assert (found.account, found.warnings) == ("The shop", ())
    assert found.details == ("4 templates", "1 more take pictures or codes, and cannot be filled in here")
    harness.address = "+31970109999"
    harness.provider.subscribed = False
    warnings = talk(harness, lambda connector: connector.check()).warnings
    assert any("not of +31970109999" in one for one in warnings)
    assert any("no message will come in" in one for one in warnings)


def test_a_wrong_token_or_id_is_said_in_words(harness: WhatsAppHarness) -> None:
    with pytest.raises(ConnectorError, match="waba_id is a number"):
        talk(harness, lambda connector: connector.templates(), waba_id="abc/../x")
    harness.provider.token = "another"
    with pytest.raises(LoginError, match="make a new one"):
        talk(harness, lambda connector: connector.check())


def test_files_go_up_before_anything_is_sent(harness: WhatsAppHarness) -> None:
    outcome = send(harness, files=(PHOTO, PDF))
    assert outcome == Sent(tuple(one.wamid for one in harness.provider.taken))
    posted = [asked.path.rpartition("/")[2] for asked in harness.provider.log]
    assert posted == ["media", "media", "messages", "messages"]


def test_what_breaks_off_between_two_parts_is_unknown(harness: WhatsAppHarness) -> None:
    taken, usual = harness.provider.taken, harness.provider.answer
    harness.provider.answer = lambda asked: (  # type: ignore[method-assign]
        error(131026, "Message undeliverable") if taken and asked.path.endswith("/messages") else usual(asked)
    )
    outcome = send(harness, files=(PHOTO, PDF))
    assert isinstance(outcome, Unknown)
    assert "1 of 2 parts went" in outcome.reason


@pytest.mark.parametrize(
    ("code", "sort"), [(131047, Failed), (131026, Failed), (368, Failed), (131056, Retry), (130429, Retry), (4, Retry)]
)
def test_a_refusal_says_whether_to_try_again(harness: WhatsAppHarness, code: int, sort: type[SendResult]) -> None:
    harness.provider.answer = lambda asked: error(code, "as Meta says")  # type: ignore[method-assign]
    outcome = send(harness)
    assert type(outcome) is sort
    assert f"(Meta {code})" in outcome.reason  # type: ignore[union-attr]


def test_an_expired_token_while_sending_asks_for_a_person(harness: WhatsAppHarness) -> None:
    harness.provider.answer = lambda asked: harness.provider.says_expired()  # type: ignore[method-assign]
    with pytest.raises(LoginError, match="it has expired"):
        send(harness)


def test_a_page_or_an_empty_answer_leaves_it_unknown(harness: WhatsAppHarness) -> None:
    for body in (b"<html>hello</html>", b"{}", b'{"messages": []}'):
        harness.provider.answer = lambda asked, body=body: Reply(body)  # type: ignore[method-assign, misc]
        assert isinstance(send(harness), Unknown)
    harness.provider.complaints.clear()


def test_a_template_that_is_not_there_or_has_other_fields_is_refused(harness: WhatsAppHarness) -> None:
    outcome = send(harness, template=Filled("nope", "en"))
    assert outcome == Failed("there is no such template in this language, or it is not approved (Meta 132001)")
    outcome = send(harness, template=Filled("order_update", "en", ("Bram",), ("1",)))
    assert outcome == Failed("the template has another number of fields (Meta 132000)")
    outcome = send(harness, template=Filled("order_update", "en", ("Bram", "NL-1"), ("1", "2")))
    assert isinstance(outcome, Sent)


def test_what_was_answered_is_marked_as_read(harness: WhatsAppHarness) -> None:
    payload = WhatsAppConnector.prepare(replace(PLAIN, in_reply_to="wamid.theirs"), {})
    talk(harness, lambda connector: connector.after_sent(payload, "our-key"))
    assert harness.provider.read == ["wamid.theirs"]


def test_a_file_is_asked_for_and_fetched_with_the_token(harness: WhatsAppHarness) -> None:
    media = harness.provider.keep("a.pdf", "application/pdf", b"x" * 100_000)

    async def fetch(connector: WhatsAppConnector) -> bytes:
        return b"".join([part async for part in connector.fetch_blob(media)])

    assert talk(harness, fetch) == b"x" * 100_000
    assert File("a", "b").reference == ""
