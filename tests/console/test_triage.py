"""Taking, passing over, promising, assigning, merging and splitting, by their keys, on a real workspace."""

from __future__ import annotations

from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import agents, joining, threads, triage
from tests.console.steering import console
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


async def test_the_prompt_says_what_it_understood_before_enter(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("s")
        await here.type("31-12 14:00")
        await here.until(lambda: "31 Dec" in here.pane(here.desk.prompt), "the moment understood")
        assert "14:00" in here.pane(here.desk.prompt).replace("31-12 14:00", "")
        await here.press("escape", "h")
        await here.type("PostNL, 1 dec")
        await here.until(lambda: "waits for PostNL until" in here.pane(here.desk.prompt), "the party")
        assert "1 Dec" in here.pane(here.desk.prompt)


async def test_a_hold_names_its_party_in_the_queue_and_over_the_thread(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("h")
        await here.type("PostNL, 3d")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "status") == "on-hold", "the hold")
        await here.type("gh")
        await here.until(lambda: "PostNL" in here.pane(here.desk.queue), "the party in the queue")
        await here.sees("waiting for PostNL until")


async def test_p_in_capitals_promises_an_answer_and_none_takes_it_off(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("P")
        await here.type("20m")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "due_reason") == "promise", "the promise")
        await here.until(lambda: "promised" in here.pane(here.desk.head), "it over the thread")
        await here.press("P")
        await here.type("none")
        await here.press("enter")
        await here.until(lambda: state(desk, three[0], "promised_at") is None, "it to go")
        await here.press("u")
        await here.until(lambda: state(desk, three[0], "due_reason") == "promise", "the undo")


