"""Old mail into a channel from the console, and a conversation into a file."""

from __future__ import annotations

import mailbox
from pathlib import Path

from omnidesk.desk import mbox
from omnidesk.screens.channels import ChannelsScreen
from tests.console.steering import console
from tests.filling import Desk, mail


async def test_i_takes_an_mbox_file_into_the_channel_under_the_cursor(desk: Desk, tmp_path: Path) -> None:
    box = tmp_path / "old.mbox"
    line = '{"id": "old1", "from": "Old <old@x.test>", "subject": "Long ago", "text": "Hi", "message_id": "<o@x.test>"}'
    box.write_bytes(mbox.written(f"{line}\n".encode(), "old@x.test", 0))
    async with console(desk.workspace) as here:
        await here.press("g", "C")
        await here.until(lambda: isinstance(here.app.screen, ChannelsScreen) and here.app.screen.row, "the channels")
        await here.press("i")
        await here.sees("Old mail for demo:")
        await here.type(str(tmp_path / "nowhere"))
        await here.press("enter")
        await here.sees("is no file")
        await here.press("i")
        await here.type(str(box))
        await here.press("enter")
        await here.sees("1 mails imported, 0 were here already")


async def test_g_s_saves_the_conversation_as_mails(desk: Desk, tmp_path: Path) -> None:
    desk.receives(mail("1", "Where is it?"))
    async with console(desk.workspace) as here:
        await here.until(lambda: here.desk.queue.cursor, "the row")
        await here.press("g", "S")
        await here.sees("Save it as:")
        await here.press("ctrl+u")
        await here.type(str(tmp_path / "one.mbox"))
        await here.press("enter")
        await here.sees("saved")
    (found,) = mailbox.mbox(tmp_path / "one.mbox", create=False)
    assert "Where is it?" in found.get_payload()
