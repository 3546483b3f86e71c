"""The timeline of a customer: everything once, newest first, whatever its source, however it is asked for and paged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Consenting, Item, Party
from omnidesk.desk import (
    composing,
    consents,
    customer_merging,
    customer_notes,
    customer_tags,
    customers,
    identity,
    joining,
    logbook,
    portrait,
    timeline,
    timeline_wanted,
    triage,
    undo,
)
from omnidesk.desk.acts import Act, perform
from omnidesk.desk.contacts import Entry as Contacted
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.kinds import Direction
from omnidesk.words.rows import PROGRAM, Contact
from omnidesk.words.timeline import KINDS, Entry
from tests.filling import ANNA, BRAM, Clock, Desk, mail

pytestmark = pytest.mark.databases


@pytest.fixture
def busy(time: Clock, desk: Desk) -> Desk:
    """A desk with two conversations of Anna, one of them answered, a call, a visit, and one of Bram."""
    now = clock.now()
    desk.receives(
        mail("1", "Where is my kettle?", at=now - 5 * clock.HOUR, subject="Question"),
        mail("2", "I want to return the boots", at=now - 4 * clock.HOUR, subject="Boots"),
        mail("b", "Nothing of Anna's", sender=BRAM, at=now - 3 * clock.HOUR),
    )
    time.forward(minutes=1)
    composing.reply(desk.workspace, desk.me, 1, "It is on its way", key="k1")
    desk.sends_all()
    time.forward(minutes=1)
    _log(desk, "call", "Asked again about the kettle", seconds=200, outcome="answered")
    time.forward(minutes=1)
    _log(desk, "visit", "Brought the boots", shop="Utrecht")
    time.forward(minutes=1)
    return desk


def _log(desk: Desk, kind: str, text: str, **contact: Any) -> None:
    logbook.log(desk.workspace, desk.me, Contacted(kind, Contact(**contact), text, customer_id=anna(desk)))


def anna(desk: Desk, address: str = ANNA) -> int:
    (found,) = customers.find(desk.workspace, address)
    return found.id


def shown(desk: Desk, asked: str = "", **more: Any) -> list[str]:
    page = timeline.page(desk.workspace, anna(desk), timeline_wanted.parse(asked), **more)
    return [_brief(one) for one in page.entries]


def _brief(one: Entry) -> str:
    return f"{one.kind}: {one.text.splitlines()[0] if one.text else one.said}"


def test_every_kind_that_can_be_asked_for_has_a_source() -> None:
    assert {kind for source in timeline.SOURCES for kind in source.kinds} == set(KINDS)
    ranks = [source.rank for source in timeline.SOURCES]
    assert len(set(ranks)) == len(ranks)


def test_all_channels_stand_on_one_timeline_newest_first(busy: Desk) -> None:
    assert shown(busy) == [
        "visit: Brought the boots",
        "call: Asked again about the kettle",
        "message: It is on its way",
        "message: I want to return the boots",
        "message: Where is my kettle?",
    ]
    page = timeline.page(busy.workspace, anna(busy))
    assert page.following is None
    assert [one.direction for one in page.entries[2:]] == [Direction.OUTBOUND, Direction.INBOUND, Direction.INBOUND]
    assert page.entries[1].said == "3m20s"
    assert page.entries[4].conversation_id == 1


def test_it_says_what_was_done_to_the_customer(busy: Desk, time: Clock) -> None:
    opened, who = busy.workspace, anna(busy)
    customers.set_customer(opened, busy.me, who, company="Kettles", vip=True)
    time.forward(seconds=1)
    customer_tags.tag(opened, busy.me, who, ["wholesale"])
    time.forward(seconds=1)

    def forbid(act: Act) -> None:
        known = identity.known(act, Party("email", ANNA))
        consents.take(act, "email", known, [Consenting(False, "marketing", "unsubscribed")], 1, 1, clock.now())

    perform(opened, PROGRAM, "test", forbid)
    assert shown(busy, "kind:consent,change,merge") == [
        f"consent: forbade marketing on email ({ANNA})",
        "change: +wholesale",
        "change: company: Kettles, VIP",
    ]


def test_who_was_merged_into_a_customer_brings_all_of_theirs_and_takes_it_back(busy: Desk, time: Clock) -> None:
    opened = busy.workspace
    customer_notes.write(opened, busy.me, anna(busy, BRAM), "Bram's note")
    time.forward(seconds=1)
    act = customer_merging.merge(opened, busy.me, [anna(busy, BRAM)], anna(busy))
    merged = shown(busy)
    assert merged[:2] == ["merge: one person with Bram: merged by sanne", "note: Bram's note"]
    assert "message: Nothing of Anna's" in merged
    time.forward(seconds=1)
    undo.undo(opened, busy.me, act.id)
    (entry,) = timeline.page(opened, anna(busy), timeline_wanted.parse("kind:merge")).entries
    assert entry.marks == ("undone",)
    assert len(shown(busy)) == 6
    assert [one.text for one in timeline.page(opened, anna(busy, BRAM)).entries] == ["Bram's note", "Nothing of Anna's"]


def test_what_stood_in_a_conversation_that_was_merged_before_its_customer_is_not_lost(busy: Desk) -> None:
    composing.reply(busy.workspace, busy.me, 3, "To Bram", key="k2")
    joining.merge(busy.workspace, busy.me, [3], 1)
    customer_merging.merge(busy.workspace, busy.me, [anna(busy, BRAM)], anna(busy))
    assert "message: To Bram" in shown(busy)
    assert shown(busy, "bram") == ["message: To Bram", "message: Nothing of Anna's"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kettle", ["call: Asked again about the kettle", "message: Where is my kettle?"]),
        ("kett*", ["call: Asked again about the kettle", "message: Where is my kettle?"]),
        ('"the boots"', ["visit: Brought the boots", "message: I want to return the boots"]),
        ("boots -return", ["visit: Brought the boots"]),
        ("-kettle", ["visit: Brought the boots", "message: It is on its way", "message: I want to return the boots"]),
        ("kind:visit", ["visit: Brought the boots"]),
        ("kind:message direction:out", ["message: It is on its way"]),
        ("channel:demo direction:in", ["message: I want to return the boots", "message: Where is my kettle?"]),
        ("channel:sample kettle", ["message: Where is my kettle?"]),
        ("channel:call", ["call: Asked again about the kettle"]),
        ("direction:team", []),
        ("teapot", []),
    ],
)
def test_it_is_searched_and_filtered(busy: Desk, asked: str, found: list[str]) -> None:
    assert shown(busy, asked) == found


def test_notes_about_the_customer_are_searched_too(busy: Desk) -> None:
    customer_notes.write(busy.workspace, busy.me, anna(busy), "Drinks tea, not coffee")
    assert shown(busy, "tea") == ["note: Drinks tea, not coffee"]
    assert shown(busy, "tea -coffee") == []
    assert shown(busy, "kind:note") == ["note: Drinks tea, not coffee"]


@pytest.mark.parametrize("asked", ["kind:parcel", "direction:up", "status:open", "tag:late"])
def test_what_a_timeline_does_not_know_is_refused_in_words(asked: str) -> None:
    with pytest.raises(UsageError):
        timeline_wanted.parse(asked)


def test_days_bound_every_source(busy: Desk, time: Clock) -> None:
    time.forward(days=2)
    customer_notes.write(busy.workspace, busy.me, anna(busy), "A note of today")
    customers.set_customer(busy.workspace, busy.me, anna(busy), company="Today")
    assert sorted(shown(busy, "after:today")) == ["change: company: Today", "note: A note of today"]
    assert len(shown(busy, "before:yesterday")) == 5


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_bring_everything_once_and_in_order(busy: Desk, time: Clock, limit: int) -> None:
    opened, who = busy.workspace, anna(busy)
    for number in range(4):
        customer_notes.write(opened, busy.me, who, f"Note {number}")
        customer_tags.tag(opened, busy.me, who, [f"tag{number}"])
        customers.set_customer(opened, busy.me, who, company=f"Company {number}")
        if number % 2:
            time.forward(seconds=1)
    whole = timeline.page(opened, who, limit=500).entries
    assert len(whole) == 17
    assert [one.key for one in whole] == sorted((one.key for one in whole), reverse=True)
    found: list[Entry] = []
    page = timeline.page(opened, who, limit=limit)
    found += page.entries
    while page.following is not None:
        page = timeline.page(opened, who, limit=limit, before=page.following)
        found += page.entries
    assert tuple(found) == whole


def test_an_event_is_left_out_of_no_page_though_the_clock_was_set_back(busy: Desk, time: Clock) -> None:
    opened, who = busy.workspace, anna(busy)
    customers.set_customer(opened, busy.me, who, company="First")
    time.forward(hours=-1)
    customers.set_customer(opened, busy.me, who, company="Second")
    time.forward(hours=2)
    first = timeline.page(opened, who, timeline_wanted.parse("kind:change"), limit=1)
    assert [one.said for one in first.entries] == ["company: Second"]
    assert first.following is not None
    second = timeline.page(opened, who, timeline_wanted.parse("kind:change"), limit=1, before=first.following)
    assert [one.said for one in second.entries] == ["company: First"]


def test_a_call_of_a_telephone_channel_is_a_call(time: Clock, desk: Desk) -> None:
    phone = desk.adds_channel("phone", "+31201234567", kind="sample-call")
    time.forward(seconds=10)
    for number, state in enumerate(("ringing", "answered", "ended")):
        said = {
            "id": f"c{number}", "external_id": "c", "at": time(), "from": "+31612345678",
            "call": {"state": state, "began_at": time()},
        }  # fmt: skip
        desk.receives(Item(f"c{number}", json.dumps(said).encode(), time(), "application/json"), channel=phone)
        time.forward(seconds=30)
    (who,) = customers.find(desk.workspace, "+31612345678")
    kinds = [one.kind for one in timeline.page(desk.workspace, who.id).entries]
    assert kinds == ["call"]
    assert len(timeline.page(desk.workspace, who.id, timeline_wanted.parse("kind:call")).entries) == 1
    assert timeline.page(desk.workspace, who.id, timeline_wanted.parse("kind:message")).entries == ()
    assert [one.said for one in portrait.of(desk.workspace, who).contacts] == ["called"]


def test_what_lies_deleted_or_was_taken_back_is_not_shown(busy: Desk) -> None:
    triage.delete(busy.workspace, busy.me, 2)
    composing.note(busy.workspace, busy.me, 1, "never mind")
    undo.undo(busy.workspace, busy.me)
    assert "message: I want to return the boots" not in shown(busy)
    assert "note: never mind" not in shown(busy)
    triage.reopen(busy.workspace, busy.me, 2)
    assert "message: I want to return the boots" in shown(busy)


def test_a_rare_word_is_found_behind_many_messages(time: Clock, desk: Desk) -> None:
    now = clock.now()
    desk.receives(mail("old", "the kettle whistles", at=now - clock.DAY))
    desk.receives(*(mail(f"{one}", f"letter {one}", answers="old", at=now - 600_000 + one) for one in range(620)))
    assert shown(desk, "whistles") == ["message: the kettle whistles"]


def test_nobody_has_no_timeline(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        timeline.page(desk.workspace, 12345)