async def test_the_palette_promises_with_the_time_behind_its_name(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("colon")
        await here.until(lambda: here.app.screen is not here.desk, "the palette")
        await here.type("promise 2h")
        await here.sees("Promise an answer on a time: 2h")
        await here.press("down", "enter")
        await here.until(lambda: state(desk, three[0], "promised_at"), "the promise")


async def test_t_in_capitals_passes_over_with_a_reason_and_takes_the_next(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("t")
        await here.until(lambda: here.desk.open_id == three[0] and here.desk.place == "thread", "the first")
        await here.press("T")
        await here.type("needs a s")
        await here.until(lambda: "specialist" in here.pane(here.desk.prompt), "the completion")
        await here.press("tab", "enter")
        await here.until(lambda: here.desk.open_id == three[1], "the next one")
        await here.sees(f"passed over #{three[0]} (needs a specialist), took #{three[1]}")
        assert state(desk, three[0], "owner_id") is None
        assert state(desk, three[1], "owner_id") == desk.me.agent_id
        await here.press("u")
        await here.until(lambda: state(desk, three[0], "owner_id") == desk.me.agent_id, "one undo for both")
        assert state(desk, three[1], "owner_id") is None


async def test_tags_complete_word_by_word_the_most_used_first(desk: Desk, three: list[int]) -> None:
    triage.tag(desk.workspace, desk.me, three, ["return"])
    triage.tag(desk.workspace, desk.me, three[1:], ["refund"])
    triage.tag(desk.workspace, desk.me, three[:1], ["angry"])
    async with console(desk.workspace) as here:
        await here.press("l")
        await here.type("-ang")
        await here.until(lambda: "-angry" in here.pane(here.desk.prompt), "the first completion")
        await here.press("tab", "space")
        await here.type("+re")
        await here.until(lambda: "+return" in here.pane(here.desk.prompt), "the most used")
        await here.type("f")
        await here.until(lambda: "+refund" in here.pane(here.desk.prompt), "the second completion")
        await here.press("tab", "enter")
        await here.until(lambda: threads.conversation(desk.workspace, three[0]).tags == ("refund", "return"), "both")


async def test_a_assigns_to_a_team(desk: Desk, three: list[int]) -> None:
    agents.set_team(desk.workspace, desk.me, "Returns", ["sanne"])
    async with console(desk.workspace) as here:
        await here.press("a", "enter")
        await here.type("@R")
        await here.until(lambda: "@Returns" in here.pane(here.desk.prompt), "the completion")
        await here.press("tab", "enter")
        await here.until(lambda: threads.conversation(desk.workspace, three[0]).team == "Returns", "the team")
        await here.until(lambda: "@Returns" in here.pane(here.desk.head), "it over the thread")


@pytest.mark.parametrize(("place", "view", "lay"), [("spam", "g!", "spam"), ("deleted", "g#", "the deleted ones")])
async def test_what_lies_in_spam_or_is_deleted_is_restored_from_there(
    desk: Desk, three: list[int], place: str, view: str, lay: str
) -> None:
    (triage.spam if place == "spam" else triage.delete)(desk.workspace, desk.me, three[0])
    async with console(desk.workspace) as here:
        await here.type(view)
        await here.until(lambda: here.desk.queue.window.view == place and here.desk.queue.cursor, "the view")
        await here.sees("E restores")
        await here.press("E")
        await here.sees(f"restored from {lay}: #{three[0]}")
        assert state(desk, three[0], "place") == "desk"


async def test_m_in_capitals_merges_two_marked_after_a_preview(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("x", "x", "M")
        await here.sees(f"Merge #{three[1]} into #{three[0]}?", "DIFFERENT customers", "1 message goes into it")
        await here.press("enter")
        assert state(desk, three[1], "place") == "desk"
        await here.press("y")
        await here.until(lambda: state(desk, three[1], "merged_into") == three[0], "the merge")
        await here.until(lambda: here.desk.open_id == three[0], "the one that stays")
        await here.press("u")
        await here.until(lambda: state(desk, three[1], "place") == "desk", "the undo")


async def test_a_merge_is_not_done_on_another_key(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("M")
        await here.type(str(three[2]))
        await here.press("enter")
        await here.sees(f"Merge #{three[0]} into #{three[2]}?")
        await here.press("n")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
        assert state(desk, three[0], "place") == "desk"


async def test_an_answer_typed_before_the_preview_came_is_for_the_preview(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.type(f"M{three[2]}")
        await here.press("enter", "y")
        await here.until(lambda: state(desk, three[0], "merged_into") == three[2], "the merge")


async def test_merging_into_what_is_not_there_is_told(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("M")
        await here.type("999")
        await here.press("enter")
        await here.sees("there is no conversation 999")
        await here.press("j")
        assert here.desk.queue.place == 1


async def test_marked_messages_are_split_into_a_new_conversation(desk: Desk) -> None:
    (number, *_) = desk.receives(mail("1", "first"), mail("2", "second", answers="1"), mail("3", "third", answers="2"))
    async with console(desk.workspace) as here:
        await here.press("enter")
        await here.until(lambda: here.desk.thread.blocks, "the thread")
        here.desk.thread.go_first()
        await here.press("x")
        await here.sees("1 message marked")
        await here.press("|")
        await here.until(lambda: "into a new conversation" in here.pane(here.desk.prompt), "what will happen")
        await here.press("enter")
        await here.sees(f"split #{number + 1} out of #{number}")
        assert [one.text for one in threads.messages(desk.workspace, number + 1)] == ["first"]
        await here.press("u")
        await here.until(lambda: len(threads.messages(desk.workspace, number)) == 3, "the undo")


async def test_the_message_gone_to_is_the_one_marked_though_nothing_scrolls(desk: Desk) -> None:
    (number, *_) = desk.receives(mail("1", "first"), mail("2", "second", answers="1"), mail("3", "third", answers="2"))
    messages = [one.id for one in threads.messages(desk.workspace, number)]
    async with console(desk.workspace) as here:
        await here.press("enter")
        await here.until(lambda: here.desk.thread.blocks, "the thread")
        await here.press("]", "x", "x")
        assert here.desk.thread.marked == set(messages[1:])
        await here.sees("2 messages marked")
        lines = here.pane(here.desk.thread).split("\n")
        assert [line[0] for line in lines if "NOT ANSWERED" in line or " Anna" in line][:3] == [" ", "x", "x"]
        await here.press("[", "x")
        assert here.desk.thread.marked == {messages[2]}


async def test_a_message_moves_to_the_conversation_it_belongs_to(desk: Desk) -> None:
    (first, _, other) = desk.receives(mail("1", "one"), mail("2", "two", answers="1"), mail("3", "else", sender=BRAM))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        here.desk.queue.select(first)
        await here.press("enter")
        await here.until(lambda: here.desk.thread.conversation_id == first and here.desk.thread.blocks, "the thread")
        await here.press("|")
        await here.type(str(other))
        await here.until(lambda: f"into #{other}" in here.pane(here.desk.prompt), "what will happen")
        await here.press("enter")
        await here.sees(f"moved a message of #{first} to #{other}")
        assert len(threads.messages(desk.workspace, other)) == 2


async def test_y_in_capitals_refuses_what_is_offered_and_u_offers_it_again(desk: Desk) -> None:
    first, second = desk.receives(mail("1", "one one"), mail("2", "two two"))
    triage.assign(desk.workspace, desk.me, [first, second], "sanne")
    desk.receives(mail("3", "both of them", references=("1", "2")))
    offering = first if threads.offers(desk.workspace, first) else second
    async with console(desk.workspace) as here:
        here.desk.enter(offering)
        await here.sees("y joins it, Y does not")
        await here.press("Y")
        await here.sees("stay apart")
        await here.sees_not("y joins it")
        await here.press("u")
        await here.sees("y joins it")
        assert joining.refuse(desk.workspace, desk.me, first, second).undoable


async def test_gi_shows_those_that_are_about_the_same_and_star_marks_them(desk: Desk) -> None:
    said = "Waar blijft mijn pakket NL-{0}? PostNL zou gisteren komen."
    same = desk.receives(
        *(mail(f"s{number}", said.format(number), sender=f"c{number}@example.test") for number in range(6))
    )
    other = desk.receives(mail("o", "Please send me a copy of the invoice", sender=BRAM, subject="Invoice"))
    async with console(desk.workspace) as here:
        await here.sees("5 others like this: gi")
        await here.type("gi")
        await here.sees(f"like #{same[0]} 6")
        await here.type("*w")
        await here.sees("6 conversations")
        await here.until(lambda: state(desk, same[5], "status") == "pending", "all of them")
        assert state(desk, other[0], "status") == "open"
        await here.press("q")
        await here.until(lambda: here.desk.queue.window.view == "open", "the view before")


async def test_j_and_k_in_capitals_go_through_the_view_without_leaving_the_thread(desk: Desk, three: list[int]) -> None:
    async with console(desk.workspace) as here:
        await here.press("enter", "J")
        await here.until(lambda: here.desk.open_id == three[1], "the next")
        assert here.desk.place == "thread"
        await here.press("K")
        await here.until(lambda: here.desk.open_id == three[0], "the one before")


async def test_what_a_colleague_took_while_the_prompt_was_open_is_not_taken_from_them(
    desk: Desk, three: list[int]
) -> None:
    """No double claim: it is said who was faster; asked again, with their name on the screen, it goes."""
    koen = desk.another_agent("koen")
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        number = here.desk.queue.cursor.id  # type: ignore[union-attr]
        await here.press("a", "enter")
        await here.until(lambda: here.desk.prompt.active, "the prompt")
        triage.assign(desk.workspace, koen, number, "koen")
        await here.type("me")
        await here.press("enter")
        await here.sees(f"#{number} is koen's now")
        assert threads.conversation(desk.workspace, number).owner == "koen"
        await here.until(lambda: "koen" in here.pane(here.desk.queue), "koen's name in the row")
        await here.press("a", "a")
        await here.until(lambda: threads.conversation(desk.workspace, number).owner == "sanne", "the owner")
