"""The telephone and the counter in the console: the line, the call screen, dialling, visits and letters."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from omnidesk import clock
from omnidesk.connectors.base import Item
from omnidesk.desk import logbook, threads, views
from omnidesk.desk.logbook import Entry
from omnidesk.screens.contact_screen import ContactScreen
from omnidesk.screens.preferences import DEFAULTS, Found
from omnidesk.words.rows import Contact, Message
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import Desk, mail

NUMBER = "06 12345678"


def newest(desk: Desk) -> Message:
    return threads.message(desk.workspace, desk.value("SELECT max(id) FROM message"))


def rings(desk: Desk, state: str = "ringing", number: str = NUMBER, **more: object) -> None:
    name = "phone"
    found = desk.workspace.database.reader.value("SELECT id FROM channel WHERE name = ?", (name,))
    from omnidesk.desk import channels

    channel = channels.get(desk.workspace, name) if found else desk.adds_channel(name, "+31201234567", "sample-call")
    now = clock.now()
    said = {"id": f"c1-{state}", "external_id": "c1", "at": now, "from": number,
            "call": {"state": state, "began_at": now, **more}}  # fmt: skip
    desk.receives(Item(str(said["id"]), json.dumps(said).encode(), now, "application/json"), channel=channel)


async def contact(here: Console) -> ContactScreen:
    found: ContactScreen = await here.until(
        lambda: here.app.screen if isinstance(here.app.screen, ContactScreen) else None, "the call screen"
    )
    return found


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_call_by_hand_finds_the_customer_and_leads_back_to_the_same_draft(
    desk: Desk, size: tuple[int, int]
) -> None:
    logbook.log(desk.workspace, desk.me, Entry("visit", Contact(shop="Utrecht"), "Boots", number=NUMBER))
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace, size) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("enter")
        await here.until(lambda: here.desk.open_id == number, "the conversation")
        await here.press("r")
        await here.until(lambda: here.desk.place == "composer", "the composer")
        await here.type("Dear Anna")
        await here.press("f2")
        screen = await contact(here)
        await here.type("06123456")
        await here.until(lambda: screen.found, "the customer")
        await here.sees("+31 6 12345678", "1 open")
        await here.type("78")
        await here.until(lambda: screen.chosen, "whose number it is")
        await here.press("enter")
        await here.type("Comes on Thursday")
        await here.press("f5")
        await here.sees("Visit in Utrecht")
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen is here.desk, "the draft")
        assert here.desk.place == "composer"
        assert here.desk.composer.text == "Dear Anna"
        assert here.desk.open_id == number
    message = newest(desk)
    assert (message.kind, message.text, message.conversation_id) == ("call", "Comes on Thursday", 1)
    assert message.contact is not None and message.contact.taken_by == "sanne"


async def test_a_ringing_call_has_a_line_and_f2_opens_it_over_a_question(desk: Desk) -> None:
    logbook.log(desk.workspace, desk.me, Entry("visit", Contact(), "Boots", number=NUMBER))
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        focused = here.desk.focused
        rings(desk)
        await here.sees("+31 6 12345678 rings", "1 open", "F2 opens")
        assert here.desk.focused is focused
        await here.press("slash")
        await here.until(lambda: here.desk.prompt.active, "the question")
        await here.press("f2")
        screen = await contact(here)
        await here.until(lambda: screen.chosen, "whose number it is")
        await here.type("He will wait")
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
        assert here.desk.prompt.active
        await here.sees_not("F2 opens")
    rings(desk, "ended", answered_at=clock.now(), ended_at=clock.now() + 5_000, outcome="answered")
    message = newest(desk)
    assert (message.text, message.contact.outcome if message.contact else "") == ("He will wait", "answered")
    assert desk.count("message", "kind = 'call'") == 1


async def test_what_was_written_waits_for_the_key(desk: Desk) -> None:
    desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("f2")
        await contact(here)
        await here.type("0201234567")
        await here.press("enter")
        await here.type("Half a word")
        await here.press("escape")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
        await here.sees("the same key goes on with it")
        await here.press("f2")
        screen = await contact(here)
        assert (screen.sheet.who, screen.notes.text) == ("0201234567", "Half a word")
    assert desk.count("message", "kind = 'call'") == 0


async def test_how_a_call_ended_and_who_called_are_turned_by_keys(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await here.press("f2")
        await contact(here)
        await here.type(NUMBER)
        await here.press("f4")
        await here.sees("missed (f4)", "they called (f3)")
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
        await here.sees("u takes it back")
        await here.press("u")
        await here.until(lambda: views.count(desk.workspace, "open", None) == 0, "the undo")


async def test_a_scanned_order_finds_the_customer_of_its_message(desk: Desk) -> None:
    desk.receives(mail("1", "Where is NL-10234?"))
    preferences = Found(replace(DEFAULTS, shop="Utrecht"))
    async with console(desk.workspace, NARROW, found=preferences) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("f9")
        screen = await contact(here)
        await here.type("NL-10234")
        await here.until(lambda: screen.found, "the customer")
        await here.press("enter")
        await here.until(lambda: screen.chosen, "the choice")
        await here.type("Wants 43")
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
    message = newest(desk)
    assert message.kind == "visit"
    assert message.contact == Contact(shop="Utrecht", order="NL-10234")
    assert message.customer_id == threads.conversation(desk.workspace, 1).customer_id


async def test_a_letter_keeps_its_scan(desk: Desk, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4")
    async with console(desk.workspace) as here:
        await here.type("gP")
        screen = await contact(here)
        await here.type("Anna Jansen, Dorpsstraat 1, Utrecht")
        screen.query_one("#scan").value = str(scan)  # type: ignore[attr-defined]
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
    message = newest(desk)
    assert (message.kind, message.sender.name, len(message.attachments)) == ("letter", "Anna Jansen", 1)


async def test_dialling_runs_the_agents_program_with_the_number_as_one_argument(desk: Desk, tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = f"{sys.executable} -c \"import sys; open({str(told)!r}, 'w').write('|'.join(sys.argv[1:]))\" {{number}}"
    logbook.log(desk.workspace, desk.me, Entry("call", Contact("in", "missed"), number=NUMBER))
    async with console(desk.workspace, found=Found(replace(DEFAULTS, dial_command=program))) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("enter")
        await here.until(lambda: here.desk.customer.known.customer, "the customer")
        await here.type("gT")
        screen = await contact(here)
        assert (screen.sheet.way, screen.sheet.belongs) == ("out", 1)
        await here.until(lambda: told.exists() and told.read_text(), "the program")
        assert told.read_text() == "+31612345678"
        await here.until(lambda: screen.chosen, "whose number it is")
        await here.press("ctrl+s")
        await here.until(lambda: here.app.screen is here.desk, "the desk")
    assert threads.conversation(desk.workspace, 1).waiting_since is None


async def test_a_program_that_cannot_dial_says_so(desk: Desk) -> None:
    logbook.log(desk.workspace, desk.me, Entry("call", Contact("in", "missed"), number=NUMBER))
    program = f"{sys.executable} -c \"import sys; sys.exit('no line')\""
    async with console(desk.workspace, found=Found(replace(DEFAULTS, dial_command=program))) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("enter")
        await here.until(lambda: here.desk.customer.known.customer, "the customer")
        await here.type("gT")
        await contact(here)
        await here.sees("dialling failed: no line")
