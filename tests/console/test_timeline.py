"""The customer pane and the timeline over the whole terminal, worked with as an agent does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from omnidesk import clock
from omnidesk.desk import customer_notes, customers, triage
from omnidesk.screens.customer_note import NoteScreen
from omnidesk.screens.preferences import DEFAULTS, Found
from omnidesk.screens.timeline import PAGE, Timeline
from omnidesk.widgets import timeline_lines
from tests.console.steering import MIDDLE, NARROW, WIDE, Console, console
from tests.filling import ANNA, BRAM, Desk, mail

PLAIN = Found(replace(DEFAULTS, plain=True))


@pytest.fixture
def busy(desk: Desk) -> Desk:
    """A desk with three matters of Anna and one of Bram, the newest #4."""
    now = clock.now()
    desk.receives(
        mail("1", "Where is my kettle?", subject="Kettle", at=now - 4 * clock.HOUR),
        mail("2", "I want to return the boots", subject="Boots", at=now - 3 * clock.HOUR),
        mail("b", "Nothing of Anna's", sender=BRAM, at=now - 2 * clock.HOUR),
        mail("3", "One more thing", subject="Voucher", at=now - clock.HOUR),
    )
    triage.close(desk.workspace, desk.me, 2)
    return desk


def anna(desk: Desk) -> int:
    return customers.find(desk.workspace, ANNA)[0].id


async def open_timeline(here: Console, number: int = 4) -> Timeline:
    """Open a conversation, its customer, and them over the whole terminal."""
    here.desk.enter(number)
    await here.until(lambda: here.desk.customer.known.customer is not None, "the customer")
    await here.press("o")
    await here.until(lambda: here.desk.place == "customer", "the pane")
    await here.press("o")
    screen = await here.until(lambda: isinstance(here.app.screen, Timeline) and here.app.screen, "the timeline")
    await here.until(lambda: screen.list.keys, "its entries")
    assert isinstance(screen, Timeline)
    return screen


async def test_the_pane_says_who_it_is_how_they_are_reached_and_what_was_last(busy: Desk) -> None:
    customers.set_customer(busy.workspace, busy.me, anna(busy), language="nl", preferred_channel="email", vip=True)
    customer_notes.write(busy.workspace, busy.me, anna(busy), "Calls only before noon")
    triage.promise(busy.workspace, busy.me, 1, clock.now() + clock.HOUR)
    async with console(busy.workspace) as here:
        here.desk.enter(4)
        await here.until(lambda: "#1 Kettle" in here.pane(here.desk.customer), "the customer of #4")
        pane = here.pane(here.desk.customer)
        assert all(said in pane for said in ("Anna", "VIP", "nl, since today", "prefers", ANNA))
        assert "Mailed" in pane and "promise open until" in pane.replace("\n", "")
        assert "Calls only before noon" in pane
        assert pane.index("#1") < pane.index("#2")  # what is open stands before what is closed
        assert "o whole history" in pane


async def test_below_120_columns_the_two_lines_say_what_was_last(busy: Desk) -> None:
    async with console(busy.workspace, MIDDLE) as here:
        here.desk.enter(4)
        await here.sees("Anna", "Mailed today", "o customer")


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_o_and_o_again_opens_everything_and_q_goes_back(busy: Desk, size: tuple[int, int]) -> None:
    async with console(busy.workspace, size) as here:
        screen = await open_timeline(here)
        await here.sees("One more thing", "I want to return the boots", "this is where it begins")
        assert "Nothing of Anna's" not in here.screen()
        assert screen.entry is not None and screen.entry.conversation_id == 4
        await here.press("q")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
        assert (here.desk.place, here.desk.open_id) == ("customer", 4)
        await here.press("q")
        assert here.desk.place in ("thread", "queue")


async def test_enter_opens_the_conversation_at_the_message_and_q_leads_back(busy: Desk) -> None:
    busy.receives(*(mail(f"a{one}", f"line {one}", answers="1") for one in range(40)))
    async with console(busy.workspace, NARROW) as here:
        screen = await open_timeline(here)
        first = next(one for one in screen.standing.entries if one.text == "Where is my kettle?")
        screen.list.pick(timeline_lines.key(first))
        await here.press("enter")
        await here.until(lambda: here.desk.thread.chosen == first.message_id, "the message")
        await here.sees("Where is my kettle?")
        assert (here.desk.open_id, here.desk.place) == (1, "thread")
        await here.press("q")
        await here.until(lambda: isinstance(here.app.screen, Timeline), "the timeline")
        again = here.app.screen
        assert isinstance(again, Timeline)
        await here.until(lambda: again.entry == first, "the entry that was left")
        await here.press("q")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
        assert (here.desk.open_id, here.desk.place) == (4, "customer")


