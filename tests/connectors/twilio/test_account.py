"""What Twilio is told and believed: signatures, logins, and whether a message that was lost had been sent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    ConnectorError,
    LoginError,
    NotSent,
    Outgoing,
    Payload,
    Sent,
    Unknown,
    WebhookRequest,
)
from omnidesk.connectors.testing import problems
from omnidesk.connectors.twilio import TwilioSms, TwilioVoice
from omnidesk.connectors.twilio.account import basic, signature
from omnidesk.words.rows import Address
from tests.connectors.twilio.fake import ACCOUNT, CUSTOMER, NUMBER, TOKEN, FakeTwilio, signed

T = TypeVar("T")


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        yield fake
        assert not fake.complaints


def talk(fake: FakeTwilio | None, work: Callable[[TwilioSms], Awaitable[T]], **settings: Any) -> T:
    async def run() -> T:
        said = {"account_sid": ACCOUNT, "api_url": fake.url if fake else "", **settings}
        secrets = settings.pop("secrets", {"auth_token": TOKEN})
        connector = TwilioSms(Account(1, "sms", NUMBER, said, secrets, timeout=5.0))
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def payload(text: str = "On its way") -> Payload:
    to = (Address("", CUSTOMER),)
    outgoing = Outgoing("key", "", Address("", NUMBER), to, (), (), "", text, clock.now(), 1, "token")
    return TwilioSms.prepare(outgoing, {})


async def committing() -> None:
    return None


def test_both_kinds_do_what_they_declare() -> None:
    for kind in (TwilioSms, TwilioVoice):
        assert problems(kind.manifest, kind) == []


def test_a_signature_is_made_as_twilio_makes_it() -> None:
    """The example of Twilio's own libraries."""
    fields = [("CallSid", "CA1234567890ABCDE"), ("Digits", "1234"), ("From", "+14158675309"), ("To", "+18005551212"),
              ("Caller", "+14158675309")]  # fmt: skip
    assert signature("https://mycompany.com/myapp.php?foo=1&bar=2", fields, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("signed_for", "called"),
    [("https://desk.example/hooks/sms", "https://desk.example:443/hooks/sms"),
     ("https://desk.example:443/hooks/sms", "https://desk.example/hooks/sms"),
     ("https://desk.example/hooks/sms", "https://desk.example:8443/hooks/sms"),
     ("https://desk.example:8443/hooks/sms", "https://desk.example:8443/hooks/sms")],
)  # fmt: skip
def test_a_port_may_be_in_the_signed_address_or_not(signed_for: str, called: str) -> None:
    request = replace(signed(signed_for, {"MessageSid": "SM1", "SmsStatus": "received", "From": CUSTOMER}), url=called)
    answer = talk(None, lambda connector: connector.handle_webhook(request))
    assert (answer.status, answer.body) == (200, b"<Response/>")
    assert answer.batch is not None and [item.source_id for item in answer.batch.items] == ["SM1"]
    with pytest.raises(ValueError, match="posted"):
        talk(None, lambda connector: connector.handle_webhook(replace(request, method="GET")))
    other = replace(request, url=called.replace("/sms", "/other"))
    assert talk(None, lambda connector: connector.handle_webhook(other)).status == 401


def test_an_api_key_logs_in_and_the_token_verifies() -> None:
    headers = basic({"login": "key", "key_sid": "SK1", "account_sid": ACCOUNT})
    assert headers({"key_secret": "b"}) == {"Authorization": "Basic U0sxOmI="}
    request: WebhookRequest = signed("https://desk.example/hooks/sms", {"MessageSid": "SM1", "MessageStatus": "sent"})

    def handle(connector: TwilioSms) -> Awaitable[Any]:
        return connector.handle_webhook(request)

    with pytest.raises(ConnectorError, match="signing_token"):
        talk(None, handle, login="key", secrets={"key_secret": "b"})
    assert talk(None, handle, login="key", secrets={"key_secret": "b", "signing_token": TOKEN}).status == 200


def test_a_wrong_token_and_a_wrong_sid_are_said(twilio: FakeTwilio) -> None:
    with pytest.raises(LoginError, match="Authenticate"):
        talk(twilio, lambda connector: connector.check(), secrets={"auth_token": "another"})
    with pytest.raises(ConnectorError, match="AC and 32 letters"):
        talk(twilio, lambda connector: connector.check(), account_sid="AC1")


def test_a_lost_message_is_found_while_it_still_waits_to_be_sent(twilio: FakeTwilio) -> None:
    said = payload()
    assert talk(twilio, lambda connector: connector.verify(said, "key")) == NotSent()
    talk(twilio, lambda connector: connector.send(said, "key", committing))
    (row,) = twilio.rows["messages"]
    assert row["date_sent"] is None
    found = talk(twilio, lambda connector: connector.verify(said, "key"))
    assert isinstance(found, Sent) and found.provider_ids == (row["sid"],)


def test_what_was_said_before_is_not_taken_for_it_and_two_are_not_told_apart(twilio: FakeTwilio) -> None:
    said = payload("Yes")
    earlier = replace(said, envelope={**said.envelope, "at": clock.now() + clock.MINUTE})
    for _ in range(2):
        talk(twilio, lambda connector: connector.send(said, "key", committing))
    assert talk(twilio, lambda connector: connector.verify(earlier, "key")) == NotSent()
    assert isinstance(talk(twilio, lambda connector: connector.verify(said, "key")), Unknown)


def test_a_messaging_service_is_read_whole_and_sends(twilio: FakeTwilio) -> None:
    service = "MG" + "0c" * 16
    twilio.receives("to the number")
    twilio.receives("to another of the service")
    twilio.rows["messages"][1] |= {"to": "+3197010200001", "messaging_service_sid": service}
    twilio.receives("to somebody else")
    twilio.rows["messages"][2]["to"] = "+3197010200002"

    async def texts(connector: TwilioSms) -> list[str]:
        return [
            one.text async for batch in connector.pull({}) for item in batch.items for one in connector.decode(item)
        ]

    assert talk(twilio, texts, messaging_service=service) == ["to the number", "to another of the service"]
    assert talk(twilio, texts) == ["to the number"]
