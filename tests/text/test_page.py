"""The original of a mail in a browser: what the sanitiser leaves, and what a real browser does with it."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from omnidesk.text.page import POLICY, safe_page

CHROMIUM = shutil.which("chromium")
HOSTILE = """<html><head><meta http-equiv="refresh" content="0;url={home}/refresh"><base href="{home}/">
<link rel="stylesheet" href="{home}/css"><style>@import url({home}/import);
p {{ background: url({home}/style) }}</style>
</head><body background="{home}/body" onload="fetch('{home}/onload')"><script>document.title='ran';
fetch('{home}/script')</script><img src="{home}/pixel.gif" onerror="document.title='ran'"><img src="x"
onerror="document.title='ran'"><div style="background-image:url({home}/inline);color:red">red</div>
<iframe src="{home}/frame" srcdoc="<script>1</script>"></iframe><object data="{home}/object"></object>
<svg><image href="{home}/svg"/><script>document.title='ran'</script></svg><video src="{home}/video" autoplay></video>
<form action="{home}/form"><input autofocus onfocus="document.title='ran'"></form><a href="javascript:alert(1)">js</a>
<a href="data:text/html,<script>1</script>">data</a><a href="https://shop.example/" ping="{home}/ping">shop</a>
<math><mtext><table><mglyph><style><img src=x onerror="document.title='ran'"></style></mglyph></table></mtext></math>
<img src="cid:logo"><b>Hello Bram</b></body></html>"""


def test_nothing_that_acts_or_loads_is_left() -> None:
    page = safe_page(HOSTILE.format(home="http://home.test"), "A & <b>", {"logo": ("image/png", b"png")})
    body = page.partition("<body>")[2].lower()
    for gone in ("home.test", "script", "onerror", "onload", "iframe", "<form", "<style", "javascript:", "data:text"):
        assert gone not in body, gone
    assert "data:image/png;base64,cg5n" in body
    assert 'href="https://shop.example/"' in body
    assert "<b>hello bram</b>" in body
    assert "color:red" in body.replace(" ", "") or "<div>red" in body
    assert f'content="{POLICY}"' in page
    assert "<title>A &amp; &lt;b&gt;</title>" in page


def test_a_picture_that_is_none_is_left_out() -> None:
    page = safe_page('<img src="cid:a"><img src="data:image/svg+xml;base64,x">', "", {"a": ("text/html", b"<script>")})
    assert "src=" not in page.partition("<body>")[2]


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and every path that was asked of it."""
    paths: list[str] = []

    class Recording(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recording)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", paths
    server.shutdown()
    server.server_close()


def browse(page: Path, profile: Path) -> str:
    """Return what a browser made of a page, once it had settled."""
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}",
         "--virtual-time-budget=4000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium on this machine")
def test_in_a_browser_no_script_runs_and_no_request_leaves(tmp_path: Path, asked: tuple[str, list[str]]) -> None:
    home, paths = asked
    raw, safe = tmp_path / "raw.html", tmp_path / "safe.html"
    raw.write_text(HOSTILE.replace('http-equiv="refresh"', 'name="x"').format(home=home))
    safe.write_text(safe_page(HOSTILE.format(home=home), "Original"))
    shown = browse(safe, tmp_path / "one")
    assert "Hello Bram" in shown
    assert "<title>Original</title>" in shown
    assert paths == []
    browse(raw, tmp_path / "two")
    assert paths != [], "the untouched mail loads something, so that the silence above means something"
