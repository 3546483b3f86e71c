"""Presence: who is where, as rows that expire."""

from __future__ import annotations

import os
import subprocess
import sys

from omnidesk.desk import agents, presence, processes
from omnidesk.desk.presence import Present
from omnidesk.words.kinds import AgentState
from tests.filling import Desk, standing_clock, wait_until


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


SHOWS = """
import sys, time
from omnidesk.desk import agents, presence, processes, workspace
opened = workspace.open_workspace(sys.argv[1])
presence.show(opened, processes.process_name(), agents.actor(opened).agent_id, 1, "answering")
print("shown", flush=True)
time.sleep(600)
"""


def test_a_console_that_is_killed_is_gone_before_its_row_expires(desk: Desk) -> None:
    """Collision: disappears when a process dies. Killed, it says nothing; its row is still there."""
    command = [sys.executable, "-c", SHOWS, str(desk.workspace.home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "OMNIDESK_AGENT": "koen"}) as console:
        assert console.stdout is not None
        assert console.stdout.readline() == b"shown\n"
        assert [one.login for one in presence.around(desk.workspace)] == ["koen"]
        console.kill()
        wait_until(lambda: not presence.around(desk.workspace), what="the dead console to be left out")
        assert desk.count("presence") == 1
    assert presence.around(desk.workspace) == ()


def test_a_later_process_of_the_same_pid_is_another() -> None:
    mine = processes.process_name()
    where, pid, started, token = mine.split(":")
    assert not processes.ended(mine)
    if started:
        assert processes.ended(f"{where}:{pid}:{int(started) - 1}:{token}")


def test_what_runs_elsewhere_is_believed_until_it_expires() -> None:
    _, pid, started, token = processes.process_name().split(":")
    assert not processes.ended(f"another.machine:{pid}:{started}:{token}")
    assert not processes.ended("another.machine:999999:1:a")
    assert not processes.ended("demo:koen")


def test_a_row_of_the_queue_says_briefly_who_is_busiest_there() -> None:
    there = tuple(Present(number, login, 1, doing) for number, login, doing in (
        (1, "bo", "viewing"), (2, "koen", "typing"), (3, "mila", "answering"),
    ))  # fmt: skip
    assert presence.brief(there) == "koen types +2"
    assert presence.brief(there[:1]) == "bo reads"
    assert presence.brief(there[2:]) == "mila answers"
