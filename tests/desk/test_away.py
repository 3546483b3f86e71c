"""Going away and coming back: what an agent had is handed over, and what is said meanwhile finds somebody."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import agents, away, composing, drafts, outbox, threads, triage, undo, views
from omnidesk.words.errors import RefusedError
from omnidesk.words.kinds import AgentState, Place, Status
from omnidesk.words.rows import PROGRAM
from tests.filling import Clock, Desk, mail, python, wait_until


def leave(desk: Desk, to: str | None = None, until: int | None = None, disabled: bool = False, note: str = "") -> None:
    leaving = away.prepare(desk.workspace, "sanne", to, until, disabled)
    away.leave(desk.workspace, desk.me, leaving, note)


def owners(desk: Desk) -> dict[int, str | None]:
    rows = views.page(desk.workspace, "all", desk.me.agent_id, 50)
    return {row.id: row.owner for row in rows}


def mine(desk: Desk, count: int) -> list[int]:
    numbers = desk.receives(*(mail(str(number), sender=f"c{number}@x.test") for number in range(count)))
    triage.assign(desk.workspace, desk.me, numbers, "sanne")
    return numbers


def test_open_pending_and_snoozed_change_hands_the_rest_stays(time: Clock, desk: Desk) -> None:
    desk.another_agent("koen")
    opened, pending, snoozed, held, closed, gone = mine(desk, 6)
    triage.set_status(desk.workspace, desk.me, pending, Status.PENDING)
    triage.snooze(desk.workspace, desk.me, snoozed, time.at + clock.DAY)
    triage.set_status(desk.workspace, desk.me, held, Status.ON_HOLD, "PostNL")
    triage.close(desk.workspace, desk.me, closed)
    triage.delete(desk.workspace, desk.me, gone)
    leaving = away.prepare(desk.workspace, "sanne", "koen", time.at + clock.DAY)
    assert {one.id for one in leaving.conversations} == {opened, pending, snoozed}
    leave(desk, "koen", time.at + clock.DAY)
    assert owners(desk) == {opened: "koen", pending: "koen", snoozed: "koen", held: "sanne", closed: "sanne"}
    sanne = agents.get_agent(desk.workspace, "sanne")
    assert (sanne.state, sanne.away_until) == (AgentState.AWAY, time.at + clock.DAY)


def test_one_note_in_each_says_why_and_one_undo_takes_all_of_it_back(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    numbers = mine(desk, 3)
    drafts.save(desk.workspace, desk.me, numbers[0], "reply", "half an answer")
    leave(desk, "koen", note="Ask koen.")
    for number in numbers:
        notes = [one.text for one in threads.messages(desk.workspace, number) if one.kind == "note"]
        assert notes == ["Sanne is away: koen takes this over.\n\nAsk koen."]
    kept = drafts.get(desk.workspace, koen, numbers[0], "reply")
    assert kept is not None and kept.text == "half an answer"
    undo.undo(desk.workspace, desk.me)
    assert set(owners(desk).values()) == {"sanne"}
    assert agents.get_agent(desk.workspace, "sanne").state is AgentState.AVAILABLE
    again = drafts.get(desk.workspace, desk.me, numbers[0], "reply")
    assert again is not None and again.text == "half an answer"
    assert desk.count("message", "kind = 'note' AND status <> 'cancelled'") == 0


def test_a_draft_in_the_pool_is_the_first_writers(desk: Desk) -> None:
    koen, mila = desk.another_agent("koen"), desk.another_agent("mila")
    (number,) = mine(desk, 1)
    drafts.save(desk.workspace, desk.me, number, "reply", "half an answer")
    leave(desk)
    drafts.save(desk.workspace, mila, number, "reply", "my own")
    away.take_over_draft(desk.workspace, mila, number, "reply")
    kept = drafts.get(desk.workspace, mila, number, "reply")
    assert kept is not None and kept.text == "my own"
    away.take_over_draft(desk.workspace, koen, number, "reply")
    kept = drafts.get(desk.workspace, koen, number, "reply")
    assert kept is not None and kept.text == "half an answer"


def test_a_colleague_who_writes_there_keeps_their_own_draft(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    (number,) = mine(desk, 1)
    drafts.save(desk.workspace, desk.me, number, "reply", "sanne's")
    drafts.save(desk.workspace, koen, number, "reply", "koen's")
    leave(desk, "koen")
    kept = drafts.get(desk.workspace, koen, number, "reply")
    assert kept is not None and kept.text == "koen's"
    assert desk.count("draft", "agent_id = 0 AND text LIKE 'sanne%'") == 1


def test_a_scheduled_message_changes_hands_and_keeps_its_signature(time: Clock, desk: Desk) -> None:
    koen = desk.another_agent("koen")
    agents.set_agent(desk.workspace, desk.me, "sanne", signature="Sanne")
    agents.set_agent(desk.workspace, desk.me, "koen", signature="Koen")
    (number, other) = mine(desk, 2)
    at = time.at + clock.DAY
    later = composing.reply(desk.workspace, desk.me, number, "Later", when=composing.When(at=at))
    soon = composing.reply(desk.workspace, desk.me, other, "Soon")
    assert away.prepare(desk.workspace, "sanne", "koen").sends == 1
    leave(desk, "koen")
    minds = "SELECT agent_id FROM outbox WHERE message_id = ?"
    assert desk.value(minds, later.message.id) == koen.agent_id
    assert desk.value(minds, soon.message.id) == desk.me.agent_id
    assert outbox.outgoing(desk.workspace, later.message.id).text.endswith("Sanne")
    undo.undo(desk.workspace, desk.me)
    assert desk.value(minds, later.message.id) == desk.me.agent_id


def test_an_answer_to_an_absent_owner_stands_in_unassigned_with_their_name(desk: Desk) -> None:
    (number,) = mine(desk, 1)
    triage.set_status(desk.workspace, desk.me, number, Status.ON_HOLD, "PostNL")
    leave(desk)
    assert owners(desk)[number] == "sanne"
    desk.receives(mail("again", sender="c0@x.test", answers="0"))
    (row,) = views.page(desk.workspace, "unassigned", desk.me.agent_id, 50)
    assert (row.id, row.owner, row.absent_owner) == (number, None, "sanne")
    assert threads.conversation(desk.workspace, number).absent_owner == "sanne"


def test_an_automatic_answer_moves_nothing(desk: Desk) -> None:
    (number,) = mine(desk, 1)
    triage.close(desk.workspace, desk.me, number)
    leave(desk)
    desk.receives(mail("auto", sender="c0@x.test", answers="0", auto="auto_reply"))
    assert owners(desk)[number] == "sanne"


def test_what_wakes_while_its_owner_is_away_finds_somebody(time: Clock, desk: Desk) -> None:
    (number,) = mine(desk, 1)
    leave(desk)
    triage.set_status(desk.workspace, desk.me, number, Status.ON_HOLD, "PostNL", time.at + clock.HOUR)
    triage.assign(desk.workspace, desk.me, number, "sanne")
    time.forward(hours=2)
    triage.wake_due(desk.workspace, PROGRAM)
    assert [row.absent_owner for row in views.page(desk.workspace, "unassigned", None, 50)] == ["sanne"]


def test_disabling_hands_over_too_and_enabling_brings_back(desk: Desk) -> None:
    numbers = mine(desk, 2)
    leave(desk, disabled=True)
    assert agents.get_agent(desk.workspace, "sanne").disabled
    assert set(owners(desk).values()) == {None}
    away.back(desk.workspace, desk.me, "sanne", take=True)
    assert not agents.get_agent(desk.workspace, "sanne").disabled
    assert owners(desk) == dict.fromkeys(numbers, "sanne")


def test_back_takes_the_name_off_and_leaves_what_somebody_took(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    first, second = mine(desk, 2)
    leave(desk)
    triage.assign(desk.workspace, koen, first, "koen")
    away.back(desk.workspace, desk.me, "sanne", take=True)
    assert owners(desk) == {first: "koen", second: "sanne"}
    assert desk.count("conversation", "absent_owner_id IS NOT NULL") == 0


def test_away_ends_by_itself(time: Clock, desk: Desk) -> None:
    mine(desk, 1)
    leave(desk, until=time.at + clock.HOUR)
    assert away.end_due(desk.workspace) == 0
    time.forward(hours=1)
    assert away.end_due(desk.workspace) == 1
    assert agents.get_agent(desk.workspace, "sanne").state is AgentState.AVAILABLE
    assert views.page(desk.workspace, "unassigned", None, 50)[0].absent_owner is None


def test_nobody_hands_over_to_who_is_not_there(desk: Desk) -> None:
    desk.another_agent("koen")
    away.leave(desk.workspace, desk.me, away.prepare(desk.workspace, "koen"))
    with pytest.raises(RefusedError, match="koen is away too"):
        away.prepare(desk.workspace, "sanne", "koen")
    with pytest.raises(RefusedError, match="from themselves"):
        away.prepare(desk.workspace, "sanne", "sanne")
    with pytest.raises(RefusedError, match="has passed"):
        away.prepare(desk.workspace, "sanne", until=1)


def test_deleted_conversations_stay_where_they_are(desk: Desk) -> None:
    (number,) = mine(desk, 1)
    triage.delete(desk.workspace, desk.me, number)
    leave(desk)
    assert threads.conversation(desk.workspace, number).place is Place.DELETED
    assert threads.conversation(desk.workspace, number).owner == "sanne"


def test_the_engines_clock_brings_them_back(desk: Desk) -> None:
    """The lease `clock` owns what time drives: away ends."""
    (number,) = mine(desk, 1)
    leave(desk, until=clock.now() + 300)
    code = "import sys; from omnidesk.cli.main import run; run(['--home', sys.argv[1], 'sync'])"
    engine = python(code, desk.workspace.home.path, OMNIDESK_AGENT="sanne")
    try:
        here = AgentState.AVAILABLE
        wait_until(lambda: agents.get_agent(desk.workspace, "sanne").state is here, 30, "sanne to be back")
    finally:
        engine.terminate()
        engine.wait(30)
    assert threads.conversation(desk.workspace, number).absent_owner is None


def test_nothing_is_assigned_to_who_has_left(desk: Desk) -> None:
    (number,) = mine(desk, 1)
    desk.another_agent("koen")
    away.leave(desk.workspace, desk.me, away.prepare(desk.workspace, "koen", disabled=True))
    with pytest.raises(RefusedError, match="koen is disabled"):
        triage.assign(desk.workspace, desk.me, number, "koen")
