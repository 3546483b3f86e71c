"""The chat's page in a real browser: what a visitor sees and does."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from omnidesk.desk import channels
from omnidesk.words.kinds import Direction
from tests.filling import Desk
from tests.servers import until as wait_until
from tests.web import chromium
from tests.web.chromium import Chromium, Page
from tests.web.served import AtConsole, Served, until, with_chat

pytestmark = pytest.mark.chromium
TEXTS = "[...document.querySelectorAll('#log .text')].map((one) => one.textContent)"
PICTURES = os.environ.get("OMNIDESK_TEST_PICTURES", "")


@pytest.fixture
async def browser() -> AsyncIterator[Chromium]:
    """A browser."""
    if reason := chromium.missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with Chromium() as found:
        yield found


@pytest.fixture
def shop(server: Served) -> Iterator[str]:
    """A site of another origin whose pages hold the script tag, in German; its chat is `server`'s."""
    tag = f'<script src="{server.origin}/chat/webchat.js" async></script>'
    head = "<meta name=viewport content='width=device-width'><title>Shop</title>"
    page = f"<!doctype html><html lang=de-AT>{head}<h1>Schuhe</h1>{tag}</html>".encode()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", f"default-src 'none'; script-src {server.origin}; "
                                                        f"frame-src {server.origin}")  # fmt: skip
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    origin = f"http://localhost:{site.server_address[1]}"
    channels.set_settings(server.desk.workspace, server.desk.me, "webchat", {"origins": origin})
    wait_until(lambda: origin in httpx.get(server.url).headers["content-security-policy"], "the new setting")
    yield origin
    site.shutdown()


def keep(name: str, folder: Path) -> Path:
    """Return where a picture goes: to be looked at where OMNIDESK_TEST_PICTURES names a folder."""
    return Path(PICTURES or folder) / f"{name}.png"


async def write(page: Page, text: str) -> None:
    """Write a message and press Enter."""
    await page.runs("document.getElementById('text').focus()")
    await page.types(text)
    await page.presses("Enter")


class TestThePageItself:
    async def test_a_visitor_writes_an_agent_answers_and_a_reload_shows_it_all(
        self, browser: Chromium, served: Served, tmp_path: Path
    ) -> None:
        page = await browser.page(f"{served.url}?lang=nl", 360, 640)
        assert await page.runs("document.documentElement.lang") == "nl"
        await write(page, "<b>Hebben jullie 42?</b>")
        await page.until("document.querySelector('#log .mine .state').textContent === 'Verstuurd'")
        ((number, text, _),) = await served.filed()
        assert text == "<b>Hebben jullie 42?</b>"
        with AtConsole(served.desk, number, "typing"):
            await page.until("document.getElementById('typing').textContent.includes('Sanne')")
            await page.until("document.querySelector('#log .mine .state').textContent === 'Gezien'")
        await asyncio.to_thread(served.answers, number, "Ja: <i>twee</i> paar.\nTot zo!")
        await page.until(f"{TEXTS}.length === 2")
        assert await page.runs(TEXTS) == ["<b>Hebben jullie 42?</b>", "Ja: <i>twee</i> paar.\nTot zo!"]
        assert await page.runs("document.querySelector('#log b, #log i')") is None
        await until(lambda: served.messages(Direction.OUTBOUND)[0][2] == "read")
        await page.pictured(keep("phone", tmp_path))
        assert await page.runs("document.documentElement.scrollWidth <= 360")
        await page.reloads()
        await page.until(f"{TEXTS}.length === 2")
        assert not page.problems
        await page.closes()

    async def test_what_is_written_without_a_connection_waits_even_through_a_reload(
        self, browser: Chromium, own_served: Served
    ) -> None:
        page = await browser.page(f"{own_served.url}?lang=en")
        await write(page, "First")
        await page.until("document.querySelector('#log .mine .state').textContent === 'Sent'")
        ((number, _, _),) = await own_served.filed()
        await asyncio.to_thread(own_served.stop, signal.SIGKILL)
        await page.until("!document.getElementById('offline').hidden")
        await write(page, "Second")
        await page.until(f"{TEXTS}.length === 2")
        await asyncio.to_thread(own_served.start)
        await page.until("document.getElementById('offline').hidden")
        await page.until("document.querySelectorAll('#log .mine .state')[1].textContent === 'Sent'")
        await asyncio.to_thread(own_served.answers, number, "Both are here")
        await page.until(f"{TEXTS}.length === 3")
        await page.offline(True)
        await page.runs("location.hash")
        await page.closes()
        assert [text for _, text, _ in own_served.messages()] == ["First", "Second"]

    async def test_a_queue_that_a_tab_left_behind_is_sent_by_the_next(self, browser: Chromium, served: Served) -> None:
        page = await browser.page(f"{served.url}?lang=en")
        await page.until("document.activeElement.id === 'text'")
        post = "{id: '11111111-2222-4333-8444-555555555555', text: 'Left behind', at: Date.now()}"
        await page.runs(f"localStorage.setItem('omnidesk:' + location.pathname + ':queue', JSON.stringify([{post}]))")
        await page.reloads()
        await page.until("document.querySelector('#log .mine .state')?.textContent === 'Sent'")
        assert [text for _, text, _ in await served.filed()] == ["Left behind"]
        await page.reloads()
        await page.until(f"{TEXTS}.length === 1")
        await page.closes()

    async def test_two_tabs_show_the_same(self, browser: Chromium, served: Served) -> None:
        one = await browser.page(f"{served.url}?lang=en")
        await write(one, "Hello")
        await one.until("document.querySelector('#log .mine .state').textContent === 'Sent'")
        other = await browser.page(f"{served.url}?lang=en")
        await other.until(f"{TEXTS}.length === 1")
        await write(other, "From the other")
        await one.until(f"{TEXTS}.join() === 'Hello,From the other'")
        assert len(await served.filed(2)) == 2
        await one.closes()
        await other.closes()

    async def test_where_no_socket_can_be_had_it_asks_over_plain_http(self, browser: Chromium, served: Served) -> None:
        page = await browser.page()
        await page.call("Page.addScriptToEvaluateOnNewDocument", source="delete window.WebSocket")
        await page.goes(f"{served.url}?lang=en")
        await write(page, "By long poll")
        await page.until("document.querySelector('#log .mine .state').textContent === 'Sent'")
        ((number, _, _),) = await served.filed()
        await asyncio.to_thread(served.answers, number, "Heard")
        await page.until(f"{TEXTS}.length === 2")
        assert not page.problems
        await page.closes()

    async def test_without_an_agent_it_is_a_form_that_asks_for_an_address(
        self, browser: Chromium, desk: Desk, tmp_path: Path
    ) -> None:
        served = with_chat(desk, always_online=False)
        served.start()
        try:
            page = await browser.page(f"{served.url}?lang=en", 360, 640)
            assert await page.runs("!document.getElementById('away').hidden")
            await write(page, "Do you repair boots?")
            await page.until("document.getElementById('problem').textContent.includes('e-mail address')")
            assert await page.runs("document.activeElement.id") == "email"
            await page.types("anna@example.test")
            await page.pictured(keep("away", tmp_path))
            await page.presses("Enter")
            await page.until("document.getElementById('problem').textContent.includes('Thank you')")
            assert [text for _, text, _ in await served.filed()] == ["Do you repair boots?"]
            await page.closes()
        finally:
            served.stop()


