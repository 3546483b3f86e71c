"""Keys that no other test presses: pages, the sender alone, blocking, throwing away, sending and waiting."""

from __future__ import annotations

from omnidesk.desk import agents, drafts
from omnidesk.screens.agents import Agents
from tests.console.steering import Console, console
from tests.filling import ANNA, BRAM, CARO, Desk, mail


async def begin(here: Console, key: str = "r") -> None:
    await here.press(key)
    await here.until(lambda: here.desk.place == "composer", "the composer")


async def test_r_with_shift_answers_the_sender_and_nobody_else(desk: Desk) -> None:
    desk.receives(mail("1", sender=ANNA, cc=(BRAM,)))
    async with console(desk.workspace) as here:
        await begin(here, "R")
        sheet = here.desk.composer.sheet
        assert sheet is not None and [one.address for one in (*sheet.to, *sheet.cc)] == [ANNA]


async def test_w_after_ctrl_s_sends_and_waits_for_the_customer(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Which colour?")
        await here.press("ctrl+s", "w")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "pending"


async def test_shift_tab_goes_from_the_text_to_the_recipients_and_back(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        text = here.app.focused
        await here.press("shift+tab")
        await here.until(lambda: here.app.focused is not text, "a field of the recipients")
        await here.press("tab")
        await here.until(lambda: here.app.focused is text, "the text")


async def test_pages_go_down_and_up_in_the_queue_and_in_the_thread(desk: Desk) -> None:
    desk.receives(mail("long", "\n".join(f"line {one}" for one in range(59)), sender=CARO))
    desk.receives(*(mail(f"n{one}", sender=ANNA if one % 2 else BRAM) for one in range(60)))
    async with console(desk.workspace) as here:
        queue, thread = here.desk.queue, here.desk.thread
        await here.until(lambda: queue.window.count == 61, "the queue")
        first = queue.place
        await here.press("pagedown")
        assert queue.place > first + 5
        await here.press("pageup")
        assert queue.place == first
        await here.press("enter")
        await here.until(lambda: len(thread.lines) > 50, "the thread")
        await here.press("g", "g")
        assert thread.top == 0
        await here.press("pagedown")
        page = thread.top
        assert page > 5
        await here.press("pageup")
        assert thread.top == 0
        await here.press("ctrl+d")
        assert 0 < thread.top < page
        await here.press("ctrl+u")
        assert thread.top == 0


async def test_the_palette_blocks_who_wrote_and_u_lets_them_in_again(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    place = "SELECT place FROM conversation WHERE id = ?"
    async with console(desk.workspace) as here:
        await here.press(*here.desk.keymap.keys("block")[0].split(" "))
        await here.until(lambda: desk.value(place, number) == "spam", "spam")
        assert desk.count("identity", "blocked_at IS NOT NULL") == 1
        await here.press("u")
        await here.until(lambda: desk.value(place, number) == "desk", "the desk")
    assert desk.count("identity", "blocked_at IS NOT NULL") == 0


async def test_a_draft_is_thrown_away_only_on_a_plain_yes(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    drafts.save(desk.workspace, desk.me, number, "reply", "Dear Anna")
    async with console(desk.workspace) as here:
        await here.press("g", "d")
        await here.sees("Your drafts: 1")
        await here.press("d")
        await here.sees("for good?")
        await here.press("enter")
        assert desk.count("draft") == 1
        await here.press("d")
        await here.sees("for good?")
        await here.press("y", "enter")
        await here.sees("the draft is gone")
    assert desk.count("draft") == 0


async def test_a_team_is_removed_after_a_look_at_what_it_holds(desk: Desk) -> None:
    agents.set_team(desk.workspace, desk.me, "night", [desk.me.name])
    async with console(desk.workspace) as here:
        await here.press("g", "A")
        await here.until(lambda: isinstance(here.app.screen, Agents), "the agents")
        await here.sees("Agents 1, teams 1")
        await here.press("G", "#")
        await here.sees("Remove the team night?")
        await here.press("y")
        await here.until(lambda: not agents.list_teams(desk.workspace), "the team to go")
        await here.press("u")
        await here.until(lambda: agents.list_teams(desk.workspace), "the team to be back")
