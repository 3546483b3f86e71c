"""How long from pressing Enter until the console is of use: rows of the queue on the screen, beside toolong's lines.

toolong is the quickest full-screen Textual program known. It reads a log with one line a mail; it pins an older
Textual, so it lives in a small virtual environment of its own under bench/out. Both start in turns in one tmux.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from pathlib import Path

from bench.figures import Figure, LeftOutError, need, resident
from bench.terminal import Terminal

ORDER = re.compile(r"SO-\d{6}")
"""Each subject of the mailbox and each line of the log names an order, but for a quarter of the subjects."""
ROWS = 5
LIMIT = 60.0


def toolong(out: Path) -> Path:
    """Return the program `tl`, installed at first use; raises LeftOutError where it cannot be."""
    folder = out / "toolong"
    program = folder / "bin" / "tl"
    if not program.exists():
        commands = [
            [sys.executable, "-m", "venv", str(folder)],
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "toolong"],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                said = (done.stderr or done.stdout).strip().splitlines()[-1:]
                raise LeftOutError(f"toolong could not be installed: {' '.join(said)}")
    return program


def write_log(path: Path, lines: int) -> None:
    """Write a log with one line a mail."""
    with path.open("w") as log:
        for number in range(lines):
            order = f"SO-{number % 1_000_000:06d}"
            log.write(f"2026-01-05T08:00:00Z INFO mail {number} for {order}: queue=support state=open\n")


def measure(home: Path, out: Path, messages: int, runs: int) -> tuple[list[Figure], str | None]:
    """Return the figures of the start and of memory, and why the peer is left out where it is."""
    need("tmux")
    left_out, peer_command = None, None
    try:
        peer_command = [toolong(out), out / "bench.log"]
        write_log(out / "bench.log", messages)
    except LeftOutError as reason:
        left_out = str(reason)
    terminal = Terminal()
    ours: list[float] = []
    theirs: list[float] = []
    memory = peer_memory = 0.0
    try:
        for _ in range(runs):
            ours.append(
                terminal.seconds_until([Path(sys.executable).parent / "omnidesk", "--home", home], ORDER, ROWS, LIMIT)
            )
            memory = max(memory, resident(terminal.pane_process()))
            terminal.end()
            if peer_command:
                theirs.append(terminal.seconds_until(peer_command, ORDER, ROWS, LIMIT))
                peer_memory = max(peer_memory, resident(terminal.pane_process()))
                terminal.end()
    finally:
        terminal.close()
    start = Figure(
        f"start to first useful paint, {messages:,} messages",
        statistics.median(ours),
        "s",
        peer=statistics.median(theirs) if theirs else None,
        peer_name="toolong",
        runs=ours,
        peer_runs=theirs,
    )
    size = Figure("memory of the console at that moment", memory, "MB", peer_memory or None, "toolong", budget=150)
    return [start, size], left_out
