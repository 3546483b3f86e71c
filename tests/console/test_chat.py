"""Live chat: Enter sends a line and ctrl+j breaks it, what is sent is not waited with, and the next line follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from omnidesk import clock
from omnidesk.desk import agents, composing, presence, settings, triage, visitors
from omnidesk.screens.notifying import Notifier
from omnidesk.screens.preferences import Found, Preferences
from omnidesk.words.kinds import AgentState, Status
from omnidesk.words.rows import Channel
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail, standing_clock

VISITOR = "visitor-81"


@pytest.fixture
def web(desk: Desk) -> Channel:
    """A channel of live chat."""
    return desk.adds_channel("web", "", "sample-chat")


def says(
    desk: Desk, web: Channel, name: str, text: str = "Do you have 42?", visitor: str = VISITOR, **more: object
) -> int:
    line: dict[str, Any] = {"thread": visitor, "to": [], **more}
    return desk.receives(mail(name, text, sender=visitor, **line), channel=web)[0]


def sent(desk: Desk) -> list[tuple[str, int]]:
    rows = desk.workspace.database.reader.all(
        "SELECT m.text, o.due_at - o.created_at FROM message m JOIN outbox o ON o.message_id = m.id ORDER BY m.id"
    )
    return [(row[0], row[1]) for row in rows]


async def answer(here: Console, number: int) -> None:
    """Open a conversation and begin to answer."""
    here.desk.enter(number)
    await here.until(lambda: here.desk.thread.conversation_id == number, "the thread")
    await here.press("r")
    await here.until(lambda: here.desk.place == "composer", "the composer")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_in_a_live_chat_enter_sends_at_once_and_the_next_line_follows(
    desk: Desk, web: Channel, size: tuple[int, int]
) -> None:
    settings.put(desk.workspace, "undo_seconds", 10.0, desk.me)
    number = says(desk, web, "1")
    async with console(desk.workspace, size) as here:
        await answer(here, number)
        await here.sees("Enter send", "ctrl+j new line", "CHAT")
        await here.type("Yes, in")
        await here.press("ctrl+j")
        await here.type("the shop")
        await here.press("enter")
        await here.type("Shall I keep them?")
        await here.press("enter")
        await here.until(lambda: len(sent(desk)) == 2, "two lines in the outbox")
        assert sent(desk) == [("Yes, in\nthe shop", 0), ("Shall I keep them?", 0)]
        await here.until(lambda: here.desk.composer.text == "", "an empty composer")
        assert here.desk.place == "composer"
        await here.until(lambda: "Shall I keep them?" in here.pane(here.desk.thread), "the line in the thread")
        assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "open"
        assert desk.value("SELECT count(*) FROM draft") == 0


async def test_elsewhere_enter_breaks_the_line(desk: Desk, web: Channel) -> None:
    (number,) = desk.receives(mail("2"))
    async with console(desk.workspace) as here:
        await answer(here, number)
        await here.type("Dear Anna")
        await here.press("enter")
        await here.type("Thanks")
        await here.until(lambda: here.desk.composer.text == "Dear Anna\nThanks", "two lines")
        assert "Enter send" not in here.screen()
        assert sent(desk) == []


async def test_a_line_that_is_refused_stays_in_the_composer(desk: Desk, web: Channel) -> None:
    number = says(desk, web, "1")
    async with console(desk.workspace) as here:
        await answer(here, number)
        await here.type("Hello")
        desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET enabled = FALSE"))
        await here.press("enter")
        await here.sees("switched off")
        assert here.desk.composer.text == "Hello"
        await here.type("!")
        await here.until(lambda: here.desk.composer.text == "Hello!", "that writing goes on")


async def test_a_file_goes_with_its_line_only(desk: Desk, web: Channel, tmp_path: Path) -> None:
    number = says(desk, web, "1")
    (tmp_path / "size.txt").write_text("42")
    async with console(desk.workspace) as here:
        await answer(here, number)
        await here.type("See")
        await here.press("f5")
        await here.until(lambda: here.desk.prompt.active, "the question")
        await here.type(str(tmp_path / "size.txt"))
        await here.press("enter")
        await here.sees("size.txt")
        await here.press("enter")
        await here.until(lambda: here.desk.composer.now and not here.desk.composer.now.files, "the file to be gone")
        await here.type("Good?")
        await here.press("enter")
        await here.until(lambda: len(sent(desk)) == 2, "two lines")
        assert desk.count("attachment") == 1


async def test_what_should_be_looked_at_is_asked_before_a_line_goes(desk: Desk, web: Channel) -> None:
    number = says(desk, web, "1")
    async with console(desk.workspace) as here:
        await answer(here, number)
        composing.reply(desk.workspace, desk.another_agent("koen"), number, "Yes")
        await here.type("Hello")
        await here.press("enter")
        await here.sees("koen answered", "Send all the same?")
        await here.press("y", "enter")
        await here.until(lambda: len(sent(desk)) == 2 and here.desk.composer.text == "", "the line")
        assert here.desk.place == "composer"


# The line of chats


def own(desk: Desk, *numbers: int) -> None:
    triage.assign(desk.workspace, desk.me, numbers, "sanne")


async def test_own_chats_stand_under_the_header_with_the_seconds_they_wait(desk: Desk, web: Channel) -> None:
    with standing_clock(clock.now()) as now:
        first = says(desk, web, "1", visitor="visitor-1")
        now.forward(seconds=4)
        second = says(desk, web, "2", visitor="visitor-2")
        async with console(desk.workspace) as here:
            await here.until(lambda: here.desk.chats.new, "the chats to be read")
            own(desk, first, second)
            await here.sees("Visitor-1 0:04", "Visitor-2 0:00")
            assert [one.number for one in here.desk.strip.chats] == [first, second]
            visitors.show(desk.workspace, "page", web.id, 1, second, typing=True)
            await here.sees("Visitor-2 0:00 typing")
            triage.set_status(desk.workspace, desk.me, [first, second], Status.CLOSED)
            await here.until(lambda: not here.desk.strip.display, "the line to leave")
            await here.until(lambda: here.desk.caption.region.y == 1, "its place to be given back")


async def test_seconds_go_on_without_reading_anything(
    desk: Desk, web: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    with standing_clock(clock.now()) as now:
        number = says(desk, web, "1", visitor="visitor-1")
        own(desk, number)
        async with console(desk.workspace) as here:
            await here.sees("Visitor-1 0:00")
            monkeypatch.setattr(here.desk, "look_at_chats", lambda: None)
            now.forward(seconds=34)
            await here.sees("Visitor-1 waiting 0:34")


async def test_without_live_chat_nothing_is_read_again_and_no_line_is_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk._chats is not None, "the first look")
        monkeypatch.setattr(here.desk, "look_at_chats", lambda: pytest.fail("looked again"))
        for _ in range(3):
            here.desk.tick_chats()
        assert not here.desk.strip.display


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_f3_goes_to_the_chat_that_waits_longest_and_keeps_draft_and_cursor(
    desk: Desk, web: Channel, size: tuple[int, int]
) -> None:
    (letter,) = desk.receives(mail("9"))
    first, second = says(desk, web, "1", visitor="visitor-1"), says(desk, web, "2", visitor="visitor-2")
    own(desk, letter, second, first)
    async with console(desk.workspace, size) as here:
        await here.until(lambda: len(here.desk.chats.mine) == 2, "the chats")
        await answer(here, letter)
        await here.type("Dear Anna your parcel")
        await here.press("left", "left", "left")
        await here.press("f3")
        await here.until(lambda: open_chat(here) == first, "the chat that waits longest")
        await here.until(lambda: here.desk.key_place == "chat", "the text")
        await here.type("Yes")
        await here.press("f3")
        await here.until(lambda: open_chat(here) == second, "the other one")
        await here.press("f3")
        await here.until(lambda: open_chat(here) == first, "the first again")
        assert here.desk.composer.text == "Yes"
        await here.press("escape", "3", "H")
        await here.until(lambda: here.desk.open_id == letter, "the mail")
        await here.press("r")
        await here.until(lambda: here.desk.composer.text == "Dear Anna your parcel", "the draft")
        await here.type("!")
        await here.until(lambda: here.desk.composer.text == "Dear Anna your par!cel", "the cursor where it was")


def open_chat(here: Console) -> int | None:
    sheet = here.desk.composer.sheet
    return sheet.conversation_id if sheet is not None and here.desk.place == "composer" else None


async def test_f3_works_from_a_list_and_from_a_question(desk: Desk, web: Channel) -> None:
    number = says(desk, web, "1")
    own(desk, number)
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.chats.mine, "the chat")
        await here.press("g", "n")
        await here.sees("News")
        await here.press("f3")
        await here.until(lambda: open_chat(here) == number, "the chat, from the news")
        await here.press("f3")
        await here.sees("this is your only chat")
        await here.press("escape", "s")
        await here.until(lambda: here.desk.prompt.active, "a question")
        await here.press("f3")
        await here.until(lambda: open_chat(here) == number and not here.desk.prompt.active, "the chat again")


async def test_f3_without_a_chat_says_so(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.press("f3")
        await here.sees("you have no chat")


# A new chat


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was written to tell the agent."""
    found: list[str] = []
    monkeypatch.setattr(Notifier, "_write", lambda _self, data: found.append(data))
    return found