class TestOnASite:
    async def test_the_script_tag_brings_a_button_and_a_dialog(
        self, browser: Chromium, server: Served, shop: str, tmp_path: Path
    ) -> None:
        page = await browser.page(f"{shop}/schuhe?secret=1", 1000, 800)
        root = "document.getElementById('omnidesk-chat-webchat').shadowRoot"
        await page.until(f"!!document.getElementById('omnidesk-chat-webchat') && !!{root}.querySelector('button')")
        await page.presses("Tab")
        assert await page.runs(f"{root}.activeElement.tagName") == "BUTTON"
        await page.presses("Enter")
        await page.until(f"{root}.querySelector('button').getAttribute('aria-expanded') === 'true'")
        await page.until(f"{root}.activeElement.tagName === 'IFRAME'")
        async with asyncio.timeout(20):
            while not server.messages():  # the frame takes the focus once it is there
                await page.types("Hallo aus dem Shop")
                await page.presses("Enter")
                await asyncio.sleep(0.2)
        ((number, _, _), *_more) = server.messages()
        where = "SELECT page FROM visitor_presence WHERE conversation_id = ?"
        await until(lambda: server.desk.value(where, number) == f"{shop}/schuhe")
        await asyncio.to_thread(server.answers, number, "Guten Tag!")
        await until(lambda: server.messages(Direction.OUTBOUND)[-1][2] == "read")
        await page.pictured(keep("dialog", tmp_path))
        await page.presses("Escape")
        await page.until(f"{root}.querySelector('button').getAttribute('aria-expanded') === 'false'")
        assert await page.runs(f"{root}.activeElement.tagName") == "BUTTON"
        await asyncio.to_thread(server.answers, number, "Noch etwas?")
        await page.until(f"{root}.querySelector('span').textContent === '1'")
        assert server.messages(Direction.OUTBOUND)[-1][2] != "read"
        assert not page.problems
        await page.size(360, 640)
        await page.presses("Enter")
        await until(lambda: server.messages(Direction.OUTBOUND)[-1][2] == "read")
        await page.pictured(keep("dialog-phone", tmp_path))
        await page.closes()

    async def test_another_site_cannot_frame_it(self, browser: Chromium, server: Served, shop: str) -> None:
        page = await browser.page(shop.replace("localhost", "127.0.0.1"))
        await page.until("document.readyState === 'complete'")
        assert await page.runs("document.getElementById('omnidesk-chat-webchat')") is None
        await page.closes()
