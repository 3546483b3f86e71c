"""Reading what Meta lists: pages, overlaps, and what is never kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from omnidesk.connectors.base import Account, Batch, Cursor
from omnidesk.connectors.messenger import Instagram, Messenger
from omnidesk.connectors.testing import collect
from omnidesk.connectors.testing.messenger import ANNA, PAGE, TOKEN, FakePage


@pytest.fixture
def page() -> Iterator[FakePage]:
    with FakePage() as fake:
        yield fake


def pull(page: FakePage, cursor: Cursor | None = None, **settings: Any) -> list[Batch]:
    async def run() -> list[Batch]:
        kind = Messenger if page.kind == "messenger" else Instagram
        account = Account(0, "page", PAGE, {"api_url": page.url, **settings}, {"token": TOKEN}, timeout=5.0)
        connector = kind(account)
        try:
            return await collect(connector.pull(cursor or {}))
        finally:
            await connector.aclose()

    return asyncio.run(run())


def names(batches: list[Batch]) -> list[str]:
    return [item.source_id for batch in batches for item in batch.items]


def test_all_pages_are_read_and_everything_comes_in_its_order(page: FakePage) -> None:
    said = [page.says(f"hello {n}", (f"64{n:010d}", f"Person {n}"), ago=100 - n) for n in range(20)]
    said += [page.says(f"more {n}", ANNA, ago=50 - n) for n in range(20)]
    expected = [one.id for one in sorted(said, key=lambda one: one.at // 1000)]
    assert sorted(names(pull(page))) == sorted(expected)
    ats = [item.received_at for batch in pull(page) for item in batch.items]
    assert ats == sorted(ats)


def test_only_what_is_new_is_asked_for_and_what_came_late_is_found(page: FakePage) -> None:
    for n in range(20):
        page.says("old", (f"64{n:010d}", f"Person {n}"), ago=7200 + n)
    cursor = pull(page)[-1].cursor
    late, fresh = page.says("late", ANNA, ago=7260), page.says("new", ANNA)
    page.log.clear()
    batches = pull(page, cursor)
    assert names(batches) == [late.id, fresh.id]
    assert len([asked for asked in page.log if asked.path.endswith("/conversations")]) <= 4
    assert names(pull(page, batches[-1].cursor)) == []


def test_history_ends_where_it_is_told_to(page: FakePage) -> None:
    page.says("long ago", ago=40 * 86_400)
    page.remarks("long ago too", ago=40 * 86_400)
    recent = page.says("lately", ago=3 * 86_400)
    assert names(pull(page)) == [recent.id]
    assert names(pull(page, history=1)) == []


def test_without_comments_only_conversations_are_asked_for(page: FakePage) -> None:
    page.remarks("not for us")
    assert names(pull(page, comments=False)) == []
    assert {asked.path.rpartition("/")[2] for asked in page.log} == {"conversations"}


def test_what_names_us_and_what_visitors_post_is_read_too(page: FakePage) -> None:
    page.tags = [{"id": "555_1", "message": "look at this shop", "from": {"id": "6409", "name": "Carla"},
                  "created_time": "2100-01-01T00:00:00+0000"}]  # fmt: skip
    (batch,) = pull(page)
    (found,) = Messenger.decode(batch.items[0])
    assert (found.external_id, found.text, found.public) == ("555_1", "look at this shop", True)


def test_no_link_with_a_token_is_kept(page: FakePage) -> None:
    for n in range(9):
        page.says(f"a picture {n}", photo=("image/jpeg", b"x"))
    raws = [item.raw for batch in pull(page) for item in batch.items]
    assert raws and not any(TOKEN.encode() in raw for raw in raws)
    assert all("attachments" in json.loads(raw)["message"] for raw in raws)


def test_on_instagram_answers_under_comments_are_read_and_ours_are_known(page: FakePage) -> None:
    page.kind = "instagram"
    asked = page.remarks("how much?", ("6401", "anna.j"))
    page.remarks("twenty", (PAGE, "shop"), parent=asked.id)
    page.remarks("thanks", ("6401", "anna.j"), parent=asked.id)
    found = [one for batch in pull(page) for item in batch.items for one in Instagram.decode(item)]
    assert [(one.text, one.outbound, one.thread) for one in found] == [
        ("how much?", False, f"{page.post}/6401"),
        ("twenty", True, ""),
        ("thanks", False, f"{page.post}/6401"),
    ]