async def test_it_is_searched_and_shown_by_kind_and_way(busy: Desk) -> None:
    customer_notes.write(busy.workspace, busy.me, anna(busy), "About the boots too")
    async with console(busy.workspace) as here:
        await open_timeline(here)
        await here.press("/")
        await here.type("boots")
        await here.press("enter")
        await here.sees("[boots]", "About the boots too", "I want to return the boots")
        await here.sees_not("Where is my kettle?")
        await here.press("f")
        await here.sees("[messages, boots]")
        await here.sees_not("About the boots too")
        await here.press("a")
        await here.sees("the whole history", "Where is my kettle?")
        await here.press("d", "d")
        await here.sees("[outbound]", "nothing here is as asked")
        await here.press("a", "c")
        await here.sees("[demo]")
        await here.press("/")
        await here.type(" kind:parcel")
        await here.press("enter")
        await here.sees("kind parcel is not known")


async def test_older_entries_come_as_one_goes_down_and_nothing_moves(desk: Desk) -> None:
    now = clock.now()
    count = 2 * PAGE + 30
    desk.receives(*(mail(f"{one}", f"letter {one}", at=now - one * clock.MINUTE) for one in range(count)))
    async with console(desk.workspace, NARROW) as here:
        screen = await open_timeline(here, 1)
        await here.press("G")
        await here.until(lambda: len(screen.standing.entries) > PAGE, "the second page")
        await here.press("G")
        await here.until(lambda: len(screen.standing.entries) == count, "all of it")
        assert len({one.key for one in screen.standing.entries}) == count
        await here.press("G")
        await here.sees(f"letter {count - 1}", "this is where it begins")
        looked_at, row = screen.key, screen.list.row - screen.list.top
        desk.receives(mail("new", "just now"))
        screen.read_again()
        await here.until(lambda: screen.standing.entries[0].text == "just now", "what is new")
        assert (screen.key, screen.list.row - screen.list.top) == (looked_at, row)
        assert len(screen.standing.entries) == count + 1


async def test_a_note_is_written_edited_taken_out_and_undone(busy: Desk) -> None:
    async with console(busy.workspace) as here:
        await open_timeline(here)
        await here.press("n")
        await here.until(lambda: isinstance(here.app.screen, NoteScreen), "the note")
        await here.type("Calls only")
        await here.press("ctrl+s")
        await here.sees("NOTE", "Calls only", "wrote a note about Anna")
        await here.press("g", "g", "enter")
        await here.until(lambda: isinstance(here.app.screen, NoteScreen), "the note")
        await here.type(" before noon")
        await here.press("ctrl+s")
        await here.sees("Calls only before noon")
        await here.press("g", "g", "#")
        await here.sees_not("Calls only before noon")
        await here.press("u")
        await here.sees("Calls only before noon")


async def test_a_half_written_note_is_kept(busy: Desk) -> None:
    async with console(busy.workspace) as here:
        here.desk.enter(4)
        await here.until(lambda: here.desk.customer.known.customer is not None, "the customer")
        await here.press("N")
        await here.until(lambda: isinstance(here.app.screen, NoteScreen), "the note")
        await here.type("Half a sen")
        await here.press("escape")
        await here.sees("kept: the same key goes on with it")
        await here.press("N")
        await here.sees("Half a sen")
        await here.press("ctrl+s")
        await here.sees("NOTE", "Half a sen")
        assert customer_notes.page(busy.workspace, anna(busy), 5)[0][0].text == "Half a sen"


async def test_in_plain_mode_each_entry_is_said_as_a_sentence(busy: Desk) -> None:
    async with console(busy.workspace, NARROW, found=PLAIN) as here:
        screen = await open_timeline(here)
        await here.until(lambda: screen.status.said.startswith("1 of 3"), "the first entry")
        assert "One more thing" in screen.status.said
        await here.press("j")
        await here.until(lambda: screen.status.said.startswith("2 of 3"), "the second entry")
        assert "Boots" in screen.status.said


async def test_a_customer_who_looks_dangerous_harms_nothing(desk: Desk) -> None:
    desk.receives(mail("1", "\x1b]0;owned\x07 [/] [@click=app.quit]x[/]", subject="[/]\x1b[2J", name="[bold]A\u202e"))
    (found,) = customers.find(desk.workspace, ANNA)
    customer_notes.write(desk.workspace, desk.me, found.id, "[/]\x1b[2J\u202e [@click=app.quit]")
    async with console(desk.workspace) as here:
        await open_timeline(here, 1)
        await here.sees("[@click=app.quit]")
        assert "\x1b" not in here.screen() and "\u202e" not in here.screen()
