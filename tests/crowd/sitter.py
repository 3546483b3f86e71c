"""A console with somebody at it who presses keys: python -m tests.crowd.sitter HOME SEED STEPS PAUSE FOLDER.

What it complained of goes into FOLDER/sitter-SEED.json, with whether its queue, once FOLDER/quiet is there and nobody
writes any more, came to show what is in the workspace.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from itertools import zip_longest
from pathlib import Path

from omnidesk.desk import views, workspace
from tests.console.steering import console

KEYS = (
    ("j",), ("j",), ("j",), ("k",), ("t",), ("t",), ("a", "a"), ("e",), ("q",), ("g", "u"), ("g", "o"), ("u",),
)  # fmt: skip
PAUSE = 0.1
"""Seconds at least between two keys: a person's."""


async def sit(home: str, seed: int, steps: int, pause: float, folder: Path) -> None:
    """Press keys until it is enough, then wait until the queue shows what is there."""
    rng = random.Random(seed)
    opened = workspace.open_workspace(home)
    complaints: list[str] = []
    stale: list[str] = []
    async with console(opened) as here:
        say = here.desk.say

        def listen(text: str, wrong: bool = False) -> None:
            if wrong:
                complaints.append(text)
            say(text, wrong)

        here.desk.say = listen  # type: ignore[method-assign]
        for _ in range(steps):
            if (folder / "enough").exists():
                break
            await here.press(*rng.choice(KEYS))
            await asyncio.sleep(max(PAUSE, pause))
        await here.until(lambda: (folder / "quiet").exists(), "quiet", 300)

        def missing() -> list[str]:
            """What the queue does not show as it is."""
            queue, me = here.desk.queue, here.desk.session.agent.id
            there = views.page(opened, here.desk.view, me, len(queue.window.rows))
            if queue.window.start > 0:
                return []
            return [f"{a} is shown, {b} is there" for a, b in zip_longest(queue.window.rows, there) if a != b]

        try:
            await here.until(lambda: not missing(), "the queue to show what is there", 60)
        except AssertionError:
            stale = missing()
    opened.close()
    (folder / f"sitter-{seed}.json").write_text(json.dumps({"complaints": complaints, "stale": stale}))


if __name__ == "__main__":
    asyncio.run(sit(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), Path(sys.argv[5])))