def rings(rung: list[str]) -> list[str]:
    return [data for data in rung if "new chat" in data]


async def test_a_new_chat_rings_and_the_first_t_has_it(desk: Desk, web: Channel, rung: list[str]) -> None:
    koen = desk.another_agent("koen")
    says(desk, web, "1", visitor="visitor-1")
    async with console(desk.workspace, found=Found(Preferences(notify="osc9"))) as here:
        await here.sees("NEW Visitor-1")
        assert rings(rung) == []  # it was there before: no news
        number = says(desk, web, "2", visitor="visitor-2")
        await here.until(lambda: rings(rung), "the bell")
        assert "Visitor-2 waits in a new chat, #2" in rings(rung)[0]
        await here.sees("NEW Visitor-1", "NEW Visitor-2")
        triage.assign(desk.workspace, koen, number, "koen")
        await here.sees_not("NEW Visitor-2")
        await here.press("t")
        await here.until(lambda: here.desk.open_id == 1, "the one that was left")
        await here.until(lambda: [one.new for one in here.desk.strip.chats] == [False], "it in the line, taken")
        assert len(rings(rung)) == 1


@pytest.mark.parametrize("state", [AgentState.NO_CHATS, AgentState.AWAY])
async def test_it_does_not_ring_for_who_takes_no_chats_but_is_red_for_all_after_half_a_minute(
    desk: Desk, web: Channel, rung: list[str], state: AgentState
) -> None:
    agents.set_agent(desk.workspace, desk.me, "sanne", state=state)
    with standing_clock(clock.now()) as now:
        async with console(desk.workspace, found=Found(Preferences(notify="osc9"))) as here:
            await here.until(lambda: here.desk._known is not None, "the first look")
            says(desk, web, "1", visitor="visitor-1")
            await here.until(lambda: here.desk.chats.new, "the chat to be read")
            now.forward(seconds=29)
            here.desk.tick_chats()
            assert not here.desk.strip.chats
            now.forward(seconds=5)
            await here.sees("NEW Visitor-1 waiting 0:34")
            assert "waiting 0:34" in here.pane(here.desk.queue)
            assert rings(rung) == []


