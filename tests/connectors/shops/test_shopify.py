"""Shopify: what its orders become by GraphQL and by webhook, and the one note that an order has."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    Connector,
    ConnectorError,
    DecodeError,
    Failed,
    Item,
    NotSent,
    Outgoing,
    RetryAfterError,
    Sent,
    Unknown,
    Wanted,
)
from omnidesk.connectors.shops import Shopify
from omnidesk.words.orders import Delivery, OrderState, Payment
from omnidesk.words.rows import Address
from tests.connectors.shops.harness import ShopifyHarness

T = TypeVar("T")
URL = "https://desk.example/hooks/shop"
TRACKED = {"company": "PostNL", "number": "3SABC", "url": "https://postnl.example/3SABC"}
DONE = [{"createdAt": "2026-11-20T10:00:00Z", "displayStatus": "DELIVERED", "trackingInfo": [TRACKED]}]


@pytest.fixture
def harness() -> Iterator[ShopifyHarness]:
    with ShopifyHarness() as found:
        yield found


def talk(harness: ShopifyHarness, work: Callable[[Connector], Awaitable[T]]) -> T:
    async def run() -> T:
        connector = Shopify(Account(1, "shop", "", harness.settings, harness.secrets, timeout=10))
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def decoded(document: Any) -> Any:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    (found,) = Shopify.decode(Item("x", raw, 5, "application/json"))
    return found


async def committed() -> None:
    return None


def note(order: dict[str, Any], text: str = "Called") -> Any:
    outgoing = Outgoing(
        "k", "", Address("sanne", ""), (), (), (), "", text, clock.now(), 0, "", thread=order["legacyResourceId"]
    )
    return Shopify.prepare(outgoing, {})


def test_an_order_is_read_with_all_it_says(harness: ShopifyHarness) -> None:
    back = {"nodes": [{"name": "#1001-R1", "status": "OPEN"}]}
    order = harness.provider.place("ring twice", fulfillments=DONE, displayFulfillmentStatus="FULFILLED", returns=back)
    order["closedAt"] = "2026-11-21T10:00:00Z"
    told = decoded(order).order
    assert (told.number, told.state, told.payment, told.delivery) == (
        "#1001", OrderState.DONE, Payment.PAID, Delivery.DELIVERED,
    )  # fmt: skip
    assert (told.parcels[0].number, told.parcels[0].status, told.returns[0].number) == (
        "3SABC",
        "delivered",
        "#1001-R1",
    )
    assert (told.total, told.currency, told.refunded, told.note) == ("84.95", "EUR", "", "ring twice")


def test_the_webhook_says_the_same_as_the_poll(harness: ShopifyHarness) -> None:
    order = harness.provider.place("hello")
    by_webhook = decoded(harness.provider.webhook(URL, order).body)
    by_poll = decoded(order)
    assert by_webhook.external_id == by_poll.external_id
    for name in ("number", "payment", "delivery", "total", "currency", "note", "lines", "at", "updated_at", "billing"):
        assert getattr(by_webhook.order, name) == getattr(by_poll.order, name), name


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"line_items": []}', b"\xff"])
def test_what_is_no_order_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(DecodeError):
        decoded(body)


def test_pages_are_read_to_the_end(harness: ShopifyHarness) -> None:
    for number in range(25):
        harness.provider.place(ago=1000 - number)

    async def work(connector: Connector) -> int:
        return sum([len(batch.items) async for batch in connector.pull({})])

    assert talk(harness, work) == 25


def test_an_empty_bucket_of_points_says_when_it_is_full_again(harness: ShopifyHarness) -> None:
    with harness.provider.busy(7), pytest.raises(RetryAfterError) as raised:
        talk(harness, lambda connector: connector.check())
    assert raised.value.seconds == 7


@pytest.mark.parametrize("topic", ["orders/delete", "orders/edited", "customers/update"])
def test_what_tells_of_no_state_is_acknowledged_and_not_kept(harness: ShopifyHarness, topic: str) -> None:
    request = harness.provider.webhook_raw(URL, b'{"id": 5}')
    request = replace(request, headers={**request.headers, "x-shopify-topic": topic})
    answer = talk(harness, lambda connector: connector.handle_webhook(request))
    assert (answer.status, answer.batch) == (200, None)


def test_an_order_is_looked_up_by_its_name(harness: ShopifyHarness) -> None:
    harness.provider.place()
    harness.provider.place()
    for said in ("#1002", "1002"):
        items = talk(harness, lambda connector, said=said: connector.look_up(Wanted("number", said)))  # type: ignore[misc]
        assert [decoded(json.loads(item.raw)).order.number for item in items] == ["#1002"]


def test_a_note_is_added_to_the_one_there_is_and_never_twice(harness: ShopifyHarness) -> None:
    order = harness.provider.place("from the customer")
    payload = note(order)

    async def work(connector: Connector) -> list[Any]:
        before = await connector.verify(payload, "k")
        return [before, await connector.send(payload, "k", committed), await connector.send(payload, "k", committed),
                await connector.verify(payload, "k")]  # fmt: skip

    before, *others = talk(harness, work)
    assert isinstance(before, NotSent)
    assert all(isinstance(one, Sent) for one in others)
    assert order["note"] == "from the customer\nCalled (sanne)"


def test_a_note_whose_answer_is_lost_is_found_by_asking(harness: ShopifyHarness) -> None:
    order = harness.provider.place()
    payload = note(order)
    real = harness.provider.sends
    harness.provider.sends = lambda asked: b"orderUpdate" in asked.body  # type: ignore[method-assign]
    with harness.provider.lose_answer():
        assert isinstance(talk(harness, lambda connector: connector.send(payload, "k", committed)), Unknown)
    harness.provider.sends = real  # type: ignore[method-assign]
    assert isinstance(talk(harness, lambda connector: connector.verify(payload, "k")), Sent)


def test_a_note_on_an_order_that_is_gone_failed(harness: ShopifyHarness) -> None:
    payload = note({"legacyResourceId": "1"})
    found = talk(harness, lambda connector: connector.send(payload, "k", committed))
    assert isinstance(found, Failed)


def test_an_error_of_status_200_is_said_without_the_token(harness: ShopifyHarness) -> None:
    harness.provider.answer = lambda asked: (
        type(harness.provider)
        .says_busy(harness.provider, 1)
        .__class__(  # type: ignore[method-assign]
            {"errors": [{"message": f"Field is wrong {harness.provider.token}"}]}
        )
    )
    with pytest.raises(ConnectorError, match="Field is wrong") as raised:
        talk(harness, lambda connector: connector.check())
    assert harness.provider.token not in str(raised.value)
