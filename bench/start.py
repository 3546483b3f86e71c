"""How long from pressing Enter until the console is of use: rows of the queue on the screen, beside other programs.

The peers are the full-screen Textual programs that people know; each lives in a virtual environment of its own under
bench/out, for they pin other versions of Textual. All start in turns in one tmux.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.desks import Desk
from bench.figures import Figure, LeftOutError, need, resident
from bench.terminal import Terminal

ROW = re.compile(r"\b(?:mail|chat|sms|wa|call) +[A-ZÀ-Ž]")
"""A row of the queue: by which channel, and who."""
ORDER = re.compile(r"SO-\d{6}")
"""Each line of the log names an order."""
ROWS = 5
LIMIT = 60.0
PREPARED = "prepared"
"""Stands in a peer's virtual environment once all is installed."""


@dataclass(frozen=True)
class Peer:
    """A program, the packages it comes from, and what its screen shows, so many times, when it can be used."""

    name: str
    packages: tuple[str, ...]
    program: str
    shown: re.Pattern[str]
    times: int = 1


PEERS = (
    Peer("toolong", ("toolong",), "tl", ORDER, ROWS),
    # tree-sitter 0.26 breaks the grammars that it is built with: it dies at its start
    Peer("posting", ("posting", "tree-sitter<0.26"), "posting", re.compile("Collection is empty")),
    Peer("harlequin", ("harlequin",), "harlequin", re.compile("Query Results")),
    Peer("elia", ("elia-chat",), "elia", re.compile("To get started")),
)


def installed(peer: Peer, out: Path) -> Path:
    """Return a peer's program, installed at first use; raises LeftOutError where it cannot be."""
    folder = out / "peers" / peer.name
    if not (folder / PREPARED).exists():
        commands = [
            [sys.executable, "-m", "venv", str(folder)],
            [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *peer.packages],
        ]
        for command in commands:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                said = (done.stderr or done.stdout).strip().splitlines()[-1:]
                raise LeftOutError(f"{peer.name} could not be installed: {' '.join(said)}")
        (folder / PREPARED).touch()
    return folder / "bin" / peer.program


def write_log(path: Path, lines: int) -> None:
    """Write a log with one line a message."""
    with path.open("w") as log:
        for number in range(lines):
            order = f"SO-{number % 1_000_000:06d}"
            log.write(f"2026-01-05T08:00:00Z INFO mail {number} for {order}: queue=support state=open\n")


def measure(desks: Sequence[Desk], out: Path, runs: int, beside: bool) -> tuple[list[Figure], list[str]]:
    """Return the start and the memory at that moment on each desk, on the largest `beside` the peers if asked for."""
    need("tmux")
    largest = max(desks, key=lambda desk: desk.messages)
    figures: list[Figure] = []
    left_out: list[str] = []
    for desk in desks:
        with desk.pointed_at():
            terminal = Terminal()
            try:
                peers = _peers(out, desk.messages, left_out) if beside and desk is largest else {}
                turns = runs if desk is largest else min(runs, max(3, runs // 2))
                figures += _turns(terminal, desk, peers, turns, left_out)
            finally:
                terminal.close()
    return figures, left_out


def _peers(out: Path, messages: int, left_out: list[str]) -> dict[Peer, list[str | Path]]:
    """Return the command of each peer that could be installed; each gets an empty home."""
    home = out / "peers" / "home"
    home.mkdir(parents=True, exist_ok=True)
    log = out / "bench.log"
    write_log(log, messages)
    apart: list[str | Path] = ["env", f"HOME={home}", f"XDG_CONFIG_HOME={home}/config", f"XDG_DATA_HOME={home}/data"]
    found: dict[Peer, list[str | Path]] = {}
    for peer in PEERS:
        try:
            program = installed(peer, out)
        except LeftOutError as reason:
            left_out.append(str(reason))
            continue
        found[peer] = [*apart, program, *([log] if peer.name == "toolong" else [])]
    return found


def _turns(
    terminal: Terminal, desk: Desk, peers: dict[Peer, list[str | Path]], runs: int, left_out: list[str]
) -> list[Figure]:
    ours: list[float] = []
    memory = 0.0
    theirs: dict[str, list[float]] = {}
    sizes: dict[str, float] = {}

    def begin(
        command: Sequence[str | Path], shown: re.Pattern[str], times: int, took: Callable[[float], None]
    ) -> float:
        try:
            took(terminal.seconds_until(command, shown, times, LIMIT))
            return resident(terminal.pane_process())
        finally:
            terminal.end()

    command = [Path(sys.executable).parent / "omnidesk", "--home", desk.home]
    for turn in range(runs + 1):  # the first fills the caches of the disk and compiles
        memory = max(memory, begin(command, ROW, ROWS, ours.append))
        for peer, start in list(peers.items()):
            try:
                taken = begin(start, peer.shown, peer.times, theirs.setdefault(peer.name, []).append)
                sizes[peer.name] = max(sizes.get(peer.name, 0.0), taken)
            except RuntimeError as error:
                left_out.append(f"{peer.name} does not start here: {str(error).splitlines()[0]}")
                del peers[peer]
                theirs.pop(peer.name, None)
        if turn == 0:
            ours.clear()
            for some in theirs.values():
                some.clear()
    found = [_beside("start to first useful paint", "s", desk, ours, theirs[name], name) for name in theirs]
    if not theirs:
        found = [_beside("start to first useful paint", "s", desk, ours, [], "")]
    quickest = min(theirs, key=lambda name: statistics.median(theirs[name]), default="")
    details: dict[str, float | str] = {f"{name}_mb": size for name, size in sizes.items()}
    found.append(
        Figure(
            "memory of the console at that moment", memory, "MB", sizes.get(quickest), quickest, 150.0,
            desk.messages, details=details,
        )
    )  # fmt: skip
    return found


def _beside(name: str, unit: str, desk: Desk, ours: list[float], theirs: list[float], peer: str) -> Figure:
    return Figure(
        name,
        statistics.median(ours),
        unit,
        peer=statistics.median(theirs) if theirs else None,
        peer_name=peer,
        size=desk.messages,
        runs=ours,
        peer_runs=theirs,
    )
