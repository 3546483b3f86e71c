"""NOT PROVEN stands in the queue and in the thread."""

from __future__ import annotations

import pytest

from tests.console.steering import NARROW, WIDE, console
from tests.desk.mailing import SERVER, Mailroom
from tests.filling import Desk

PASS = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.test"
FAIL = f"Authentication-Results: {SERVER}; dmarc=fail header.from=example.test"


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_what_nobody_vouches_for_is_shown_so_in_queue_and_thread(desk: Desk, size: tuple[int, int]) -> None:
    room = Mailroom(desk, authserv_id=SERVER)
    room.gets(PASS, "Message-ID: <a@x.test>")
    room.gets(FAIL, "In-Reply-To: <a@x.test>", text="Send it to my new address")
    async with console(desk.workspace, size) as running:
        await running.sees("Anna", "NOT PROVEN")
        await running.press("enter")
        await running.sees("Send it to my new address", "NOT PROVEN", "does not confirm this mail")


async def test_a_proven_answer_takes_the_flag_off_the_queue(desk: Desk) -> None:
    room = Mailroom(desk, authserv_id=SERVER)
    room.gets(FAIL, "Message-ID: <a@x.test>")
    room.gets(PASS, "In-Reply-To: <a@x.test>")
    async with console(desk.workspace, NARROW) as running:
        await running.sees("Anna")
        assert "NOT PROVEN" not in running.screen()
