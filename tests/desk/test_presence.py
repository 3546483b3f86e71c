"""Presence: who is where, as rows that expire."""

from __future__ import annotations

from omnidesk.desk import agents, presence
from omnidesk.words.kinds import AgentState
from tests.filling import Desk, standing_clock


def test_who_answers_is_seen_until_the_row_expires(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    with standing_clock() as time:
        presence.show(desk.workspace, "a", koen.agent_id or 0, 1, "answering")
        (seen,) = presence.around(desk.workspace)
        assert (seen.login, seen.conversation_id, seen.doing) == ("koen", 1, "answering")
        time.forward(seconds=60)
        assert presence.around(desk.workspace) == ()


def test_moving_on_replaces_the_row_and_leaving_removes_it(desk: Desk) -> None:
    agent = desk.me.agent_id or 0
    presence.show(desk.workspace, "a", agent, 1, "viewing")
    presence.show(desk.workspace, "a", agent, 2, "typing")
    assert [one.conversation_id for one in presence.around(desk.workspace)] == [2]
    presence.leave(desk.workspace, "a")
    assert presence.around(desk.workspace) == ()


def test_an_agent_at_two_consoles_stands_once_in_a_conversation_with_the_stronger_word(desk: Desk) -> None:
    agent = desk.me.agent_id or 0
    presence.show(desk.workspace, "a", agent, 1, "typing")
    presence.show(desk.workspace, "b", agent, 1, "viewing")
    assert [one.doing for one in presence.around(desk.workspace)] == ["typing"]


def test_rows_of_the_queue_can_say_who_is_there(desk: Desk) -> None:
    koen = desk.another_agent("koen")
    presence.show(desk.workspace, "a", koen.agent_id or 0, 1, "viewing")
    presence.show(desk.workspace, "b", desk.me.agent_id or 0, 1, "typing")
    there = presence.by_conversation(presence.around(desk.workspace), without=desk.me.agent_id)
    assert presence.said(there[1]) == "koen is reading"


def test_presence_is_no_event(desk: Desk) -> None:
    before = desk.count("event")
    presence.show(desk.workspace, "a", desk.me.agent_id or 0, 1, "viewing")
    presence.leave(desk.workspace, "a")
    assert desk.count("event") == before


def test_who_is_away_is_known(desk: Desk) -> None:
    with standing_clock() as time:
        agents.set_agent(desk.workspace, desk.me, "mila", state=AgentState.AWAY, away_until=time.at + 1000)
        assert [one.login for one in presence.away(desk.workspace)] == ["mila"]
        time.forward(seconds=2)
        assert presence.away(desk.workspace) == ()
