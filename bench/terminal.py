"""A tmux of the bench's own, driven in control mode: what a person sees, and when, to about two milliseconds."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

POLL = 0.002
"""Seconds between two looks at the screen."""


class Terminal:
    """A 140x40 terminal without anybody's configuration; `close` ends what runs in it."""

    def __init__(self) -> None:
        socket = f"omnidesk-bench-{secrets.token_hex(4)}"
        self._tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
        # as people start programs: compiled modules are kept
        env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        env = {name: value for name, value in env.items() if not name.startswith("TMUX")}
        new = [*self._tmux, "-C", "new-session", "-x", "140", "-y", "40", "cat"]
        pipe = subprocess.PIPE
        self._client = subprocess.Popen(new, env=env | {"TERM": "xterm-256color"}, stdin=pipe, stdout=pipe)
        self._answer()
        self.ask("set-option -g remain-on-exit on")
        self.ask("set-option -g default-terminal tmux-256color")
        self.ask("refresh-client -C 140x40")
        self._pane = ""

    def ask(self, command: str) -> list[str]:
        """Give tmux a command and return its answer."""
        assert self._client.stdin
        self._client.stdin.write(command.encode() + b"\n")
        self._client.stdin.flush()
        return self._answer()

    def screen(self) -> str:
        """Return what the terminal shows."""
        return "\n".join(self.ask(f"capture-pane -p -t {self._pane}"))

    def seconds_until(self, command: Sequence[str | Path], shown: re.Pattern[str], times: int, limit: float) -> float:
        """Start a command and return the seconds until the screen shows `shown` so many times.

        Raises RuntimeError with the screen when it did not within `limit` seconds."""
        line = shlex.join(str(part) for part in command)
        started = time.perf_counter()
        self._pane = self.ask(f"new-window -P -F '#{{pane_id}}' {shlex.quote('exec ' + line)}")[0]
        while True:
            seconds = time.perf_counter() - started
            if len(shown.findall(self.screen())) >= times:
                return seconds
            if seconds > limit:
                raise RuntimeError(f"{line} did not show {shown.pattern} within {limit:g} s, but:\n{self.screen()}")
            time.sleep(POLL)

    def pane_process(self) -> int:
        """Return the id of the process that runs in the terminal."""
        return int(self.ask(f"display-message -p -t {self._pane} '#{{pane_pid}}'")[0])

    def end(self) -> None:
        """Hang up on what runs, and see it and its children gone."""
        gone = [self.pane_process()]
        gone += _children(gone[0])
        self.ask(f"kill-pane -t {self._pane}")
        deadline = time.perf_counter() + 20
        while any(Path(f"/proc/{process}").exists() for process in gone):
            if time.perf_counter() > deadline:
                for process in gone:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                return
            time.sleep(0.02)

    def close(self) -> None:
        """End the terminal."""
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)
        self._client.wait(10)

    def _answer(self) -> list[str]:
        """Read up to the end of one answer; what tmux tells unasked is left aside."""
        assert self._client.stdout
        lines: list[str] = []
        inside = False
        for raw in self._client.stdout:
            line = raw.decode(errors="replace").rstrip("\r\n")
            if line.startswith("%begin "):
                inside = True
            elif line.startswith("%error "):
                raise RuntimeError("\n".join(lines))
            elif line.startswith("%end "):
                return lines
            elif inside:
                lines.append(line)
        raise RuntimeError("tmux went away")


def _children(process: int) -> list[int]:
    """Return the processes below one, all the way down."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_children(child)]
    return found
