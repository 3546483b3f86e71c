"""What the engine does at a shop beside reading it: questions asked, notes handed over once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.testing.shops import KEY, SECRET
from omnidesk.desk import order_lookups, order_notes, orders, settings
from omnidesk.sync.channel import ChannelRun
from omnidesk.words.orders import NoteState
from omnidesk.words.rows import ChannelSync
from tests.connectors.shops.harness import SourceHarness, WooHarness
from tests.filling import Desk, mail, open_desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("OMNIDESK_SECRET_WEB_CONSUMER_SECRET", SECRET)
    monkeypatch.setenv("OMNIDESK_SECRET_SOURCE_TOKEN", "token-of-the-source")
    opened = open_desk(tmp_path)
    for name in ("undo_seconds", "verify_after_seconds", "backoff_seconds", "send_backoff_most_seconds"):
        settings.put(opened.workspace, name, 0)
    yield opened
    opened.workspace.close()


@pytest.fixture
def shop() -> Iterator[WooHarness]:
    with WooHarness() as found:
        yield found


def once(desk: Desk, name: str) -> ChannelSync:
    """Let the engine work on a channel once."""
    from omnidesk.desk import channels

    async def run() -> ChannelSync:
        with ThreadPoolExecutor(4) as pool:

            async def in_thread(work: Any, *given: Any, **named: Any) -> Any:
                return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *given, **named))

            channel = channels.get(desk.workspace, name)
            return await ChannelRun(desk.workspace, channel, "test", settings.current(desk.workspace), in_thread).once()

    return asyncio.run(run())


def web(desk: Desk, shop: WooHarness) -> int:
    """Add the shop with one order; return the order."""
    desk.adds_channel("web", "", "woocommerce", settings={"api_url": shop.provider.url, "consumer_key": KEY})
    shop.provider.place(number="NL-10234")
    assert once(desk, "web").error is None
    (one,) = orders.page(desk.workspace, 9)
    return one.id


def note(desk: Desk, order: int) -> Any:
    (found,) = orders.notes(desk.workspace, order)
    return found


def notes_there(shop: WooHarness) -> list[str]:
    return [one["note"] for some in shop.provider.notes.values() for one in some]


def test_a_note_goes_to_the_shop_once(desk: Desk, shop: WooHarness) -> None:
    order = web(desk, shop)
    order_notes.write(desk.workspace, desk.me, order, "Called: wants 43")
    for _ in range(3):
        assert once(desk, "web").error is None
    assert note(desk, order).state is NoteState.SENT
    assert notes_there(shop) == ["<p>Called: wants 43 (sanne)</p>"]


def test_a_note_whose_answer_was_lost_is_settled_by_asking(desk: Desk, shop: WooHarness) -> None:
    order = web(desk, shop)
    order_notes.write(desk.workspace, desk.me, order, "Only once")
    with shop.provider.lose_answer():
        once(desk, "web")
    for _ in range(5):
        if note(desk, order).state is NoteState.SENT:
            break
        once(desk, "web")
    assert note(desk, order).state is NoteState.SENT
    assert len(notes_there(shop)) == 1


def test_a_note_while_the_shop_is_down_goes_later(desk: Desk, shop: WooHarness) -> None:
    order = web(desk, shop)
    order_notes.write(desk.workspace, desk.me, order, "Later")
    with shop.provider.outage(503):
        once(desk, "web")
    assert note(desk, order).state is NoteState.QUEUED
    once(desk, "web")
    assert note(desk, order).state is NoteState.SENT


def test_a_note_that_the_shop_refuses_failed_in_words(desk: Desk, shop: WooHarness) -> None:
    order = web(desk, shop)
    order_notes.write(desk.workspace, desk.me, order, "No")
    shop.provider.orders.clear()
    once(desk, "web")
    assert (note(desk, order).state, "Invalid ID" in note(desk, order).error) == (NoteState.FAILED, True)


def test_a_trial_writes_no_note(desk: Desk, shop: WooHarness) -> None:
    from omnidesk.desk import channels
    from omnidesk.words.errors import RefusedError

    order = web(desk, shop)
    channels.set_read_only(desk.workspace, desk.me, "web", True)
    with pytest.raises(RefusedError):
        order_notes.write(desk.workspace, desk.me, order, "No")


def test_whoever_writes_has_their_orders_fetched(desk: Desk) -> None:
    with SourceHarness() as source:
        given = {**source.settings, "list": ""}
        desk.adds_channel("source", "", "http-json", settings=given)
        source.provider.place("", "anna@example.test")
        source.provider.place("", "other@example.test")
        (number,) = desk.receives(mail("1", "Hello, about order E-1001"))
        assert once(desk, "source").error is None
        found = orders.beside(desk.workspace, number, desk.value("SELECT customer_id FROM conversation"))
        assert [(one.order.order.number, one.theirs) for one in found.orders] == [("E-1001", False), ("E-1000", True)]
        asked = len(source.provider.log)
        once(desk, "source")
        assert len(source.provider.log) == asked


def test_a_source_that_is_busy_is_asked_again_when_it_said(desk: Desk) -> None:
    with SourceHarness() as source:
        desk.adds_channel("source", "", "http-json", settings={**source.settings, "list": ""})
        order_lookups.ask_now(desk.workspace, [("number", "E-1")])
        with source.provider.busy(3600):
            once(desk, "source")
        due = desk.value("SELECT due_at FROM order_lookup")
        assert due - clock.now() > 3000 * clock.SECOND
