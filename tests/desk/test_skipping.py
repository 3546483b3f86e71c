"""Taking the next conversation, and passing one over."""

from __future__ import annotations

import threading

import pytest

from omnidesk import clock
from omnidesk.desk import agents, settings, skipping, threads, triage, undo
from omnidesk.words.errors import UsageError
from omnidesk.words.kinds import Priority
from omnidesk.words.rows import Actor
from tests.filling import ANNA, BRAM, CARO, Clock, Desk, mail

pytestmark = pytest.mark.databases


def take(desk: Desk, who: Actor | None = None) -> int | None:
    return skipping.take_next(desk.workspace, who or desk.me)[1]


def make_vip(desk: Desk, address: str) -> None:
    desk.workspace.database.write(
        lambda tx: tx.execute(
            "UPDATE customer SET vip = ? WHERE id = (SELECT customer_id FROM identity WHERE value = ?)", (True, address)
        )
    )


def test_two_agents_who_take_next_at_once_take_different_ones(desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(6)))
    people = [desk.me, desk.another_agent("bram")]
    taken: list[int | None] = []
    barrier = threading.Barrier(2)

    def taking(number: int) -> None:
        barrier.wait()
        taken.extend(take(desk, people[number]) for _ in range(3))

    takers = [threading.Thread(target=taking, args=(number,)) for number in range(2)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    assert sorted(number or 0 for number in taken) == [1, 2, 3, 4, 5, 6]
    assert take(desk) is None


def test_vips_come_first_then_what_is_overdue_then_whoever_waits_longest(time: Clock, desk: Desk) -> None:
    desk.receives(mail("late", at=time.at - 12 * clock.HOUR))
    desk.receives(mail("longest", sender="dora@example.test", at=time.at - 30 * clock.MINUTE))
    desk.receives(mail("shorter", sender=CARO, at=time.at - 20 * clock.MINUTE))
    desk.receives(mail("vip", sender=BRAM, at=time.at - 10 * clock.MINUTE))
    desk.receives(mail("urgent", sender="emil@example.test", at=time.at - clock.MINUTE))
    make_vip(desk, BRAM)
    triage.set_priority(desk.workspace, desk.me, 5, Priority.URGENT)
    assert [take(desk) for _ in range(5)] == [4, 1, 5, 2, 3]


def test_what_was_passed_over_is_not_offered_again_for_a_while(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    assert take(desk) == 1
    act, taken, until = skipping.skip(desk.workspace, desk.me, 1, "needs a specialist", take=True)
    assert (taken, act.summary) == (2, "passed over #1 (needs a specialist), took #2")
    assert threads.conversation(desk.workspace, 1).owner is None
    assert take(desk) is None
    assert take(desk, desk.another_agent("bram")) == 1
    triage.assign(desk.workspace, desk.me, 1, None)
    time.at = until
    assert take(desk) == 1


def test_the_reason_stays_in_the_history(desk: Desk) -> None:
    desk.receives(mail("1"))
    skipping.skip(desk.workspace, desk.me, 1, "not my language")
    skipped = [event for event in threads.events(desk.workspace, 1) if event.kind == "skipped"]
    assert [event.after["reason"] for event in skipped] == ["not my language"]
    assert skipping.reasons(desk.workspace)[0] == "not my language"


def test_passing_over_and_taking_the_next_is_one_act_with_one_undo(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    take(desk)
    skipping.skip(desk.workspace, desk.me, 1, "busy", take=True)
    undo.undo(desk.workspace, desk.me)
    assert [one.owner for one in threads.conversations(desk.workspace, [1, 2])] == ["sanne", None]
    triage.assign(desk.workspace, desk.me, 1, None)
    assert take(desk) == 1


def test_passing_over_needs_a_reason(desk: Desk) -> None:
    desk.receives(mail("1"))
    with pytest.raises(UsageError, match="say in a word why"):
        skipping.skip(desk.workspace, desk.me, 1, "  ")


def test_a_team_s_conversations_are_offered_to_its_members_only(desk: Desk) -> None:
    bram = desk.another_agent("bram")
    agents.set_team(desk.workspace, desk.me, "Returns", ["bram"])
    desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, 1, "@Returns")
    assert take(desk) is None
    assert take(desk, bram) == 1


def test_whoever_takes_no_chats_is_offered_none(desk: Desk) -> None:
    web = desk.adds_channel("web", "", "sample-chat")
    desk.receives(mail("1", sender="visitor-1", thread="visitor-1", to=[]), channel=web)
    desk.receives(mail("2", sender=BRAM))
    agents.set_agent(desk.workspace, desk.me, "sanne", state="no-chats")
    assert take(desk) == 2
    assert take(desk) is None
    agents.set_agent(desk.workspace, desk.me, "sanne", state="available")
    assert take(desk) == 1


def test_how_long_it_is_not_offered_is_a_setting(time: Clock, desk: Desk) -> None:
    settings.put(desk.workspace, "skip_minutes", 5)
    desk.receives(mail("1", sender=ANNA))
    until = skipping.skip(desk.workspace, desk.me, 1, "later")[2]
    assert until == time.at + 5 * clock.MINUTE
