"""The web server under load: a storm of webhooks, of which none may be lost, and two hundred visitors at once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import websockets
from websockets.asyncio.client import ClientConnection

from bench import hooked
from bench.figures import Figure, percentile
from omnidesk.desk import agents, channels, composing, workspace
from omnidesk.desk.workspace import Workspace
from omnidesk.words.rows import Actor
from tests.servers import free_ports, until

WEBHOOKS, SENDERS, AT_ONCE = 10_000, 500, 64
VISITORS, ROUNDS = 200, 5
ANSWERED = 1_000.0
"""Milliseconds in which an agent's answer is to be on the visitor's page."""
ROOT = Path(__file__).parent.parent


def measure(folder: Path, tenth: bool = False) -> list[Figure]:
    """Return how long webhooks, visitors' messages and agents' answers took. Raises RuntimeError where any was lost."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plugins = hooked.install(folder / "plugins")
    with mock.patch.dict(os.environ, OMNIDESK_AGENT="sanne"), mock.patch.object(sys, "path", [*sys.path, str(plugins)]):
        opened = workspace.create(folder / "home", "Sanne")
        me = agents.actor(opened)
        channels.add(opened, me, hooked.KIND, "hooks", "bench", {})
        channels.add(opened, me, "chat", "webchat", "shop.test", {"always_online": True})
        (port,) = free_ports(1)
        server = subprocess.Popen(
            [sys.executable, "-m", "omnidesk", "--home", str(folder / "home"), "serve", "--port", str(port)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(plugins)))},
        )  # fmt: skip
        try:
            assert server.stdout is not None
            server.stdout.readline()
            count = WEBHOOKS // 10 if tenth else WEBHOOKS
            figures = asyncio.run(_webhooks(opened, port, count))
            return figures + asyncio.run(_visitors(opened, me, port, VISITORS // 10 if tenth else VISITORS))
        finally:
            server.terminate()
            server.wait(60)
            opened.close()


async def _webhooks(opened: Workspace, port: int, count: int) -> list[Figure]:
    """Post over bare sockets: a client that counted its connections would be what is measured."""
    bodies = [
        json.dumps({"id": f"{number}", "from": f"+316{number % SENDERS:08}", "text": f"message {number}"}).encode()
        for number in range(count)
    ]
    taken: list[float] = []
    left = iter(bodies)

    async def posts() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for body in left:
            began = time.perf_counter()
            writer.write(
                b"POST /hooks/hooks HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Signature: %s\r\nContent-Length: %d\r\n\r\n%s"
                % (hooked.signature(body).encode(), len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            said = re.search(rb"(?i)content-length: (\d+)", head)
            await reader.readexactly(int(said[1]) if said else 0)
            if b" 200 " not in head.partition(b"\r\n")[0]:
                raise RuntimeError(f"a webhook was answered with {head.decode().splitlines()[0]}")
            taken.append((time.perf_counter() - began) * 1_000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(posts() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - began
    counted = "SELECT count(DISTINCT external_id) FROM message WHERE kind = ?"
    filed = await asyncio.to_thread(
        until, lambda: opened.database.reader.value(counted, (hooked.KIND,)) == count, "every webhook to be filed", 300
    )
    assert filed
    details: dict[str, float | str] = {"count": count, "worst": max(taken), "at_once": AT_ONCE}
    return [
        Figure("webhooks kept", count / seconds, "webhooks/s", details=details),
        *_both("a webhook answered", taken, None),
        Figure("all webhooks filed after", time.perf_counter() - began, "s", details=details),
    ]


@dataclass
class Visitor:
    """One page: what it posted and when, and what it was answered."""

    socket: ClientConnection
    posted: dict[str, asyncio.Future[float]] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def listens(self) -> None:
        """Note when things come."""
        async for raw in self.socket:
            frame, now = json.loads(raw), time.perf_counter()
            if frame["type"] == "posted":
                self.posted[frame["id"]].set_result(now)
            for message in frame.get("messages", ()):
                if message["ours"]:
                    self.answered.setdefault(message["text"], now)
                    self.came.set()
                    await self.socket.send(json.dumps({"type": "seen", "keys": [message["id"]]}))

    async def sees(self, text: str) -> None:
        """Return once an answer is here."""
        async with asyncio.timeout(120):
            while text not in self.answered:
                self.came.clear()
                await self.came.wait()

    async def writes(self, text: str) -> float:
        """Post a message; return the milliseconds until it was kept."""
        key, began = str(uuid.uuid4()), time.perf_counter()
        self.posted[key] = asyncio.get_running_loop().create_future()
        await self.socket.send(json.dumps({"type": "post", "id": key, "text": text}))
        return (await asyncio.wait_for(self.posted[key], 60) - began) * 1_000


async def _visitors(opened: Workspace, me: Actor, port: int, count: int) -> list[Figure]:
    origin: Any = f"http://127.0.0.1:{port}"
    visitors: list[Visitor] = []
    for number in range(count):
        from_where = {"X-Forwarded-For": f"10.1.{number // 200}.{number % 200}"}
        url = f"ws://127.0.0.1:{port}/chat/webchat/socket"
        socket = await websockets.connect(url, origin=origin, additional_headers=from_where)
        await socket.send(json.dumps({"type": "hello"}))
        visitors.append(Visitor(socket))
    listening = [asyncio.create_task(visitor.listens()) for visitor in visitors]
    draw = random.Random(1)

    async def talks(number: int) -> list[float]:
        taken = []
        for line in range(ROUNDS):
            await asyncio.sleep(draw.uniform(0, 3))
            taken.append(await visitors[number].writes(f"visitor {number} line {line}"))
        return taken

    taken = [one for some in await asyncio.gather(*(talks(number) for number in range(count))) for one in some]
    counted = "SELECT count(*) FROM message WHERE kind = 'chat' AND direction = 'inbound'"
    reader = opened.database.reader
    await asyncio.to_thread(until, lambda: opened.database.reader.value(counted) == count * ROUNDS, "every line", 120)
    numbers = {
        int(row["text"].split()[1]): row["conversation_id"]
        for row in reader.all("SELECT text, conversation_id FROM message WHERE kind = 'chat' AND text LIKE '% line 0'")
    }
    answers = []
    for number, conversation in sorted(numbers.items()):
        text = f"answer to {number}"
        await asyncio.to_thread(composing.reply, opened, me, conversation, text)
        answers.append((visitors[number], text, time.perf_counter()))
        await asyncio.sleep(0.02)
    for visitor, text, _ in answers:
        await visitor.sees(text)
    seen = [max(0.0, visitor.answered[text] - began) * 1_000 for visitor, text, began in answers]
    for visitor in visitors:
        await visitor.socket.close()
    await asyncio.gather(*listening, return_exceptions=True)
    return [
        *_both(f"a visitor's message kept, {count} at once", taken, None),
        *_both(f"an answer on the visitor's page, {count} connected", seen, ANSWERED),
    ]


def _both(name: str, taken: list[float], budget: float | None) -> list[Figure]:
    details: dict[str, float | str] = {"worst": max(taken), "count": len(taken)}
    return [
        Figure(f"{name}, p{part * 100:.0f}", percentile(taken, part), "ms", budget=budget, runs=taken, details=details)
        for part in (0.5, 0.99)
    ]


if __name__ == "__main__":
    from bench.figures import table

    print(table(measure(Path(__file__).parent / "out" / "serve", "--tenth" in sys.argv)))
