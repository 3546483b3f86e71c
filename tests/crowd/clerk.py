"""A process that does one command line after another: python -m tests.crowd.clerk HOME SEED STEPS PAUSE FOLDER.

Each command runs as a shell would run it, but in this process, so that the time goes into the workspace and not into
imports; after each the clerk rests PAUSE seconds. What was asked, how it ended and which act it made goes into
FOLDER/clerk-SEED.jsonl, a line a command. It ends after so many steps, or when FOLDER/enough is there.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

from omnidesk.cli.main import run

ALLOWED: dict[str, tuple[int, ...]] = {
    "queue": (0,),
    "take": (0,),
    "assign": (0, 4),  # a colleague was faster
    "close": (0, 4),  # it is deleted
    "reopen": (0,),
    "note": (0,),
    "tag": (0,),
    "priority": (0,),
    "reply": (0, 4),
    "delete": (0,),
    "undo": (0, 4),  # nothing of it can be taken back any more
}
"""The statuses that a command may end with; 3 is none of them, what is asked for was there."""

HOT = (1, 2, 3)
"""Conversations that everybody wants something of."""


class Clerk:
    """Decides what to ask next, by a seed."""

    def __init__(self, home: str, seed: int) -> None:
        self.home = home
        self.rng = random.Random(seed)
        self.seed = seed
        self.known: list[int] = []
        self.step = 0

    def next(self) -> list[str]:
        """Return the next command."""
        self.step += 1
        if not self.known or self.step % 12 == 0:
            return ["queue", "--view", self.rng.choice(("open", "all", "unassigned")), "--limit", "40"]
        number = str(self.rng.choice(HOT if self.rng.random() < 0.6 else self.known))
        tag = f"t{self.rng.randrange(4)}"
        asked = (
            (20, ["take"]),
            (18, ["assign", number, "me"]),
            (6, ["assign", number, "none"]),
            (12, ["close", number]),
            (5, ["reopen", number]),
            (8, ["note", number, "--text", f"clerk {self.seed} was here"]),
            (12, ["tag", number, f"+{tag}"]),
            (4, ["tag", number, f"-{tag}"]),
            (6, ["priority", number, self.rng.choice(("urgent", "high", "normal", "low"))]),
            (10, ["reply", number, "--text", f"Answer {self.seed}.{self.step}", "--key", f"k{self.seed}-{self.step}"]),
            (2, ["delete", number]),
            (12, ["undo"]),
        )
        return self.rng.choices([one for _, one in asked], [weight for weight, _ in asked])[0]

    def does(self, argv: list[str]) -> dict[str, Any]:
        """Run a command and return how it went."""
        out, err = io.StringIO(), io.StringIO()
        began = time.monotonic()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = run(["--home", self.home, *argv, "--json"])
        ended = time.monotonic()
        said = json.loads(out.getvalue()) if status == 0 else {}
        if argv[0] == "queue":
            self.known = [one["id"] for one in said.get("items", ())]
        act = said.get("act") or {}
        return {
            "argv": argv, "status": status, "began": began, "ended": ended, "err": err.getvalue(),
            "act": act.get("id"), "undoable": act.get("undoable"),
        }  # fmt: skip


def main() -> None:
    """Work until it is enough."""
    home, seed, steps, pause, folder = sys.argv[1:]
    enough = Path(folder) / "enough"
    clerk = Clerk(home, int(seed))
    with (Path(folder) / f"clerk-{seed}.jsonl").open("w", buffering=1) as log:
        for _ in range(int(steps)):
            if enough.exists():
                break
            log.write(json.dumps(clerk.does(clerk.next())) + "\n")
            time.sleep(float(pause))


if __name__ == "__main__":
    main()
