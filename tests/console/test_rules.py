"""The rules under the channels, and a channel's settings, in the console."""

from __future__ import annotations

from omnidesk.desk import agents, channels, routing
from tests.console.steering import console
from tests.desk.mailing import Mailroom
from tests.filling import Desk


async def test_a_rule_is_added_shown_and_removed(desk: Desk) -> None:
    Mailroom(desk)
    agents.set_team(desk.workspace, desk.me, "Returns", ["sanne"])
    async with console(desk.workspace) as running:
        await running.press("g", "C")
        await running.sees("Channels 2", "office@shop.test")
        await running.press("R")
        await running.sees("Rule:")
        await running.press("ctrl+u")
        await running.type("subject:'broken shoe' team:Returns")
        await running.press("enter")
        await running.sees("Rules: the first that fits", "1 subject:'broken shoe' team:Returns")
        await running.press("G", "D")
        await running.sees("removed rule 1")
        await running.sees_not("Rules: the first that fits")
    assert routing.list_rules(desk.workspace) == []


async def test_a_rule_without_a_team_says_what_is_missing(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await running.press("g", "C")
        await running.sees("Channels 1")
        await running.press("R")
        await running.type("returns@shop.test")
        await running.press("enter")
        await running.sees("a rule needs a team: team:NAME")


async def test_aliases_are_set_where_the_channels_are(desk: Desk) -> None:
    Mailroom(desk)
    async with console(desk.workspace) as running:
        await running.press("g", "C")
        await running.sees("Channels 2", "office@shop.test")
        await running.press("G", "s")
        await running.sees("Settings of office:")
        await running.press("ctrl+u")
        await running.type("aliases='a@shop.test, b@shop.test' follow=follow")
        await running.press("enter")
        await running.sees("changed aliases, follow of office")
        await running.press("s")
        await running.press("ctrl+u")
        await running.type("follow=maybe")
        await running.press("enter")
        await running.sees("follow is off, follow")
    kept = channels.get(desk.workspace, "office").settings
    assert (kept["aliases"], kept["follow"]) == ("a@shop.test, b@shop.test", "follow")
