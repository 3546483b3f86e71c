"""Agents and teams in the console: who is there, going away with a look first, coming back."""

from __future__ import annotations

import pytest

from omnidesk.desk import agents, triage
from omnidesk.screens.agents import Agents, LeavingScreen
from omnidesk.words.kinds import AgentState
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail


@pytest.fixture
def one(desk: Desk) -> int:
    """A conversation of sanne's, and the agent koen."""
    desk.another_agent("koen")
    (number,) = desk.receives(mail("1"))
    triage.assign(desk.workspace, desk.me, number, "sanne")
    return number


async def listing(here: Console) -> None:
    await here.type("gA")
    await here.until(lambda: isinstance(here.app.screen, Agents) and here.app.screen.agent, "the agents")


def owner(desk: Desk, number: int) -> int | None:
    found: int | None = desk.value("SELECT owner_id FROM conversation WHERE id = ?", number)
    return found


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_list_says_who_is_there_and_what_they_have_to_do(desk: Desk, one: int, size: tuple[int, int]) -> None:
    agents.set_team(desk.workspace, desk.me, "support", ["koen", "sanne"])
    async with console(desk.workspace, size) as here:
        await listing(here)
        await here.sees("Agents 2, teams 1", "koen", "available", "1 open", "koen, sanne")
        assert here.app.screen.key == desk.me.agent_id  # type: ignore[attr-defined]


async def test_going_away_is_looked_at_done_and_taken_back(desk: Desk, one: int) -> None:
    koen = agents.get_agent(desk.workspace, "koen")
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("a")
        await here.type("3d, koen")
        await here.press("enter")
        await here.until(lambda: isinstance(here.app.screen, LeavingScreen), "the preview")
        await here.sees("sanne away until", "1 conversation to koen: y does it", f"#{one}")
        assert owner(desk, one) == desk.me.agent_id
        await here.press("n")
        await here.type("Koen knows")
        await here.press("enter")
        await here.sees("Note in each: Koen knows")
        await here.press("y")
        await here.until(lambda: owner(desk, one) == koen.id, "koen")
        await here.sees("away till", "u takes it back")
        await here.press("u")
        await here.until(lambda: owner(desk, one) == desk.me.agent_id, "the undo")


async def test_a_colleague_who_is_not_there_is_told_and_nothing_happens(desk: Desk, one: int) -> None:
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("a")
        await here.type(", nobody")
        await here.press("enter")
        await here.sees("there is no agent nobody")
        await here.until(lambda: isinstance(here.app.screen, Agents), "the agents")
        await here.press("a")
        await here.type("someday")
        await here.press("enter")
        await here.sees("is no time")
        assert owner(desk, one) == desk.me.agent_id


async def test_to_the_pool_and_back_with_what_nobody_took(desk: Desk, one: int) -> None:
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("a", "enter")
        await here.sees("to the pool: y does it")
        await here.press("y")
        await here.until(lambda: owner(desk, one) is None, "nobody")
        await here.until(lambda: isinstance(here.app.screen, Agents), "the agents")
        await here.press("q")
        await here.type("gu")
        await here.sees("(sanne)", "nobody, sanne is away")
        await listing(here)
        await here.press("B")
        await here.until(lambda: owner(desk, one) == desk.me.agent_id, "sanne")
        await here.sees("sanne is back")
        await here.press("b")
        await here.sees("available")


async def test_no_chats_languages_a_new_agent_and_a_team(desk: Desk, one: int) -> None:
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("c")
        await here.sees("sanne takes no chats")
        assert agents.get_agent(desk.workspace, "sanne").state is AgentState.NO_CHATS
        await here.press("c")
        await here.sees("sanne is available")
        await here.press("l")
        await here.type("nl, en")
        await here.press("enter")
        await here.sees("nl en")
        await here.press("n")
        await here.type("mila Mila Bos")
        await here.press("enter")
        await here.sees("agent mila added", "Mila Bos")
        await here.press("t")
        await here.type("night: mila koen")
        await here.press("enter")
        await here.sees("night: koen, mila", "Teams")


async def test_who_has_left_is_disabled_and_enabled_again(desk: Desk, one: int) -> None:
    async with console(desk.workspace) as here:
        await listing(here)
        await here.press("k", "D", "enter")
        await here.sees("koen disabled; nothing to the pool")
        await here.press("y")
        await here.until(lambda: agents.get_agent(desk.workspace, "koen").disabled, "koen to be disabled")
        await here.until(lambda: isinstance(here.app.screen, Agents), "the agents")
        await here.press("D")
        await here.until(lambda: not agents.get_agent(desk.workspace, "koen").disabled, "koen to be back")
