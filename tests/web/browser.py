"""A headless Chromium that a test steers by its DevTools protocol, as a person would: keys, focus, what is shown."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.filling import wait_until

PATIENCE = 30.0
_KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), "ArrowDown": (40, ""), "End": (35, "")}


def program() -> str | None:
    """Return where Chromium is, None where it is not installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One window. Script is off in the pages it shows where `script` is False; the test can still ask them things."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Give a command of the protocol and return its result."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def opens(self, address: str) -> None:
        """Go to a page and wait until it is there."""
        self.ask("Page.navigate", url=address)
        self.sees("document.readyState === 'complete' && location.href !== 'about:blank'")

    def value(self, expression: str) -> Any:
        """Return what an expression is in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def sees(self, expression: str) -> Any:
        """Wait until an expression is true in the page."""
        return wait_until(lambda: self.value(expression), PATIENCE, expression)

    def press(self, *keys: str) -> None:
        """Press keys by name."""
        for key in keys:
            code, text = _KEYS[key]
            for event in ("keyDown", "keyUp"):
                more = {"text": text} if text and event == "keyDown" else {}
                self.ask("Input.dispatchKeyEvent", type=event, key=key, code=key, windowsVirtualKeyCode=code, **more)

    def types(self, text: str) -> None:
        """Type into what has the focus."""
        self.ask("Input.insertText", text=text)

    def size(self, width: int, height: int) -> None:
        """Be a window of this size."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def picture(self, path: Path) -> None:
        """Save what is shown."""
        data = self.ask("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))


@contextmanager
def browser(script: bool = True) -> Iterator[Browser]:
    """Run Chromium for the block; skips where it is not installed."""
    found = program()
    if found is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="omnichromium-"))
    command = [
        found, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
        "--no-first-run", "--disable-extensions", "--disable-background-networking", "--remote-debugging-port=0",
        f"--user-data-dir={folder}", "about:blank",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_window(folder), max_size=None, proxy=None) as socket:
            made = Browser(socket)
            made.ask("Page.enable")
            made.ask("Emulation.setScriptExecutionDisabled", value=not script)
            yield made
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
        with contextlib.suppress(OSError):
            shutil.rmtree(folder)


def _window(folder: Path) -> str:
    """Return the address of the one window's socket."""
    import httpx

    told = folder / "DevToolsActivePort"
    wait_until(lambda: told.exists() and told.read_text().count("\n"), PATIENCE, "Chromium to start")
    port = told.read_text().split("\n")[0]

    def find() -> str | None:
        windows = httpx.get(f"http://127.0.0.1:{port}/json", timeout=PATIENCE).json()
        return next((str(one["webSocketDebuggerUrl"]) for one in windows if one["type"] == "page"), None)

    return str(wait_until(find, PATIENCE, "Chromium's window"))
