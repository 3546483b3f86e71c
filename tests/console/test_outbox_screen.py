"""The outbox: what waits, failed, is unknown or held, and each thing that can be done about it."""

from __future__ import annotations

import pytest

from omnidesk import clock
from omnidesk.desk import channels, composing, outbox, status, threads
from omnidesk.screens.outbox import OutboxScreen, lay_out
from omnidesk.words.kinds import Health, MessageStatus
from omnidesk.words.rows import Address, OutboxRow
from tests.console.steering import NARROW, WIDE, Console, console
from tests.filling import ANNA, BRAM, Desk, hold, mail

FAILED, UNKNOWN = MessageStatus.FAILED, MessageStatus.UNKNOWN


def send(desk: Desk, number: int, ended: MessageStatus, error: str) -> int:
    """Answer, and let the send end so; return the message."""
    message = composing.reply(desk.workspace, desk.me, number, f"Dear customer {number}", now=True).message.id
    held = hold(desk.workspace, desk.channel)
    claimed = outbox.claim(desk.workspace, desk.channel.id, held)
    assert claimed is not None
    outbox.committing(desk.workspace, message, held)
    outbox.finish(desk.workspace, message, held, ended, error)
    return message


@pytest.fixture
def stuck(desk: Desk) -> Desk:
    """A desk on which #1 failed and #2 is unknown."""
    desk.receives(mail("1"), mail("2", sender=BRAM))
    send(desk, 1, FAILED, "550 no such user here")
    send(desk, 2, UNKNOWN, "the connection broke: it may have been sent")
    return desk


def state(desk: Desk, number: int) -> str:
    return str(desk.value("SELECT state FROM outbox WHERE conversation_id = ? ORDER BY message_id DESC", number))


async def shown(running: Console) -> OutboxScreen:
    """Open the outbox and wait until it is read."""
    await running.press("g", "O")
    await running.sees("Outbox 2", "550 no such user here")
    assert isinstance(running.app.screen, OutboxScreen)
    return running.app.screen


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_it_lists_what_failed_and_is_unknown_with_the_reason(stuck: Desk, size: tuple[int, int]) -> None:
    async with console(stuck.workspace, size) as running:
        await shown(running)
        await running.sees("Failed 1", "Unknown: it may have been sent 1", "the connection broke", "by demo, sanne")


async def test_sending_again_queues_it_and_it_leaves_undelivered(stuck: Desk) -> None:
    async with console(stuck.workspace) as running:
        await shown(running)
        await running.press("r")
        await running.sees("queued again", "Waiting 1", "goes now")
        await running.sees_not("Failed 1")
    assert status.summary(stuck.workspace, stuck.me.agent_id).undelivered == 1


@pytest.mark.parametrize(("key", "after"), [("s", "sent"), ("n", "failed")])
async def test_an_unknown_one_is_settled_by_who_knows(stuck: Desk, key: str, after: str) -> None:
    async with console(stuck.workspace) as running:
        await shown(running)
        await running.press("j", key)
        await running.sees_not("Unknown: it may")
    assert state(stuck, 2) == after


async def test_dismissing_takes_it_off_the_list_and_keeps_what_happened(stuck: Desk) -> None:
    async with console(stuck.workspace) as running:
        await shown(running)
        await running.press("d")
        await running.sees_not("Failed 1")
    assert state(stuck, 1) == "failed"
    assert status.summary(stuck.workspace, stuck.me.agent_id).undelivered == 1


async def test_writing_anew_opens_the_composer_with_the_text(stuck: Desk) -> None:
    async with console(stuck.workspace) as running:
        await shown(running)
        await running.press("e")
        await running.sees("REPLY", "Dear customer 1", "Subject 1")
        assert running.app.screen is running.desk
    assert status.summary(stuck.workspace, stuck.me.agent_id).undelivered == 1


async def test_what_is_unknown_is_not_written_anew(stuck: Desk) -> None:
    async with console(stuck.workspace) as running:
        await shown(running)
        await running.press("j", "e")
        await running.sees("say first whether it went out")


async def test_what_waits_counts_down_and_is_taken_back(stuck: Desk) -> None:
    queued = composing.reply(stuck.workspace, stuck.me, 1, "And another thing").message.id
    async with console(stuck.workspace) as running:
        await running.press("g", "O")
        await running.sees("Waiting 1", "goes in")
        await running.press("G", "c")
        await running.sees_not("Waiting 1")
    assert threads.message(stuck.workspace, queued).status is MessageStatus.CANCELLED


async def test_enter_opens_the_conversation(stuck: Desk) -> None:
    async with console(stuck.workspace) as running:
        await shown(running)
        await running.press("enter")
        await running.until(lambda: running.app.screen is running.desk and running.desk.open_id == 1)
        await running.sees("NOT SENT", "Dear customer 1")


async def test_an_empty_outbox_says_so(desk: Desk) -> None:
    async with console(desk.workspace) as running:
        await running.press("g", "O")
        await running.sees("Nothing waits to go out")
        await running.press("r", "c", "e", "enter", "q")
        await running.until(lambda: running.app.screen is running.desk)


async def test_offline_is_said_plainly_with_what_waits(desk: Desk) -> None:
    desk.receives(mail("1"))
    composing.reply(desk.workspace, desk.me, 1, "On its way", now=True)
    channels.note_health(desk.workspace, desk.channel.id, Health.RETRYING, "no route to host")
    async with console(desk.workspace, NARROW) as running:
        await running.sees("offline: 1 queued")
        channels.note_health(desk.workspace, desk.channel.id, Health.OK, None, last_success_at=clock.now())
        await running.sees_not("offline")
        await running.sees("1 queued")


def test_every_state_has_its_heap_and_time_in_words() -> None:
    def row(number: int, status: MessageStatus, due: int, attempts: int = 0, held: bool = False) -> OutboxRow:
        who = (Address("\x1b[2JAnna", ANNA),)
        return OutboxRow(number, "k", number, "demo", status, who, "Re:", due, attempts, None, None, "sanne", held)

    now = 1_795_435_200_000
    rows = [
        row(1, MessageStatus.QUEUED, now + 7500),
        row(2, MessageStatus.QUEUED, now + 2 * clock.MINUTE, 3),
        row(3, MessageStatus.SENDING, now),
        row(4, MessageStatus.FAILED, now, 1, True),
        row(5, MessageStatus.QUEUED, now + 30 * clock.HOUR),
    ]
    found = lay_out(rows, "sanne", now, 100)
    said = "\n".join("".join(text for _, text in line.parts) for line in found.lines)
    assert found.title == "Outbox 5, 5 of yours"
    for words in ("goes in 8 s", "again in 2 min (tried 3x)", "is being sent", "Held: something was said since 1"):
        assert words in said
    assert "\x1b" not in said
    assert said.index("Held") < said.index("Sending") < said.index("Waiting 3")
