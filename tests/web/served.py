"""`omnidesk serve` as a process of its own on loopback, and visitors who talk to it as their browsers would."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
import websockets
from websockets.asyncio.client import ClientConnection

from omnidesk.desk import channels, presence, processes
from omnidesk.desk import settings as conf
from omnidesk.words.kinds import Direction
from omnidesk.words.rows import Channel
from tests.filling import Desk
from tests.servers import free_ports

SITE = "https://www.shop.test"
PATIENCE = 20.0


@dataclass
class Served:
    """A desk with a chat `webchat`, and its server, which can be killed and started again on the same port."""

    desk: Desk
    channel: Channel
    port: int = field(default_factory=lambda: free_ports(1)[0])
    process: subprocess.Popen[str] | None = None
    caller: str = field(default_factory=lambda: f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.7")
    """Where its visitors seem to come from: limits count callers by address."""

    @property
    def origin(self) -> str:
        """Where the server is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """Where the chat is."""
        return f"{self.origin}/chat/{self.channel.name}/"

    @property
    def headers(self) -> dict[str, str]:
        """What its visitors' proxy says of them."""
        return {"X-Forwarded-For": self.caller}

    def start(self) -> None:
        """Start the server, and wait until it says that it listens."""
        command = [sys.executable, "-m", "omnidesk", "--home", str(self.desk.workspace.home.path), "serve"]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "OMNIDESK_AGENT": "sanne"},
        )  # fmt: skip
        assert self.process.stdout is not None
        assert "listening" in self.process.stdout.readline()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    def answers(self, number: int, text: str, *more: str) -> None:
        """Let an agent answer a conversation from the command line."""
        subprocess.run(
            [sys.executable, "-m", "omnidesk", "--home", str(self.desk.workspace.home.path), "reply", str(number),
             "--text", text, *more],
            check=True, stdout=subprocess.DEVNULL, env={**os.environ, "OMNIDESK_AGENT": "sanne"},
        )  # fmt: skip

    def messages(self, direction: Direction = Direction.INBOUND) -> list[tuple[int, str, str]]:
        """Return (conversation, text, status) of the chat's messages."""
        rows = self.desk.workspace.database.reader.all(
            "SELECT conversation_id, text, status FROM message WHERE channel_id = ? AND direction = ? ORDER BY id",
            (self.channel.id, direction),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def filed(self, count: int = 1) -> list[tuple[int, str, str]]:
        """Return what visitors wrote, once so much is filed."""
        await until(lambda: len(self.messages()) >= count)
        return self.messages()


def settings(origin: str = SITE, **more: Any) -> dict[str, Any]:
    """Return settings of a chat that is open whether or not anybody is at a console."""
    return {"origins": origin, "always_online": True} | more


def with_chat(desk: Desk, **more: Any) -> Served:
    """Add a chat to a desk; its server is not started. Who takes over from a killed one need not wait for long."""
    conf.put(desk.workspace, "lease_seconds", 2.0, desk.me)
    return Served(desk, add_chat(desk, "webchat", **more))


def add_chat(desk: Desk, name: str, **more: Any) -> Channel:
    """Add a chat to a desk."""
    return channels.add(desk.workspace, desk.me, "chat", name, "www.shop.test", settings(**more))[1]


async def reachable(served: Served) -> None:
    """Wait until a server that runs knows the chat."""
    async with asyncio.timeout(PATIENCE):
        while (await get(served.url, headers=served.headers)).status_code != 200:
            pass


async def until(holds: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        await asyncio.sleep(0.02)


async def get(url: str, **more: Any) -> httpx.Response:
    """Fetch a page."""
    return await asyncio.to_thread(httpx.get, url, timeout=60.0, **more)


async def post(url: str, **more: Any) -> httpx.Response:
    """Post something."""
    return await asyncio.to_thread(httpx.post, url, timeout=60.0, **more)


@dataclass
class Visitor:
    """A page over a WebSocket. `shown` is all that it was told of messages, by id."""

    socket: ClientConnection
    token: str = ""
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)

    async def hears(self, fits: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Return the next frame that fits."""
        while True:
            frame = await self.next()
            if fits(frame):
                return frame

    async def next(self) -> dict[str, Any]:
        """Return the next frame."""
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))
        self.told.append(frame)
        self.token = frame.get("token", self.token)
        for message in frame.get("messages", ()):
            self.shown[message["id"]] = message
        return frame

    async def says(self, **frame: Any) -> None:
        """Say something."""
        await self.socket.send(json.dumps(frame))

    async def writes(self, text: str, key: str | None = None, **more: Any) -> str:
        """Post a message and wait until it is kept; return its id."""
        key = key or str(uuid.uuid4())
        await self.says(type="post", id=key, text=text, **more)
        await self.hears(lambda frame: frame["type"] == "posted" and frame["id"] == key)
        return key

    async def sees(self, text: str) -> dict[str, Any]:
        """Return a message of ours with this text, once it was told."""
        while True:
            found = [one for one in self.shown.values() if one["ours"] and one["text"] == text]
            if found:
                return found[0]
            await self.next()


@asynccontextmanager
async def visiting(served: Served, token: str = "", origin: str | None = None, **more: Any):  # type: ignore[no-untyped-def]
    """Open a page that has said hello."""
    url = f"ws://127.0.0.1:{served.port}/chat/{served.channel.name}/socket"
    said: Any = {"origin": origin or served.origin, "additional_headers": served.headers, "close_timeout": 1.0}
    async with websockets.connect(url, **said, **more) as socket:
        visitor = Visitor(socket)
        await visitor.says(type="hello", token=token, page=f"{SITE}/shoes?secret=1", language="nl")
        await visitor.hears(lambda frame: frame["type"] == "welcome")
        yield visitor


class Caller:
    """A page over plain HTTP."""

    def __init__(self, served: Served, origin: str | None = None, **headers: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=served.url, headers={"Origin": origin or served.origin, **served.headers, **headers}, timeout=60.0
        )
        self.connection, self.last, self.token = str(uuid.uuid4()), 0, ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def asks(self, where: str, **said: Any) -> httpx.Response:
        """Post a JSON object."""
        return await self._client.post(where, json=said)

    async def begins(self) -> str:
        """Get a pass."""
        self.token = (await self.asks("session")).json()["token"]
        return self.token

    async def polls(self, *frames: dict[str, Any], wait: float = 0) -> list[dict[str, Any]]:
        """Give frames and take ours."""
        answer = await self.asks(
            "poll", token=self.token, connection=self.connection, after=self.last, wait=wait, frames=list(frames)
        )
        assert answer.status_code == 200, answer.text
        self.last = answer.json()["last"]
        found: list[dict[str, Any]] = answer.json()["frames"]
        return found


class AtConsole:
    """An agent who is at a console, in a conversation or not, for as long as the block runs."""

    def __init__(self, desk: Desk, number: int | None = None, doing: presence.Doing = "viewing") -> None:
        self._desk, self._number, self._doing = desk, number, doing
        self._name, self._ended = processes.process_name(), threading.Event()
        self._renewing = threading.Thread(target=self._renew)

    def _show(self) -> None:
        presence.show(self._desk.workspace, self._name, self._desk.me.agent_id or 0, self._number, self._doing)

    def _renew(self) -> None:
        while not self._ended.wait(3.0):
            self._show()

    def __enter__(self) -> Self:
        self._show()
        self._renewing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._renewing.join()
        presence.leave(self._desk.workspace, self._name)
