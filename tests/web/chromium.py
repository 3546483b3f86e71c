"""A headless Chromium, driven over the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Self

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from tests.servers import until
from tests.web.served import PATIENCE

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str | None:
    """Return why no Chromium can be started here, None when it can."""
    return None if _program() else "Chromium is not installed (Debian: apt-get install chromium)"


def _program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


class Chromium:
    """A browser with a profile of its own, which lasts as long as the block."""

    async def __aenter__(self) -> Self:
        program = _program()
        assert program is not None
        self._profile = Path(tempfile.mkdtemp(prefix="chromium-"))
        # Frames of other sites stay in the page's process: what is typed reaches whatever has the focus.
        self._process = await asyncio.to_thread(
            subprocess.Popen,
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
             "--disable-features=IsolateOrigins,site-per-process", "--remote-debugging-port=0",
             f"--user-data-dir={self._profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        told = self._profile / "DevToolsActivePort"
        self._port = await asyncio.to_thread(lambda: int(until(lambda: _lines(told), "Chromium")[0]))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, PATIENCE)
        shutil.rmtree(self._profile, ignore_errors=True)

    async def page(self, url: str = "about:blank", width: int = 1000, height: int = 800) -> Page:
        """Open a tab at an address."""
        async with httpx.AsyncClient() as client:
            answer = await client.put(f"http://127.0.0.1:{self._port}/json/new?about:blank")
        socket = await websockets.connect(answer.json()["webSocketDebuggerUrl"], max_size=None)
        page = Page(socket)
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.call(f"{domain}.enable")

        await page.size(width, height)
        await page.goes(url)
        return page


class Page:
    """A tab. Problems that the browser told of stand in `problems`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.problems: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        with contextlib.suppress(websockets.ConnectionClosed):
            async for raw in self._socket:
                said = json.loads(raw)
                if "id" in said:
                    self._answers.pop(said["id"]).set_result(said)
                elif said["method"] == "Runtime.exceptionThrown":
                    self.problems.append(json.dumps(said["params"]["exceptionDetails"])[:1000])
                elif said["method"] == "Log.entryAdded" and said["params"]["entry"]["source"] == "security":
                    self.problems.append(said["params"]["entry"]["text"])

    async def call(self, method: str, **said: Any) -> dict[str, Any]:
        """Call a method of the protocol."""
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        answer = self._answers[number]
        await self._socket.send(json.dumps({"id": number, "method": method, "params": said}))
        found = await asyncio.wait_for(answer, 60)
        assert "error" not in found, found
        result: dict[str, Any] = found["result"]
        return result

    async def size(self, width: int, height: int) -> None:
        """Give the tab a size."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )

    async def goes(self, url: str) -> None:
        """Go to an address."""
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete'")

    async def reloads(self) -> None:
        """Load the page again."""
        await self.runs("window.before = true")
        await self.call("Page.reload")
        await self.until("!window.before && document.readyState === 'complete'")

    async def runs(self, script: str) -> Any:
        """Return the value of an expression."""
        found = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, script: str) -> Any:
        """Return the value of an expression once it is true."""
        value = None
        try:
            async with asyncio.timeout(PATIENCE):
                while not value:
                    with contextlib.suppress(AssertionError):  # the page is being replaced
                        value = await self.runs(script)
        except TimeoutError:
            raise AssertionError(f"{script} did not come to be: {await self.runs('document.body.innerText')}") from None
        return value

    async def types(self, text: str) -> None:
        """Type into what has the focus."""
        await self.call("Input.insertText", text=text)

    async def presses(self, key: str, modifiers: int = 0) -> None:
        """Press a key: Enter, Tab, Escape, End, ArrowDown."""
        codes = {"Enter": 13, "Tab": 9, "Escape": 27, " ": 32, "End": 35, "ArrowDown": 40}
        said = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key], "modifiers": modifiers}
        text = {"Enter": {"text": "\r"}, " ": {"text": " "}}.get(key, {})
        await self.call("Input.dispatchKeyEvent", type="keyDown", **said, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **said)

    async def clicks(self, x: float, y: float) -> None:
        """Click at a place."""
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def pictured(self, path: Path) -> Path:
        """Keep a picture of what the tab shows."""
        found = await self.call("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(found["data"]))
        return path

    async def offline(self, off: bool) -> None:
        """Cut the network, or bring it back."""
        await self.call(
            "Network.emulateNetworkConditions", offline=off, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )

    async def closes(self) -> None:
        """Close the tab."""
        with contextlib.suppress(Exception):
            await self.call("Page.close")
        await self._socket.close()
        self._reading.cancel()
