"""Triage: what agents decide, over one conversation or many."""

from __future__ import annotations

import pytest

from omnidesk.desk import agents, composing, customers, threads, triage, undo, views
from omnidesk.words.errors import NotFoundError, UsageError
from omnidesk.words.kinds import AgentState, DueReason, Place, Status
from tests.filling import ANNA, BRAM, Clock, Desk, mail


def ids(desk: Desk, view: str) -> list[int]:
    return [row.id for row in views.page(desk.workspace, view, desk.me.agent_id, 50)]


def test_views_hold_what_they_say(time: Clock, desk: Desk) -> None:
    desk.receives(*(mail(str(number)) for number in range(1, 9)))
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    triage.set_status(desk.workspace, desk.me, 2, Status.PENDING)
    triage.set_status(desk.workspace, desk.me, 3, Status.ON_HOLD, "DHL")
    triage.snooze(desk.workspace, desk.me, 4, time.at + 1000)
    triage.spam(desk.workspace, desk.me, 5)
    triage.delete(desk.workspace, desk.me, 6)
    triage.close(desk.workspace, desk.me, 7)
    assert {view: ids(desk, view) for view in views.NAMES} == {
        "mine": [1],
        "unassigned": [8],
        "open": [1, 8],
        "pending": [2],
        "on-hold": [3],
        "snoozed": [4],
        "undelivered": [],
        "spam": [5],
        "deleted": [6],
        "closed": [7],
        "all": [8, 7, 4, 3, 2, 1],
    }


