"""One owner: who knows the customer is offered them first, a hand-over needs a note, transfers are counted."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import agents, notifications, skipping, threads, triage, undo
from omnidesk.words.errors import RefusedError
from tests.filling import ANNA, BRAM, NOON, Clock, Desk, mail

pytestmark = pytest.mark.databases


def transfers(desk: Desk, number: int) -> int:
    return threads.conversation(desk.workspace, number).transfers


def test_who_knows_the_customer_is_offered_them_first_and_others_later(time: Clock, desk: Desk) -> None:
    bram = desk.another_agent("bram")
    desk.receives(mail("1", sender=ANNA))
    triage.assign(desk.workspace, desk.me, 1, "bram")
    triage.close(desk.workspace, desk.me, 1)
    desk.receives(mail("2", sender=ANNA, at=NOON), mail("3", sender=BRAM, at=NOON))
    reader = desk.workspace.database.reader
    assert skipping.candidates(reader, bram) == [2, 3]
    assert skipping.candidates(reader, desk.me) == [3, 2]
    agents.set_agent(desk.workspace, desk.me, "bram", state="away")
    assert skipping.candidates(reader, desk.me) == [2, 3]
    agents.set_agent(desk.workspace, desk.me, "bram", state="available")
    time.at = NOON + 16 * clock.MINUTE
    assert skipping.candidates(reader, desk.me) == [2, 3]


def test_a_hand_over_needs_a_note_and_tells_the_next_one(desk: Desk) -> None:
    bram = desk.another_agent("bram")
    desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, 1, "bram")
    caro = desk.another_agent("caro")
    with pytest.raises(RefusedError, match="bram's: say with a note"):
        triage.assign(desk.workspace, desk.me, 1, "caro")
    act = triage.assign(desk.workspace, desk.me, 1, "caro", note="She waits for a refund since Monday")
    assert [one.text for one in threads.messages(desk.workspace, 1) if one.kind == "note"] == [
        "She waits for a refund since Monday"
    ]
    assert transfers(desk, 1) == 1
    assert notifications.unseen(desk.workspace, bram.agent_id) == 0
    assert notifications.unseen(desk.workspace, caro.agent_id) == 1
    undo.undo(desk.workspace, desk.me, act.id)
    assert (threads.conversation(desk.workspace, 1).owner, transfers(desk, 1)) == ("bram", 0)


def test_taking_it_over_oneself_and_giving_what_nobody_has_needs_no_note(desk: Desk) -> None:
    desk.another_agent("bram")
    desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, 1, "bram")
    triage.assign(desk.workspace, desk.me, 1, "sanne", seen={1: "bram"})
    assert transfers(desk, 1) == 1
