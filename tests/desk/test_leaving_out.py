"""A minus in a search: words, senders and filters that leave conversations out."""

from __future__ import annotations

import pytest

from omnidesk.desk import saved_views, searching, triage, views
from omnidesk.words.errors import UsageError
from tests.filling import BRAM, CARO, Desk, mail


@pytest.fixture
def three(desk: Desk) -> list[int]:
    """Anna's is closed and tagged shop, Bram's is paid and has a file, Caro's is paid."""
    anna, bram, caro = desk.receives(
        mail("1", "The parcel is late"),
        mail("2", "paid the invoice", sender=BRAM, files={"a.pdf": b"x"}),
        mail("3", "I paid for the parcel", sender=CARO),
    )
    triage.tag(desk.workspace, desk.me, [anna], ["shop"], [])
    triage.close(desk.workspace, desk.me, [anna])
    return [anna, bram, caro]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("-tag:shop", {1, 2}),
        ("-status:closed", {1, 2}),
        ("-status:open", {0}),
        ("-has:attachment", {0, 2}),
        ("-tag:shop -has:attachment", {2}),
        ("-owner:none", set()),
        ("-is:unread", {0}),
        ("-channel:demo", set()),
        ("-paid", {0}),
        ("-paid -from:bram", {0}),
        ("status:open -invoice", {2}),
        ("parcel -status:closed", {2}),
        ("paid -has:attachment", {2}),
    ],
)
def test_a_minus_leaves_out_in_views_and_in_search(
    desk: Desk, three: list[int], asked: str, expected: set[int]
) -> None:
    wanted = {three[one] for one in expected}
    assert set(views.ids(desk.workspace, f"/{asked}", desk.me.agent_id, 10)) == wanted
    hits, _ = searching.search(desk.workspace, asked, desk.me.agent_id)
    assert {hit.conversation.id for hit in hits} == wanted


def test_a_word_left_out_is_in_no_message_of_the_conversation(desk: Desk) -> None:
    (number,) = desk.receives(mail("1", "Where is it?"))
    desk.receives(mail("2", "I paid for it", answers="1"))
    assert views.ids(desk.workspace, "/-paid", desk.me.agent_id, 10) == []
    assert views.ids(desk.workspace, "/-late", desk.me.agent_id, 10) == [number]


def test_what_is_left_out_can_be_saved_as_a_view(desk: Desk, three: list[int]) -> None:
    saved_views.save(desk.workspace, desk.me, "rest", "-tag:shop -from:caro")
    assert views.ids(desk.workspace, "rest", desk.me.agent_id, 10) == [three[1]]


@pytest.mark.parametrize(
    ("asked", "instead"), [("-before:2026-11-01", "use after:"), ("-after:7d", "use before:"), ("-sort:due", "sort:")]
)
def test_days_and_orders_have_no_minus(desk: Desk, asked: str, instead: str) -> None:
    with pytest.raises(UsageError, match=instead):
        views.ids(desk.workspace, f"/{asked}", desk.me.agent_id, 10)
