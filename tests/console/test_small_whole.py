"""Small things that are whole: a team goes and comes back, nothing says closed that is not, nobody is led away."""

from __future__ import annotations

from omnidesk.desk import agents, triage
from omnidesk.screens.agents import Agents
from omnidesk.screens.confirming import Confirm
from omnidesk.screens.desk import DeskScreen
from omnidesk.screens.setup import SetupScreen
from tests.console.steering import NARROW, console
from tests.filling import Desk, mail


async def test_a_team_is_removed_after_what_becomes_of_its_conversations_was_said_and_comes_back(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    team = agents.set_team(desk.workspace, desk.me, "returns", ["sanne"])[1]
    triage.assign(desk.workspace, desk.me, number, "@returns")
    async with console(desk.workspace, NARROW) as here:
        await here.type("gA")
        await here.until(lambda: isinstance(here.app.screen, Agents) and here.app.screen.agent, "the agents")
        await here.press("#")
        await here.sees("put the cursor on a team")
        screen = here.app.screen
        assert isinstance(screen, Agents)
        screen.list.pick(next(iter(screen.teams)))
        await here.press("#")
        await here.until(lambda: isinstance(here.app.screen, Confirm), "the question")
        await here.sees("Remove the team returns?", "Conversations in it: 1, 1 of them not closed")
        await here.press("n")
        await here.until(lambda: here.app.screen is screen, "the list")
        assert agents.list_teams(desk.workspace)
        await here.press("#")
        await here.until(lambda: isinstance(here.app.screen, Confirm), "the question")
        await here.press("y")
        await here.sees("removed the team returns", "u takes it back")
        assert not agents.list_teams(desk.workspace)
        assert desk.value("SELECT team_id FROM conversation WHERE id = ?", number) is None
        await here.press("u")
        await here.until(lambda: agents.list_teams(desk.workspace), "the team")
        assert agents.list_teams(desk.workspace)[0].members == ("sanne",)
        assert desk.value("SELECT team_id FROM conversation WHERE id = ?", number) == team.id


async def test_closing_what_is_deleted_says_how_it_comes_back(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.delete(desk.workspace, desk.me, number)
    async with console(desk.workspace) as here:
        here.desk.show_view("deleted")
        await here.until(lambda: here.desk.queue.cursor is not None, "the deleted one")
        await here.press("e")
        await here.sees(f"#{number} is deleted: E", "brings it back")
        assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "open"
        await here.press("E")
        await here.until(
            lambda: desk.value("SELECT place FROM conversation WHERE id = ?", number) == "desk", "the conversation"
        )


async def test_closing_what_is_closed_says_that_it_was(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    triage.close(desk.workspace, desk.me, number)
    async with console(desk.workspace) as here:
        here.desk.show_view("closed")
        await here.until(lambda: here.desk.queue.cursor is not None, "the closed one")
        await here.press("e")
        await here.sees(f"closed already: #{number}")


async def test_the_form_for_another_mailbox_leads_nobody_away_to_the_samples(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await here.press("ctrl+n")
        await here.sees("A mailbox of any provider")
        await here.press("enter")
        await here.until(lambda: isinstance(here.app.screen, SetupScreen), "the form")
        assert "Look around" not in here.screen()
        await here.press("ctrl+l")
        await here.press("escape")
        await here.sees("of which kind?")
        await here.press("escape")
        await here.until(lambda: isinstance(here.app.screen, DeskScreen), "the queue")
        assert here.app.return_value is None
