"""The web form in a real browser: by keyboard, without script, on a telephone's screen, in other sites' frames."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from omnidesk.desk import channels
from tests.desk.conftest import desk as desk
from tests.filling import Desk
from tests.web.chromium import Chromium, Page, missing
from tests.web.site import served

pytestmark = pytest.mark.chromium


@pytest.fixture(autouse=True)
def needs_chromium() -> None:
    if reason := missing():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


WIDTH = "document.documentElement.scrollWidth"
ALL_LABELLED = (
    "[...document.querySelectorAll('input,select,textarea')].every(one => one.type == 'hidden' || one.labels.length)"
)
FOCUS = "document.activeElement.id || document.activeElement.tagName"


def add_form(desk: Desk, **said: Any) -> None:
    channels.add(desk.workspace, desk.me, "form", "contact", "", {"wait_seconds": 0, **said})


@contextmanager
def shop(page: str) -> Iterator[str]:
    """Serve a page of the shop's own on another origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: Any) -> None:
            return None

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


async def test_a_visitor_fills_it_in_by_keyboard_without_script_on_a_telephone(desk: Desk, tmp_path: Path) -> None:
    add_form(desk, topics="Waar blijft mijn pakje; Retour", order="optional", files=True)
    with served(desk.workspace) as address:
        async with Chromium() as chromium:
            here = await chromium.page("about:blank", 360, 740)
            await here.call("Emulation.setScriptExecutionDisabled", value=True)
            await here.goes(f"{address}/form/contact?lang=nl")
            assert await here.runs(WIDTH) <= 360
            assert await here.runs(ALL_LABELLED)
            await presses(here, "Tab", "Tab", "Tab")
            assert await here.runs(FOCUS) == "name"
            await here.types("Anna")
            await here.presses("Tab")
            await here.types("anna@")
            await here.presses("Enter")
            await here.until("document.querySelector('.summary') !== null")
            assert await here.runs(FOCUS) == "email" and await here.runs("document.activeElement.value") == "anna@"
            assert "geen e-mailadres" in await here.runs("document.getElementById('email-wrong').textContent")
            assert await here.runs(WIDTH) <= 360
            await here.pictured(tmp_path / "wrong.png")
            await here.presses("End")
            await here.types("example.test")
            await presses(here, "Tab", "Tab", "ArrowDown", "Tab")
            assert await here.runs(FOCUS) == "message"
            await here.types("Waar blijft het?")
            await presses(here, "Tab", "Tab")
            assert await here.runs(FOCUS) == "BUTTON"
            await here.presses("Enter")
            await here.until("location.pathname.endsWith('/thanks') && document.body.innerText.includes('Bedankt')")
            await here.pictured(tmp_path / "thanks.png")
            assert here.problems == []
    assert desk.value("SELECT text FROM message WHERE kind = 'form'") == "Waar blijft het?"
    assert desk.value("SELECT subject FROM conversation") == "Waar blijft mijn pakje"


async def presses(here: Page, *keys: str) -> None:
    for key in keys:
        await here.presses(key)


@pytest.mark.parametrize("allowed", [True, False])
async def test_only_the_sites_that_are_named_show_it_in_a_frame(desk: Desk, allowed: bool) -> None:
    with served(desk.workspace) as address, shop(f'<iframe src="{address}/form/contact"></iframe>') as site:
        add_form(desk, origins=site if allowed else "https://shop.example")
        async with Chromium() as chromium:
            here = await chromium.page(site)
            await here.goes(site)
            frames = (await here.call("Page.getFrameTree"))["frameTree"]["childFrames"]
    assert frames[0]["frame"]["url"].startswith(address) is allowed
