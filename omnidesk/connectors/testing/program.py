"""The whole program under test, on a workspace of its own and driven through its command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omnidesk.connectors import registry
from omnidesk.connectors.testing.shell import Shell

if TYPE_CHECKING:
    from omnidesk.connectors.testing.harness import Harness

QUICK = {
    "lease_seconds": 2,
    "tick_seconds": 0.1,
    "poll_seconds": 0.2,
    "backoff_seconds": 0.2,
    "timeout_seconds": 3,
    "undo_seconds": 0,
    "verify_after_seconds": 0.2,
}
"""Settings that make the program hurry."""

PATIENCE = 60.0
"""Seconds that the suite waits for a condition before it gives up."""

CHANNEL = "under-test"
_SHELL = Shell(PATIENCE * 2)


class Program:
    """One workspace with the channel under test. `said` is all that its commands printed."""

    def __init__(self, home: Path, harness: Harness) -> None:
        self.home = home
        self.said: list[str] = []
        manifest = registry.manifest(harness.kind)
        self.runs_in, self.commerce = manifest.runs_in, manifest.commerce
        self.environment = os.environ | {
            f"OMNIDESK_SECRET_UNDER_TEST_{name.upper()}": value for name, value in harness.secrets.items()
        }
        self.run("init", "--agent-name", "Conformance")
        settings = [word for name, value in harness.settings.items() for word in ("--set", f"{name}={value}")]
        address = ["--address", harness.address] if harness.address else []
        self.run("channel", "add", harness.kind, "--name", CHANNEL, *address, *settings, "--no-test")
        self.set(**QUICK)

    def command(self, *words: str) -> list[str]:
        """Return the words that run a command on this workspace."""
        return [sys.executable, "-m", "omnidesk", *words, "--home", str(self.home)]

    def run(self, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        """Run a command to its end and return its standard output."""
        done = _SHELL.run([*words, "--home", str(self.home)], self.environment)
        self.said += [done.out, done.err]
        assert done.status in expect, f"{words} ended with {done.status}: {done.err.strip()}"
        return done.out

    def ask(self, *words: str, expect: tuple[int, ...] = (0,)) -> Any:
        """Run a command and return the JSON document it prints."""
        return json.loads(self.run(*words, "--json", expect=expect))

    def set(self, **settings: float) -> None:
        """Change settings of the workspace."""
        self.run("setting", "set", *(str(word) for pair in settings.items() for word in pair))

    def sync(self) -> dict[str, Any]:
        """Run one pass and return what it did to the channel; one that the web server runs is waited for."""
        if self.runs_in == "serve":
            wait_for(lambda: not self.outbox("queued", "sending"), "the web server to send what is due")
            return {"received": 0, "duplicates": 0, "quarantined": 0, "error": self.channel()["error"]}
        result: dict[str, Any] = self.ask("sync", "--once", expect=(0, 1))["channels"][0]
        return result

    def sync_well(self) -> None:
        """Run passes until one did its work without an error: on a busy machine a provider may seem silent, and a lease
        be left over by the pass before."""

        def well() -> bool:
            result = self.sync()
            return result["error"] is None and not result.get("skipped")

        wait_for(well, "a pass without an error")

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command in the background; its standard output can be read."""
        return subprocess.Popen(
            self.command(*words), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def start_engine(self) -> subprocess.Popen[bytes]:
        """Start what runs the channel in the background."""
        return self.start("serve", "--port", "0") if self.runs_in == "serve" else self.start("sync")

    def messages(self) -> list[dict[str, Any]]:
        """Return every message the desk knows, in the order of its conversations; of commerce what customers wrote with
        their orders, as if it were messages."""
        if self.commerce:
            found = self.ask("order", "list", "--limit", "1000")["items"]
            return [{**one, "text": one["note"], "direction": "inbound", "attachments": []} for one in found]
        lines = [json.loads(line) for line in self.run("export").splitlines()]
        return [message for line in lines for message in line.get("messages", ())]

    def texts(self, direction: str = "inbound") -> list[str]:
        """Return the text of every message of one direction, stripped."""
        return [message["text"].strip() for message in self.messages() if message["direction"] == direction]

    def quarantined(self) -> list[dict[str, Any]]:
        """Return what came in and could not be processed."""
        found: list[dict[str, Any]] = self.ask("quarantine", "list")["items"]
        return found

    def outbox(self, *statuses: str) -> list[dict[str, Any]]:
        """Return messages on their way out that have one of these statuses."""
        rows: list[dict[str, Any]] = self.ask("outbox", "list")["items"]
        return [row for row in rows if row["status"] in statuses]

    def channel(self) -> dict[str, Any]:
        """Return how the channel does."""
        found: dict[str, Any] = self.ask("channel", "show", CHANNEL)
        return found


class Site:
    """`omnidesk serve` on this workspace; where it listens stays the same when it is killed and started again."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._port = 0
        self.address = ""
        self.start()

    @property
    def hook_url(self) -> str:
        """Where the provider posts webhooks of the channel under test."""
        return f"{self.address}/hooks/{CHANNEL}"

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = self._program.start("serve", "--port", str(self._port), "--json")
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "omnidesk serve ended before it listened"
        self.address = json.loads(line)["address"]
        self._port = int(self.address.rpartition(":")[2])

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._ended()

    def close(self) -> None:
        """End it in order."""
        self._process.terminate()
        self._ended()

    def _ended(self) -> None:
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail with `what` was waited for."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.05)


@contextmanager
def engine(program: Program) -> Iterator[subprocess.Popen[bytes]]:
    """Run an engine within the block."""
    process = program.start_engine()
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@contextmanager
def serving(program: Program) -> Iterator[Site]:
    """Run `omnidesk serve` within the block."""
    site = Site(program)
    try:
        yield site
    finally:
        site.close()
