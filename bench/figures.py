"""What a measurement gives: figures, and the table and JSON made of them."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path


class LeftOutError(Exception):
    """A measurement that cannot be made here; str() says why."""


@dataclass(frozen=True)
class Figure:
    """One row of the table. `value`, `peer` and `budget` share `unit`; None where there is none.

    `size` is how many messages the desk held it was measured on, where that is part of the question. `runs` and
    `peer_runs` are all that was measured, in the order it was; `details` goes into the JSON only."""

    name: str
    value: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    budget: float | None = None
    size: int | None = None
    runs: Sequence[float] = ()
    peer_runs: Sequence[float] = ()
    details: dict[str, float | str] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """Return ours as a part of the peer's, or of the budget where there is no peer: below 1 is good."""
        other = self.peer if self.peer is not None else self.budget
        return self.value / other if other else None

    @property
    def title(self) -> str:
        """Return the name with the size, which tells it from the same figure of another desk."""
        return self.name if self.size is None else f"{self.name}, {self.size:,} messages"


@dataclass(frozen=True)
class Ran:
    """A command that ended well: seconds of wall clock and of processor, peak memory in MB, what it printed."""

    seconds: float
    processor: float
    memory: float
    output: str


def run(command: Sequence[str | Path], env: dict[str, str], log: Path) -> Ran:
    """Run a command to its end; raises RuntimeError with the end of its standard error when it fails."""
    started = time.perf_counter()
    with log.open("wb") as errors, tempfile.TemporaryFile() as said:
        process = subprocess.Popen([str(part) for part in command], env=env, stdout=said, stderr=errors)
        peak = 0.0
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            peak = max(peak, resident(process.pid, "VmHWM"))
            time.sleep(0.01)
        seconds = time.perf_counter() - started
        _, status, usage = ended
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        output = said.read().decode(errors="replace")
    if process.returncode:
        said_last = log.read_text(errors="replace")[-2_000:] or output[-2_000:]
        raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said_last}")
    return Ran(seconds, usage.ru_utime + usage.ru_stime, peak, output)


def resident(process: int, field: str = "VmRSS") -> float:
    """Return the resident memory of a process in MB (VmHWM: its peak); 0 when it is gone.

    ru_maxrss will not do: it begins with the memory of the process that started it."""
    try:
        match = re.search(rf"{field}:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    except OSError:
        match = None
    return int(match[1]) / 1024 if match else 0.0


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value that `part` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of text."""
    rows = [("what", "OmniDesk", "peer or budget", "", "ratio")]
    for each in figures:
        value = in_words(each.value, each.unit)
        if each.peer is not None:
            other, name = in_words(each.peer, each.unit), each.peer_name
        else:
            other = f"{each.budget:g} {each.unit}" if each.budget is not None else "-"
            name = "budget" if each.budget is not None else ""
        rows.append((each.title, value, other, name, f"{each.ratio:.2f}" if each.ratio is not None else "-"))
    return aligned(rows, "lrrlr")


def aligned(rows: Sequence[Sequence[str]], how: str) -> str:
    """Return rows of cells as lines of text, each column to the left or the right as `how` says (`lrr`)."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(how))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if side == "l" else cell.rjust(width)
            for cell, width, side in zip(row, widths, how, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def in_words(value: float, unit: str) -> str:
    """Return a value with its unit, with as many digits as mean anything."""
    digits = 0 if value >= 1_000 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def write_json(
    path: Path, sizes: Mapping[str, int | Sequence[int]], figures: Sequence[Figure], left_out: Sequence[str]
) -> None:
    """Keep a run: commit, date, machine and versions, every figure with its ratio, and what was left out."""
    result = {
        **sizes,
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "system": platform.platform(),
            "processors": len(os.sched_getaffinity(0)),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
        },
        "figures": [asdict(each) | {"ratio": each.ratio} for each in figures],
        "left_out": list(left_out),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")


def commit() -> str:
    """Return the commit that is measured, with a plus where files were changed since; "" outside a repository."""
    git = ["git", "-C", str(Path(__file__).parent)]
    said = [
        subprocess.run([*git, *command], capture_output=True, text=True, check=False).stdout.strip()
        for command in (("rev-parse", "--short=12", "HEAD"), ("status", "--porcelain", "--untracked-files=no"))
    ]
    return said[0] + ("+" if said[1] else "")


def need(*programs: str) -> None:
    """Raise LeftOutError naming the first of the programs that is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            raise LeftOutError(f"{program} is not installed")
