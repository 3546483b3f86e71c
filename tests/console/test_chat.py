"""Live chat: Enter sends a line and ctrl+j breaks it, what is sent is not waited with, and the next line follows."""

from __future__ import annotations

import pytest

from omnidesk.desk import settings
from omnidesk.words.rows import Channel
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail

VISITOR = "visitor-81"


@pytest.fixture
def web(desk: Desk) -> Channel:
    """A channel of live chat."""
    return desk.adds_channel("web", "", "sample-chat")


def says(desk: Desk, web: Channel, name: str, text: str = "Do you have 42?", visitor: str = VISITOR) -> int:
    return desk.receives(mail(name, text, sender=visitor, thread=visitor, to=[]), channel=web)[0]


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
