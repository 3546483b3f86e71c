"""`omnidesk serve` as a process of its own, for tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0


class Desk:
    """A workspace driven through its command line."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.environment = {**os.environ, **environment}
        self.run("init", "--agent-name", "Tess")

    def run(self, *words: str, expect: int = 0, given: str = "") -> str:
        """Run a command and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "omnidesk", *words, "--home", str(self.home)],
            env=self.environment, input=given, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert done.returncode == expect, f"{words} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def ask(self, *words: str, expect: int = 0) -> Any:
        """Run a command and return its document."""
        return json.loads(self.run(*words, "--json", expect=expect))

    def messages(self) -> list[dict[str, Any]]:
        """Return every message, whatever its conversation."""
        return [one for line in self.run("export").splitlines() for one in json.loads(line).get("messages", ())]

    def texts(self) -> list[str]:
        """Return the texts of all messages, sorted."""
        return sorted(one["text"].strip() for one in self.messages())

    @contextmanager
    def serving(self, *words: str) -> Iterator[Served]:
        """Serve within the block."""
        process = subprocess.Popen(
            [sys.executable, "-m", "omnidesk", "serve", "--port", "0", "--json", *words, "--home", str(self.home)],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            yield Served(process, json.loads(process.stdout.readline())["address"])
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) in (0, -signal.SIGKILL)

    @contextmanager
    def syncing(self) -> Iterator[None]:
        """Run the engine within the block."""
        words = [sys.executable, "-m", "omnidesk", "sync", "--home", str(self.home)]
        nowhere = subprocess.DEVNULL
        process = subprocess.Popen(words, env=self.environment, stdout=nowhere, stderr=nowhere)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


class Served:
    """A web server that runs."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        self.address = address

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(PATIENCE)