def test_deleted_and_spam_come_back_by_reopening(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2"))
    triage.delete(desk.workspace, desk.me, 1)
    triage.spam(desk.workspace, desk.me, 2)
    triage.reopen(desk.workspace, desk.me, [1, 2])
    assert ids(desk, "open") == [1, 2]
    assert all(threads.conversation(desk.workspace, number).place is Place.DESK for number in (1, 2))


def test_one_unknown_number_among_many_changes_nothing(desk: Desk) -> None:
    desk.receives(mail("1"))
    with pytest.raises(NotFoundError, match="no conversation 99"):
        triage.close(desk.workspace, desk.me, [1, 99])
    assert threads.conversation(desk.workspace, 1).status is Status.OPEN
    with pytest.raises(UsageError, match="no conversation was named"):
        triage.close(desk.workspace, desk.me, [])


def test_a_tag_is_one_word_in_small_letters(desk: Desk) -> None:
    desk.receives(mail("1"))
    triage.tag(desk.workspace, desk.me, 1, ["Needs Refund", "VIP\x1b[2J"])
    assert threads.conversation(desk.workspace, 1).tags == ("needs-refund", "vip")
    triage.tag(desk.workspace, desk.me, 1, remove=["VIP"])
    assert threads.conversation(desk.workspace, 1).tags == ("needs-refund",)
    with pytest.raises(UsageError, match="a tag needs a name"):
        triage.tag(desk.workspace, desk.me, 1, [" "])


def test_tags_in_use_come_most_used_first(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2"), mail("3"))
    triage.tag(desk.workspace, desk.me, [1, 2, 3], ["return"])
    triage.tag(desk.workspace, desk.me, [1], ["angry"])
    triage.tag(desk.workspace, desk.me, [1, 2], ["boots"])
    assert triage.known_tags(desk.workspace) == ["return", "boots", "angry"]


def test_a_promise_makes_it_due_until_it_is_answered(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    at = time.at + 600_000
    triage.promise(desk.workspace, desk.me, number, at)
    found = threads.conversation(desk.workspace, number)
    assert (found.next_due_at, found.due_reason, found.promised_at) == (at, DueReason.PROMISE, at)
    composing.reply(desk.workspace, desk.me, number, "It comes tomorrow.")
    assert threads.conversation(desk.workspace, number).promised_at is None


def test_a_promise_is_taken_off_and_undone(time: Clock, desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.promise(desk.workspace, desk.me, number, time.at + 600_000)
    triage.promise(desk.workspace, desk.me, number, None)
    assert threads.conversation(desk.workspace, number).due_reason is DueReason.ANSWER
    undo.undo(desk.workspace, desk.me)
    assert threads.conversation(desk.workspace, number).due_reason is DueReason.PROMISE
    with pytest.raises(UsageError, match="has passed"):
        triage.promise(desk.workspace, desk.me, number, time.at)


def test_a_team_takes_a_conversation_into_its_pool_unless_the_owner_is_a_member(desk: Desk) -> None:
    desk.another_agent("bram")
    agents.set_team(desk.workspace, desk.me, "Returns", ["bram"])
    desk.receives(mail("1"), mail("2"))
    triage.assign(desk.workspace, desk.me, 1, "sanne")
    triage.assign(desk.workspace, desk.me, 2, "bram")
    triage.assign(desk.workspace, desk.me, [1, 2], "@returns")
    found = threads.conversations(desk.workspace, [1, 2])
    assert [(one.team, one.owner) for one in found] == [("Returns", None), ("Returns", "bram")]
    undo.undo(desk.workspace, desk.me)
    assert [(one.team, one.owner) for one in threads.conversations(desk.workspace, [1])] == [(None, "sanne")]
    triage.assign(desk.workspace, desk.me, 2, "@Returns")
    triage.assign(desk.workspace, desk.me, 2, "@none")
    assert threads.conversation(desk.workspace, 2).team is None
    with pytest.raises(NotFoundError, match="no team nowhere: teams are Returns"):
        triage.assign(desk.workspace, desk.me, 1, "@nowhere")


def test_restoring_says_where_it_lay(desk: Desk) -> None:
    desk.receives(mail("1"), mail("2"))
    triage.spam(desk.workspace, desk.me, 1)
    assert triage.reopen(desk.workspace, desk.me, 1).summary == "restored from spam: #1"
    triage.delete(desk.workspace, desk.me, 2)
    assert triage.reopen(desk.workspace, desk.me, [2]).summary == "restored from the deleted ones: #2"


def test_reading_takes_the_unread_mark_off(desk: Desk) -> None:
    desk.receives(mail("1"))
    assert threads.conversation(desk.workspace, 1).unread
    triage.mark_read(desk.workspace, desk.me, 1)
    assert not threads.conversation(desk.workspace, 1).unread


def test_blocking_somebody_unknown_is_told(desk: Desk) -> None:
    with pytest.raises(NotFoundError, match="nobody has written from"):
        triage.block(desk.workspace, desk.me, ANNA)


def test_an_unknown_agent_is_told(desk: Desk) -> None:
    desk.receives(mail("1"))
    with pytest.raises(NotFoundError, match="no agent nobody"):
        triage.assign(desk.workspace, desk.me, 1, "nobody")


def test_agents_are_made_changed_and_put_in_teams(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _, bram = agents.set_agent(desk.workspace, desk.me, "bram", name="Bram B.", languages=["nl", "en"], state="away")
    assert (bram.name, bram.languages, bram.state) == ("Bram B.", ("nl", "en"), AgentState.AWAY)
    _, team = agents.set_team(desk.workspace, desk.me, "Support", ["bram", "sanne"])
    assert team.members == ("bram", "sanne")
    assert agents.get_agent(desk.workspace, "bram").teams == ("Support",)
    agents.set_team(desk.workspace, desk.me, "Support", ["sanne"])
    assert agents.list_teams(desk.workspace)[0].members == ("sanne",)
    with pytest.raises(UsageError, match="an agent's state is"):
        agents.set_agent(desk.workspace, desk.me, "bram", state="asleep")
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    assert agents.whoami(desk.workspace, "Sanne de Vries", "sanne@shop.test").name == "Sanne de Vries"
    monkeypatch.setenv("OMNIDESK_AGENT", "nieuw")
    assert agents.actor(desk.workspace).name == "nieuw"
    assert agents.actor(desk.workspace) == agents.actor(desk.workspace)


def test_a_signature_goes_under_an_answer(desk: Desk) -> None:
    from omnidesk.desk import outbox

    agents.set_agent(desk.workspace, desk.me, "sanne", signature="Sanne\nThe shop")
    desk.receives(mail("1"))
    queued = composing.reply(desk.workspace, desk.me, 1, "Dear Anna")
    assert outbox.outgoing(desk.workspace, queued.message.id).text.endswith("\n-- \nSanne\nThe shop")
    assert queued.message.text == "Dear Anna"


def test_a_customer_shows_all_their_conversations_newest_first(time: Clock, desk: Desk) -> None:
    desk.receives(mail("1"))
    time.forward(minutes=1)
    desk.receives(mail("2"), mail("3", sender=BRAM))
    (anna,) = customers.find(desk.workspace, ANNA)
    assert [one.id for one in customers.conversations(desk.workspace, anna.id)] == [2, 1]
    assert anna.conversations == 2
    assert [one.name for one in customers.page(desk.workspace, 10)] == ["Anna", "Bram"]
    with pytest.raises(NotFoundError, match="no customer 5"):
        customers.get(desk.workspace, 5)


def test_blocking_the_sender_moves_it_to_spam_with_what_they_write_next_and_is_undone_in_one(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.block_senders(desk.workspace, desk.me, [number])
    (other,) = desk.receives(mail("2"))
    places = [threads.conversation(desk.workspace, one).place for one in (number, other)]
    assert places == [Place.SPAM, Place.SPAM]
    undo.undo(desk.workspace, desk.me)
    assert threads.conversation(desk.workspace, number).place is Place.DESK
    (third,) = desk.receives(mail("3"))
    assert threads.conversation(desk.workspace, third).place is Place.DESK
