"""Passing messages on to a third party, and taking a forward's author for the customer, in the console."""

from __future__ import annotations

from omnidesk.desk import threads
from omnidesk.words.kinds import Status
from tests.console.steering import WIDE, console
from tests.desk.mailing import Mailroom
from tests.desk.test_forwards import PASSED
from tests.filling import Desk


async def test_the_author_of_a_forward_is_offered_and_taken_with_a_key(desk: Desk) -> None:
    Mailroom(desk).gets("Subject: Fwd: My shoes", text=PASSED)
    async with console(desk.workspace, WIDE) as running:
        await running.press("enter")
        await running.sees("it passes on a mail by bram@example.test", "(A)")
        await running.press("A")
        await running.sees("#1 is of Bram Bos now")
    assert threads.conversation(desk.workspace, 1).customer == "Bram Bos"


async def test_without_a_forward_the_key_says_so(desk: Desk) -> None:
    Mailroom(desk).gets()
    async with console(desk.workspace, WIDE) as running:
        await running.press("enter")
        await running.press("A")
        await running.sees("no mail is passed on here")


async def test_marked_messages_are_passed_on_together_and_it_waits_for_who_was_asked(desk: Desk) -> None:
    room = Mailroom(desk)
    room.gets("Message-ID: <a@x.test>", text="The first thing")
    room.gets("In-Reply-To: <a@x.test>", text="The second thing")
    room.gets("In-Reply-To: <a@x.test>", text="The third thing")
    async with console(desk.workspace, WIDE) as running:
        await running.press("enter")
        await running.sees("The third thing")
        await running.press("[", "[", "x")
        await running.until(lambda: len(running.desk.thread.marked) == 1)
        await running.press("]", "]", "x")
        await running.until(lambda: len(running.desk.thread.marked) == 2)
        await running.press("F")
        await running.sees("ASIDE", "The first thing", "The third thing")
        await running.type("claims@carrier.test")
        await running.press("escape")
        text = running.desk.composer.area.text
    assert "The second thing" not in text
    assert threads.conversation(desk.workspace, 1).status is Status.OPEN
