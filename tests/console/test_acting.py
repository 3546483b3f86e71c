"""Each action that decides something, by its key, on a real workspace."""

from __future__ import annotations

from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import threads, triage
from tests.console.steering import NARROW, console
from tests.filling import BRAM, CARO, Desk, mail


def state(desk: Desk, number: int, column: str) -> Any:
    return desk.value(f"SELECT {column} FROM conversation WHERE id = ?", number)


@pytest.fixture
def three(desk: Desk) -> list[int]:
    """Three conversations, the first one waiting longest."""
    now = clock.now()
    return desk.receives(
        mail("1", at=now - 3 * clock.MINUTE),
        mail("2", sender=BRAM, at=now - 2 * clock.MINUTE),
        mail("3", sender=CARO, at=now - clock.MINUTE),
    )


@pytest.mark.parametrize(
    ("keys", "column", "value"),
    [
        ("e", "status", "closed"),
        ("w", "status", "pending"),
        ("#", "place", "deleted"),
        ("!", "place", "spam"),
        ("pu", "priority", "urgent"),
        ("ph", "priority", "high"),
        ("pl", "priority", "low"),
    ],
)
async def test_a_key_decides_and_u_takes_it_back(
    desk: Desk, three: list[int], keys: str, column: str, value: str
) -> None:
    before = state(desk, three[0], column)
    async with console(desk.workspace) as here:
        await here.type(keys)
        await here.until(lambda: state(desk, three[0], column) == value, value)
        await here.sees("u takes it back")
        await here.press("u")
        await here.until(lambda: state(desk, three[0], column) == before, before)


