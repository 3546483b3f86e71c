"""Whether live chats are taken now: by somebody available at a console, within opening hours."""

from __future__ import annotations

import pytest

from omnidesk.desk import agents, availability, presence, settings
from omnidesk.words.kinds import AgentState
from tests.filling import Desk, standing_clock

pytestmark = pytest.mark.databases


def sits(desk: Desk) -> None:
    presence.show(desk.workspace, "elsewhere:1", desk.me.agent_id or 0, None, "viewing")


def test_somebody_takes_chats_while_available_and_at_a_console(desk: Desk) -> None:
    with standing_clock() as now:
        assert not availability.someone_takes_chats(desk.workspace)
        sits(desk)
        assert availability.someone_takes_chats(desk.workspace)
        now.forward(seconds=20)
        assert not availability.someone_takes_chats(desk.workspace)


@pytest.mark.parametrize("state", [AgentState.NO_CHATS, AgentState.AWAY])
def test_nobody_takes_chats_who_said_so(desk: Desk, state: AgentState) -> None:
    sits(desk)
    agents.set_agent(desk.workspace, desk.me, "sanne", state=state)
    assert not availability.someone_takes_chats(desk.workspace)


def test_a_chat_is_open_within_the_hours_alone(desk: Desk) -> None:
    settings.put(desk.workspace, "opening_hours", "UTC mon-fri 09:00-17:30", desk.me)
    with standing_clock() as now:  # a Monday at noon
        assert availability.within_hours(desk.workspace)
        now.forward(hours=6)
        assert not availability.within_hours(desk.workspace)
