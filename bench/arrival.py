"""How long from a message at its source to its row in the queue, while an engine runs on the desk.

The source is the sample channel, which has to be looked at; it is looked at as often as the busy channel of the
bench, so half of `busy.EACH` is waiting. What pushes (IDLE, a webhook) has no such wait.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

from bench import busy
from bench.desks import Desk
from bench.figures import Figure, percentile
from omnidesk import clock
from omnidesk.desk import agents, views
from omnidesk.desk.workspace import Workspace, open_workspace

BUDGET = 1.0
"""Seconds, where the source pushes."""
PATIENCE = 20.0
SUBJECT = "Where does this go?"


def measure(desk: Desk, times: int) -> list[Figure]:
    """Return the median of so many arrivals on a desk whose engine is at work besides."""
    with desk.pointed_at(), busy.engine_at_work(desk.home):
        opened = open_workspace(desk.home)
        me = agents.whoami(opened).id
        taken = [_one(opened, me, desk.home / "busy" / "inbox.jsonl", number) for number in range(times + 1)][1:]
        opened.close()
    return [
        Figure(
            f"message to row, engine at work, p{part * 100:.0f}", percentile(taken, part), "s", budget=BUDGET,
            size=desk.messages, runs=taken,
        )
        for part in (0.5, 0.95)
    ]  # fmt: skip


def _one(opened: Workspace, me: int, inbox: Path, number: int) -> float:
    """Put a message into the source and wait for its row; the same few conversations get them each time."""
    now = clock.now()
    line = {
        "id": f"<arrival.{now}@bench.example>",
        "at": now,
        "from": f"arrival{number}@bench.example",
        "subject": SUBJECT,
        "text": f"Message {now}",
        "thread": f"arrival{number}",
    }
    started = time.perf_counter()
    with inbox.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    while time.perf_counter() - started < PATIENCE:
        rows = views.page(opened, "/status:open sort:newest", me, 50)
        if any(row.preview == line["text"] for row in rows):
            return time.perf_counter() - started
        time.sleep(0.005)
    raise RuntimeError(f"no row showed the message within {PATIENCE:.0f} s")