async def test_an_undo_pressed_at_once_still_comes_after_the_act(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.type("eu")
        await here.sees("took back: closed")
        assert state(desk, three[0], "status") == "open"


async def test_normal_priority_and_reopening(desk: Desk, three: list[int]) -> None:
    triage.set_priority(desk.workspace, desk.me, three[0], triage.Priority.HIGH)
    triage.close(desk.workspace, desk.me, three[0])
    async with console(desk.workspace) as here:
        await here.type("gc")
        await here.sees("newest first")
        await here.press("E")
        await here.until(lambda: state(desk, three[0], "status") == "open", "it to open")
        await here.type("go")
        await here.sees("next due first")
        await here.type("pn")
        await here.until(lambda: state(desk, three[0], "priority") == "normal", "normal priority")


async def test_t_takes_what_is_due_first_and_opens_it(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("j", "t")
        await here.sees(f"took #{three[0]}")
        await here.until(lambda: here.desk.open_id == three[0], "its thread")
        assert here.desk.place == "thread"
        assert here.desk.queue.place == 0
        assert state(desk, three[0], "owner_id") == desk.me.agent_id


async def test_t_says_when_nothing_waits(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await here.press("t")
        await here.sees("nothing waits in unassigned")


async def test_aa_assigns_to_me_and_a_asks_for_a_login(desk: Desk, three: list[int]) -> None:
    koen = desk.another_agent("koen")
    async with console(desk.workspace) as here:
        await here.type("aa")
        await here.until(lambda: state(desk, three[0], "owner_id") == desk.me.agent_id, "me")
        await here.press("a")
        await here.type("ko")
        await here.until(lambda: here.desk.prompt.active, "the prompt")
        await here.until(lambda: "koen" in here.pane(here.desk.prompt), "the completion")
        await here.press("tab", "enter")
        await here.sees("What does koen need to know?")
        await here.type("he waits since Monday")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "owner_id") == koen.agent_id, "koen")
    assert threads.messages(desk.workspace, three[0])[-1].text == "he waits since Monday"


async def test_an_unknown_login_is_answered_in_words(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("a", "enter")
        await here.type("nobodyhere")
        await here.press("enter")
        await here.sees("there is no agent nobodyhere")


async def test_s_snoozes_until_what_was_typed(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("s")
        await here.type("2h")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "status") == "snoozed", "it to sleep")
        assert state(desk, three[0], "snoozed_until") > clock.now() + clock.HOUR


async def test_a_time_that_is_none_is_answered_in_words(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("s")
        await here.type("someday")
        await here.press("enter")
        await here.sees("is no time")
        assert state(desk, three[0], "status") == "open"


async def test_h_holds_for_whom_until_when(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("h")
        await here.type("PostNL, 3d")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "status") == "on-hold", "the hold")
        assert state(desk, three[0], "hold_for") == "PostNL"


async def test_l_puts_tags_on_and_takes_them_off(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("l")
        await here.type("+vip return")
        await here.press("enter")
        await here.sees("+return", "+vip")
        await here.press("l")
        await here.type("-vip")
        await here.press("enter")
        await here.until(lambda: "+vip" not in here.pane(here.desk.head), "the tag to go")


async def test_actions_work_on_all_marked_with_one_undo(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("x", "j", "x")
        await here.sees("2 marked")
        await here.press("e")
        await here.sees("closed 2 conversations")
        assert [state(desk, number, "status") for number in three] == ["closed", "open", "closed"]
        await here.press("u")
        await here.until(lambda: state(desk, three[2], "status") == "open", "the undo")
        assert state(desk, three[0], "status") == "open"


async def test_escape_takes_the_marks_off(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("x", "escape")
        assert not here.desk.queue.marked


async def test_escape_leaves_a_prompt_without_doing_anything(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("s")
        await here.type("2h")
        await here.press("escape", "j")
        assert here.desk.queue.place == 1
        assert state(desk, three[0], "status") == "open"


async def test_a_prompt_stays_about_what_it_was_asked_for(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("s")
        triage.close(desk.workspace, desk.me, three[0])
        await here.until(lambda: here.desk.queue.window.count == 2, "the row to leave")
        await here.type("2h")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "status") == "snoozed", "the snooze")
        assert state(desk, three[1], "status") == "open"


async def test_closing_in_the_thread_opens_the_next(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace, NARROW) as here:
        await here.press("enter")
        await here.until(lambda: here.desk.head.conversation is not None, "the thread")
        await here.press("e")
        await here.until(lambda: here.desk.open_id == three[1], "the next conversation")
        await here.press("e")
        await here.until(lambda: here.desk.open_id == three[2], "the next conversation")
        await here.press("e")
        await here.until(lambda: here.desk.place == "queue", "the queue")


async def test_search_finds_words_and_q_goes_back(desk: Desk, three: list[int]) -> None:
    desk.receives(mail("4", "The umbrella is broken.", sender="dora@example.test"))
    async with console(desk.workspace) as here:
        await here.press("slash")
        await here.type("umbrella")
        await here.press("enter")
        await here.sees("1 found", "The umbrella is broken.")
        assert here.desk.queue.window.count == 1
        await here.press("q")
        await here.sees("Open 4")


async def test_a_search_that_is_not_understood_is_answered_in_words(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("slash")
        await here.type("status:nonsense")
        await here.press("enter")
        await here.sees("status:nonsense is not known")


async def test_y_joins_what_is_offered(desk: Desk) -> None:
    first, second = desk.receives(mail("1", "one one"), mail("2", "two two"))
    triage.assign(desk.workspace, desk.me, [first, second], "sanne")
    desk.receives(mail("3", "both of them", references=("1", "2")))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.head.conversation is not None, "the thread")
        if not here.desk.head.offers:
            await here.press("j")
        await here.sees("y joins it")
        (other,) = here.desk.head.offers
        await here.press("y")
        await here.sees(f"into #{other}", "one one", "two two", "both of them")


async def test_nothing_breaks_where_there_is_nothing(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        for key in (
            "e",
            "w",
            "E",
            "r",
            "n",
            "s",
            "l",
            "x",
            "u",
            "enter",
            "tab",
            "J",
            "K",
            "o",
            "z",
            "y",
            "G",
            "#",
            "!",
        ):
            await here.press(key)
            await here.press("escape")
        await here.sees("Open 0")