async def test_when_nothing_may_disturb_it_does_not_ring(desk: Desk, web: Channel, rung: list[str]) -> None:
    async with console(desk.workspace, found=Found(Preferences(notify="osc9", do_not_disturb=True))) as here:
        await here.until(lambda: here.desk._known is not None, "the first look")
        says(desk, web, "1", visitor="visitor-1")
        await here.sees("NEW Visitor-1")
        assert rings(rung) == []


# A visitor who leaves


def page(desk: Desk, web: Channel, number: int) -> None:
    visitors.show(desk.workspace, "page", web.id, 1, number, page="https://shop.test/boots")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_composer_turns_to_mail_when_the_visitor_is_gone_and_back(
    desk: Desk, web: Channel, size: tuple[int, int]
) -> None:
    with standing_clock(clock.now()) as now:
        number = says(desk, web, "1", also=[["email", "vera@example.test"]])
        page(desk, web, number)
        async with console(desk.workspace, size) as here:
            await answer(here, number)
            await here.type("Yes")
            await here.press("enter")
            await here.until(lambda: len(sent(desk)) == 1, "the first line")
            await here.type("Shall I keep")
            visitors.leave(desk.workspace, "page")
            await here.until(lambda: (one := here.desk.chats.visitor(number)) and not one.here, "that they left")
            assert here.desk.key_place == "chat"
            now.forward(seconds=121)
            await here.sees("by mail, they left the chat", "with it goes 1 line they have not got", "[demo]")
            assert here.desk.composer.text == "Shall I keep"
            await here.press("enter")
            await here.type("them?")
            await here.until(lambda: here.desk.composer.text == "Shall I keep\nthem?", "Enter to break the line")
            page(desk, web, number)
            await here.sees("CHAT - private", "[web]")
            visitors.leave(desk.workspace, "page")
            now.forward(seconds=121)
            await here.sees("by mail, they left the chat")
            await here.press("ctrl+s")
            await here.sees("Send?")
            await here.press("enter")
            await here.until(lambda: len(sent(desk)) == 2, "the mail")
            assert sent(desk)[1] == ("> Yes\n\nShall I keep\nthem?", 10_000)
            assert desk.value("SELECT kind FROM message ORDER BY id DESC LIMIT 1") == "sample"


