"""Webhooks: verified, kept once, then answered; what is forged or broken is refused and leaves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from omnidesk.connectors.testing import wait_for
from omnidesk.web.webhooks import MOST_BYTES
from tests import plugin
from tests.web.hooked import CONNECTOR, SECRET, body, signed
from tests.web.serving import Desk, Served


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with a channel whose provider posts webhooks."""
    plugins = plugin.install(tmp_path / "plugins", "hooked", CONNECTOR)
    desk = Desk(tmp_path / "home", {"PYTHONPATH": str(plugins), "OMNIDESK_SECRET_SHOP_SIGNING": SECRET})
    desk.run("channel", "add", "hooked", "--name", "shop", "--no-test")
    return desk


@pytest.fixture
def served(desk: Desk) -> Iterator[Served]:
    """It serves."""
    with desk.serving() as served:
        yield served


def post(address: str, content: bytes, **headers: str) -> httpx.Response:
    url = f"{address}/hooks/shop"
    return httpx.post(url, content=content, headers=signed(url, content) | headers)


def test_promise_2_the_same_webhook_five_times_at_once_is_one_message(desk: Desk, served: Served) -> None:
    url, content = f"{served.address}/hooks/shop", body(("m1", "once"), ("m2", "and only once"))

    async def five() -> list[int]:
        async with httpx.AsyncClient() as client:
            found = await asyncio.gather(
                *(client.post(url, content=content, headers=signed(url, content)) for _ in range(5))
            )
            return [one.status_code for one in found]

    assert asyncio.run(five()) == [200] * 5
    wait_for(lambda: desk.texts() == ["and only once", "once"], "both messages")
    assert post(served.address, content).status_code == 200
    assert desk.texts() == ["and only once", "once"]
    assert desk.ask("channel", "show", "shop")["last_success_at"] is not None


def test_promise_1_what_was_answered_survives_a_power_cut(desk: Desk) -> None:
    with desk.serving() as served:
        for number in range(20):
            assert post(served.address, body((f"m{number}", f"survives {number}"))).status_code == 200
        served.kill()
    with desk.serving():
        wait_for(lambda: len(desk.texts()) == 20, "what was kept to be filed")


def test_a_forged_webhook_leaves_nothing_but_a_line_in_the_channels_health(desk: Desk, served: Served) -> None:
    assert post(served.address, body(("m1", "forged")), **{"X-Signature": "0" * 64}).status_code == 401
    shown = desk.ask("channel", "show", "shop")
    assert "wrong signature" in shown["error"]
    assert shown["health"] == "ok"
    assert desk.messages() == []


@pytest.mark.parametrize(
    "broken",
    [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000],
    ids=["empty", "truncated", "not UTF-8", "nested"],
)
def test_what_cannot_be_read_is_refused_and_not_kept(desk: Desk, served: Served, broken: bytes) -> None:
    assert post(served.address, broken).status_code == 400
    assert desk.messages() == []


@pytest.mark.parametrize("strange", [b'[{"id": "m1"}]', b'{"id": {"id": 1}}', b"[null]"])
def test_promise_1_what_is_verified_and_strange_is_kept_for_quarantine(
    desk: Desk, served: Served, strange: bytes
) -> None:
    assert post(served.address, strange).status_code == 200
    wait_for(lambda: desk.ask("quarantine", "list")["items"], "it to be in quarantine")
    assert desk.messages() == []


def test_too_large_a_webhook_is_refused_however_it_says_its_size(served: Served) -> None:
    large = b"x" * (MOST_BYTES + 1)
    assert post(served.address, large).status_code == 413
    url = f"{served.address}/hooks/shop"
    parts = (large[at : at + 65536] for at in range(0, len(large), 65536))
    assert httpx.post(url, content=parts).status_code == 413


def test_a_channel_that_is_not_there_or_off_is_told_apart(desk: Desk, served: Served) -> None:
    assert httpx.post(f"{served.address}/hooks/nobody").status_code == 404
    assert httpx.post(f"{served.address}/hooks/desk").status_code == 404
    assert httpx.get(f"{served.address}/hooks/shop").text == "hello"
    number = desk.ask("channel", "show", "shop")["id"]
    assert httpx.get(f"{served.address}/hooks/{number}").text == "hello"
    desk.run("channel", "disable", "shop")
    wait_for(lambda: httpx.get(f"{served.address}/hooks/shop").status_code == 503, "the channel to be off")


def test_a_signature_is_made_of_the_address_that_the_world_sees(desk: Desk) -> None:
    desk.run("setting", "set", "public_url", "https://desk.example.com")
    with desk.serving() as served:
        content = body(("m1", "through a proxy"))
        headers = signed("https://desk.example.com/hooks/shop?a=1", content)
        answer = httpx.post(f"{served.address}/hooks/shop?a=1", content=content, headers=headers)
        assert answer.status_code == 200


def test_without_its_secret_nothing_is_taken_for_verified(desk: Desk) -> None:
    del desk.environment["OMNIDESK_SECRET_SHOP_SIGNING"]
    desk.environment["OMNIDESK_SECRETS_FILE"] = str(desk.home.parent / "none.json")
    with desk.serving() as served:
        assert post(served.address, body(("m1", "unverified"))).status_code == 503
        assert "cannot be verified" in desk.ask("channel", "show", "shop")["error"]
    assert desk.messages() == []


def test_health_is_for_anybody_and_metrics_for_those_with_the_token(desk: Desk, served: Served) -> None:
    assert httpx.get(f"{served.address}/health").json() == {"status": "ok"}
    post(served.address, body(("m1", "counted")))
    assert httpx.get(f"{served.address}/metrics").status_code == 401
    token = desk.ask("token", "metrics")["token"]
    found = httpx.get(f"{served.address}/metrics", headers={"Authorization": f"Bearer {token}"}).text
    assert 'omnidesk_webhooks_total{channel="shop",status="200"} 1' in found
    assert 'omnidesk_channel_up{channel="shop"} 1' in found
    relay = desk.ask("token", "relay")["token"]
    assert httpx.get(f"{served.address}/metrics", headers={"Authorization": f"Bearer {relay}"}).status_code == 401
