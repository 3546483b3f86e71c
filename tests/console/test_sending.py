"""Ways to send: later, on hold, to somebody else, to somebody first; and what is asked once more."""

from __future__ import annotations

import pytest

from omnidesk.desk import composing, presence, settings
from tests.console.steering import Console, console
from tests.filling import Desk, mail, wait_until


async def begin(here: Console, key: str = "r") -> None:
    await here.press(key)
    await here.until(lambda: here.desk.place == "composer", "the composer")


async def test_a_colleague_who_answers_too_is_shown_and_asked_about(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    koen = desk.another_agent("koen")
    presence.show(desk.workspace, "elsewhere", koen.agent_id or 0, number, "answering")
    async with console(desk.workspace) as here:
        await begin(here)
        await here.sees("koen is answering")
        await here.until(lambda: "sanne + koen" in here.pane(here.desk.header), "koen in the header")
        await here.until(lambda: "koen is answering" in here.pane(here.desk.composer), "the warning")
        await here.type("I know")
        composing.reply(desk.workspace, koen, number, "I was faster", now=True)
        await here.press("ctrl+s", "enter")
        await here.sees("koen answered", "Send all the same?")
        await here.press("enter")
        assert desk.count("outbox") == 1
        assert here.desk.composer.text == "I know"
        await here.press("ctrl+s", "enter")
        await here.sees("Send all the same?")
        await here.press("y", "enter")
        await here.until(lambda: desk.count("outbox") == 2, "the outbox")


async def test_presence_says_who_answers_and_goes_with_the_console(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("x")
        await here.until(
            lambda: (
                [(one.conversation_id, one.doing) for one in presence.around(desk.workspace)]
                in ([(number, "typing")], [(number, "answering")])
            ),
            "the presence",
        )
        assert desk.count("event", "kind LIKE 'presence%'") == 0
    wait_until(lambda: not presence.around(desk.workspace), what="the presence to go")


async def test_what_greets_somebody_else_is_asked_about_when_it_was_not_seen(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Dear Eva, it comes.")
        await here.sees("the text greets Eva, the customer is Anna")
        await here.press("ctrl+s")
        await here.until(lambda: "greets Eva" in here.pane(here.desk.keys), "the warning at the question")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    assert number


async def test_h_sends_and_waits_for_somebody_else(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("PostNL looks for it.")
        await here.press("ctrl+s", "h")
        await here.sees("wait for:")
        await here.type("PostNL")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    row = desk.workspace.database.reader.one("SELECT status, hold_for FROM conversation WHERE id = ?", (number,))
    assert tuple(row or ()) == ("on-hold", "PostNL")


async def test_l_sends_later_and_w_takes_it_back(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("See you tomorrow")
        await here.press("ctrl+s", "l")
        await here.type("tomorrow 9:00")
        await here.press("enter")
        await here.until(lambda: desk.count("outbox", "due_at > created_at + 60000") == 1, "the outbox")
        await here.until(lambda: not here.desk.composer.active, "the composer to close")
        here.desk.enter(number)
        await here.sees("an answer goes")
        await here.press("W")
        await here.until(lambda: here.desk.composer.text == "See you tomorrow", "the draft")
    assert desk.count("outbox", "state = 'cancelled'") == 1


async def test_the_palette_sends_without_asking_first_and_only_what_can_go(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        for said in ("", "It comes tomorrow"):
            if said:
                await here.type(said)
            await here.press("ctrl+p")
            await here.until(lambda: here.app.screen is not here.desk, "the palette")
            await here.type("Send and close")
            await here.sees("Send and close")
            await here.press("enter", "enter")
            await here.until(lambda: here.app.screen is here.desk, "the palette to go")
            if not said:
                await here.sees("there is nothing to send yet")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
    assert desk.value("SELECT status FROM conversation WHERE id = ?", number) == "closed"


async def test_a_time_that_is_no_time_keeps_the_text(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here)
        await here.type("Later")
        await here.press("ctrl+s", "l", *"soonish", "enter")
        await here.sees("is no time")
        assert here.desk.composer.text == "Later"
        assert here.desk.place == "composer"


@pytest.mark.parametrize(("setting", "place"), [("next", "thread"), ("list", "queue"), ("stay", "thread")])
async def test_the_setting_says_what_comes_after_a_reply(desk: Desk, setting: str, place: str) -> None:
    first, second = desk.receives(mail("1"), mail("2", sender="bram@example.test"))
    settings.put(desk.workspace, "after_reply", setting)
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor is not None, "a row")
        here.desk.enter(first)
        await begin(here)
        await here.type("Done")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1 and not here.desk.composer.active, "the reply")
        await here.until(lambda: here.desk.place == place, place)
        if setting != "list":
            assert here.desk.open_id == (second if setting == "next" else first)


async def test_f_asks_a_third_party_whom_the_customer_never_sees(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await begin(here, "f")
        await here.sees("ASIDE - to somebody else, never to the customer")
        await here.type("claims@post.test")
        await here.press("enter", "enter", "enter", "enter")
        await here.type("Where is 3SABC?")
        assert here.desk.composer.text == "Where is 3SABC?"
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("message", "aside_id IS NOT NULL") == 1, "the aside")
        await here.sees("ASIDE")
    waits = "SELECT status || ' for ' || hold_for FROM conversation WHERE id = ?"
    assert desk.value(waits, number) == "on-hold for claims@post.test"
    assert desk.value("SELECT subject FROM message WHERE aside_id IS NOT NULL") == "Fwd: Subject 1"


async def test_capital_f_passes_the_message_on_with_its_files(desk: Desk) -> None:
    desk.receives(mail("1", "It is broken", files={"photo.jpg": b"jpeg"}))
    async with console(desk.workspace) as here:
        await begin(here, "F")
        await here.sees("[1] photo.jpg")
        assert "It is broken" in here.desk.composer.text
        await here.type("repairs@makers.test")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("message", "aside_id IS NOT NULL") == 1, "the aside")
    assert desk.count("attachment", "name = 'photo.jpg'") == 2


async def test_capital_c_writes_to_somebody_first(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await here.press("C")
        await here.until(lambda: here.desk.composer.active, "the composer")
        await here.sees("NEW - private")
        await here.type("eva@example.test")
        await here.press("enter", "enter", "enter")
        await here.type("Your visit")
        await here.press("enter")
        await here.type("Shall we say Friday?")
        await here.press("ctrl+s", "enter")
        await here.until(lambda: desk.count("outbox") == 1, "the outbox")
        await here.until(lambda: not here.desk.composer.active, "the composer to close")
    assert desk.value("SELECT subject FROM conversation") == "Your visit"