async def test_without_an_address_the_chip_says_that_it_waits(desk: Desk, web: Channel) -> None:
    with standing_clock(clock.now()) as now:
        number = says(desk, web, "1")
        page(desk, web, number)
        visitors.leave(desk.workspace, "page")
        now.forward(seconds=121)
        async with console(desk.workspace) as here:
            await answer(here, number)
            await here.sees("[web waits until they are back]", "no address of theirs is known")


async def test_a_channel_chosen_by_hand_stays_whoever_comes_and_goes(desk: Desk, web: Channel) -> None:
    with standing_clock(clock.now()) as now:
        number = says(desk, web, "1", also=[["email", "vera@example.test"]])
        page(desk, web, number)
        visitors.leave(desk.workspace, "page")
        now.forward(seconds=121)
        async with console(desk.workspace) as here:
            await answer(here, number)
            await here.sees("[demo]")
            await here.type("Yes")
            await here.press("ctrl+t")
            await here.sees("[web waits until they are back]")
            page(desk, web, number)
            await here.until(lambda: here.desk.composer.sheet and here.desk.composer.sheet.left_at is None, "them back")
            visitors.leave(desk.workspace, "page")
            now.forward(seconds=121)
            await here.sees("[web waits until they are back]")


async def test_over_the_thread_stands_who_is_there_and_what_they_look_at(desk: Desk, web: Channel) -> None:
    with standing_clock(clock.now()) as now:
        number = says(desk, web, "1")
        other = says(desk, web, "2", visitor="visitor-2")
        page(desk, web, number)
        async with console(desk.workspace) as here:
            here.desk.enter(number)
            await here.sees("visitor is here at /boots")
            visitors.show(desk.workspace, "page", web.id, 1, number, typing=True, page="https://shop.test/pay?id=1")
            await here.sees("visitor is typing at /pay")
            visitors.leave(desk.workspace, "page")
            now.forward(minutes=3)
            await here.sees("visitor left 3 min ago at /pay")
            here.desk.enter(other)
            await here.sees_not("visitor left")


async def test_what_was_delivered_and_read_shows_while_the_agent_types_on(desk: Desk, web: Channel) -> None:
    number = says(desk, web, "1")
    queued = composing.reply(desk.workspace, desk.me, number, "Yes, two pairs")
    desk.sends_all(web)
    async with console(desk.workspace) as here:
        await answer(here, number)
        await here.sees("sent")
        for place, status in enumerate(("delivered", "read")):
            report = {"status": status, "external_id": queued.message.external_id}
            desk.receives(mail(f"r{place}", "", sender=VISITOR, thread=VISITOR, to=[], auto="feedback",
                               reports=[report]), channel=web)  # fmt: skip
            for _ in range(500):
                await here.type("a ")  # never a pause
                if f" {status} " in here.pane(here.desk.thread):
                    break
            assert f" {status} " in here.pane(here.desk.thread)
        assert here.desk.patience < 1.0


async def test_a_chat_says_that_the_agent_types_and_stops_when_the_line_is_sent(desk: Desk, web: Channel) -> None:
    number = says(desk, web, "1")

    def doing() -> list[str]:
        return [one.doing for one in presence.around(desk.workspace) if one.conversation_id == number]

    async with console(desk.workspace) as here:
        await answer(here, number)
        await here.type("Yes")
        await here.until(lambda: doing() == ["typing"], "typing")
        await here.press("enter")
        await here.until(lambda: doing() == ["answering"], "no more typing")
