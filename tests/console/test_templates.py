"""A reply window that has closed: a template goes, what was written waits, and goes with one key."""

from __future__ import annotations

from omnidesk import clock
from omnidesk.connectors.sample.kinds import TEMPLATES
from omnidesk.desk import templates
from omnidesk.words.rows import Channel
from tests.console.steering import Console, console
from tests.filling import Desk, mail

BRAM = "+31612345678"


def whatsapp(desk: Desk) -> Channel:
    """Return a channel on which an answer is free for a day, with its templates."""
    channel = desk.adds_channel("wa", "+31851234567", "sample-whatsapp")
    templates.keep(desk.workspace, channel.id, TEMPLATES)
    return channel


def late(desk: Desk, channel: Channel) -> int:
    """Return a conversation whose customer wrote too long ago."""
    said = mail("1", "Where is it?", sender=BRAM, at=clock.now() - 25 * clock.HOUR)
    (number,) = desk.receives(said, channel=channel)
    desk.workspace.database.write(lambda tx: tx.execute("UPDATE channel SET created_at = 0"))
    return number


async def begin(here: Console) -> None:
    await here.until(lambda: here.desk.queue.cursor is not None, "a row")
    await here.press("r")
    await here.until(lambda: here.desk.place == "composer", "the composer")


async def test_a_template_is_filled_in_and_the_answer_waits_and_goes_with_one_key(desk: Desk) -> None:
    channel = whatsapp(desk)
    number = late(desk, channel)
    async with console(desk.workspace) as here:
        await here.press("g", "a") if not here.desk.queue.cursor else None
        await begin(here)
        await here.type("Hello Bram, it comes on Thursday.")
        await here.sees("a template goes first")
        await here.press("ctrl+s")
        await here.sees("order_shipped", "what you wrote waits for their answer")
        await here.type("nl")
