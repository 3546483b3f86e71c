"""Runs a crowd on one workspace: engines that receive and send, consoles, command lines, and one who watches.

The workspace lies in its folder, or in PostgreSQL where its `url` says so.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omnidesk import clock
from omnidesk.desk import agents, channels, settings, workspace
from omnidesk.desk.workspace import Workspace

SETTINGS = {"tick_seconds": 0.1, "undo_seconds": 1.0, "lease_seconds": 5.0}
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Size:
    """How many are at work, and how long: each clerk and console for so many steps, at most twice `seconds`."""

    engines: int
    consoles: int
    clerks: int
    steps: int
    seconds: float
    messages: int
    """Messages that customers write while they are, spread over `seconds`, on as many channels as there are engines."""
    pause: float = 0.0
    """Seconds that a clerk rests between two commands, and a console at least between two keys."""

    @property
    def processes(self) -> int:
        """All of them, with the one who watches."""
        return self.engines + self.consoles + self.clerks + 1


FEW = Size(engines=2, consoles=1, clerks=2, steps=50, seconds=12, messages=80)
MANY = Size(engines=3, consoles=4, clerks=12, steps=150, seconds=45, messages=600)


@dataclass
class Crowd:
    """A crowd in a folder; `messages` are the ids of what customers wrote, by channel."""

    folder: Path
    size: Size
    messages: dict[str, list[str]] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    """The exit status of each process."""
    url: str | None = None
    """The address of an empty database in PostgreSQL."""
    wal: int = 0
    """The largest that the write-ahead log was seen, in bytes."""

    @property
    def home(self) -> Path:
        """The workspace's folder."""
        return self.folder / "home"

    @contextmanager
    def opened(self) -> Iterator[Workspace]:
        """The workspace, opened by this process."""
        found = workspace.open_workspace(self.home)
        try:
            yield found
        finally:
            found.close()

    def lines(self, pattern: str) -> list[dict[str, Any]]:
        """Return what processes wrote into their logs."""
        return [json.loads(line) for path in sorted(self.folder.glob(pattern)) for line in path.open()]

    def files(self, channel: str) -> Path:
        """Return where a channel's inbox and outbox lie."""
        return self.folder / channel

    # Before

    def prepare(self) -> None:
        """Make the workspace, with a few messages in each channel."""
        if self.url is not None:
            self.home.mkdir()
            (self.home / "config.toml").write_text(f'database = "{self.url}"\n')
        made = workspace.create(self.home, "Sanne")
        me = agents.actor(made)
        for name, value in SETTINGS.items():
            settings.put(made, name, value, me)
        for number in range(self.size.engines):
            name = f"box{number}"
            self.files(name).mkdir()
            about = {"folder": str(self.files(name)), "poll_seconds": 0.2}
            channels.add(made, me, "sample", name, f"{name}@shop.test", about)
            self.messages[name] = []
            self.write(name, 10, random.Random(number))
        made.close()
        self.run("sync", "--once")

    def run(self, *argv: str) -> None:
        """Run a command and wait for it."""
        subprocess.run(self._command(*argv), check=True, stdout=subprocess.DEVNULL, cwd=ROOT)

    def _command(self, *argv: str) -> list[str]:
        return [sys.executable, "-m", "omnidesk", "--home", str(self.home), *argv]

    def write(self, channel: str, count: int, rng: random.Random) -> None:
        """Let customers write: most for the first time, some an answer to what was written before."""
        known = self.messages[channel]
        lines = []
        for _ in range(count):
            name = f"<{channel}.{len(known)}@crowd.test>"
            before = rng.choice(known) if known and rng.random() < 0.4 else None
            line = {
                "id": name, "at": clock.now(), "from": f"c{rng.randrange(40)}@crowd.test",
                "to": [f"{channel}@shop.test"],
                "subject": f"Matter {len(known)}", "text": f"Where is order {len(known)}? " * 10,
                "in_reply_to": [before] if before else [],
            }  # fmt: skip
            known.append(name)
            lines.append(json.dumps(line) + "\n")
        with (self.files(channel) / "inbox.jsonl").open("a") as inbox:
            inbox.write("".join(lines))

    # At work

    def work(self) -> None:
        """Let all of them work until clerks and consoles are done; then let engines finish, and the others see it."""
        processes = self._start()
        busy = [process for name, process in processes.items() if name.startswith("clerk")]
        try:
            self._feed_while(busy)
            (self.folder / "enough").touch()
            for process in busy:
                process.wait(120)
            for name, process in processes.items():
                if name.startswith("engine"):
                    process.terminate()
                    process.wait(120)
            (self.folder / "quiet").touch()
            for name, process in processes.items():
                self.ended[name] = process.wait(120)
        finally:
            for process in processes.values():
                if process.poll() is None:
                    process.kill()
                process.wait()
        self.run("sync", "--once")

    def _feed_while(self, busy: list[subprocess.Popen[bytes]]) -> None:
        """Let customers write, evenly over the time there is, until all is written and nobody is busy any more."""
        rng = random.Random(7)
        began, written = time.monotonic(), 0
        while True:
            passed = (time.monotonic() - began) / self.size.seconds
            due = min(self.size.messages, round(self.size.messages * passed))
            for _ in range(due - written):
                self.write(rng.choice(list(self.messages)), 1, rng)
            written = due
            self.wal = max(self.wal, self._wal_size())
            done = passed > 2 or all(one.poll() is not None for one in busy)
            if written == self.size.messages and done:
                return
            time.sleep(0.05)

    def _wal_size(self) -> int:
        log = self.home / "omnidesk.db-wal"
        return log.stat().st_size if log.exists() else 0

    def _start(self) -> dict[str, subprocess.Popen[bytes]]:
        size, home, folder = self.size, str(self.home), str(self.folder)
        steps = str(size.steps), str(size.pause)
        started = {"watcher": self._python("watcher", "tests.crowd.watcher", home, folder)}
        while not (self.folder / "watching").exists():
            assert started["watcher"].poll() is None, "the watcher did not start"
            time.sleep(0.02)
        for number in range(size.engines):
            started[f"engine{number}"] = self._python(f"engine{number}", "omnidesk", "--home", home, "sync")
        for number in range(size.consoles):
            name = f"sitter{number}"
            started[name] = self._python(name, "tests.crowd.sitter", home, str(number), *steps, folder)
        for number in range(size.clerks):
            name = f"clerk{number}"
            started[name] = self._python(name, "tests.crowd.clerk", home, str(number), *steps, folder)
        return started

    def _python(self, name: str, module: str, *argv: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ, "OMNIDESK_AGENT": name, "TZ": "UTC", "XDG_STATE_HOME": str(self.folder / "state"),
            "OMNIDESK_CONFIG": str(self.folder / "config.toml"),
        }  # fmt: skip
        with (self.folder / f"{name}.out").open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-m", module, *argv], cwd=ROOT, env=environment, stdout=said, stderr=said
            )
