"""What may be sent to the customer, in the console: seen, allowed, forbidden, obeyed by the key that dials."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from omnidesk.desk import consent_record, customers, logbook
from omnidesk.desk.logbook import Entry
from omnidesk.screens.permissions import Permissions
from omnidesk.screens.preferences import DEFAULTS, Found
from omnidesk.words.rows import Contact
from tests.console.steering import console
from tests.filling import ANNA, Desk, mail

NUMBER = "06 12345678"


def states(desk: Desk) -> dict[str, str]:
    (row,) = customers.find(desk.workspace, ANNA)
    return {one.purpose: one.state for one in row.identities[0].consent}


async def test_a_key_shows_what_may_be_sent_and_forbids_it(desk: Desk) -> None:
    (number,) = desk.receives(mail("1"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("enter")
        await here.until(lambda: here.desk.open_id == number, "the conversation")
        await here.until(lambda: here.desk.customer.known.customer, "the customer")
        await here.press("g", "y")
        screen = await here.until(
            lambda: here.app.screen if isinstance(here.app.screen, Permissions) and here.app.screen.rows else None,
            "the list",
        )
        await here.sees("nothing was said")
        await here.press("j", "f")
        await here.until(lambda: states(desk) == {"marketing": "withdrawn"}, "the change")
        await here.sees("How it came about")
        assert screen.chosen is not None
        await here.press("a")
        await here.until(lambda: states(desk) == {"marketing": "given"}, "the change back")
        await here.press("q", "u")
        await here.until(lambda: states(desk) == {"marketing": "withdrawn"}, "the undo")
        await here.sees("no mailings")


async def test_who_wants_no_calls_is_not_dialled(desk: Desk, tmp_path: Path) -> None:
    logbook.log(desk.workspace, desk.me, Entry("call", Contact("in", "missed"), number=NUMBER))
    (row,) = customers.find(desk.workspace, NUMBER)
    consent_record.say(desk.workspace, desk.me, row.id, False, None, "service", "call")
    dialled = tmp_path / "dialled"
    program = f"{sys.executable} -c \"open('{dialled}', 'w')\" {{number}}"
    async with console(desk.workspace, found=Found(replace(DEFAULTS, dial_command=program))) as here:
        await here.until(lambda: here.desk.queue.cursor, "the queue")
        await here.press("enter")
        await here.until(lambda: here.desk.customer.known.customer, "the customer")
        await here.press("g", "T")
        await here.sees("wants no calls (said agent sanne")
        assert not dialled.exists()
        assert here.app.screen is here.desk
        await here.sees("no calls")
