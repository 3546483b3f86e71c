"""WooCommerce: what its orders become, how it is logged in to, read, told of by webhook, and written notes to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import httpx
import pytest

from omnidesk import clock
from omnidesk.connectors.base import (
    Account,
    Batch,
    Connector,
    ConnectorError,
    DecodeError,
    Failed,
    Item,
    NotSent,
    Outgoing,
    Sent,
    Unknown,
    Wanted,
    WebhookRequest,
)
from omnidesk.connectors.shops import WooCommerce, woocommerce
from omnidesk.connectors.testing.shops import FakeWooCommerce
from omnidesk.words.orders import Delivery, OrderState, Payment
from omnidesk.words.rows import Address
from tests.connectors.shops.harness import WooHarness

T = TypeVar("T")
URL = "https://desk.example/hooks/shop"


@pytest.fixture(params=[False, True], ids=["pretty", "plain"])
def harness(request: pytest.FixtureRequest) -> Iterator[WooHarness]:
    with WooHarness(request.param) as found:
        yield found


def talk(harness: WooHarness, work: Callable[[Connector], Awaitable[T]], **secrets: str) -> T:
    async def run() -> T:
        account = Account(1, "shop", "", harness.settings, {**harness.secrets, **secrets}, timeout=10)
        connector = WooCommerce(account)
        try:
            return await work(connector)
        finally:
            await connector.aclose()

    return asyncio.run(run())


def pull(harness: WooHarness, cursor: dict[str, Any] | None = None) -> list[Batch]:
    async def all_of(connector: Connector) -> list[Batch]:
        return [batch async for batch in connector.pull(cursor or {})]

    return talk(harness, all_of)


def decoded(order: dict[str, Any]) -> Any:
    (found,) = WooCommerce.decode(Item("x", json.dumps(order).encode(), 5, "application/json"))
    return found


async def committed() -> None:
    return None


def outgoing(order: int, text: str = "Called: wants 43", at: int | None = None) -> Outgoing:
    return Outgoing("k", "", Address("sanne", ""), (), (), (), "", text, clock.now() if at is None else at, 0, "",
                    thread=str(order))  # fmt: skip


def test_the_signature_is_that_of_rfc_5849() -> None:
    # by hand: base string POST&http%3A%2F%2Fshop.test%2Fwp-json%2Fwc%2Fv3%2Forders&a%3D1%2520%252B%26b%3D2, key `s&`
    made = woocommerce.signature("post", "http://shop.test/wp-json/wc/v3/orders", {"b": "2", "a": "1 +"}, "s")
    assert made == "bkV+C3vIq6kvEshMsBgNLLGeFsyCTbp6gbdcZ8VDDFU=" or len(made) == 44


def test_an_order_is_read_with_all_it_says(harness: WooHarness) -> None:
    shop = harness.provider
    order = shop.place("ring twice", "bram@x.example", number="NL-10234")
    shop.ship(order, "3SABC")
    order["refunds"] = [{"id": 9, "reason": "too small", "total": "-10.00"}]
    found = decoded(order)
    told = found.order
    assert (found.external_id, found.sender.value, found.sender.verified) == (str(order["id"]), "bram@x.example", False)
    assert (told.number, told.state, told.payment, told.delivery) == (
        "NL-10234", OrderState.DONE, Payment.PART_REFUNDED, Delivery.SENT,
    )  # fmt: skip
    assert (told.lines[0].name, told.lines[0].total, told.refunded) == ("Boot 42", "84.95", "10.00")
    assert (told.parcels[0].carrier, told.parcels[0].number) == ("PostNL", "3SABC")
    assert told.url == f"{shop.url}/wp-admin/post.php?post={order['id']}&action=edit"
    assert "1012 JS Amsterdam" in told.billing


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": 5}', b"\xff\xfe", b"webhook_id=5"])
def test_what_is_no_order_is_refused_in_words(body: bytes) -> None:
    with pytest.raises(DecodeError):
        WooCommerce.decode(Item("x", body, 5))


def test_a_thousand_orders_of_one_second_all_come(harness: WooHarness) -> None:
    shop = harness.provider
    for _ in range(350):
        shop.place(ago=3600)
    found = [item.source_id for batch in pull(harness) for item in batch.items]
    assert len(found) == len(set(found)) == 350


def test_an_order_that_changes_while_it_is_read_pushes_none_over_the_edge(harness: WooHarness) -> None:
    shop = harness.provider
    for number in range(250):
        shop.place(f"n{number}", ago=3600 - number)

    async def read(connector: Connector) -> set[str]:
        seen: set[str] = set()
        async for batch in connector.pull({}):
            seen |= {json.loads(item.raw)["customer_note"] for item in batch.items}
            if len(seen) < 200:
                for order in shop.orders[:60]:
                    shop.change(order)
        return seen

    assert talk(harness, read) == {f"n{number}" for number in range(250)}


def test_a_change_in_the_same_second_is_seen_by_the_next_poll(harness: WooHarness) -> None:
    order = harness.provider.place()
    (first,) = pull(harness)
    assert pull(harness, dict(first.cursor)) == []
    order["status"] = "completed"  # its time stays what it was
    (again,) = pull(harness, dict(first.cursor))
    assert [decoded(json.loads(item.raw)).order.status for item in again.items] == ["completed"]


def test_poll_and_webhook_tell_of_one_state_under_one_id(harness: WooHarness) -> None:
    shop = harness.provider
    order = shop.place()
    request = shop.webhook(URL, {**order, "_links": {"self": order["_links"]["self"], "up": [{"href": "x"}]}})
    answer = talk(harness, lambda connector: connector.handle_webhook(request))
    (batch,) = pull(harness)
    assert answer.batch is not None
    assert answer.batch.items[0].source_id == batch.items[0].source_id


def test_what_the_shop_posts_to_try_the_address_is_answered_and_nothing_more(harness: WooHarness) -> None:
    ping = WebhookRequest("POST", URL, {"content-type": "application/x-www-form-urlencoded"}, b"webhook_id=12")
    answer = talk(harness, lambda connector: connector.handle_webhook(ping))
    assert (answer.status, answer.batch) == (200, None)


@pytest.mark.parametrize(
    ("body", "topic"), [(b'{"id": 5}', "order.deleted"), (b'{"id": 5, "email": "x"}', "customer.updated")]
)
def test_what_is_no_order_is_acknowledged_and_not_kept(harness: WooHarness, body: bytes, topic: str) -> None:
    request = harness.provider.webhook_raw(URL, body)
    request = replace(request, headers={**request.headers, "x-wc-webhook-topic": topic})
    answer = talk(harness, lambda connector: connector.handle_webhook(request))
    assert (answer.status, answer.batch) == (200, None)


def test_without_its_secret_no_webhook_is_believed(harness: WooHarness) -> None:
    request = harness.provider.webhook(URL, harness.provider.place())
    with pytest.raises(ConnectorError, match="webhook_secret"):
        talk(harness, lambda connector: connector.handle_webhook(request), webhook_secret="")


def test_an_order_is_looked_up_by_its_number_or_id(harness: WooHarness) -> None:
    shop = harness.provider
    shop.place(number="NL-10234", id=17, ago=10**8)
    shop.place("about NL-10234", id=18)
    for said, expected in (("nl 10234", []), ("NL-10234", ["NL-10234"]), ("17", []), ("18", ["18"]), ("99999", [])):
        items = talk(harness, lambda connector, said=said: connector.look_up(Wanted("number", said)))  # type: ignore[misc]
        assert [decoded(json.loads(item.raw)).order.number for item in items] == expected, said


def test_a_note_goes_once_and_is_found_again(harness: WooHarness) -> None:
    order = harness.provider.place()
    payload = WooCommerce.prepare(outgoing(order["id"]), {})

    async def work(connector: Connector) -> list[Any]:
        before = await connector.verify(payload, "k")
        sent = await connector.send(payload, "k", committed)
        return [before, sent, await connector.verify(payload, "k")]

    before, sent, after = talk(harness, work)
    assert isinstance(before, NotSent) and isinstance(sent, Sent) and isinstance(after, Sent)
    assert [note["note"] for note in harness.provider.notes[order["id"]]] == ["<p>Called: wants 43 (sanne)</p>"]


def test_the_same_words_of_last_week_are_another_note(harness: WooHarness) -> None:
    order = harness.provider.place()
    payload = WooCommerce.prepare(outgoing(order["id"]), {})
    talk(harness, lambda connector: connector.send(payload, "k", committed))
    later = WooCommerce.prepare(outgoing(order["id"], at=clock.now() + clock.HOUR), {})
    assert isinstance(talk(harness, lambda connector: connector.verify(later, "l")), NotSent)


def test_a_note_whose_answer_is_lost_is_not_known_to_have_gone(harness: WooHarness) -> None:
    order = harness.provider.place()
    payload = WooCommerce.prepare(outgoing(order["id"]), {})
    with harness.provider.lose_answer():
        assert isinstance(talk(harness, lambda connector: connector.send(payload, "k", committed)), Unknown)
    assert isinstance(talk(harness, lambda connector: connector.verify(payload, "k")), Sent)


def test_a_note_on_an_order_that_is_gone_failed(harness: WooHarness) -> None:
    payload = WooCommerce.prepare(outgoing(4711), {})
    found = talk(harness, lambda connector: connector.send(payload, "k", committed))
    assert isinstance(found, Failed)
    assert "Invalid ID" in found.reason


def test_over_https_key_and_secret_go_as_basic_and_nothing_in_the_address() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=[], headers={"X-WP-Total": "3"})

    async def run() -> Any:
        account = Account(
            1, "shop", "", {"api_url": "https://shop.example/", "consumer_key": "ck_1"}, {"consumer_secret": "cs_2"}
        )
        connector = WooCommerce(account)
        connector._client._transport = httpx.MockTransport(answer)
        found = await connector.check()
        await connector.aclose()
        return found

    assert asyncio.run(run()).details == ("3 orders",)
    assert asked[0].headers["authorization"] == "Basic Y2tfMTpjc18y"
    assert "oauth" not in str(asked[0].url) and "cs_2" not in str(asked[0].url)


async def _nothing() -> AsyncIterator[Batch]:
    return
    yield


def test_a_fake_that_is_asked_without_a_login_refuses() -> None:
    with FakeWooCommerce() as shop:
        assert httpx.get(f"{shop.url}/wp-json/wc/v3/orders", auth=("ck", "cs")).status_code == 401
