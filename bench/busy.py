"""Keeps the engine at work: customers write without a pause while something else is measured."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnidesk import clock
from omnidesk.desk import agents, channels, settings, workspace

EACH = 0.25
"""Seconds between two handfuls of messages."""
HANDFUL = 10
TALKS = 200
"""Conversations that they write in: a desk that is measured again and again grows by no more."""
CHANNEL = "bench-busy"


@contextmanager
def engine_at_work(home: Path) -> Iterator[int]:
    """Run an engine on the workspace that receives `HANDFUL / EACH` messages a second from a sample
    channel; yield its process."""
    folder = home / "busy"
    folder.mkdir(exist_ok=True)
    (folder / "inbox.jsonl").write_bytes(b"")  # the channel reads it whole each time: what came before is over
    opened = workspace.open_workspace(home)
    me = agents.actor(opened)
    if CHANNEL not in {channel.name for channel in channels.list_channels(opened)}:
        channels.add(opened, me, "sample", CHANNEL, "busy@shop.example", {})
    channels.set_settings(opened, me, CHANNEL, {"folder": str(folder)})  # a desk that was moved brings another's
    settings.put(opened, "poll_seconds", EACH)
    opened.close()
    over = threading.Event()
    writing = threading.Thread(target=_write, args=(folder / "inbox.jsonl", over))
    command = [sys.executable, "-m", "omnidesk", "--home", str(home), "sync", "--channel", CHANNEL]
    engine = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        writing.start()
        yield engine.pid
    finally:
        over.set()
        writing.join()
        engine.terminate()
        engine.wait(60)


def _write(inbox: Path, over: threading.Event) -> None:
    number = 0
    while not over.wait(EACH):
        with inbox.open("a", encoding="utf-8") as file:
            for _ in range(HANDFUL):
                number += 1
                now = clock.now()
                line = {
                    "id": f"<busy.{now}.{number}@bench.example>",
                    "at": now,
                    "from": f"busy{number % TALKS}@bench.example",
                    "name": f"Busy {number % TALKS}",
                    "thread": f"busy{number % TALKS}",
                    "subject": f"Where is order {number}?",
                    "text": "It has still not arrived. " * 20,
                }
                file.write(json.dumps(line) + "\n")
