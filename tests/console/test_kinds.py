"""Adding a channel that is no mailbox: the form is made from the kind's manifest."""

from __future__ import annotations

from textual.widgets import Input, Select

from omnidesk.desk import channels
from omnidesk.screens.desk import DeskScreen
from omnidesk.screens.kinds import KindScreen
from tests.console.steering import Console, console
from tests.filling import Desk


async def opened(here: Console) -> None:
    await here.press("ctrl+n")
    await here.sees("Another kind ctrl+o")
    await here.press("ctrl+o")
    await here.until(lambda: isinstance(here.app.screen, KindScreen), "the form")


async def test_a_chat_is_added_with_what_its_manifest_asks_for(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await opened(here)
        await here.press("ctrl+s")
        await here.sees("choose a kind of channel first")
        here.app.screen.query_one("#kind", Select).value = "chat"
        await here.sees("Sites that may show it")
        here.app.screen.query_one("#name", Input).value = "webchat"
        await here.press("ctrl+s")
        await here.sees("say which sites may show the chat")
        here.app.screen.query_one("#set-origins", Input).value = "https://www.shop.test"
        await here.press("ctrl+s")
        await here.sees("shown on https://www.shop.test")
        await here.press("ctrl+s")
        await here.sees("/chat/webchat.js")
        await here.press("escape")
        await here.until(lambda: isinstance(here.app.screen, DeskScreen), "the queue")
    added = channels.get(desk.workspace, "webchat")
    assert added.kind == "chat" and added.settings == {"origins": "https://www.shop.test"}


async def test_the_form_changes_with_the_kind(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await opened(here)
        choice = here.app.screen.query_one("#kind", Select)
        choice.value = "chat"
        await here.sees("Colour")
        choice.value = "sample"
        await here.until(lambda: bool(here.app.screen.query("#set-folder")), "the folder")
        assert not here.app.screen.query("#set-colour")
