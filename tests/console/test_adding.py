"""Adding a channel of any kind: chosen from a list, filled in as its manifest says, tested live, then added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Checkbox, Input, Select

from omnidesk.connectors import registry
from omnidesk.connectors.base import (
    Checked,
    Committing,
    Connector,
    Decoded,
    Failed,
    Item,
    LoginError,
    Outgoing,
    Payload,
    SendResult,
)
from omnidesk.connectors.manifest import Manifest, Secret, Setting
from omnidesk.desk import channels
from omnidesk.screens.channel_form import ChannelForm
from omnidesk.screens.kinds import Kinds
from omnidesk.screens.session import open_session
from omnidesk.sync import form, secrets
from omnidesk.words import speech
from tests.console.steering import NARROW, Console, console
from tests.console.test_setup import nothing_yet
from tests.filling import Desk


async def chooses(here: Console, name: str) -> None:
    """Open the form of a kind, by keys alone."""
    await here.press("ctrl+n")
    await here.sees("of which kind?", "E-mail")
    kinds = here.app.screen
    assert isinstance(kinds, Kinds)
    for _ in range(kinds_before(kinds, name)):
        await here.press("j")
    await here.press("enter")
    await here.until(lambda: isinstance(here.app.screen, ChannelForm), "the form")


def kinds_before(screen: Kinds, name: str) -> int:
    return [one.name for one in screen.rows.values()].index(name)


def field(here: Console, key: str) -> Input:
    return here.app.screen.query_one(f"#{key}", Input)


async def test_a_form_is_added_by_keyboard_alone_at_80_by_24(desk: Desk) -> None:
    async with console(desk.workspace, NARROW) as here:
        await chooses(here, "Web form")
        await here.sees("Channel name", "Answer by", "Topics", "Test ctrl+s", "What you call it")
        await here.type("contact")
        await here.press("tab")
        await here.sees("Above the form")
        await here.type("Ask us")
        answering = here.app.screen.query_one("#set-answer_by", Select)
        await here.until(lambda: answering._options and len(answering._options) > 1, "the channels that answer")
        await here.press("tab", "tab", "down", "down", "enter")
        assert answering.value == "demo"
        await here.press("ctrl+s")
        await here.sees("It works: Ask us", "asks for name, email (needed)", "Add it ctrl+s")
        await here.press("ctrl+s")
        await here.sees("added contact", "<iframe src=")
        await here.press("escape")
        await here.until(lambda: not isinstance(here.app.screen, ChannelForm | Kinds), "the queue again")
    made = channels.get(desk.workspace, "contact")
    assert (made.kind, made.address, made.settings) == ("form", "", {"title": "Ask us", "answer_by": "demo"})


async def test_what_few_need_is_folded_and_what_is_usual_is_not_stored(desk: Desk) -> None:
    async with console(desk.workspace, NARROW) as here:
        await chooses(here, "Web form")
        await here.type("contact")
        await here.sees_not("Messages an hour")
        await here.press("ctrl+t")
        field(here, "set-hourly").focus()
        await here.sees("Messages an hour", "From one internet address")
        await here.type("0")
        here.app.screen.query_one("#set-files", Checkbox).value = True
        here.app.screen.query_one("#set-order", Select).value = "required"
        await here.press("ctrl+s")
        await here.sees("hourly is a number from 1")
        field(here, "set-hourly").value = "20"
        await here.press("ctrl+s")
        await here.sees("It works")
        field(here, "set-title").value = "Changed since"
        await here.sees("Test ctrl+s")
        await here.press("ctrl+s")
        await here.sees("It works")
        await here.press("ctrl+s")
        await here.sees("added contact")
    wanted = {"title": "Changed since", "files": True, "order": "required", "hourly": 20}
    assert channels.get(desk.workspace, "contact").settings == wanted


async def test_what_is_wrong_is_said_in_words_and_nothing_is_added(desk: Desk, tmp_path: Path) -> None:
    async with console(desk.workspace, NARROW) as here:
        await chooses(here, "Sample SMS")
        await here.press("ctrl+s")
        await here.sees("the channel has no name yet")
        for name, folder, words in [
            ("Bad Name", str(tmp_path), "is no channel name"),
            ("demo", str(tmp_path), "there is a channel demo already"),
            ("texts", "", "needs folder"),
            ("texts", str(tmp_path / "nowhere"), "there is no folder"),
        ]:
            field(here, "name").value, field(here, "set-folder").value = name, folder
            await here.press("ctrl+s")
            await here.sees(words)
            await here.until(lambda: here.app.screen.query_one("#result").has_class("wrong"), "the refusal")
        await here.press("escape")
        await here.sees("of which kind?")
    assert [one.name for one in channels.list_channels(desk.workspace)] == ["demo", "desk"]


async def test_only_the_secrets_of_the_chosen_login_are_asked_for(desk: Desk) -> None:
    async with console(desk.workspace, NARROW) as here:
        await chooses(here, "Matrix")
        await here.sees("Password              needed")
        await here.sees_not("Access token")
        field(here, "secret-password").value = "typed and not used"
        here.app.screen.query_one("#set-login", Select).value = "token"
        await here.sees("Access token          needed")
        await here.sees_not("Password   ")
        field(here, "name").value, field(here, "secret-access_token").value = "rooms", "abc"
        shown = here.app.screen
        assert isinstance(shown, ChannelForm)
        assert shown.read_form().secrets == {"access_token": "abc"}


async def test_a_channel_with_address_history_and_trial_is_added_so(desk: Desk, tmp_path: Path) -> None:
    async with console(desk.workspace) as here:
        await chooses(here, "Sample SMS")
        for key, value in {"name": "texts", "address": "+31 20 1", "set-folder": str(tmp_path), "history": "3"}.items():
            field(here, key).value = value
        here.app.screen.query_one("#read-only", Checkbox).value = True
        await here.press("ctrl+s")
        await here.sees("It works", "0 messages")
        await here.press("ctrl+s")
        await here.until(lambda: not isinstance(here.app.screen, ChannelForm), "the end")
    made = channels.get(desk.workspace, "texts")
    assert (made.address, made.history_days, made.read_only) == ("+31 20 1", 3, True)


async def test_a_kind_that_cannot_be_used_is_listed_with_the_reason(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = registry.Disabled("pigeon", "it needs interface 9, this program has 1: upgrade omnidesk")
    monkeypatch.setattr(registry, "disabled", lambda: (broken,))
    async with console(desk.workspace, NARROW) as here:
        await here.press("ctrl+n")
        await here.sees("of which kind?", "E-mail")
        await here.press("G")
        await here.sees("pige", "cannot be used: it needs interface 9")


async def test_in_dutch_the_list_and_the_form_are_dutch(desk: Desk) -> None:
    speech.speak("nl")
    try:
        async with console(desk.workspace, NARROW) as here:
            await here.press("ctrl+n")
            await here.sees("van welke soort?", "Livechat", "Chat met de bezoekers van uw site")
            kinds = here.app.screen
            assert isinstance(kinds, Kinds)
            await here.press(*["j"] * kinds_before(kinds, "Web form"), "enter")
            await here.sees("Een kanaal toevoegen: Webformulier", "Antwoord via", "niet verplicht", "Keuzelijst")
    finally:
        speech.speak("en")


async def test_without_a_workspace_another_kind_can_be_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_AGENT", "sanne")
    async with nothing_yet(tmp_path / "home") as here:
        await here.press("ctrl+o")
        await here.sees("of which kind?", "E-mail")
    opened = open_session(str(tmp_path / "home"))
    assert opened is not None and not opened.channels
    opened.session.workspace.close()


async def test_a_channel_shows_its_page_and_offers_the_settings_it_has(desk: Desk) -> None:
    desk.adds_channel("contact", "", "form", settings={"title": "Ask us"})
    async with console(desk.workspace) as here:
        await here.press("g", "C")
        await here.sees("contact", "demo")
        await here.press("enter")
        await here.sees("page /form/contact", "put into a page: <iframe")
        await here.press("s")
        await here.sees("Settings of contact:", "answer_by")


def test_a_kind_says_whether_an_address_tells_about_it() -> None:
    for manifest in form.kinds():
        own = registry.connector(manifest.kind).discover is not Connector.discover
        assert manifest.discovers is own, manifest.kind
    assert form.by_address(registry.manifest(form.mailbox()))


class Pager(Connector):
    """A kind with a secret and an address of its provider."""

    manifest = Manifest(
        kind="pager",
        name="Pager",
        badge="page",
        inbound=("poll",),
        outbound="none",
        threading="contact",
        idempotency="none",
        identity_kinds=("phone",),
        settings=(Setting("api_url", "Provider", advanced=True),),
        secrets=(Secret("token", "Access token", "What the provider gave you."),),
    )

    @staticmethod
    def decode(item: Item) -> Sequence[Decoded]:
        return ()

    @staticmethod
    def prepare(outgoing: Outgoing, settings: Mapping[str, Any]) -> Payload:
        raise ValueError("it cannot send")

    async def check(self) -> Checked:
        if self.account.secrets.get("token") != "token":
            raise LoginError("the provider refuses the token")
        return Checked("pager", total=7)

    async def send(self, payload: Payload, key: str, committing: Committing) -> SendResult:
        return Failed("it cannot send")


async def test_a_secret_is_asked_for_tried_and_kept_outside_the_workspace(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMNIDESK_SECRETS_FILE", str(tmp_path / "secrets.json"))
    kinds, found = registry.kinds(), registry.connector
    monkeypatch.setattr(registry, "kinds", lambda: (*kinds, Pager.manifest))
    monkeypatch.setattr(registry, "connector", lambda kind: Pager if kind == "pager" else found(kind))
    async with console(desk.workspace, NARROW) as here:
        await chooses(here, "Pager")
        await here.type("beeper")
        await here.press("ctrl+s")
        await here.sees("Access token is missing")
        field(here, "secret-token").focus()
        await here.sees("What the provider gave you")
        await here.type("wrong")
        await here.press("ctrl+s")
        await here.sees("the provider refuses the token")
        assert "wrong" not in here.screen()
        field(here, "secret-token").value = "token"
        await here.press("ctrl+s")
        await here.sees("It works: pager, 7 messages")
        await here.press("ctrl+s")
        await here.until(lambda: not isinstance(here.app.screen, ChannelForm), "the end")
    made = channels.get(desk.workspace, "beeper")
    assert secrets.of_channel(made) == {"token": "token"}
    assert desk.count("channel", "settings_json LIKE '%token%'") == 0


async def test_what_a_site_must_hold_to_show_it_is_said_when_it_is_added(desk: Desk) -> None:
    async with console(desk.workspace) as here:
        await chooses(here, "Live chat")
        field(here, "name").value = "webchat"
        await here.press("ctrl+s")
        await here.sees("say which sites may show the chat")
        field(here, "set-origins").value = "https://www.shop.test"
        await here.press("ctrl+s")
        await here.sees("shown on https://www.shop.test")
        await here.press("ctrl+s")
        await here.sees("added webchat", "For the pages of your site:", "/chat/webchat.js")
        await here.press("escape")
        await here.until(lambda: not isinstance(here.app.screen, ChannelForm | Kinds), "the queue")
    assert channels.get(desk.workspace, "webchat").settings == {"origins": "https://www.shop.test"}
