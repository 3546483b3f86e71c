"""The web form in a real browser: by keyboard, without script, on a telephone's screen, in other sites' frames."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from omnidesk.desk import channels
from tests.desk.conftest import desk as desk
from tests.filling import Desk
from tests.web.browser import browser
from tests.web.site import served

pytestmark = pytest.mark.chromium

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


def test_a_visitor_fills_it_in_by_keyboard_without_script_on_a_telephone(desk: Desk, tmp_path: Path) -> None:
    add_form(desk, topics="Waar blijft mijn pakje; Retour", order="optional", files=True)
    with served(desk.workspace) as address, browser(script=False) as here:
        here.size(360, 740)
        here.opens(f"{address}/form/contact?lang=nl")
        assert here.value("document.documentElement.scrollWidth") <= 360
        assert here.value("[...document.querySelectorAll('input,select,textarea')].every(one => one.type == 'hidden' "
                          "|| one.labels.length == 1)")  # fmt: skip
        here.press("Tab", "Tab", "Tab")
        assert here.value(FOCUS) == "name"
        here.types("Anna")
        here.press("Tab")
        here.types("anna@")
        here.press("Enter")
        here.sees("document.querySelector('.summary') !== null")
        assert here.value(FOCUS) == "email" and here.value("document.activeElement.value") == "anna@"
        assert "geen e-mailadres" in here.value("document.getElementById('email-wrong').textContent")
        assert here.value("document.documentElement.scrollWidth") <= 360
        here.picture(tmp_path / "wrong.png")
        here.press("End")
        here.types("example.test")
        here.press("Tab", "Tab", "ArrowDown", "Tab")
        assert here.value(FOCUS) == "message"
        here.types("Waar blijft het?")
        here.press("Tab", "Tab")
        assert here.value(FOCUS) == "BUTTON"
        here.press("Enter")
        here.sees("location.pathname.endsWith('/thanks')")
        assert "Bedankt" in here.value("document.body.innerText")
        here.picture(tmp_path / "thanks.png")
    assert desk.value("SELECT text FROM message WHERE kind = 'form'") == "Waar blijft het?"
    assert desk.value("SELECT subject FROM conversation") == "Waar blijft mijn pakje"


@pytest.mark.parametrize("allowed", [True, False])
def test_only_the_sites_that_are_named_show_it_in_a_frame(desk: Desk, allowed: bool) -> None:
    with served(desk.workspace) as address, shop(f'<iframe src="{address}/form/contact"></iframe>') as site:
        add_form(desk, origins=site if allowed else "https://shop.example")
        with browser() as here:
            here.opens(site)
            frames = here.ask("Page.getFrameTree")["frameTree"]["childFrames"]
            shown = frames[0]["frame"]["url"]
    assert shown.startswith(address) is allowed
